'use strict';
/* Choosing points of a chart. Left and right go along a curve, up and down to the next one. */

/** @param {ChartView} view @returns {Spot[]} those that have a place, in the order of rows */
function reachable(view) {
    return (view.spec.spots ?? []).filter((spot) =>
        spot.row !== undefined && Number.isFinite(spot.x) && Number.isFinite(spot.y));
}

/** On the curve after, or before, the point of the nearest beta.
 * @param {Spot[]} spots @param {number} at @param {number} step 1 or -1 */
function nextCurve(spots, at, step) {
    const from = spots[at].row;
    /** @type {Row | null} */
    let curve = null;
    let best = at, least = Infinity;
    for (let i = at + step; from && spots[i] !== undefined; i += step) {
        const row = spots[i].row;
        if (row === undefined || (curve === null && onOneCurve(from, row)))
            continue;
        if (curve !== null && !onOneCurve(curve, row))
            break;
        curve = row;
        const far = Math.abs(Math.log((row.beta || 1e-12) / (from.beta || 1e-12)));
        if (far < least) {
            least = far;
            best = i;
        }
    }
    return best;
}

/** @param {string} key @param {Spot[]} spots @param {number} at -1: at none yet */
function placeAfter(key, spots, at) {
    if (key === 'Home' || (at < 0 && key.startsWith('Arrow')))
        return 0;
    const last = spots.length - 1;
    switch (key) {
    case 'End': return last;
    case 'ArrowRight': return Math.min(last, at + 1);
    case 'ArrowLeft': return Math.max(0, at - 1);
    case 'ArrowUp': return nextCurve(spots, at, -1);
    case 'ArrowDown': return nextCurve(spots, at, 1);
    default: return -1;
    }
}

/** @param {ChartView} view */
function listenToKeys(view) {
    view.canvas.addEventListener('keydown', (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey)
            return;
        if ((event.key === 'Enter' || event.key === ' ') && state.cursor !== null)
            choose(state.cursor.key, event.shiftKey);
        else {
            const spots = reachable(view);
            const at = spots.findIndex((spot) => spot.row?.id === state.cursor?.id);
            const place = placeAfter(event.key, spots, at);
            if (place < 0 || spots[place] === undefined)
                return;
            showCursor(spots[place].row ?? null);
        }
        event.preventDefault();
    });
    view.canvas.addEventListener('blur', () => showCursor(null));
}

/** @param {ChartView} view */
function listenToPointer(view) {
    const NEAR = 14;
    view.canvas.addEventListener('click', (event) => {
        const { x, y } = view.chart.scales;
        let best = NEAR, found = null;
        for (const spot of reachable(view)) {
            const distance = Math.hypot(x.getPixelForValue(spot.x) - event.offsetX,
                y.getPixelForValue(spot.y) - event.offsetY);
            if (distance < best) {
                best = distance;
                found = spot.row ?? null;
            }
        }
        if (found !== null) {
            speak(found);
            choose(found.key, isMore(event));
        }
    });
}
