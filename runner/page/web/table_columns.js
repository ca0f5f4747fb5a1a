'use strict';
/* What the table of points has: its columns, which rows, in what order, and as CSV. */

/** @type {MeasureColumn[]} */
const TABLE_MEASURES = [['error_mc', 'error_mc', 'percent'], ['error', 'error', 'percent'],
    ['izy_lower', 'I(Z;Y) ≥', 'number'], ['izx_lower', 'I(Z;X) ≥', 'number'],
    ['izx_upper_tight', 'I(Z;X) ≤', 'number'], ['izx_upper', 'rate', 'number'],
    ['error_mu', 'error_mu', 'percent'], ['izx_y_lower', 'I(X;Z|Y) ≥', 'number'],
    ['izx_y_upper_tight', 'I(X;Z|Y) ≤', 'number'], ['izx_y_upper', 'Re', 'number']];

/** @param {string} name @param {string} title @param {(row: Row) => Cell} value
 * @param {(row: Row) => string} [text] @returns {TableColumn} */
function tableColumn(name, title, value, text = (row) => String(formatCell(value(row)))) {
    return { name, title, value, text };
}

/** @param {MeasureColumn} measure @returns {TableColumn} */
function measureColumn([name, title, kind]) {
    return tableColumn(name, title, (row) => measureOf(row, name).mean, (row) => {
        const { mean, hi } = measureOf(row, name);
        const half = mean === null || hi === null ? null : (hi - mean) * (kind === 'percent' ? 100 : 1);
        return formatValue(mean, kind) + (half === null ? '' : ` ± ${formatNumber(half, 2)}`);
    });
}

/** Whether, as 1 or 0.
 * @param {string} name @param {string} title @returns {TableColumn} */
function flagColumn(name, title) {
    return tableColumn(name, title, (row) => cellOf(row, name),
        (row) => cellOf(row, name) === 1 ? '✓' : '');
}

/** Keys that tell no points apart, but differ between sources, come last.
 * @returns {TableColumn[]} */
function tableColumns() {
    const single = state.seeds === 'single';
    const others = state.keys.filter((key) => !state.telling.includes(key));
    const keyColumn = (/** @type {Key} */ key) => tableColumn(key.name, key.name,
        (row) => cellOf(row, key.column), (row) => formatSetting(key, cellOf(row, key.column)));
    return [
        tableColumn('source', 'source', (row) => sourceName(row.source)),
        ...state.telling.map(keyColumn),
        single ? tableColumn('seed', 'seed', (row) => row.seed)
            : tableColumn('n_seeds', 'seeds', (row) => cellOf(row, 'n_seeds')),
        ...measured(TABLE_MEASURES).map(measureColumn),
        flagColumn('efficient', 'efficient'), flagColumn('chosen', 'best'),
        ...single ? [tableColumn('train_s', 'training (s)', (row) => cellOf(row, 'train_s'))] : [],
        ...others.map(keyColumn),
    ];
}

/** @param {string} text words that are all to be there; one with '=' is a whole setting */
function filterRows(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean)
        .map((word) => word.includes('=') ? ` ${word} ` : word);
    return words.length === 0 ? state.rows : state.rows.filter((row) => {
        const title = `${sourceName(row.source)} ${labelOf(row)} `.toLowerCase();
        return words.every((word) => title.includes(word));
    });
}

/** Rows that have no value come last.
 * @param {Row[]} rows @param {TableColumn | undefined} column undefined: as they are
 * @param {boolean} down */
function sortRows(rows, column, down) {
    if (column === undefined)
        return rows;
    const keyed = rows.map((row) => ({ row, value: column.value(row) }));
    keyed.sort((a, b) => a.value === null || b.value === null
        ? Number(a.value === null) - Number(b.value === null)
        : (down ? -1 : 1) * compareCells(a.value, b.value));
    return keyed.map(({ row }) => row);
}

/** @param {Cell} value */
function quoteCsv(value) {
    const text = value === null ? '' : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** CSV: numbers as they came, errors as shares; the ends of intervals after all else.
 * @param {Row[]} rows */
function csvOf(rows) {
    const columns = tableColumns();
    const ends = state.seeds === 'single' ? [] : measured(TABLE_MEASURES).map(([name]) => name);
    const head = [...columns.map(({ name }) => name),
        ...ends.flatMap((name) => [`${name}_lo`, `${name}_hi`])];
    const lines = rows.map((row) => [...columns.map((column) => column.value(row)),
        ...ends.flatMap((name) => [measureOf(row, name).lo, measureOf(row, name).hi])]);
    return [head, ...lines].map((line) => line.map(quoteCsv).join(',')).join('\n') + '\n';
}
