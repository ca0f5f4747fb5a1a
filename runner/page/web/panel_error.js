'use strict';
/* The error against beta. */

/** @type {MeasureColumn[]} */
const ERROR_MEASURES = [['error_mc', 'error_mc', 'percent'], ['error', 'error', 'percent'],
    ['error_mu', 'error_mu', 'percent']];
/** Beside error_mc, with their dashes.
 * @type {[name: string, dash: number[]][]} */
const ERROR_LINES = [['error', [4, 3]], ['error_mu', [1, 3]]];

addPanel({
    id: 'error', place: 30, title: 'Error against β',
    help: 'Solid lines and marks: class probabilities averaged over samples of z (error_mc), with ' +
        'the 95 % interval over seeds; dashed: one sample of z (error); dotted: z at its mean ' +
        '(error_mu). Bold outlines: the best β of each curve.',
    start(body) {
        const note = makeNote(body);
        const view = makeChart(body, 'error', 'Error in per cent against beta');
        const values = makeValues('error', body);
        const select = () => {
            const measures = measured(ERROR_MEASURES);
            values(measureColumns(measures), () => measureEntries(measures));
        };
        return { draw() { drawError(view, note); select(); }, select };
    },
});

/** @param {ChartView} view @param {Note} note */
function drawError(view, note) {
    const spots = betaSpots(state.rows, 'percent', (row) => measureOf(row, 'error_mc'));
    setShown(view, spots.length > 0);
    if (spots.length === 0)
        return note(whyNothing('No point has both an error and a β: its method does not trade by β.'));
    const x = betaAxis(state.rows), thin = thinSpots(spots, x), many = spots.length > MANY;
    const color = markColors(), showLine = hasLines(thin.length, spots.length);
    const datasets = bySource(thin).map((group) => {
        const dataset = curveDataset(group, { showLine, band: translucent(theme.muted, 0.16),
            bars: areAlone(spots) ? 0.75 : 0 });
        dataset.barColors = dataset.data.map((/** @type {Spot} */ { row }) => row ? color(row) : '');
        return Object.assign(dataset, lineStyle(dataset.data),
            markStyle(dataset.data, color, 'chosen', many ? 2 : 4));
    });
    if (!many)
        datasets.push(...ERROR_LINES.flatMap(([name, dash]) => errorLines(name, dash)));
    showChart(view, { x, y: { kind: 'percent', title: `${state.split} error (%)` }, datasets, spots,
        labels: many ? [] : curveLabels(spots) });
    const lacking = state.rows.filter((row) => row.beta === null).length;
    note(noteThinned(thin.length, spots.length) + noteZeros(state.rows) + (lacking === 0 ? ''
        : `Not here: ${formatCount(lacking, 'point')} without β, see the table. `) + noteSeeds());
}

/** @param {string} name of a measure @param {number[]} dash */
function errorLines(name, dash) {
    return bySource(betaSpots(state.rows, 'percent', (row) => measureOf(row, name))).map((group) => {
        const dataset = curveDataset(group, { borderDash: dash, pointRadius: 1.2, pointHitRadius: 0,
            borderColor: translucent(theme.muted, 0.7), pointBackgroundColor: theme.muted });
        return Object.assign(dataset, lineStyle(dataset.data));
    });
}
