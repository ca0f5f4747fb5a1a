'use strict';
/* Rows as spots of a chart: where they stand, which are drawn, and how they look. */

const MOST_SPOTS = 4000;
/** More points than that have small marks. */
const MANY = 1500;
/** Between two curves of a dataset: null, by which Chart.js sees that its data are in no order.
 * @type {any} */
const BREAK = { x: null, y: null };

/** @param {Spot} spot */
function hasPlace({ x, y }) {
    return !Number.isNaN(x) && !Number.isNaN(y);
}

/** Against beta.
 * @param {Row[]} rows @param {AxisKind} kind @param {(row: Row) => Measure} measure
 * @returns {Spot[]} */
function betaSpots(rows, kind, measure) {
    return rows.map((row) => {
        const { mean, lo, hi } = measure(row), x = toAxis('log', row.beta);
        return { x, y: toAxis(kind, mean), row, ends: { left: NaN, middle: x, right: NaN,
            low: toAxis(kind, lo), high: toAxis(kind, hi) } };
    }).filter(hasPlace);
}

/**
 * Without points that lie on another one: on a grid so coarse that at most MOST_SPOTS remain.
 * @param {Spot[]} spots in the order of lines @param {ChartSpec['x']} x
 */
function thinSpots(spots, x) {
    if (spots.length <= MOST_SPOTS)
        return spots;
    const across = (/** @type {Spot} */ spot) => x.kind === 'log' ? Math.log(spot.x) : spot.x;
    const shown = spots.filter((spot) => Number.isFinite(across(spot)) && Number.isFinite(spot.y));
    const [left, right] = rangeOf(shown, across), [low, high] = rangeOf(shown, (spot) => spot.y);
    let kept = shown;
    for (let cells = 512; ; cells /= 1.3) {
        const taken = new Set();
        kept = kept.filter((spot) => {
            const cell = Math.round(cells * (across(spot) - left) / (right - left || 1)) * 1024 +
                Math.round(cells * (spot.y - low) / (high - low || 1));
            return taken.has(cell) ? false : taken.add(cell);
        });
        if (kept.length <= MOST_SPOTS)
            return kept;
    }
}

/** @template T @param {T[]} items @param {(item: T) => number} value @returns {[number, number]} */
function rangeOf(items, value) {
    let least = Infinity, most = -Infinity;
    for (const item of items) {
        const v = value(item);
        if (v < least)
            least = v;
        if (v > most)
            most = v;
    }
    return [least, most];
}

/** Whether lines join what is drawn: not where they are many and each seed has its own.
 * @param {number} drawn @param {number} all */
function hasLines(drawn, all) {
    return state.seeds === 'grouped' || drawn >= all;
}

/**
 * One line through spots that is broken where a curve ends; the marks are coloured by beta, shaped
 * by the source.
 * @param {Spot[]} spots of one source, with rows @param {Record<string, any>} style
 * @returns {any}
 */
function curveDataset(spots, style) {
    /** @type {Spot[]} */
    const data = [];
    let last = null;
    for (const spot of spots) {
        if (last !== null && spot.row !== undefined && !onOneCurve(last, spot.row))
            data.push(BREAK);
        data.push(spot);
        last = spot.row ?? null;
    }
    return { data, showLine: true, borderColor: theme.muted, borderWidth: 1, ...style };
}

/** Lines and marks of a dataset in the colours of their curves, where these have any.
 * @param {Spot[]} data */
function lineStyle(data) {
    if (!colorsCurves())
        return {};
    const color = curveColors();
    const colors = data.map(({ row }) => row === undefined ? theme.muted : color(row));
    return {
        pointBackgroundColor: colors.map((c) => fillOf(c, state.split)), pointBorderColor: colors,
        segment: { borderColor: (/** @type {{p0DataIndex: number}} */ { p0DataIndex }) =>
            colors[p0DataIndex] },
    };
}

/**
 * How the marks of a dataset look.
 * @param {any[]} data @param {(row: Row) => string} color @param {string} strong column that is 1
 *     where a mark has a bold outline @param {number} radius
 */
function markStyle(data, color, strong, radius) {
    const row = data.find((spot) => spot.row !== undefined)?.row;
    const colors = data.map((spot) => spot.row === undefined ? theme.muted : color(spot.row));
    const bold = data.map((spot) => spot.row !== undefined && cellOf(spot.row, strong) === 1);
    return {
        pointStyle: SHAPES[(row?.source ?? 0) % SHAPES.length], pointRadius: radius,
        pointBackgroundColor: colors.map((c) => fillOf(c, state.split)),
        pointBorderColor: colors.map((c, i) =>
            bold[i] ? theme.ink : state.split === 'test' ? translucent(theme.ink, 0.35) : c),
        pointBorderWidth: bold.map((is) => is ? 1.8 : state.split === 'test' ? 0.6 : 1.4),
    };
}

/** @param {Spot[]} spots @returns {Spot[][]} of each source */
function bySource(spots) {
    /** @type {Spot[][]} */
    const groups = [];
    for (const spot of spots)
        (groups[spot.row?.source ?? 0] ??= []).push(spot);
    return groups.filter((group) => group !== undefined);
}

/** Whether no two are of one curve, so that no line or band shows them.
 * @param {Spot[]} spots */
function areAlone(spots) {
    return !spots.some(({ row }, i) => {
        const before = spots[i - 1]?.row;
        return row !== undefined && before !== undefined && onOneCurve(before, row);
    });
}

/**
 * What tells curves apart, at that end where they lie furthest apart; none where they are many.
 * @param {Spot[]} spots @returns {Label[]}
 */
function curveLabels(spots) {
    /** @type {Spot[][]} */
    const curves = [];
    for (const spot of spots) {
        const curve = curves[curves.length - 1];
        if (curve === undefined || spot.row === undefined || curve[0].row === undefined ||
            !onOneCurve(curve[0].row, spot.row))
            curves.push([spot]);
        else
            curve.push(spot);
    }
    if (curves.length < 2 || curves.length > 12 || colorsCurves()) /* then the legend tells */
        return [];
    const spread = (/** @type {(curve: Spot[]) => Spot} */ end) => {
        const [low, high] = rangeOf(curves, (curve) => end(curve).y);
        return high - low;
    };
    const first = (/** @type {Spot[]} */ curve) => curve[0];
    const last = (/** @type {Spot[]} */ curve) => curve[curve.length - 1];
    const ends = curves.map(spread(first) >= spread(last) ? first : last);
    const common = commonKeys(ends.map(({ row }) => row));
    /** @type {Map<string, Label>} */
    const labels = new Map(); /* one for all seeds */
    for (const { x, y, row } of ends) {
        const text = row === undefined ? '' : curveName(row, common);
        if (!labels.has(text))
            labels.set(text, { x, y, text });
    }
    return [...labels.values()];
}
