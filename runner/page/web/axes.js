'use strict';
/* Axes: what of a value is drawn, and where the ticks are. Bits stand by asinh, which is linear up
 * to about a bit, so that it shows 0, and logarithmic beyond. */

const BIT_TICKS = [0, 0.5, 1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000];
const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** NaN: it has no place there.
 * @param {AxisKind} kind @param {number | null} value */
function toAxis(kind, value) {
    if (value === null || (kind === 'log' && value <= 0))
        return NaN;
    return kind === 'bits' ? Math.asinh(value) : kind === 'percent' ? 100 * value : value;
}

/** A power of ten.
 * @param {number} value */
function formatPower(value) {
    const power = Math.round(Math.log10(value));
    if (power >= -2 && power <= 3)
        return String(Number(value.toPrecision(3)));
    const digits = [...String(Math.abs(power))].map((digit) => SUPERSCRIPT[Number(digit)]);
    return `10${power < 0 ? '⁻' : ''}${digits.join('')}`;
}

/** Those of few digits within the range.
 * @param {number} min @param {number} max */
function logTicks(min, max) {
    const decades = Math.log10(max / min), ticks = [];
    const leads = decades > 2 ? [1] : decades > 1 ? [1, 3] : [1, 2, 3, 5, 7];
    const step = Math.max(1, Math.ceil(decades / 8));
    for (let power = Math.floor(Math.log10(min)); power <= Math.log10(max); power++)
        for (const lead of leads)
            if (power % step === 0 && lead * 10 ** power >= min * 0.999 &&
                lead * 10 ** power <= max * 1.001)
                ticks.push({ value: lead * 10 ** power });
    return ticks;
}

/** 1, 2 or 5 times a power of ten, and at least so much.
 * @param {number} least */
function niceStep(least) {
    const power = 10 ** Math.floor(Math.log10(least));
    return power * ([1, 2, 5].find((lead) => lead * power >= least) ?? 10);
}

/** As many as have room; evenly spaced bits where the usual ones are too few.
 * @param {number} min @param {number} max */
function bitTicks(min, max) {
    /** @type {{value: number}[]} */
    const ticks = [], step = niceStep((Math.sinh(max) - Math.sinh(min)) / 5);
    const first = Math.ceil(Math.sinh(min) / step);
    const even = [0, 1, 2, 3, 4, 5, 6].map((k) => step * (first + k));
    const usual = BIT_TICKS.map(Math.asinh).filter((value) => value >= min && value <= max);
    for (const value of usual.length > 3 ? usual : even.map(Math.asinh))
        if (value >= min - 1e-9 && value <= max + 1e-9 &&
            (ticks.length === 0 || value - ticks[ticks.length - 1].value > (max - min) / 12))
            ticks.push({ value });
    return ticks;
}

/** Chart.js's scale.
 * @param {Axis} axis */
function scaleOf(axis) {
    /** @type {Record<string, any>} */
    const scale = {
        type: axis.kind === 'log' ? 'logarithmic' : 'linear',
        min: axis.min, max: axis.max,
        title: { display: true, text: axis.title, color: theme.ink },
        grid: { color: theme.line, borderColor: theme.muted, tickLength: 4 },
        ticks: { color: theme.muted, maxRotation: 0, autoSkipPadding: 12, includeBounds: false },
    };
    if (axis.kind === 'bits') {
        scale.ticks.callback = (/** @type {number} */ v) => formatNumber(Math.sinh(v), 3);
        scale.afterBuildTicks = (/** @type {Scale} */ s) => { s.ticks = bitTicks(s.min, s.max); };
    } else if (axis.kind === 'log') {
        scale.ticks.callback = (/** @type {number} */ v) =>
            /^10*(\.0*)?$|^0\.0*1$/.test(String(Number(v.toPrecision(3)))) || v < 1e-4
                ? formatPower(v) : formatNumber(v, 1);
        scale.afterBuildTicks = (/** @type {Scale} */ s) => { s.ticks = logTicks(s.min, s.max); };
    } else
        scale.ticks.callback = (/** @type {number} */ v) => formatNumber(v, 5);
    return scale;
}

/** An axis of beta that ends just beyond the points.
 * @param {Row[]} rows @returns {Axis} */
function betaAxis(rows) {
    let min = Infinity, max = -Infinity;
    for (const { beta } of rows)
        if (beta !== null && beta > 0) {
            min = Math.min(min, beta);
            max = Math.max(max, beta);
        }
    const room = min < max ? (max / min) ** 0.03 : 3;
    const title = tradeOffLetters(rows);
    return min > max ? { kind: 'log', title } : { kind: 'log', title, min: min / room, max: max * room };
}
