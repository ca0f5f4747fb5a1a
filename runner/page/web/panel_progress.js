'use strict';
/* How far each sweep is, its running jobs, and what failed. */

const MOST_RUNNING = 40;

addPanel({
    id: 'progress', place: 10, title: 'Progress', span: 'wide',
    help: 'J is the mean objective over the steps of the epoch under way. Time left: at the pace of the ' +
        'jobs that are done.',
    start(body) {
        const holder = make('div', { class: 'sources' });
        body.append(holder);
        let shown = '';
        const news = () => {
            const text = JSON.stringify(state.overview?.sources);
            if (text !== shown)
                replaceKeeping(holder, (state.overview?.sources ?? []).map(sourceProgress));
            shown = text;
        };
        return { news, draw() { shown = ''; news(); } }; /* labels tell other keys */
    },
});

/** What is open stays open, what has the focus keeps it.
 * @param {HTMLElement} holder @param {Node[]} children */
function replaceKeeping(holder, children) {
    const open = [...holder.querySelectorAll('details[open]')].map(({ id }) => id);
    const focused = document.activeElement?.closest('details');
    const kept = focused && holder.contains(focused) ? focused.id : '';
    holder.replaceChildren(...children);
    for (const id of open)
        document.getElementById(id)?.setAttribute('open', '');
    document.getElementById(kept)?.querySelector('summary')?.focus();
}

/** @param {Source} source @param {number} place */
function sourceProgress(source, place) {
    const title = make('h3', { title: source.path },
        make('span', { 'aria-hidden': 'true' }, `${GLYPHS[place % GLYPHS.length]} `), source.name);
    const block = make('div', { class: 'source', 'data-source': place }, title);
    if (source.error !== null)
        block.append(make('p', { class: 'trouble' }, source.error));
    if (source.status === null)
        return block;
    block.append(progressBar(source.status), make('p', {}, progressWords(source.status)));
    for (const text of source.status.unreadable)
        block.append(make('p', { class: 'trouble' }, text));
    if (source.status.running_jobs.length > 0)
        block.append(runningTable(source.status));
    if (source.failures.length > 0)
        block.append(failureList(source, place));
    return block;
}

/** @param {Status} status */
function progressBar(status) {
    const bar = make('div', { class: 'bar', role: 'img',
        'aria-label': `${status.done} of ${status.jobs} jobs are done` });
    for (const name of /** @type {const} */ (['done', 'diverged', 'failed', 'running', 'waiting'])) {
        const part = make('span', { class: name });
        part.style.flexGrow = String(status[name]);
        if (status[name] > 0)
            bar.append(part);
    }
    return bar;
}

/** @param {Status} status */
function progressWords(status) {
    const parts = [`${status.done.toLocaleString('en')} of ${formatCount(status.jobs, 'job')} done`];
    for (const name of /** @type {const} */ (['running', 'waiting', 'failed', 'diverged']))
        if (status[name] > 0)
            parts.push(`${status[name].toLocaleString('en')} ${name}`);
    if (status.lost > 0)
        parts.push(`${status.lost} of the waiting had begun in a run that is gone`);
    if (status.threads > 0)
        parts.push(`on ${formatCount(status.threads, 'thread')}`);
    if (status.eta_s !== null)
        parts.push(`about ${formatTime(status.eta_s)} left`);
    if (status.core_hours_left !== null && status.core_hours_left > 0)
        parts.push(`${formatNumber(status.core_hours_left, 2)} core-hours left`);
    return parts.join(', ') + (status.queue === null ? '.' : `. ${status.queue}`);
}

/** @param {Status} status */
function runningTable(status) {
    const jobs = status.running_jobs, first = jobs[0].settings;
    const told = ['beta', 'K', 'seed', ...state.telling.map(({ name }) => name)];
    const names = Object.keys(first).filter((name) => told.includes(name) ||
        jobs.some(({ settings }) => settings[name] !== first[name]));
    const rows = jobs.slice(0, MOST_RUNNING).map((job) => {
        const label = names.filter((name) => job.settings[name] !== undefined)
            .map((name) => `${name}=${job.settings[name]}`).join(' ');
        const share = job.share === null ? 'begins' : `${Math.floor(100 * job.share)} %`;
        return make('tr', { 'data-job': job.job },
            make('td', { class: 'text' }, label || `job ${job.job}`),
            make('td', {}, `${job.epoch} of ${job.epochs}`), make('td', {}, share),
            make('td', { 'data-value': job.objective }, formatNumber(job.objective)),
            make('td', { class: 'text' }, job.host));
    });
    const head = ['running job', 'epoch', 'done', 'J (bits)', 'host'].map((text) =>
        make('th', { scope: 'col' }, text));
    const more = jobs.length - rows.length;
    return makeScroll(`Running jobs of ${status.name}`, makeTable({ class: 'running' }, head, rows),
        more > 0 ? `and ${formatCount(more, 'more job')}` : '');
}

/** @param {Source} source @param {number} place */
function failureList(source, place) {
    const items = source.failures.map((failure) => make('li', { 'data-job': failure.job },
        make('strong', {}, failure.state), ` ${failure.label}: ${failure.message || 'no message'}`));
    const more = source.n_failures - source.failures.length;
    if (more > 0)
        items.push(make('li', {}, `and ${more.toLocaleString('en')} more`));
    return make('details', { id: `failures-${place}` },
        make('summary', {}, `${formatCount(source.n_failures, 'job')} that failed or diverged`),
        make('ul', {}, ...items));
}
