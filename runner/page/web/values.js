'use strict';
/* What a panel shows as a table, for screen readers and for those who want the numbers. */

const MOST_VALUES = 200;

/**
 * @param {string} panel @param {HTMLElement} body
 * @returns {ShowValues}
 */
function makeValues(panel, body) {
    const holder = makeScroll(`Values of panel ${panel}`);
    const details = make('details', { class: 'values', id: `values-${panel}` },
        make('summary', {}, 'Values'), holder);
    body.append(details);
    let fill = () => { };
    details.addEventListener('toggle', () => fill());
    return (columns, entries) => {
        fill = () => holder.replaceChildren(
            ...details.open ? valueTable(panel, columns, entries()) : []);
        fill();
    };
}

/** @param {string} panel @param {Column[]} columns @param {Entry[]} entries @returns {Node[]} */
function valueTable(panel, columns, entries) {
    const shown = entries.slice(0, MOST_VALUES);
    const head = columns.map((column) => make('th', { scope: 'col' }, column.title));
    const rows = shown.map((entry) => make('tr', {
        'data-panel': panel, 'data-source': entry.source, 'data-point': entry.point,
        'data-job': entry.job,
    }, ...columns.map((column, i) => make('td', {
        'data-column': column.name, 'data-value': entry.cells[i] ?? '',
        class: column.kind === 'text' ? 'text' : null,
    }, formatValue(entry.cells[i], column.kind)))));
    const less = shown.length >= entries.length ? '' : `The first ${shown.length} of ${
        formatCount(entries.length, 'row')}; choose points to see theirs.`;
    return [makeTable({}, head, rows), make('p', {}, less)];
}

/** @param {Cell | undefined} cell @param {Column['kind']} kind */
function formatValue(cell, kind) {
    return cell === undefined || cell === null ? '–'
        : typeof cell === 'string' ? cell
            : kind === 'percent' ? formatPercent(cell) : formatNumber(cell);
}

/** Those that any row has, as not all programs and methods measure all.
 * @param {MeasureColumn[]} measures */
function measured(measures) {
    return measures.filter(([name]) => state.all.some((row) => measureOf(row, name).mean !== null));
}

/** Columns of measures, the mean with the ends of its interval where seeds are grouped.
 * @param {MeasureColumn[]} measures @returns {Column[]} */
function measureColumns(measures) {
    const ends = state.seeds === 'grouped';
    return [{ name: 'label', title: 'point', kind: 'text' },
        { name: 'beta', title: 'β', kind: 'number' },
        ...measures.flatMap(([name, title, kind]) => [{ name, title, kind }, ...ends ? [
            { name: `${name}_lo`, title: 'from', kind }, { name: `${name}_hi`, title: 'to', kind },
        ] : []])];
}

/** Of the chosen points, or of all.
 * @param {MeasureColumn[]} measures @param {(row: Row) => Cell[]} [more] cells @returns {Entry[]} */
function measureEntries(measures, more = () => []) {
    const rows = state.selection.length > 0 ? chosenRows() : state.rows;
    return rows.map((row) => ({
        source: row.source, point: row.point, job: row.job,
        cells: [titleOf(row), row.beta, ...measures.flatMap(([name]) => {
            const { mean, lo, hi } = measureOf(row, name);
            return state.seeds === 'grouped' ? [mean, lo, hi] : [mean];
        }), ...more(row)],
    }));
}
