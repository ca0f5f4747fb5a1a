'use strict';
/* Information against beta, and how fast it changes: where phase transitions show. */

/** @type {Record<string, [name: string, title: string]>} */
const SLOPES = {
    izy_lower: ['I(Z;Y)', 'dI(Z;Y) / d log₂β (bits)'],
    izx_upper: ['rate', 'd rate / d log₂β (bits)'],
    izx_upper_tight: ['I(Z;X) ≤', 'dI(Z;X) / d log₂β (bits)'],
};

addPanel({
    id: 'rate', title: 'Information against β',
    help: 'Below, the change per doubling of β between neighbours of a curve: a phase transition is a peak, ' +
        'up or down.',
    start(body) {
        const note = makeNote(body);
        body.append(makeLegend([['band', 'I(Z;X) between its bounds'], ['dotted', 'rate ≥ I(Z;X)'],
            ['solid', 'I(Z;Y) ≥']]));
        const view = makeChart(body, 'rate', 'Rate, bounds on I(Z;X) and I(Z;Y) in bits against beta');
        const select = makeSelect('Slope of', Object.entries(SLOPES).map(([name, [text]]) => [name, `slope of ${text}`]),
            slopeName(), (name) => { state.slope = name; drawAll(); });
        body.append(select);
        const slope = makeChart(body, 'slope', 'Change of information per doubling of beta, in bits');
        const values = makeValues('rate', body);
        const showValues = () => showRateValues(values);
        return {
            draw() { select.value = slopeName(); drawRate(view, slope, note); showValues(); },
            select: showValues,
        };
    },
});

function slopeName() {
    return SLOPES[state.slope] === undefined ? 'izy_lower' : state.slope;
}

/** @param {(columns: Column[], entries: () => Entry[]) => void} values */
function showRateValues(values) {
    const names = ['izx_upper', 'izx_upper_tight', 'izx_lower', 'izy_lower'];
    values([...measureColumns([
        ['izx_upper', 'rate (bits)', 'number'], ['izx_upper_tight', 'I(Z;X) ≤ (bits)', 'number'],
        ['izx_lower', 'I(Z;X) ≥ (bits)', 'number'], ['izy_lower', 'I(Z;Y) ≥ (bits)', 'number']]),
    { name: 'slope', title: SLOPES[slopeName()][1], kind: 'number' }], () => {
        const slopes = new Map(slopeSpots(state.rows, slopeName()).map((spot) => [spot.row?.id, spot.y]));
        const rows = state.selection.length > 0 ? chosenRows() : state.rows;
        return measureEntries(names).map((entry, i) =>
            ({ ...entry, cells: [...entry.cells, slopes.get(rows[i].id) ?? null] }));
    });
}

/** By differences of neighbours, less than a quarter of a doubling apart left out: there noise is
 * all that shows. Each stands between the two, and belongs to the greater beta.
 * @param {Row[]} rows @param {string} name @returns {Spot[]} */
function slopeSpots(rows, name) {
    /** @type {Spot[]} */
    const spots = [];
    let last = null;
    for (const row of rows) {
        const value = measureOf(row, name).mean, before = last && measureOf(last, name).mean;
        const joined = last !== null && onOneCurve(last, row);
        if (joined && last?.beta && row.beta && row.beta < last.beta * 2 ** 0.25)
            continue;
        if (joined && last?.beta && row.beta && value !== null && before !== null)
            spots.push({ x: Math.sqrt(row.beta * last.beta), row,
                y: (value - before) / Math.log2(row.beta / last.beta) });
        last = row;
    }
    return spots;
}

/** @param {Row[]} rows @param {Axis} x */
function rateDatasets(rows, x) {
    const many = rows.length > MANY;
    const part = (/** @type {string} */ name, /** @type {Record<string, any>} */ style) => bySource(thinSpots(
        betaSpots(rows, 'bits', (row) => measureOf(row, name)), x)).map((group) => curveDataset(group, {
        pointStyle: SHAPES[(group[0].row?.source ?? 0) % SHAPES.length], pointRadius: 0,
        pointBackgroundColor: fillOf(style.borderColor, state.split),
        showLine: state.seeds === 'grouped' || !many, ...style }));
    const bounds = bySource(thinSpots(betaSpots(rows, 'bits', (row) => {
        const upper = measureOf(row, 'izx_upper_tight').mean;
        return { mean: upper, lo: Math.max(0, measureOf(row, 'izx_lower').mean ?? 0), hi: upper };
    }), x)).map((group) => curveDataset(group, { band: translucent(theme.first, many ? 0.08 : 0.2), pointRadius: 0,
        borderColor: theme.first, showLine: state.seeds === 'grouped' || !many }));
    return [...part('izy_lower', { borderColor: theme.second, borderWidth: many ? 1 : 2, pointRadius: many ? 1.5 : 3,
        band: translucent(theme.second, 0.15) }), ...bounds,
    ...part('izx_upper', { borderColor: theme.first, borderWidth: 1.5, borderDash: [1.5, 3], pointRadius: many ? 0.8 : 1.8 })];
}

/** @param {ChartView} view @param {ChartView} slope @param {(text: string) => void} note */
function drawRate(view, slope, note) {
    const rows = state.rows.filter((row) => row.beta !== null && measureOf(row, 'izx_upper').mean !== null);
    const spots = betaSpots(rows, 'bits', (row) => measureOf(row, 'izy_lower'));
    setShown(view, spots.length > 0);
    const slopes = spots.length > 0 ? slopeSpots(rows, slopeName()) : [];
    setShown(slope, slopes.length > 0);
    if (spots.length === 0)
        return note(whyNothing('These methods have no rate: their code is deterministic.'));
    const x = betaAxis(rows), color = betaColors(), thin = thinSpots(slopes, x);
    const rates = betaSpots(rows, 'bits', (row) => measureOf(row, 'izx_upper'));
    showChart(view, { x, y: { kind: 'bits', title: 'bits', min: Math.min(0, rangeOf(spots, (spot) => spot.y)[0]) },
        datasets: rateDatasets(rows, x), spots, labels: curveLabels(rates) });
    showChart(slope, { x, y: { kind: 'linear', title: SLOPES[slopeName()][1] }, spots: slopes,
        datasets: bySource(thin).map((group) => {
            const dataset = curveDataset(group, { showLine: thin.length === slopes.length || state.seeds === 'grouped' });
            return Object.assign(dataset, markStyle(dataset.data, color, 'none', slopes.length > MANY ? 1.5 : 3));
        }), labels: steepest(slopes) });
    note(noteZeros(rows) + (slopes.length > 0 ? '' : 'A slope takes two values of β on a curve. ') + noteSeeds(rows));
}

/** The steepest place of each curve, named by its beta.
 * @param {Spot[]} slopes @returns {Label[]} */
function steepest(slopes) {
    /** @type {Map<string, Spot>} */
    const most = new Map();
    for (const spot of slopes) {
        const curve = spot.row && `${spot.row.source}:${spot.row.curve}`;
        if (curve && Math.abs(spot.y) > Math.abs(most.get(curve)?.y ?? 0))
            most.set(curve, spot);
    }
    return most.size > 6 || state.seeds === 'single' ? []
        : [...most.values()].map(({ x, y }) => ({ x, y, text: `β ${formatNumber(x, 2)}` }));
}
