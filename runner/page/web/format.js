'use strict';
/* Numbers and points in words. */

/** @param {number | null} value */
function formatNumber(value, digits = 4) {
    if (value === null || !Number.isFinite(value))
        return '–';
    if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6))
        return value.toExponential(digits - 1).replace(/\.?0+e/, 'e').replace('e+', 'e');
    return String(Number(value.toPrecision(digits)));
}

/** @param {number | null} share */
function formatPercent(share, digits = 3) {
    return share === null ? '–' : `${formatNumber(100 * share, digits)} %`;
}

/** @param {number} seconds */
function formatTime(seconds) {
    if (seconds < 90)
        return `${Math.round(seconds)} s`;
    if (seconds < 90 * 60)
        return `${Math.round(seconds / 60)} min`;
    return seconds < 36 * 3600 ? `${formatNumber(seconds / 3600, 2)} h`
        : `${formatNumber(seconds / 86400, 2)} days`;
}

/** @param {number} n @param {string} noun */
function formatCount(n, noun) {
    return `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;
}

/** @param {Cell} value */
function formatCell(value) {
    return typeof value === 'number' ? formatNumber(value) : value ?? '–';
}

/** A setting as people write it: integers whole, reals with the digits that tell a key's values apart.
 * @param {Key} key @param {Cell} value */
function formatSetting({ column, kind }, value) {
    return typeof value !== 'number' ? value ?? '–'
        : kind === 'integer' ? String(value) : formatNumber(value, state.digits[column]);
}

/** What tells a point from the others of its source.
 * @param {Row} row @param {string[]} [without] keys */
function labelOf(row, without = []) {
    const parts = [];
    for (const key of state.telling) {
        const value = cellOf(row, key.column);
        if (value !== null && !without.includes(key.name))
            parts.push(`${key.name}=${formatSetting(key, value)}`);
    }
    if (row.seed !== null && !without.includes('seed'))
        parts.push(`seed=${row.seed}`);
    return parts.join(' ');
}

/** @param {number} source */
function sourceName(source) {
    return state.overview?.sources[source]?.name ?? '';
}

function sourceCount() {
    return state.overview?.sources.length ?? 0;
}

/** With its source, where there are several.
 * @param {Row} row */
function titleOf(row) {
    const source = sourceCount() > 1 ? `${sourceName(row.source)}: ` : '';
    return source + (labelOf(row) || 'the only point');
}

/** @param {Measure} measure @param {(value: number | null) => string} format */
function formatMeasure(measure, format) {
    const interval = measure.lo === null ? '' : ` (${format(measure.lo)} to ${format(measure.hi)})`;
    return format(measure.mean) + interval;
}

/** I(X;Z|Y), where it was measured.
 * @param {Row} row */
function residualWords(row) {
    const upper = measureOf(row, 'izx_y_upper_tight').mean, re = measureOf(row, 'izx_y_upper');
    const lower = Math.max(0, measureOf(row, 'izx_y_lower').mean ?? 0);
    return [...upper === null ? []
        : [`I(X;Z|Y) from ${formatNumber(lower)} to ${formatNumber(upper)} bits`],
    ...re.mean === null ? [] : [`Re ${formatMeasure(re, formatNumber)} bits`]];
}

/** The point in words, a line each.
 * @param {Row} row */
function wordsOf(row) {
    const upper = measureOf(row, 'izx_upper_tight'), rate = measureOf(row, 'izx_upper');
    const atMean = measureOf(row, 'error_mu'), lines = [];
    if (row.group === null)
        lines.push(`${formatCount(Number(cellOf(row, 'n_seeds')), 'seed')}, ${state.split}`);
    lines.push(`error ${formatMeasure(measureOf(row, 'error_mc'), formatPercent)}`);
    if (atMean.mean !== null && upper.mean !== null)
        lines.push(`error at the mean of z ${formatMeasure(atMean, formatPercent)}`);
    if (upper.mean === null)
        lines.push('a deterministic code: no I(Z;X)');
    else
        lines.push(
            `I(Z;Y) ≥ ${formatMeasure(measureOf(row, 'izy_lower'), formatNumber)} bits`,
            `I(Z;X) from ${formatNumber(Math.max(0, measureOf(row, 'izx_lower').mean ?? 0))} to ` +
            `${formatNumber(upper.mean)} bits`,
            rate.mean === null ? 'no rate' : `rate ${formatMeasure(rate, formatNumber)} bits`,
            ...residualWords(row));
    if (cellOf(row, 'efficient') === 1)
        lines.push('efficient');
    if (cellOf(row, 'chosen') === 1)
        lines.push('best beta of its curve');
    return lines;
}
