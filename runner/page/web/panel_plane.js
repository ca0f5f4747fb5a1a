'use strict';
/* The information plane. */

/** @type {MeasureColumn[]} */
const PLANE_MEASURES = [['izx_lower', 'I(Z;X) ≥ (bits)', 'number'],
    ['izx_upper_tight', 'I(Z;X) ≤ (bits)', 'number'], ['izx_upper', 'rate (bits)', 'number'],
    ['izy_lower', 'I(Z;Y) ≥ (bits)', 'number'], ['izx_y_lower', 'I(X;Z|Y) ≥ (bits)', 'number'],
    ['izx_y_upper_tight', 'I(X;Z|Y) ≤ (bits)', 'number'], ['izx_y_upper', 'Re (bits)', 'number']];
/* What the horizontal axis may be: a quantity and its bounds, of which methods train with `loose`. */
const PLANE_AXES = [
    { name: 'izx', title: 'I(Z;X)', lower: 'izx_lower', upper: 'izx_upper_tight', loose: 'izx_upper' },
    { name: 'izx_y', title: 'I(X;Z|Y)', lower: 'izx_y_lower', upper: 'izx_y_upper_tight',
        loose: 'izx_y_upper' }];

addPanel({
    id: 'plane', place: 20, title: 'Information plane',
    help: 'Marks: I(Z;Y) ≥ against the tightest upper bound on I(Z;X), or on I(X;Z|Y), what a code ' +
        'keeps beside Y. Thick bars reach down to its lower bound, thin ones up to the rate, or Re; ' +
        'upright bars are 95 % intervals over seeds. Bold outlines: efficient points, no other has ' +
        'as many bits of Y for as few of X.',
    start(body) {
        const note = makeNote(body);
        const chooser = makeSelect('Plane of',
            PLANE_AXES.map(({ name, title }) => [name, `I(Z;Y) against ${title}`]), state.plane,
            (name) => { state.plane = name; drawAll(); });
        body.append(chooser);
        const view = makeChart(body, 'plane', 'Information plane: I(Z;Y) against I(Z;X) in bits');
        const values = makeValues('plane', body);
        const select = () => {
            const measures = measured(PLANE_MEASURES);
            values(measureColumns(measures), () => measureEntries(measures));
        };
        return {
            draw() {
                chooser.value = state.plane;
                chooser.hidden = measured([['izx_y_upper_tight', '', 'number']]).length === 0;
                drawPlane(view, note);
                select();
            }, select,
        };
    },
});

function planeAxis() {
    return PLANE_AXES.find(({ name }) => name === state.plane) ?? PLANE_AXES[0];
}

/** @param {Row} row @returns {Spot} */
function planeSpot(row) {
    const { lower, upper, loose } = planeAxis();
    const rate = measureOf(row, loose).mean, izy = measureOf(row, 'izy_lower');
    const x = toAxis('bits', measureOf(row, upper).mean ?? rate);
    return {
        x, y: toAxis('linear', izy.mean), row, ends: {
            left: toAxis('bits', Math.max(0, measureOf(row, lower).mean ?? 0)), middle: x,
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

/** A little before the bars begin.
 * @param {Spot[]} spots */
function nearest(spots) {
    const [least, most] = rangeOf(spots, ({ x, ends }) => Math.min(x, ends?.left ?? x));
    return Math.max(0, least - 0.05 * (most - least));
}

/** @param {ChartView} view @param {Note} note */
function drawPlane(view, note) {
    const spots = state.rows.map(planeSpot).filter(hasPlace), { name, title } = planeAxis();
    setShown(view, spots.length > 0);
    view.canvas.setAttribute('aria-label', `Information plane: I(Z;Y) against ${title} in bits`);
    if (spots.length === 0)
        return note(whyNothing(`These methods have no ${title}: their code is deterministic.`));
    const [low, high] = rangeOf(spots, ({ y }) => y);
    const levels = [...levelsOf('h_y', 'H(Y)', [7, 4]), ...levelsOf('ixy', 'I(X;Y)', [2, 3])];
    const top = Math.max(high, ...levels.map(({ at }) => at(0)[1]));
    const isClose = colorsCurves() && low > top / 2; /* where curves would fall together */
    /** @type {Limit} */
    const diagonal = { text: 'I(Z;Y) = I(Z;X)', dash: [], place: 0.7, at: (t) => [t, Math.sinh(t)] };
    /** @type {Axis} */
    const x = { kind: 'bits', title: `${title} (bits)`, min: isClose ? nearest(spots) : 0,
        max: 1.02 * furthest(spots) };
    const thin = thinSpots(spots, x);
    showChart(view, {
        x, y: { kind: 'linear', title: 'I(Z;Y) ≥ (bits)',
            min: isClose ? low - 0.08 * (top - low) : Math.min(0, low),
            max: isClose ? top + 0.08 * (top - low) : top * 1.06 },
        datasets: planeDatasets(thin, spots.length), spots,
        limits: name === 'izx' ? [...levels, diagonal] : levels,
        labels: spots.length > MANY ? [] : curveLabels(spots),
    });
    const left = state.rows.length - spots.length;
    note(noteThinned(thin.length, spots.length) + (left === 0 ? ''
        : `Not here: ${formatCount(left, 'point')} of deterministic codes, which have no ${title}. `) +
        noteSeeds());
}

/** @param {Spot[]} spots those that are drawn @param {number} n how many there are */
function planeDatasets(spots, n) {
    const many = n > MANY, color = markColors();
    return bySource(spots).map((group) => {
        const dataset = curveDataset(group, { borderColor: translucent(theme.muted, 0.5),
            showLine: hasLines(spots.length, n), bars: many ? 0.12 : 0.75 });
        dataset.barColors = dataset.data.map((/** @type {Spot} */ { row }) => row ? color(row) : '');
        return Object.assign(dataset, lineStyle(dataset.data),
            markStyle(dataset.data, color, 'efficient', many ? 2 : 4.5));
    });
}
