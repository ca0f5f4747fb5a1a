'use strict';
/* Elements of the page. Text is always a text node, so what a database says is never markup. */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes] those that
 *     are false, null or undefined are not set
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes))
        if (value !== false && value !== null && value !== undefined)
            element.setAttribute(name, value === true ? '' : String(value));
    element.append(...children);
    return element;
}

/** @param {string} id of an element that index.html has */
function known(id) {
    const element = document.getElementById(id);
    if (element === null)
        throw new Error(`the page has no #${id}`);
    return element;
}

/** @param {Record<string, string>} attributes @param {Node[]} head cells @param {Node[]} rows */
function makeTable(attributes, head, rows) {
    return make('table', attributes, make('thead', {}, make('tr', {}, ...head)),
        make('tbody', {}, ...rows));
}

/** A part that scrolls, also by keys.
 * @param {string} label @param {...(Node | string)} children */
function makeScroll(label, ...children) {
    return make('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label },
        ...children);
}

/** @param {string} text @param {() => void} action @param {Record<string, string>} [attributes] */
function makeButton(text, action, attributes = {}) {
    const button = make('button', { type: 'button', ...attributes }, text);
    button.addEventListener('click', action);
    return button;
}

/**
 * A choice of one.
 * @param {string} label
 * @param {[value: string, text: string][]} options
 * @param {string} value the one that is chosen
 * @param {(value: string) => void} choose
 */
function makeSelect(label, options, value, choose) {
    const select = make('select', { 'aria-label': label },
        ...options.map(([name, text]) => make('option', { value: name }, text)));
    select.value = value;
    select.addEventListener('change', () => choose(select.value));
    return select;
}

/** Copies, and says on the button that it did.
 * @param {HTMLButtonElement} button */
async function copyText(/** @type {string} */ text, button) {
    let copied = true;
    try {
        await navigator.clipboard.writeText(text);
    } catch {
        copied = copyByHand(text); /* no permission, or a page that is not from a secure origin */
    }
    const before = button.dataset.text ?? button.textContent ?? '';
    button.dataset.text = before;
    button.textContent = copied ? 'Copied' : 'Cannot copy here';
    setTimeout(() => { button.textContent = before; }, 1500);
}

/** @param {string} text */
function copyByHand(text) {
    const area = make('textarea', { class: 'hidden', 'aria-hidden': 'true' });
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    return copied;
}
