'use strict';
/* What is shown. It stands in the address too, so that a copied one shows the same. */

/** @type {State} */
const state = {
    overview: null, all: [], rows: [], keys: [], telling: [], digits: {}, curves: new Map(),
    split: 'test', seeds: 'grouped', theme: 'auto', slope: 'izy_lower', plane: 'izx', colors: '',
    hidden: [], filters: {}, selection: [], cursor: null,
};

function writeAddress() {
    const words = new URLSearchParams({ split: state.split, seeds: state.seeds });
    if (state.theme !== 'auto')
        words.set('theme', state.theme);
    if (state.slope !== 'izy_lower')
        words.set('slope', state.slope);
    if (state.plane !== 'izx')
        words.set('plane', state.plane);
    if (state.colors !== '')
        words.set('colors', state.colors);
    if (state.hidden.length > 0)
        words.set('hidden', state.hidden.join(','));
    for (const [name, filter] of Object.entries(state.filters))
        words.set(`only.${name}`, JSON.stringify([filter.min, filter.max, ...filter.not]));
    if (state.selection.length > 0)
        words.set('chosen', state.selection.join(','));
    history.replaceState(null, '', `#${words}`);
}

/** @param {string} text @returns {Filter | null} null: it is none */
function parseFilter(text) {
    try {
        const [min, max, ...not] = JSON.parse(text);
        const number = (/** @type {unknown} */ value) => typeof value === 'number' ? value : null;
        return { min: number(min), max: number(max), not: not.map(String) };
    } catch {
        return null; /* an address that people typed */
    }
}

function readAddress() {
    const words = new URLSearchParams(location.hash.slice(1));
    const list = (/** @type {string} */ name) => (words.get(name) ?? '').split(',').filter(Boolean);
    const theme = words.get('theme');
    state.split = words.get('split') ?? state.split;
    state.seeds = words.get('seeds') === 'single' ? 'single' : 'grouped';
    state.theme = theme === 'light' || theme === 'dark' ? theme : 'auto';
    state.slope = SLOPES.find(([name]) => name === words.get('slope'))?.[0] ?? 'izy_lower';
    state.plane = PLANE_AXES.find(({ name }) => name === words.get('plane'))?.name ?? 'izx';
    state.colors = words.get('colors') === 'curve' ? 'curve'
        : words.get('colors') === 'beta' ? 'beta' : '';
    state.hidden = list('hidden').map(Number);
    state.selection = list('chosen').filter((key) => /^\d+:\d+$/.test(key));
    state.filters = {};
    for (const [name, text] of words) {
        const filter = name.startsWith('only.') ? parseFilter(text) : null;
        if (filter !== null)
            state.filters[name.slice(5)] = filter;
    }
}

/** Whether a click is to choose one more.
 * @param {MouseEvent} event */
function isMore(event) {
    return event.shiftKey || event.ctrlKey || event.metaKey;
}

/** What pointer, keys and table do with a point.
 * @param {string} key @param {boolean} more */
function choose(key, more) {
    const chosen = state.selection.includes(key);
    if (more)
        state.selection = chosen ? state.selection.filter((other) => other !== key)
            : [...state.selection, key];
    else
        state.selection = chosen && state.selection.length === 1 ? [] : [key];
    showSelection();
}

function clearSelection() {
    state.selection = [];
    showSelection();
}

/** The rows of the selection that are shown, in the order of rows. */
function chosenRows() {
    return state.rows.filter((row) => state.selection.includes(row.key));
}
