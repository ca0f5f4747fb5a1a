'use strict';
/* News from the server: asks for the overview, and for the rest only when something has changed. */

const EVERY_MS = 2000, MOST_MS = 30000;
const connection = { heard: 0, delay: EVERY_MS, timer: 0, trouble: '' };
/** Counts calls of reload: the last one shows what it read. */
let reloads = 0;

/** Reads the rows of the split, and draws all. */
async function reload() {
    const mine = ++reloads, overview = state.overview;
    if (overview === null)
        return;
    if (!overview.splits.includes(state.split))
        state.split = overview.splits[overview.splits.length - 1] ?? 'test';
    /** @type {Points} */
    const points = overview.splits.length === 0 ? { sources: [] } : await getDocument(`api/points?split=${state.split}`);
    /** @type {Jobs | null} */
    const jobs = overview.splits.length > 0 && state.seeds === 'single'
        ? await getDocument(`api/jobs?split=${state.split}`) : null;
    if (mine !== reloads)
        return;
    state.keys = allKeys(points);
    state.all = allRows(points, jobs);
    state.telling = tellingKeys(state.all, state.keys);
    drawAll();
}

/** Reads the overview, and the rest when it tells of a change. */
async function hear() {
    /** @type {Overview} */
    const overview = await readDocument('api/overview');
    const changed = overview.version !== state.overview?.version;
    state.overview = overview;
    if (changed) {
        forgetDocuments();
        known('name').textContent = sweepNames(overview);
        document.title = `${sweepNames(overview)} – vib-sweep`;
        await reload();
    }
}

/** @param {Overview} overview */
function sweepNames(overview) {
    const names = new Set(overview.sources.map(({ status, name }) => status?.name || name));
    return [...names].join(', ') || 'vib-sweep';
}

/** Hears, and again after a while, as long as somebody looks. */
async function listen() {
    clearTimeout(connection.timer);
    try {
        await hear();
        Object.assign(connection, { heard: Date.now(), delay: EVERY_MS, trouble: '' });
    } catch (trouble) {
        connection.delay = Math.min(MOST_MS, 2 * connection.delay);
        connection.trouble = trouble instanceof TypeError ? '' : trouble instanceof Error ? trouble.message : String(trouble);
        connection.heard = -Math.abs(connection.heard);
    }
    showConnection();
    if (state.overview?.live !== false && !document.hidden && hasServer()) {
        clearTimeout(connection.timer);
        connection.timer = window.setTimeout(listen, connection.delay);
    }
}

function showConnection() {
    const seconds = Math.round((Date.now() - Math.abs(connection.heard)) / 1000);
    const line = known('live'), lost = connection.heard <= 0;
    line.classList.toggle('lost', lost);
    if (!hasServer())
        line.textContent = `as of ${(state.overview?.at ?? '').replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC')}`;
    else if (lost)
        line.textContent = `${connection.trouble || 'Connection lost'}, trying again`;
    else
        line.textContent = state.overview?.live === false ? '' : `live, ${seconds} s ago`;
}

function startListening() {
    document.addEventListener('visibilitychange', () => {
        if (!document.hidden && hasServer())
            listen();
    });
    setInterval(showConnection, 1000);
    return listen();
}
