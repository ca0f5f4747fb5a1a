'use strict';
/* The error against beta. */

addPanel({
    id: 'error', title: 'Error against β',
    help: 'Solid lines and marks: class probabilities averaged over samples of z (error_mc), with the 95 % interval over ' +
        'seeds; dashed: one sample of z (error). Bold outlines: the best β of each curve.',
    start(body) {
        const note = makeNote(body);
        const view = makeChart(body, 'error', 'Error in per cent against beta');
        const values = makeValues('error', body);
        const showValues = () => values(measureColumns([['error_mc', 'error_mc', 'percent'],
            ['error', 'error', 'percent']]), () => measureEntries(['error_mc', 'error']));
        return { draw: () => { drawError(view, note); showValues(); }, select: showValues };
    },
});

/** Against beta.
 * @param {Row[]} rows @param {AxisKind} kind @param {(row: Row) => Measure} measure */
function betaSpots(rows, kind, measure) {
    return rows.map((row) => {
        const { mean, lo, hi } = measure(row), x = toAxis('log', row.beta);
        return { x, y: toAxis(kind, mean), row, ends: { left: NaN, middle: x, right: NaN,
            low: toAxis(kind, lo), high: toAxis(kind, hi) } };
    }).filter((spot) => !Number.isNaN(spot.x + spot.y));
}

/** @param {ChartView} view @param {(text: string) => void} note */
function drawError(view, note) {
    const spots = betaSpots(state.rows, 'percent', (row) => measureOf(row, 'error_mc'));
    setShown(view, spots.length > 0);
    if (spots.length === 0)
        return note(whyNothing('No point has both an error and a β: its method does not trade by β.'));
    const rows = spots.map((spot) => /** @type {Row} */ (spot.row)), x = betaAxis(rows), color = betaColors();
    const thin = thinSpots(spots, x), many = spots.length > MANY;
    const single = many ? [] : betaSpots(rows, 'percent', (row) => measureOf(row, 'error'));
    const showLine = state.seeds === 'grouped' || thin.length === spots.length;
    const datasets = [
        ...bySource(thin).map((group) => {
            const dataset = curveDataset(group, { showLine, band: translucent(theme.muted, 0.16) });
            return Object.assign(dataset, markStyle(dataset.data, color, 'chosen', many ? 2 : 4));
        }),
        ...bySource(single).map((group) => curveDataset(group, {
            borderDash: [4, 3], borderColor: translucent(theme.muted, 0.7), pointRadius: 0, pointHitRadius: 0 })),
    ];
    showChart(view, { x, y: { kind: 'percent', title: `${state.split} error (%)` }, datasets, spots,
        labels: many ? [] : curveLabels(spots) });
    const lacking = state.rows.filter((row) => row.beta === null).length;
    note(noteThinned(thin.length, spots.length) + noteZeros(state.rows) + (lacking === 0 ? ''
        : `${formatCount(lacking, 'point')} without β: see the table. `) + noteSeeds(rows));
}
