'use strict';
/* Sentences of panels: why they are empty, what they leave out. Each is '' where it does not hold. */

/** Why a panel has nothing to draw.
 * @param {string} lacking what its rows lack */
function whyNothing(lacking) {
    const overview = state.overview;
    if (overview !== null && overview.splits.length === 0)
        return 'No job is done yet.';
    if (state.all.length === 0)
        return `No job that is done has measured the ${state.split} split.`;
    return state.rows.length === 0 ? 'No point passes the filters.' : lacking;
}

/** What thinSpots left out.
 * @param {number} drawn @param {number} all */
function noteThinned(drawn, all) {
    return drawn >= all ? '' : `${drawn.toLocaleString('en')} of ${
        all.toLocaleString('en')} points are drawn; the others lie on these. `;
}

/** @param {Row[]} rows */
function noteZeros(rows) {
    const zeros = rows.filter((row) => row.beta !== null && row.beta <= 0).length;
    return zeros === 0 ? ''
        : `Not here: ${formatCount(zeros, 'point')} of β = 0: a logarithmic axis has no place for it. `;
}

/** Why there are no intervals. */
function noteSeeds() {
    return state.seeds === 'grouped' && state.rows.every((row) => cellOf(row, 'n_seeds') === 1)
        ? 'One seed for each point, so no intervals. ' : '';
}
