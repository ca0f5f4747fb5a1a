'use strict';
/* The panels, and when they are drawn. A panel is a file and its row: panel_NAME.js. */

/** @type {Panel[]} */
const panels = [];
/** @type {PanelLife[]} */
const lives = [];

/** @param {Panel} panel */
function addPanel(panel) {
    panels.push(panel);
}

function startPanels() {
    panels.sort((a, b) => a.place - b.place);
    for (const panel of panels) {
        const title = make('h2', { id: `title-${panel.id}` }, panel.title);
        const body = make('div', { class: 'body' });
        known('panels').append(make('section', {
            id: `panel-${panel.id}`, 'data-panel': panel.id, class: `panel ${panel.span ?? ''}`,
            'aria-labelledby': title.id,
        }, title, body, make('p', { class: 'help' }, panel.help)));
        lives.push(panel.start(body));
    }
}

/** Everything: other documents, filters or colours. */
function drawAll() {
    readTheme();
    state.rows = state.all.filter(passes);
    drawControls();
    for (const life of lives)
        life.draw();
    drawChosen();
    writeAddress();
}

function showSelection() {
    markCharts();
    for (const life of lives)
        life.select?.();
    drawChosen();
    writeAddress();
}

/** @param {Row | null} row */
function showCursor(row) {
    if (row === null && state.cursor === null)
        return;
    state.cursor = row;
    if (row !== null)
        speak(row);
    markCharts();
}

/** A point in words, for all and for screen readers.
 * @param {Row} row */
function speak(row) {
    known('spoken').textContent = `${titleOf(row)}: ${wordsOf(row).join('; ')}.`;
}

/** A sentence of a panel: why it is empty, or what is not drawn.
 * @param {HTMLElement} body */
function makeNote(body) {
    const note = make('p', { class: 'note' });
    body.append(note);
    return (/** @type {string} */ text) => {
        note.textContent = text;
        note.hidden = text === '';
    };
}

/** @param {ChartView} view @param {boolean} shown */
function setShown(view, shown) {
    if (view.canvas.parentElement !== null)
        view.canvas.parentElement.hidden = !shown;
    if (!shown)
        showChart(view, NOTHING);
}

/** @param {[sample: string, text: string][]} entries samples are classes of style.css */
function makeLegend(entries) {
    return make('ul', { class: 'legend' }, ...entries.map(([sample, text]) =>
        make('li', {}, make('span', { class: `sample ${sample}`, 'aria-hidden': 'true' }), text)));
}
