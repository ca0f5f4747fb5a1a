'use strict';
/* What is shown, to be chosen: split, seeds, sources, values of keys. */

const MOST_BOXES = 12;
/** What the controls were made for. */
let controlsFor = '';

/** The different values of a key; null: more than MOST_BOXES.
 * @param {Key} key */
function valuesOf(key) {
    /** @type {Set<Cell>} */
    const values = new Set();
    for (const row of state.all) {
        values.add(cellOf(row, key.column));
        if (values.size > MOST_BOXES)
            return null;
    }
    const found = [...values].filter((value) => value !== null);
    return found.sort(compareCells);
}

/** Made anew only for other keys, values or sources, so that the focus stays. */
function drawControls() {
    const keys = state.keys.map((key) => ({ key, values: valuesOf(key) }));
    const sources = state.overview?.sources.map(({ name }) => name);
    const news = JSON.stringify([keys, state.overview?.splits, sources, isDark(), betaRange(),
        colorsCurves(), [...state.curves.keys()]]);
    if (news === controlsFor)
        return;
    controlsFor = news;
    known('choices').replaceChildren(...choiceFields());
    const filters = keys.flatMap(({ key, values }) =>
        values !== null && values.length < 2 ? [] : values !== null ? [boxField(key, values)]
            : key.kind === 'text' ? [] : [rangeField(key)]);
    known('filter-fields').replaceChildren(...filters);
    known('filters').hidden = filters.length === 0;
    known('scale').replaceChildren(...colorsCurves() ? seriesLegend() : betaScale());
}

/** Radio buttons.
 * @param {string} name @param {string} legend @param {[string, string][]} options
 * @param {string} value @param {(value: string) => void} pick */
function radioField(name, legend, options, value, pick) {
    const field = make('fieldset', { class: 'segments' }, make('legend', {}, legend));
    for (const [option, text] of options) {
        const radio = make('input', { type: 'radio', name, value: option, checked: option === value });
        radio.addEventListener('change', () => pick(option));
        field.append(make('label', {}, radio, make('span', {}, text)));
    }
    return field;
}

function choiceFields() {
    const overview = state.overview, splits = overview?.splits ?? [], fields = [
        radioField('split', 'Split', splits.map((split) => [split, split]), state.split,
            (split) => { state.split = split; reload(); }),
        radioField('seeds', 'Seeds', [['grouped', 'mean'], ['single', 'each']], state.seeds,
            (seeds) => { state.seeds = seeds === 'single' ? 'single' : 'grouped'; reload(); }),
    ];
    if (state.curves.size > 1)
        fields.push(radioField('colors', 'Colour', [['beta', tradeOffLetters(state.all)], ['curve', 'curve']],
            colorsCurves() ? 'curve' : 'beta',
            (colors) => { state.colors = colors === 'curve' ? 'curve' : 'beta'; drawAll(); }));
    if (overview !== null && overview.sources.length > 1)
        fields.push(checkField('Sources', overview.sources.map(({ name }, i) => ({
            text: `${GLYPHS[i % GLYPHS.length]} ${name}`, name: `source-${i}`,
            checked: !state.hidden.includes(i),
            set: (/** @type {boolean} */ on) => {
                state.hidden = state.hidden.filter((other) => other !== i).concat(on ? [] : [i]);
            },
        }))));
    return fields;
}

/** @param {string} legend
 * @param {{text: string, checked: boolean, name: string, set: (on: boolean) => void}[]} boxes */
function checkField(legend, boxes) {
    const labels = boxes.map(({ text, checked, name, set }) => {
        const box = make('input', { type: 'checkbox', name, checked });
        box.addEventListener('change', () => { set(box.checked); drawAll(); });
        return make('label', {}, box, make('span', {}, text));
    });
    return make('fieldset', {}, make('legend', {}, legend), ...labels);
}

/** @param {string} name of a key @param {(filter: Filter) => void} change */
function changeFilter(name, change) {
    const filter = state.filters[name] ?? { not: [], min: null, max: null };
    change(filter);
    if (filter.not.length === 0 && filter.min === null && filter.max === null)
        delete state.filters[name];
    else
        state.filters[name] = filter;
}

/** @param {Key} key @param {Cell[]} values */
function boxField(key, values) {
    return checkField(key.name, values.map((value) => {
        const text = formatSetting(key, value);
        return {
            text, checked: !(state.filters[key.name]?.not.includes(text)), name: `only-${key.name}`,
            set: (/** @type {boolean} */ on) => changeFilter(key.name, (filter) => {
                filter.not = filter.not.filter((other) => other !== text).concat(on ? [] : [text]);
            }),
        };
    }));
}

/** @param {Key} key */
function rangeField(key) {
    const field = make('fieldset', { class: 'range' }, make('legend', {}, key.name));
    for (const [end, text] of /** @type {const} */ ([['min', 'from'], ['max', 'to']])) {
        const input = make('input', { type: 'number', step: 'any', name: `${end}-${key.name}`,
            value: state.filters[key.name]?.[end] });
        input.addEventListener('change', () => {
            const value = input.value === '' ? null : Number(input.value);
            changeFilter(key.name, (filter) => { filter[end] = value; });
            drawAll();
        });
        field.append(make('label', {}, make('span', {}, text), input));
    }
    return field;
}

/** The legend of the colours. */
function betaScale() {
    const range = betaRange();
    if (range === null || range.least === range.most)
        return [];
    const bar = make('span', { class: 'gradient', role: 'img', 'aria-label': `colours of ${tradeOffLetters(state.all)}` });
    bar.style.backgroundImage = `linear-gradient(to right, ${[0, 0.25, 0.5, 0.75, 1].map(viridis)})`;
    return [`${tradeOffLetters(state.all)} ${formatNumber(range.least, 3)}`, bar, formatNumber(range.most, 3)];
}

/** How many points are chosen and shown. */
function drawChosen() {
    const n = state.selection.length, shown = state.rows.length, all = state.all.length;
    const noun = state.seeds === 'single' ? 'job' : 'point';
    const less = shown === all ? '' : `${shown.toLocaleString('en')} of `;
    known('count').textContent =
        `${less}${formatCount(all, noun)}, ${state.split}${n === 0 ? '' : `, ${n} chosen`}`;
    known('clear').hidden = n === 0;
    known('all').hidden = Object.keys(state.filters).length + state.hidden.length === 0;
}

function applyTheme() {
    if (state.theme === 'auto')
        delete document.documentElement.dataset.theme;
    else
        document.documentElement.dataset.theme = state.theme;
    known('theme').textContent = isDark() ? 'Light' : 'Dark';
}
