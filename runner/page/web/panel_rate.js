'use strict';
/* Information against beta, and how fast it changes: where phase transitions show. */

/** @type {MeasureColumn[]} */
const RATE_MEASURES = [['izx_upper', 'rate (bits)', 'number'],
    ['izx_upper_tight', 'I(Z;X) ≤ (bits)', 'number'], ['izx_lower', 'I(Z;X) ≥ (bits)', 'number'],
    ['izy_lower', 'I(Z;Y) ≥ (bits)', 'number']];
/** @type {[name: string, text: string][]} */
const SLOPES = [['izy_lower', 'I(Z;Y)'], ['izx_upper', 'rate'], ['izx_upper_tight', 'I(Z;X)']];
/* Neighbours of a curve that are nearer are left out: there noise is all that shows. */
const LEAST_RATIO = 2 ** 0.25;

addPanel({
    id: 'rate', place: 40, title: 'Information against β',
    help: 'Below, the change per doubling of β between neighbours of a curve that are a quarter of a ' +
        'doubling apart or more: a phase transition is a peak, up or down.',
    start(body) {
        const note = makeNote(body);
        const legend = makeLegend([['band', 'I(Z;X) between its bounds'], ['dotted', 'rate ≥ I(Z;X)'],
            ['solid', 'I(Z;Y) ≥']]);
        body.append(legend);
        const view = makeChart(body, 'rate', 'Rate, bounds on I(Z;X) and I(Z;Y) in bits against beta');
        const chooser = makeSelect('Slope of', SLOPES.map(([name, text]) => [name, `slope of ${text}`]),
            state.slope, (name) => { state.slope = name; drawAll(); });
        body.append(chooser);
        const slope = makeChart(body, 'slope', 'Change per doubling of beta, in bits');
        const values = makeValues('rate', body);
        const select = () => showRateValues(values);
        return {
            draw() {
                chooser.value = state.slope;
                legend.hidden = !drawRate(view, note);
                legend.classList.toggle('plain', colorsCurves());
                chooser.hidden = !drawSlope(slope);
                select();
            }, select,
        };
    },
});

/** Of the slope. */
function slopeTitle() {
    return `d ${SLOPES.find(([name]) => name === state.slope)?.[1]} / d log₂β (bits)`;
}

/** @param {ShowValues} values */
function showRateValues(values) {
    /** @type {Column} */
    const column = { name: 'slope', title: slopeTitle(), kind: 'number' };
    values([...measureColumns(RATE_MEASURES), column], () => {
        const slopes = new Map(slopeSpots().map(({ row, y }) => [row?.id, y]));
        return measureEntries(RATE_MEASURES, (row) => [slopes.get(row.id) ?? null]);
    });
}

/** By differences; each stands between its two points, and belongs to that of the greater beta. */
function slopeSpots() {
    /** @type {Spot[]} */
    const spots = [];
    /** @type {Row | null} */
    let last = null;
    for (const row of state.rows) {
        const value = measureOf(row, state.slope).mean;
        if (value === null || row.beta === null || row.beta <= 0)
            continue;
        if (last !== null && onOneCurve(last, row)) {
            const ratio = row.beta / (last.beta ?? NaN), before = measureOf(last, state.slope).mean;
            if (ratio < LEAST_RATIO)
                continue;
            spots.push({ x: row.beta / Math.sqrt(ratio), row,
                y: (value - (before ?? NaN)) / Math.log2(ratio) });
        }
        last = row;
    }
    return spots;
}

/** @param {Spot[]} spots @param {Axis} x @param {Record<string, any>} style */
function rateLines(spots, x, style) {
    const thin = thinSpots(spots, x);
    return bySource(thin).map((group) => {
        const dataset = curveDataset(group, {
            pointStyle: SHAPES[(group[0].row?.source ?? 0) % SHAPES.length], pointRadius: 0,
            pointBackgroundColor: fillOf(style.borderColor, state.split),
            showLine: hasLines(thin.length, spots.length), ...style });
        return Object.assign(dataset, lineStyle(dataset.data));
    });
}

/** Whether there is something to draw.
 * @param {ChartView} view @param {Note} note */
function drawRate(view, note) {
    const rows = state.rows.filter((row) => measureOf(row, 'izx_upper_tight').mean !== null);
    const spots = betaSpots(rows, 'bits', (row) => measureOf(row, 'izy_lower'));
    setShown(view, spots.length > 0);
    if (spots.length === 0) {
        note(whyNothing('No point has both I(Z;X), which deterministic codes lack, and a β.'));
        return false;
    }
    const rates = betaSpots(rows, 'bits', (row) => measureOf(row, 'izx_upper'));
    const bounds = betaSpots(rows, 'bits', (row) => {
        const { mean } = measureOf(row, 'izx_upper_tight');
        return { mean, lo: Math.max(0, measureOf(row, 'izx_lower').mean ?? 0), hi: mean };
    });
    const x = betaAxis(rows), many = spots.length > MANY;
    showChart(view, {
        x, y: { kind: 'bits', title: 'bits', min: Math.min(0, rangeOf(spots, ({ y }) => y)[0]) },
        datasets: [
            ...rateLines(spots, x, { borderColor: theme.second, borderWidth: many ? 1 : 2,
                pointRadius: many ? 1.5 : 3, band: translucent(theme.second, 0.15) }),
            ...rateLines(bounds, x, { borderColor: theme.first,
                band: translucent(theme.first, many ? 0.08 : 0.2) }),
            ...rateLines(rates, x, { borderColor: theme.first, borderWidth: 1.5, borderDash: [1.5, 3],
                pointRadius: many ? 0.8 : 1.8 }),
        ],
        spots, labels: curveLabels(rates),
    });
    note(noteZeros(rows) + noteSeeds());
    return true;
}

/** Whether there is something to draw: it takes two values of beta on a curve.
 * @param {ChartView} view */
function drawSlope(view) {
    const spots = slopeSpots(), x = betaAxis(state.rows), thin = thinSpots(spots, x);
    setShown(view, spots.length > 0);
    if (spots.length === 0)
        return false;
    const color = markColors(), radius = spots.length > MANY ? 1.5 : 3;
    const datasets = bySource(thin).map((group) => {
        const dataset = curveDataset(group, { showLine: hasLines(thin.length, spots.length) });
        return Object.assign(dataset, lineStyle(dataset.data),
            markStyle(dataset.data, color, 'none', radius));
    });
    showChart(view, { x, y: { kind: 'linear', title: slopeTitle() }, spots, datasets,
        labels: steepest(spots) });
    return true;
}

/** The steepest place of each curve, named by its beta.
 * @param {Spot[]} slopes @returns {Label[]} */
function steepest(slopes) {
    /** @type {Map<string, Spot>} */
    const most = new Map();
    for (const spot of slopes) {
        const curve = `${spot.row?.source}:${spot.row?.curve}`;
        if (Math.abs(spot.y) > Math.abs(most.get(curve)?.y ?? 0))
            most.set(curve, spot);
    }
    return most.size > 6 || state.seeds === 'single' ? []
        : [...most.values()].map(({ x, y }) => ({ x, y, text: `β ${formatNumber(x, 2)}` }));
}
