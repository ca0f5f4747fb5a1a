'use strict';
/* The information plane. */

/** @type {MeasureColumn[]} */
const PLANE_MEASURES = [['izx_lower', 'I(Z;X) ≥ (bits)', 'number'],
    ['izx_upper_tight', 'I(Z;X) ≤ (bits)', 'number'], ['izx_upper', 'rate (bits)', 'number'],
    ['izy_lower', 'I(Z;Y) ≥ (bits)', 'number']];

addPanel({
    id: 'plane', place: 20, title: 'Information plane',
    help: 'Marks: I(Z;Y) ≥ against the tightest upper bound on I(Z;X). Thick bars reach down to its ' +
        'lower bound, thin ones up to the rate; upright bars are 95 % intervals over seeds. Bold ' +
        'outlines: efficient points, no other has as many bits of Y for as few of X.',
    start(body) {
        const note = makeNote(body);
        const view = makeChart(body, 'plane', 'Information plane: I(Z;Y) against I(Z;X) in bits');
        const values = makeValues('plane', body);
        const select = () =>
            values(measureColumns(PLANE_MEASURES), () => measureEntries(PLANE_MEASURES));
        return { draw() { drawPlane(view, note); select(); }, select };
    },
});

/** @param {Row} row @returns {Spot} */
function planeSpot(row) {
    const rate = measureOf(row, 'izx_upper').mean, izy = measureOf(row, 'izy_lower');
    const x = toAxis('bits', measureOf(row, 'izx_upper_tight').mean ?? rate);
    return {
        x, y: toAxis('linear', izy.mean), row, ends: {
            left: toAxis('bits', Math.max(0, measureOf(row, 'izx_lower').mean ?? 0)), middle: x,
            right: toAxis('bits', rate), low: toAxis('linear', izy.lo), high: toAxis('linear', izy.hi),
        },
    };
}

/** A level of a quantity of the data, if it has few values.
 * @param {string} column @param {string} name @param {number[]} dash @returns {Limit[]} */
function levelsOf(column, name, dash) {
    const values = new Set(state.rows.map((row) => numberOf(row, column)?.toPrecision(3)));
    values.delete(undefined);
    return values.size > 3 ? [] : [...values].map((value) => (
        { text: `${name} = ${Number(value)}`, dash, place: 0, at: (t) => [t, Number(value)] }));
}

/** Where the bars end.
 * @param {Spot[]} spots */
function furthest(spots) {
    return rangeOf(spots, ({ x, ends }) => Math.max(x, ends?.right || 0))[1];
}

/** @param {ChartView} view @param {Note} note */
function drawPlane(view, note) {
    const spots = state.rows.map(planeSpot).filter(hasPlace);
    setShown(view, spots.length > 0);
    if (spots.length === 0)
        return note(whyNothing('These methods have no I(Z;X): their code is deterministic.'));
    const [low, high] = rangeOf(spots, ({ y }) => y);
    const levels = [...levelsOf('h_y', 'H(Y)', [7, 4]), ...levelsOf('ixy', 'I(X;Y)', [2, 3])];
    const top = Math.max(high, ...levels.map(({ at }) => at(0)[1]));
    /** @type {Limit} */
    const diagonal = { text: 'I(Z;Y) = I(Z;X)', dash: [], place: 0.7, at: (t) => [t, Math.sinh(t)] };
    /** @type {Axis} */
    const x = { kind: 'bits', title: 'I(Z;X) (bits)', min: 0, max: 1.02 * furthest(spots) };
    const thin = thinSpots(spots, x);
    showChart(view, {
        x, y: { kind: 'linear', title: 'I(Z;Y) ≥ (bits)', min: Math.min(0, low), max: top * 1.06 },
        datasets: planeDatasets(thin, spots.length), spots,
        limits: [...levels, diagonal],
        labels: spots.length > MANY ? [] : curveLabels(spots),
    });
    const left = state.rows.length - spots.length;
    note(noteThinned(thin.length, spots.length) + (left === 0 ? ''
        : `Not here: ${formatCount(left, 'point')} of deterministic codes, which have no I(Z;X). `) +
        noteSeeds());
}

/** @param {Spot[]} spots those that are drawn @param {number} n how many there are */
function planeDatasets(spots, n) {
    const many = n > MANY, color = betaColors();
    return bySource(spots).map((group) => {
        const dataset = curveDataset(group, { borderColor: translucent(theme.muted, 0.5),
            showLine: hasLines(spots.length, n), bars: many ? 0.12 : 0.75 });
        dataset.barColors = dataset.data.map((/** @type {Spot} */ { row }) => row ? color(row) : '');
        return Object.assign(dataset, markStyle(dataset.data, color, 'efficient', many ? 2 : 4.5));
    });
}
