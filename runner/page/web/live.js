'use strict';
/* News from the server: asks for the overview, and for the rest only when something has changed. */

const EVERY_MS = 2000, MOST_MS = 30000;
/** `results` are those that the rows which are shown are of, `trouble` why there are no news: '' for
 * none, `heard` when there were, by performance.now(). */
const connection = { results: '', heard: 0, delay: EVERY_MS, timer: 0, trouble: '', reading: false };
/** Counts calls of readRows: the last one shows what it read. */
let readings = 0;

/** Reads the rows of the split, and draws all. */
async function readRows() {
    const mine = ++readings, splits = state.overview?.splits ?? [];
    if (!splits.includes(state.split))
        state.split = splits[splits.length - 1] ?? 'test';
    /** @type {Points} */
    const points = splits.length === 0 ? { sources: [] }
        : await getDocument(`api/points?split=${state.split}`);
    /** @type {Jobs | null} */
    const jobs = splits.length > 0 && state.seeds === 'single'
        ? await getDocument(`api/jobs?split=${state.split}`) : null;
    if (mine !== readings)
        return;
    state.keys = allKeys(points);
    state.all = allRows(points, jobs);
    state.telling = tellingKeys(state.all, state.keys);
    state.digits = digitsOf(state.all, state.keys);
    state.curves = findCurves(state.all);
    drawAll();
}

/** What the controls call: other rows. */
async function reload() {
    connection.reading = true;
    showConnection();
    await readRows().catch(lose);
    connection.reading = false;
    showConnection();
}

/** Reads the overview, and the rest when it tells of a change. */
async function hear() {
    /** @type {Overview} */
    const overview = await readDocument('api/overview');
    const results = `${overview.version} ${overview.state}`; /* a new server's first version is 1 again */
    const changed = results !== connection.results;
    state.overview = overview;
    for (const life of lives)
        life.news?.();
    if (changed) {
        const names = sweepNames(overview);
        known('name').textContent = names;
        document.title = `${names} – vib-sweep`;
        forgetDocuments();
        connection.reading = state.all.length === 0;
        showConnection();
        await readRows();
        connection.results = results;
    }
    connection.reading = false;
}

/** @param {Overview} overview */
function sweepNames(overview) {
    const names = new Set(overview.sources.map(({ status, name }) => status?.name || name));
    return [...names].join(', ') || 'vib-sweep';
}

/** A TypeError is what fetch throws without a connection.
 * @param {unknown} trouble */
function lose(trouble) {
    connection.delay = Math.min(MOST_MS, 2 * connection.delay);
    connection.trouble = trouble instanceof Error && !(trouble instanceof TypeError)
        ? trouble.message.replace(/\.$/, '') : 'Connection lost';
}

/** Hears, and again after a while, as long as somebody looks. */
async function listen() {
    clearTimeout(connection.timer);
    try {
        await hear();
        Object.assign(connection, { heard: performance.now(), delay: EVERY_MS, trouble: '' });
    } catch (trouble) {
        lose(trouble);
    }
    showConnection();
    clearTimeout(connection.timer);
    if (hasServer() && !document.hidden)
        connection.timer = window.setTimeout(listen, connection.delay);
}

function showConnection() {
    const line = known('live'), at = state.overview?.at ?? '';
    line.classList.toggle('lost', connection.trouble !== '');
    if (connection.trouble !== '')
        line.textContent = connection.trouble + (hasServer() ? ', trying again' : '');
    else if (connection.reading)
        line.textContent = 'reading …';
    else if (!hasServer())
        line.textContent = ['as of ', at.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC. '),
            state.overview?.left_out ?? ''].join('');
    else
        line.textContent = `live, ${Math.round((performance.now() - connection.heard) / 1000)} s ago`;
}

function startListening() {
    document.addEventListener('visibilitychange', () => {
        if (!document.hidden && hasServer())
            listen();
    });
    setInterval(showConnection, 1000);
    listen();
}
