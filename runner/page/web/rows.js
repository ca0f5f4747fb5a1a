'use strict';
/* Points and jobs as rows: reading, order, filters. */

/** @param {Row} row @param {string} column @returns {Cell} null where it has none */
function cellOf(row, column) {
    const place = row.columns.get(column);
    if (place !== undefined)
        return row.cells[place];
    return row.group === null ? null : cellOf(row.group, column);
}

/** @param {Row} row @param {string} column */
function numberOf(row, column) {
    const value = cellOf(row, column);
    return typeof value === 'number' ? value : null;
}

/** @param {Row} row @param {string} name of a column of view information_plane @returns {Measure} */
function measureOf(row, name) {
    if (row.group !== null)
        return { mean: numberOf(row, name), lo: null, hi: null };
    return {
        mean: numberOf(row, `${name}_mean`), lo: numberOf(row, `${name}_lo`),
        hi: numberOf(row, `${name}_hi`),
    };
}

/** @param {Sheet} sheet */
function placesOf(sheet) {
    return new Map(sheet.columns.map((name, place) => [name, place]));
}

/* What methods trade the fit for: a point has one of these, which its row calls beta. */
const TRADE_OFFS = [{ key: 'beta', column: 'beta', letter: 'β' }, { key: 'train.gamma', column: 'train_gamma', letter: 'γ' }];

/** The letters of those that the points have: "β, γ".
 * @param {Row[]} rows */
function tradeOffLetters(rows) {
    const found = TRADE_OFFS.filter(({ column }) => rows.some((row) => cellOf(row, column) !== null));
    return found.length === 0 ? 'β' : found.map(({ letter }) => letter).join(', ');
}

/** @param {PointSheet} sheet @param {number} source @returns {Row[]} */
function pointRows(sheet, source) {
    const columns = placesOf(sheet);
    const shared = TRADE_OFFS.map(({ key }) => sheet.shared[key]).find((text) => text !== undefined) ?? null;
    return sheet.rows.map((cells) => {
        const at = (/** @type {string} */ name) => cells[columns.get(name) ?? -1] ?? null;
        const point = Number(at('point')), key = `${source}:${point}`;
        const beta = TRADE_OFFS.map(({ column }) => at(column)).find((value) => value !== null) ?? shared;
        return {
            id: key, key, source, point, curve: Number(at('curve')), seed: null, job: null,
            beta: beta === null ? null : Number(beta), cells, columns, group: null,
        };
    });
}

/** @param {Sheet} sheet @param {Row[]} points of the same source @returns {Row[]} */
function jobRows(sheet, points) {
    const columns = placesOf(sheet), groups = new Map(points.map((row) => [row.point, row]));
    /** @type {Row[]} */
    const rows = [];
    for (const cells of sheet.rows) {
        const text = (/** @type {string} */ name) => String(cells[columns.get(name) ?? -1]);
        const at = (/** @type {string} */ name) => Number(text(name));
        const group = groups.get(at('point'));
        if (group !== undefined) /* else it ended after the points were read */
            rows.push({ ...group, id: `${group.key}:${at('job')}`, seed: text('seed'), job: at('job'),
                cells, columns, group });
    }
    return rows;
}

const BY_NUMBERS = new Intl.Collator(undefined, { numeric: true });

/** Numbers by their value, before texts, which are ordered by the whole numbers in them.
 * @param {Cell} a @param {Cell} b */
function compareCells(a, b) {
    if (typeof a === 'number' && typeof b === 'number')
        return a - b;
    return typeof a === typeof b ? BY_NUMBERS.compare(String(a), String(b))
        : typeof a === 'number' ? -1 : 1;
}

/** @param {string | null} a @param {string | null} b as text, since numbers beyond 2^53 are rounded */
function compareSeeds(a, b) {
    const one = a ?? '', other = b ?? '';
    return one.length - other.length || (one < other ? -1 : Number(one > other));
}

/** Along curves: what lines join, and how arrow keys go.
 * @param {Row} a @param {Row} b */
function compareRows(a, b) {
    return a.source - b.source || a.curve - b.curve || compareSeeds(a.seed, b.seed) ||
        (a.beta ?? -1) - (b.beta ?? -1) || a.point - b.point;
}

/** @param {Row} a @param {Row} b */
function onOneCurve(a, b) {
    return a.source === b.source && a.curve === b.curve && a.seed === b.seed;
}

/** @param {Points} points @param {Jobs | null} jobs @returns {Row[]} */
function allRows(points, jobs) {
    const rows = points.sources.flatMap((sheet, source) => {
        const groups = pointRows(sheet, source);
        return jobs === null ? groups : jobRows(jobs.sources[source], groups);
    });
    return rows.sort(compareRows);
}

/** @param {Points} points @returns {Key[]} without seed, which points do not have */
function allKeys(points) {
    const keys = new Map();
    for (const sheet of points.sources)
        for (const key of sheet.keys)
            if (key.name !== 'seed')
                keys.set(key.name, key);
    return [...keys.values()];
}

/** How many points the keys tell apart.
 * @param {Row[]} rows @param {Key[]} keys */
function countApart(rows, keys) {
    const columns = keys.map(({ column }) => column);
    return new Set(rows.map((row) =>
        [row.source, ...columns.map((name) => cellOf(row, name))].join('\n'))).size;
}

/** Without keys that follow from the others, of two such the later; the method is always told.
 * @param {Row[]} rows @param {Key[]} keys */
function tellingKeys(rows, keys) {
    const points = [...new Set(rows.map((row) => row.group ?? row))];
    const sources = countApart(points, []);
    let telling = keys.filter((key) => countApart(points, [key]) > sources);
    const all = countApart(points, telling);
    for (const key of [...telling].reverse()) {
        const fewer = telling.filter((other) => other !== key);
        if (key.name !== 'method' && countApart(points, fewer) === all)
            telling = fewer;
    }
    return telling;
}

/** How many digits of reals, four at least, tell the values of each key apart.
 * @param {Row[]} rows @param {Key[]} keys */
function digitsOf(rows, keys) {
    const MOST = 17;
    /** @type {Record<string, number>} */
    const found = {};
    for (const { column, kind } of keys) {
        const values = new Set(kind === 'real' ? rows.map((row) => numberOf(row, column)) : []);
        const apart = (/** @type {number} */ digits) =>
            new Set([...values].map((value) => formatNumber(value, digits))).size === values.size;
        found[column] = 4;
        while (found[column] < MOST && !apart(found[column]))
            found[column]++;
    }
    return found;
}

/** @param {Row} row */
function passes(row) {
    if (state.hidden.includes(row.source))
        return false;
    for (const key of state.keys) {
        const filter = state.filters[key.name];
        if (filter === undefined)
            continue;
        const value = cellOf(row, key.column);
        if (filter.not.includes(formatSetting(key, value)))
            return false;
        if (typeof value === 'number' &&
            (value < (filter.min ?? -Infinity) || value > (filter.max ?? Infinity)))
            return false;
    }
    return true;
}
