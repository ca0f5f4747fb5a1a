'use strict';
/* All points, or jobs, as a table: sort, filter, copy. */

const PAGE_ROWS = 100;
/** @type {[name: string, title: string, kind: 'number' | 'percent'][]} */
const TABLE_MEASURES = [['error_mc', 'error_mc', 'percent'], ['error', 'error', 'percent'],
    ['izy_lower', 'I(Z;Y) ≥', 'number'], ['izx_lower', 'I(Z;X) ≥', 'number'],
    ['izx_upper_tight', 'I(Z;X) ≤', 'number'], ['izx_upper', 'rate', 'number']];

/** A column: what it sorts by and how it is written.
 * @typedef {{name: string, title: string, value: (row: Row) => Cell, text: (row: Row) => string}} TableColumn */

addPanel({
    id: 'table', title: 'Points', span: 'wide',
    help: 'Information in bits. Means over seeds, ± half the 95 % interval; efficient: no other has as many bits of Y for as few ' +
        'of X; best: the β of the least error_mc of its curve.',
    start(body) {
        const table = { sort: '', down: false, text: '', page: 0 };
        const filter = make('input', { type: 'search', 'aria-label': 'Only rows with these words', placeholder: 'filter, as in K=2' });
        const holder = make('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Table of points' });
        const pages = make('div', { class: 'pages' }), recipe = make('div', { class: 'recipe' });
        const rows = () => sortRows(filterRows(table.text), table);
        const copy = makeButton('Copy as CSV', () => copyText(tableText(rows()), copy), { id: 'copy-csv' });
        const note = makeNote(body);
        body.append(make('div', { class: 'tools' }, filter, copy, pages), holder, recipe);
        const draw = () => {
            const found = rows();
            note(found.length > 0 ? '' : state.rows.length > 0 ? 'No row has these words.' : whyNothing(''));
            table.page = Math.min(table.page, Math.max(0, Math.ceil(found.length / PAGE_ROWS) - 1));
            fillTable(holder, found, table, draw);
            fillPages(pages, found.length, table, draw);
        };
        const select = () => { markTable(holder); showRecipe(recipe); };
        let waiting = 0;
        filter.addEventListener('input', () => {
            clearTimeout(waiting);
            waiting = window.setTimeout(() => { Object.assign(table, { text: filter.value, page: 0 }); draw(); }, 150);
        });
        return { draw() { draw(); showRecipe(recipe); }, select };
    },
});

/** @returns {TableColumn[]} */
function tableColumns() {
    const several = (state.overview?.sources.length ?? 0) > 1;
    /** @param {string} name @param {string} title @param {(row: Row) => Cell} value @returns {TableColumn} */
    const column = (name, title, value, text = (/** @type {Row} */ row) => formatCell(value(row))) =>
        ({ name, title, value, text });
    return [
        ...several ? [column('source', 'source', (row) => sourceName(row.source))] : [],
        ...state.keys.map((key) => column(key.name, key.name, (row) => cellOf(row, key.column))),
        state.seeds === 'single' ? column('seed', 'seed', (row) => row.seed)
            : column('n_seeds', 'seeds', (row) => cellOf(row, 'n_seeds')),
        ...TABLE_MEASURES.map(([name, title, kind]) => column(name, title, (row) => measureOf(row, name).mean, (row) => {
            const { mean, hi } = measureOf(row, name);
            return formatValue(mean, kind) + (mean === null || hi === null ? '' : ` ± ${
                formatNumber((hi - mean) * (kind === 'percent' ? 100 : 1), 2)}`);
        })),
        ...state.seeds === 'single' ? [column('train_s', 'training (s)', (row) => cellOf(row, 'train_s'))] : [],
        column('efficient', 'efficient', (row) => cellOf(row, 'efficient'), (row) => cellOf(row, 'efficient') === 1 ? '✓' : ''),
        column('chosen', 'best', (row) => cellOf(row, 'chosen'), (row) => cellOf(row, 'chosen') === 1 ? '✓' : ''),
    ];
}

/** @param {string} text words that are all to be there */
function filterRows(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0)
        return [...state.rows];
    return state.rows.filter((row) => {
        const title = `${sourceName(row.source)} ${labelOf(row)} `.toLowerCase();
        return words.every((word) => title.includes(word.includes('=') ? `${word} ` : word));
    });
}

/** Where nothing is, last.
 * @param {Row[]} rows @param {{sort: string, down: boolean}} table */
function sortRows(rows, table) {
    const column = tableColumns().find(({ name }) => name === table.sort);
    if (column === undefined)
        return rows;
    const sign = table.down ? -1 : 1;
    const keyed = rows.map((row) => ({ row, key: column.value(row) }));
    keyed.sort(({ key: a }, { key: b }) => a === b ? 0 : a === null ? 1 : b === null ? -1
        : sign * (typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : 1));
    return keyed.map(({ row }) => row);
}

/** @param {HTMLElement} holder @param {Row[]} rows
 * @param {{sort: string, down: boolean, page: number}} table @param {() => void} draw */
function fillTable(holder, rows, table, draw) {
    const columns = tableColumns(), from = table.page * PAGE_ROWS;
    const head = columns.map(({ name, title }) => make('th', {
        scope: 'col', 'aria-sort': name !== table.sort ? 'none' : table.down ? 'descending' : 'ascending',
    }, makeButton(title, () => {
        Object.assign(table, { down: table.sort === name && !table.down, sort: name, page: 0 });
        draw();
    }, { 'data-sort': name })));
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset : {};
    const lines = rows.slice(from, from + PAGE_ROWS).map((row) => tableLine(row, columns));
    holder.replaceChildren(make('table', { id: 'points' },
        make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, 'chosen'), ...head)), make('tbody', {}, ...lines)));
    markTable(holder);
    for (const element of holder.querySelectorAll('button, input')) /* what had the focus has it again */
        if (element instanceof HTMLElement && ((focused.sort !== undefined && element.dataset.sort === focused.sort) ||
            (focused.row !== undefined && element.dataset.row === focused.row)))
            element.focus();
}

/** @param {Row} row @param {TableColumn[]} columns */
function tableLine(row, columns) {
    const box = make('input', { type: 'checkbox', 'data-row': row.id, 'aria-label': `choose ${titleOf(row)}` });
    box.addEventListener('change', () => choose(row.key, true));
    const line = make('tr', { 'data-panel': 'table', 'data-source': row.source, 'data-point': row.point, 'data-job': row.job,
        'data-key': row.key }, make('td', {}, make('label', {}, box, make('span', { class: 'swatch', 'aria-hidden': 'true' }))),
    ...columns.map((column) => make('td', { 'data-column': column.name, 'data-value': column.value(row) ?? '' }, column.text(row))));
    line.addEventListener('click', (event) => {
        if (!(event.target instanceof Element) || event.target.closest('label') === null) {
            speak(row);
            choose(row.key, event.shiftKey || event.ctrlKey || event.metaKey);
        }
    });
    return line;
}

/** @param {HTMLElement} holder */
function markTable(holder) {
    for (const line of holder.querySelectorAll('tr[data-key]')) {
        const n = state.selection.indexOf(line.getAttribute('data-key') ?? ''), box = line.querySelector('input');
        const swatch = line.querySelector('.swatch');
        line.classList.toggle('chosen', n >= 0);
        if (box !== null)
            box.checked = n >= 0;
        if (swatch instanceof HTMLElement) {
            swatch.textContent = n >= 0 ? String(n + 1) : '';
            paintSwatch(swatch, n >= 0 ? choiceColor(n) : '');
        }
    }
}

/** @param {HTMLElement} pages @param {number} n @param {{page: number}} table @param {() => void} draw */
function fillPages(pages, n, table, draw) {
    const from = table.page * PAGE_ROWS, to = Math.min(n, from + PAGE_ROWS);
    const turn = (/** @type {string} */ text, /** @type {number} */ by, /** @type {boolean} */ possible) => {
        const button = makeButton(text, () => {
            table.page += by;
            draw();
            const same = pages.querySelector(`[data-turn="${by}"]`);
            if (same instanceof HTMLElement)
                same.focus();
        }, { 'data-turn': String(by), 'aria-label': by < 0 ? 'the rows before' : 'the rows after' });
        button.disabled = !possible;
        return button;
    };
    pages.replaceChildren(make('span', { id: 'row-range' }, n === 0 ? 'no rows'
        : `${(from + 1).toLocaleString('en')} to ${to.toLocaleString('en')} of ${n.toLocaleString('en')}`),
    ...n <= PAGE_ROWS ? [] : [turn('‹', -1, from > 0), turn('›', 1, to < n)]);
}

/** @param {Cell} value */
function quoteCsv(value) {
    const text = value === null ? '' : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** @param {Row[]} rows @returns {string} CSV: numbers as they came, errors as shares */
function tableText(rows) {
    const columns = tableColumns(), measures = TABLE_MEASURES.map(([name]) => name);
    const ends = state.seeds === 'single' ? [] : measures;
    const head = ['source', ...columns.filter(({ name }) => name !== 'source').map(({ name }) => name),
        ...ends.flatMap((name) => [`${name}_lo`, `${name}_hi`])];
    const lines = rows.map((row) => [sourceName(row.source),
        ...columns.filter(({ name }) => name !== 'source').map((column) => column.value(row)),
        ...ends.flatMap((name) => [measureOf(row, name).lo, measureOf(row, name).hi])]);
    return [head, ...lines].map((line) => line.map(quoteCsv).join(',')).join('\n') + '\n';
}
