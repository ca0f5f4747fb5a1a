'use strict';
/* Curves by name and colour. A curve is named by what tells it from others, in as few words as do:
 * "vib", "vib, mixture", "ceb". */

/* Okabe & Ito 2008, as of the figures; yellow reads badly on white. */
const SERIES_COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#888888',
    '#8c564b'];

/** @param {Row} row */
function curveKey(row) {
    return `${row.source}:${row.curve}`;
}

/** The first row of each curve; none where there are more than colours.
 * @param {Row[]} rows in order @returns {Map<string, Row>} */
function findCurves(rows) {
    /** @type {Map<string, Row>} */
    const curves = new Map();
    for (const row of rows) {
        if (row.beta !== null && !curves.has(curveKey(row)))
            curves.set(curveKey(row), row);
        if (curves.size > SERIES_COLORS.length)
            return new Map();
    }
    return curves;
}

/** Whether points are coloured by their curve, not by beta: as chosen, or where curves differ in a
 * choice, such as the method, and not in numbers alone. */
function colorsCurves() {
    return state.curves.size > 1 && (state.colors === 'curve' || (state.colors === '' &&
        state.telling.some(({ kind }) => kind === 'text')));
}

/** @returns {(row: Row) => string} */
function curveColors() {
    const places = new Map([...state.curves.keys()].map((key, place) => [key, place]));
    return (row) => {
        const place = places.get(curveKey(row));
        return place === undefined ? theme.muted : SERIES_COLORS[place];
    };
}

/** Of marks. @returns {(row: Row) => string} */
function markColors() {
    return colorsCurves() ? curveColors() : betaColors();
}

/** Of choices alone what is not usual, unless nothing else is left; of numbers all.
 * @param {Row} row @param {string[]} common keys that are alike for all curves */
function curveName(row, common) {
    const glyph = sourceCount() > 1 ? `${GLYPHS[row.source % GLYPHS.length]} ` : '';
    const without = [...TRADE_OFFS.map(({ key }) => key), ...common];
    const keys = state.telling.filter(({ name }) => !without.includes(name));
    const words = (/** @type {boolean} */ all) => keys.flatMap((key) => {
        const value = cellOf(row, key.column);
        if (value === null)
            return [];
        if (key.kind !== 'text')
            return [`${key.name.replace(/.*\./, '')}=${formatSetting(key, value)}`];
        return all || key.name === 'method' || value !== key.usual ? [String(value)] : [];
    });
    const short = words(false);
    return glyph + (short.length > 0 ? short : words(true)).join(', ');
}

/** The keys in which rows do not differ.
 * @param {(Row | undefined)[]} rows @returns {string[]} */
function commonKeys(rows) {
    return state.telling.filter(({ column }) => rows.every((row) =>
        row && rows[0] && cellOf(row, column) === cellOf(rows[0], column))).map(({ name }) => name);
}

/** The legend of these colours. */
function seriesLegend() {
    const rows = [...state.curves.values()], common = commonKeys(rows), color = curveColors();
    return rows.map((row) => make('span', { class: 'series' }, makeSwatch(color(row), ''),
        curveName(row, common)));
}
