'use strict';
/* The information plane. */

addPanel({
    id: 'plane', title: 'Information plane',
    help: 'Marks: I(Z;Y) ≥ against the tightest upper bound on I(Z;X). Thick bars reach down to its lower ' +
        'bound, thin ones up to the rate; upright bars are 95 % intervals over seeds. Bold outlines: ' +
        'efficient points, no other has as many bits of Y for as few of X.',
    start(body) {
        const note = makeNote(body);
        const view = makeChart(body, 'plane', 'Information plane: I(Z;Y) against I(Z;X) in bits');
        const values = makeValues('plane', body);
        const names = ['izx_lower', 'izx_upper_tight', 'izx_upper', 'izy_lower'];
        const showValues = () => values(measureColumns([
            ['izx_lower', 'I(Z;X) ≥ (bits)', 'number'], ['izx_upper_tight', 'I(Z;X) ≤ (bits)', 'number'],
            ['izx_upper', 'rate (bits)', 'number'], ['izy_lower', 'I(Z;Y) ≥ (bits)', 'number'],
        ]), () => measureEntries(names));
        return { draw: () => { drawPlane(view, note); showValues(); }, select: showValues };
    },
});

/** @param {Row} row @returns {Spot} */
function planeSpot(row) {
    const rate = measureOf(row, 'izx_upper').mean, izy = measureOf(row, 'izy_lower');
    const upper = measureOf(row, 'izx_upper_tight').mean ?? rate, x = toAxis('bits', upper);
    return {
        x, y: toAxis('linear', izy.mean), row, ends: {
            left: toAxis('bits', Math.max(0, measureOf(row, 'izx_lower').mean ?? 0)), middle: x,
            right: toAxis('bits', rate), low: toAxis('linear', izy.lo), high: toAxis('linear', izy.hi),
        },
    };
}

/** H(Y) and I(X;Y) of the data, if they are few.
 * @param {Row[]} rows @returns {Limit[]} */
function levels(rows) {
    return [['h_y', 'H(Y)', [7, 4]], ['ixy', 'I(X;Y)', [2, 3]]].flatMap(([column, name, dash]) => {
        const values = new Set(rows.map((row) => numberOf(row, String(column))?.toPrecision(3)));
        values.delete(undefined);
        return values.size > 3 ? [] : [...values].map((value) => ({
            text: `${name} = ${Number(value)}`, place: 0, dash: /** @type {number[]} */ (dash),
            at: (/** @type {number} */ t) => /** @type {[number, number]} */ ([t, Number(value)]),
        }));
    });
}

/** @param {ChartView} view @param {(text: string) => void} note */
function drawPlane(view, note) {
    const spots = state.rows.map(planeSpot).filter((spot) => !Number.isNaN(spot.x + spot.y));
    setShown(view, spots.length > 0);
    if (spots.length === 0)
        return note(whyNothing('These methods have no I(Z;X): their code is deterministic.'));
    const rows = spots.map((spot) => /** @type {Row} */ (spot.row)), limits = levels(rows);
    /** @type {Axis} */
    const x = { kind: 'bits', title: 'I(Z;X) (bits)', min: 0 };
    const [low, high] = rangeOf(spots, (spot) => spot.y), top = Math.max(high, ...limits.map((l) => l.at(0)[1]));
    const color = betaColors(), thin = thinSpots(spots, x), many = spots.length > MANY;
    const datasets = bySource(thin).map((group) => {
        const dataset = curveDataset(group, { borderColor: translucent(theme.muted, 0.5),
            showLine: state.seeds === 'grouped' || thin.length === spots.length });
        Object.assign(dataset, markStyle(dataset.data, color, 'efficient', many ? 2 : 4.5));
        dataset.whiskers = many ? 0.12 : 0.75;
        dataset.whiskerColors = dataset.data.map((/** @type {Spot} */ { row }) => row === undefined ? '' : color(row));
        return dataset;
    });
    limits.push({ text: 'I(Z;Y) = I(Z;X)', dash: [], at: (t) => [t, Math.sinh(t)], place: 0.7 });
    showChart(view, {
        x, y: { kind: 'linear', title: 'I(Z;Y) ≥ (bits)', min: Math.min(0, low), max: top * 1.06 }, datasets,
        spots, limits, labels: many ? [] : curveLabels(spots),
    });
    note(noteThinned(thin.length, spots.length) + noteDeterministic(spots.length) + noteSeeds(rows));
}

/** @param {number} drawn */
function noteDeterministic(drawn) {
    const left = state.rows.length - drawn;
    return left === 0 ? '' : `${formatCount(left, 'point')} of deterministic codes ${left === 1 ? 'has' : 'have'
    } no I(Z;X). `;
}

/** Why there are no intervals; '' where there are some.
 * @param {Row[]} rows */
function noteSeeds(rows) {
    return state.seeds === 'grouped' && rows.every((row) => cellOf(row, 'n_seeds') === 1)
        ? 'One seed for each point, so no intervals.' : '';
}
