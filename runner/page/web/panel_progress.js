'use strict';
/* How far each sweep is, its running jobs, and what failed. */

addPanel({
    id: 'progress', title: 'Progress', span: 'wide',
    help: 'J is the mean objective over the steps of the epoch under way. Time left: at the pace of the jobs that are done.',
    start(body) {
        const holder = make('div', { class: 'sources' });
        body.append(holder);
        let shown = '';
        return {
            draw() {
                const news = JSON.stringify(state.overview?.sources);
                if (news !== shown) /* else what somebody opened or reads stays */
                    holder.replaceChildren(...(state.overview?.sources ?? []).map(sourceProgress));
                shown = news;
            },
        };
    },
});

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
    const names = state.keys.map((key) => key.name).concat('seed');
    const rows = status.running_jobs.slice(0, 40).map((job) => {
        const label = names.filter((name) => job.settings[name] !== undefined)
            .map((name) => `${name}=${job.settings[name]}`).join(' ');
        const share = job.share === null ? 'begins' : `${Math.round(100 * job.share)} %`;
        return make('tr', { 'data-job': job.job },
            make('td', { class: 'text' }, label || `job ${job.job}`),
            make('td', {}, `${job.epoch} of ${job.epochs}`), make('td', {}, share),
            make('td', { 'data-value': job.objective }, formatNumber(job.objective)),
            make('td', { class: 'text' }, job.host));
    });
    const head = make('tr', {}, ...['running job', 'epoch', 'done', 'J (bits)', 'host'].map((text) =>
        make('th', { scope: 'col' }, text)));
    const more = status.running_jobs.length - rows.length;
    return make('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `Running jobs of ${status.name}` },
        make('table', { class: 'running' }, make('thead', {}, head), make('tbody', {}, ...rows)),
        ...more > 0 ? [`and ${formatCount(more, 'more job')}`] : []);
}

/** @param {Source} source @param {number} place */
function failureList(source, place) {
    const items = source.failures.map((failure) => make('li', { 'data-job': failure.job },
        make('strong', {}, failure.state), ` ${failure.label}: ${failure.message || 'no message'}`));
    const more = source.n_failures - source.failures.length;
    return make('details', { id: `failures-${place}` },
        make('summary', {}, `${formatCount(source.n_failures, 'job')} that failed or diverged`),
        make('ul', {}, ...items, ...more > 0 ? [make('li', {}, `and ${more.toLocaleString('en')} more`)] : []));
}
