'use strict';
/* The configuration that reproduces a point. */

/** A value as YAML.
 * @param {string} text as the program writes it */
function quoteYaml(text) {
    const plain = /^-?[\d.]+(e[-+]?\d+)?$|^(true|false)$|^\[[\w\s,.+-]*\]$|^[A-Za-z][\w.-]*$/i;
    const word = /^(null|yes|no|on|off|y|n)$/i;
    return plain.test(text) && !word.test(text) ? text : JSON.stringify(text);
}

/** @param {string} title @param {Point} point */
function recipeOf(title, point) {
    const seeds = point.jobs.map(({ seed }) => seed).sort(compareSeeds);
    return [`# ${title.replace(/[\x00-\x1f\x7f]/g, ' ')}`,
        ...Object.entries(point.settings).filter(([name]) => name !== 'seed' && name !== 'name')
            .map(([name, text]) => `${name}: ${quoteYaml(text)}`),
        seeds.length === 1 ? `seed: ${seeds[0]}` : `grid:\n  seed: [${seeds.join(', ')}]`, '']
        .join('\n');
}

/** Of the point that was chosen last.
 * @param {HTMLElement} holder */
async function showRecipe(holder) {
    const choice = shownChoice().pop();
    if (choice === undefined) {
        delete holder.dataset.key;
        holder.replaceChildren(make('p', { class: 'note' },
            'Choose a point to see the configuration that reproduces it.'));
        return;
    }
    if (holder.dataset.key === choice.key && holder.querySelector('pre') !== null)
        return;
    holder.dataset.key = choice.key;
    let text = '';
    try {
        text = recipeOf(choice.label, await getPoint(choice.key));
    } catch (trouble) {
        text = `# ${sentenceOf(trouble)}\n`;
    }
    if (holder.dataset.key !== choice.key)
        return;
    const copy = makeButton('Copy YAML', () => copyText(text, copy), { id: 'copy-yaml' });
    holder.replaceChildren(make('h3', {}, `Reproduces ${choice.label}`), copy,
        make('pre', { tabindex: 0, role: 'region', 'aria-label': 'Configuration as YAML' }, text));
}
