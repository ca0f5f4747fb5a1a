'use strict';
/* Colours: beta by viridis, chosen points and classes by colours for colour-blind readers. Sources
 * are told apart by the shape of their marks, splits by how these are filled. */

const VIRIDIS = ['#440154', '#482878', '#3e4989', '#31688e', '#26828e', '#1f9e89', '#35b779',
    '#6ece58', '#b5de2b', '#fde725'];
/* Tol 2021, "bright" and "muted". */
const CHOICE_COLORS = ['#ee6677', '#4477aa', '#228833', '#aa3377', '#ccbb44', '#66ccee', '#bb5511',
    '#888888'];
const CLASS_COLORS = ['#5544aa', '#88ccee', '#117733', '#ddcc77', '#cc6677', '#aa4499', '#44aa99',
    '#882255', '#999933', '#777777'];
const SHAPES = ['circle', 'triangle', 'rectRot', 'rect', 'star', 'crossRot'];
const GLYPHS = ['●', '▲', '◆', '■', '✳', '✕'];

/** @param {string} color #rrggbb, or rgb() as browsers write it @returns {number[]} */
function channels(color) {
    return color.startsWith('#') ? [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16))
        : (color.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
}

/** @param {string} color @param {number} alpha */
function translucent(color, alpha) {
    return `rgba(${channels(color)}, ${alpha})`;
}

/** @param {number} share 0 to 1 */
function viridis(share) {
    /* Without the end that the background swallows. */
    const [first, last] = isDark() ? [0.22, 1] : [0, 0.93];
    const place = (first + (last - first) * Math.min(1, Math.max(0, share))) * (VIRIDIS.length - 1);
    const below = Math.min(VIRIDIS.length - 2, Math.floor(place)), rest = place - below;
    const a = channels(VIRIDIS[below]), b = channels(VIRIDIS[below + 1]);
    return '#' + a.map((value, i) => Math.round(value + rest * (b[i] - value)).toString(16)
        .padStart(2, '0')).join('');
}

/** The least and greatest positive beta of all points, so that filters change no colour. */
function betaRange() {
    let least = Infinity, most = -Infinity;
    for (const { beta } of state.all)
        if (beta !== null && beta > 0) {
            least = Math.min(least, beta);
            most = Math.max(most, beta);
        }
    return least <= most ? { least, most } : null;
}

/** @returns {(row: Row) => string} */
function betaColors() {
    const range = betaRange(), grey = theme.muted;
    /** @type {Map<number, string>} */
    const made = new Map();
    return ({ beta }) => {
        if (beta === null || range === null)
            return grey;
        let color = made.get(beta);
        if (color === undefined) {
            const span = Math.log(range.most / range.least) || 1;
            color = viridis(beta <= 0 ? 0 : Math.log(beta / range.least) / span);
            made.set(beta, color);
        }
        return color;
    };
}

/** Of the selection's n-th point.
 * @param {number} n */
function choiceColor(n) {
    return CHOICE_COLORS[n % CHOICE_COLORS.length];
}

/** @param {number} c */
function classColor(c) {
    return CLASS_COLORS[c % CLASS_COLORS.length];
}

/** A coloured tile: with the number of a chosen point, or empty.
 * @param {string} color @param {string} text */
function makeSwatch(color, text) {
    const swatch = make('span', { class: 'swatch', 'aria-hidden': 'true' }, text);
    paintSwatch(swatch, color);
    return swatch;
}

/** Its text is black or white, whichever is read better.
 * @param {HTMLElement} swatch @param {string} color '' for none */
function paintSwatch(swatch, color) {
    const [red, green, blue] = channels(color).map((value) => (value / 255) ** 2.2);
    swatch.style.backgroundColor = color;
    swatch.style.color = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? '#000' : '#fff';
}

/** @param {string} color @param {string} split */
function fillOf(color, split) {
    return split === 'train' ? theme.paper : split === 'validation' ? translucent(color, 0.4) : color;
}

function isDark() {
    return state.theme === 'dark' ||
        (state.theme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
}

/** What canvases need of style.css: rgb(). */
const theme = { ink: '', paper: '', muted: '', line: '', first: '', second: '' };

function readTheme() {
    const style = getComputedStyle(known('probe')); /* one element that wears them all */
    Object.assign(theme, {
        ink: style.color, paper: style.backgroundColor, muted: style.borderTopColor,
        line: style.borderBottomColor, first: style.borderLeftColor, second: style.borderRightColor,
    });
}
