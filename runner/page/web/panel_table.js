'use strict';
/* All points, or jobs, as a table: sort, filter, copy. */

const PAGE_ROWS = 100, TYPING_MS = 150;

addPanel({
    id: 'table', place: 70, title: 'Points', span: 'wide',
    help: 'Information in bits. Means over seeds, ± half the 95 % interval; efficient: no other has ' +
        'as many bits of Y for as few of X; best: the β of the least error_mc of its curve.',
    start(body) {
        /** @type {TableView} */
        const table = { sort: '', down: false, text: '', page: 0, draw: () => { } };
        const filter = make('input', { type: 'search', placeholder: 'filter, as in K=2',
            'aria-label': 'Only rows with these words' });
        const pages = make('div', { class: 'pages' }), recipe = make('div', { class: 'recipe' });
        const holder = makeScroll('Table of points');
        const copy = makeButton('Copy as CSV', () => copyText(csvOf(tableRows(table)), copy),
            { id: 'copy-csv' });
        const note = makeNote(body);
        body.append(make('div', { class: 'tools' }, filter, copy, pages), holder, recipe);
        table.draw = () => {
            const rows = tableRows(table), last = Math.max(0, Math.ceil(rows.length / PAGE_ROWS) - 1);
            note(rows.length > 0 ? '' : whyNothing('No row has these words.'));
            table.page = Math.min(table.page, last);
            fillTable(holder, rows, table);
            fillPages(pages, rows.length, table);
        };
        let waiting = 0;
        filter.addEventListener('input', () => {
            clearTimeout(waiting);
            waiting = window.setTimeout(() =>
                turnTable(table, { text: filter.value, page: 0 }), TYPING_MS);
        });
        return {
            draw() { table.draw(); showRecipe(recipe); },
            select() { markTable(holder); showRecipe(recipe); },
        };
    },
});

/** @param {TableView} table @param {Partial<TableView>} changes */
function turnTable(table, changes) {
    Object.assign(table, changes);
    table.draw();
}

/** @param {TableView} table */
function tableRows({ text, sort, down }) {
    return sortRows(filterRows(text), tableColumns().find(({ name }) => name === sort), down);
}

/** What has the focus keeps it.
 * @param {HTMLElement} holder @param {Row[]} rows @param {TableView} table */
function fillTable(holder, rows, table) {
    const columns = tableColumns().filter(({ name }) => name !== 'source' || sourceCount() > 1);
    const focused = holder.contains(document.activeElement) ? document.activeElement?.id : '';
    const order = table.down ? 'descending' : 'ascending';
    const head = columns.map(({ name, title }) => make('th', {
        scope: 'col', 'aria-sort': name === table.sort ? order : 'none',
    }, makeButton(title, () =>
        turnTable(table, { down: table.sort === name && !table.down, sort: name, page: 0 }),
    { id: `sort-${name}`, 'data-sort': name })));
    const lines = rows.slice(table.page * PAGE_ROWS, (table.page + 1) * PAGE_ROWS)
        .map((row) => tableLine(row, columns));
    holder.replaceChildren(
        makeTable({ id: 'points' }, [make('th', { scope: 'col' }, 'chosen'), ...head], lines));
    markTable(holder);
    if (focused)
        document.getElementById(focused)?.focus();
}

/** @param {Row} row @param {TableColumn[]} columns */
function tableLine(row, columns) {
    const box = make('input', { type: 'checkbox', id: `choose-${row.id}`,
        'aria-label': `choose ${titleOf(row)}` });
    box.addEventListener('change', () => choose(row.key, true));
    const line = make('tr', { 'data-panel': 'table', 'data-source': row.source, 'data-point': row.point,
        'data-job': row.job, 'data-key': row.key },
    make('td', {}, make('label', {}, box, makeSwatch('', ''))),
    ...columns.map(({ name, value, text }) =>
        make('td', { 'data-column': name, 'data-value': value(row) ?? '' }, text(row))));
    line.addEventListener('click', (event) => {
        if (event.target instanceof Element && event.target.closest('label') === null) {
            speak(row);
            choose(row.key, isMore(event));
        }
    });
    return line;
}

/** Which rows are chosen.
 * @param {HTMLElement} holder */
function markTable(holder) {
    for (const line of holder.querySelectorAll('tr[data-key]')) {
        const n = state.selection.indexOf(line.getAttribute('data-key') ?? '');
        const box = line.querySelector('input'), swatch = line.querySelector('.swatch');
        line.classList.toggle('chosen', n >= 0);
        if (box !== null)
            box.checked = n >= 0;
        if (swatch instanceof HTMLElement) {
            swatch.textContent = n >= 0 ? String(n + 1) : '';
            paintSwatch(swatch, n >= 0 ? choiceColor(n) : '');
        }
    }
}

/** @param {HTMLElement} pages @param {number} n rows in all @param {TableView} table */
function fillPages(pages, n, table) {
    const from = table.page * PAGE_ROWS, to = Math.min(n, from + PAGE_ROWS);
    const focused = pages.contains(document.activeElement) ? document.activeElement?.id : '';
    const turn = (/** @type {string} */ text, /** @type {number} */ by) => {
        const button = makeButton(text, () => turnTable(table, { page: table.page + by }),
            by < 0 ? { id: 'rows-before', 'aria-label': 'the rows before' }
                : { id: 'rows-after', 'aria-label': 'the rows after' });
        button.disabled = by < 0 ? from === 0 : to >= n;
        return button;
    };
    pages.replaceChildren(make('span', { id: 'row-range' }, n === 0 ? 'no rows'
        : [from + 1, ' to ', to, ' of ', n].map((part) => part.toLocaleString('en')).join('')),
    ...n <= PAGE_ROWS ? [] : [turn('‹', -1), turn('›', 1)]);
    if (focused)
        document.getElementById(focused)?.focus();
}
