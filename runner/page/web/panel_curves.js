'use strict';
/* Learning curves of the chosen jobs, over epochs and through the information plane. */

const MOST_CURVES = 24;
/** @type {[name: string, title: string, kind: AxisKind][]} */
const CURVES = [['ce', 'CE (bits)', 'bits'], ['izx_upper', 'rate (bits)', 'bits'],
    ['izy_lower', 'I(Z;Y) ≥ (bits)', 'linear'], ['error', 'error (%)', 'percent']];

addPanel({
    id: 'curves', place: 60, title: 'Learning curves', span: 'double',
    help: 'One line for each job of the chosen points, in the colour of its point. Solid: the split ' +
        'above; dashed: train. The last chart goes through the plane; its mark is the last epoch.',
    start(body) {
        const note = makeNote(body), legend = make('ul', { class: 'legend' });
        const grid = make('div', { class: 'small-charts' });
        body.append(legend, grid);
        const views = CURVES.map(([name, title]) =>
            makeChart(grid, `curve-${name}`, `${title} over epochs`, false));
        const path = makeChart(grid, 'path', 'I(Z;Y) against the rate, from epoch to epoch', false);
        const values = makeValues('curves', body);
        let asked = 0;
        const draw = async () => {
            const mine = ++asked, found = await chosenCurves();
            if (mine !== asked)
                return; /* another choice was made meanwhile */
            note(found.note);
            legend.replaceChildren(...curveLegend(found.jobs));
            CURVES.forEach((_, i) => drawCurve(views[i], i, found.jobs));
            drawPath(path, found.jobs);
            showCurveValues(values, found.jobs);
        };
        return { draw, select: draw };
    },
});

/** The chosen points that pass the filters, with their places in the selection.
 * @returns {Choice[]} */
function shownChoice() {
    const shown = new Map(state.rows.map((row) => [row.key, row.group ?? row]));
    return state.selection.flatMap((key, n) => {
        const row = shown.get(key);
        return row === undefined ? [] : [{ key, n, row, label: titleOf(row) }];
    });
}

/** Of the first MOST_CURVES jobs of the chosen points that have ended. One that cannot be had, as that
 * of a job that diverged before its first evaluation, keeps none of the others away. */
async function chosenCurves() {
    /** @type {JobCurves[]} */
    const jobs = [];
    let left = 0, note = state.selection.length > 0 ? ''
        : 'Choose points in another panel or in the table to see how their jobs learned.';
    const tell = (/** @type {unknown} */ trouble) => {
        note = sentenceOf(trouble);
        return null;
    };
    for (const choice of shownChoice())
        for (const job of (await getPoint(choice.key).catch(tell))?.jobs ?? []) {
            if (job.state === 'pending' || job.state === 'running')
                continue;
            const curves = jobs.length < MOST_CURVES
                ? await getOfJob('curves', choice.key, job.job).catch(tell) : null;
            left += Number(jobs.length >= MOST_CURVES);
            if (curves !== null)
                jobs.push({ ...choice, job, label: `${choice.label} seed=${job.seed}`, curves });
        }
    if (left > 0)
        note = `The first ${MOST_CURVES} jobs are drawn, ${left} are not.`;
    return { jobs, note };
}

/** @param {JobCurves[]} jobs */
function curveLegend(jobs) {
    const points = new Map(jobs.map((job) => [job.n, job]));
    return [...points.values()].map(({ n, row }) => {
        const seeds = jobs.filter((other) => other.n === n).map(({ job }) =>
            job.state === 'done' ? job.seed : `${job.seed} (${job.state})`);
        return make('li', {}, makeSwatch(choiceColor(n), String(n + 1)),
            `${titleOf(row)}, seed ${seeds.join(', ')}`);
    });
}

/** @param {JobCurves} job @param {string} split @param {string[]} names of columns
 * @returns {Cell[][]} */
function epochsOf({ curves }, split, names) {
    const places = names.map((name) => curves.columns.indexOf(name));
    const at = curves.columns.indexOf('split');
    return curves.rows.filter((row) => row[at] === split)
        .map((row) => places.map((place) => row[place] ?? null));
}

/** A line for each job and each of the two splits.
 * @param {JobCurves[]} jobs @param {(job: JobCurves, split: string) => Spot[]} spots */
function curveDatasets(jobs, spots) {
    const splits = state.split === 'train' ? ['train'] : [state.split, 'train'];
    return jobs.flatMap((job) => splits.map((split) => {
        const data = spots(job, split), color = choiceColor(job.n), main = split === state.split;
        return {
            data, showLine: true, borderColor: color, borderWidth: 1.5, borderDash: main ? [] : [4, 3],
            pointStyle: SHAPES[job.row.source % SHAPES.length], pointBorderColor: color,
            pointBackgroundColor: fillOf(color, split),
            pointRadius: data.map((_, i) => main && i === data.length - 1 ? 3 : 0),
        };
    })).filter(({ data }) => data.length > 0);
}

/** @param {ChartView} view @param {number} i of CURVES @param {JobCurves[]} jobs */
function drawCurve(view, i, jobs) {
    const [name, title, kind] = CURVES[i], shown = kind === 'percent' ? kind : 'number';
    const datasets = curveDatasets(jobs, (job, split) =>
        epochsOf(job, split, ['epoch', name]).map(([epoch, value]) => ({
            x: Number(epoch), y: toAxis(kind, typeof value === 'number' ? value : null),
            words: [job.label, `epoch ${epoch}, ${split}`, `${title}: ${formatValue(value, shown)}`],
        })).filter(hasPlace));
    setShown(view, datasets.length > 0);
    if (datasets.length > 0)
        showChart(view, { x: { kind: 'linear', title: 'epoch' }, y: { kind, title }, datasets });
}

/** @param {ChartView} view @param {JobCurves[]} jobs */
function drawPath(view, jobs) {
    const datasets = curveDatasets(jobs, (job, split) =>
        epochsOf(job, split, ['izx_upper', 'izy_lower', 'epoch']).map(([rate, izy, epoch]) => ({
            x: typeof rate === 'number' ? toAxis('bits', rate) : NaN,
            y: typeof izy === 'number' ? izy : NaN,
            words: [job.label, `epoch ${epoch}, ${split}`,
                `rate ${formatCell(rate)} bits, I(Z;Y) ≥ ${formatCell(izy)} bits`],
        })).filter(hasPlace));
    setShown(view, datasets.length > 0);
    if (datasets.length > 0)
        showChart(view, { x: { kind: 'bits', title: 'rate (bits)' },
            y: { kind: 'linear', title: 'I(Z;Y) ≥ (bits)' }, datasets });
}

/** @param {ShowValues} values @param {JobCurves[]} jobs */
function showCurveValues(values, jobs) {
    const names = ['epoch', ...CURVES.map(([name]) => name)], splits = state.overview?.splits ?? [];
    /** @type {Column[]} */
    const columns = [{ name: 'label', title: 'job', kind: 'text' },
        { name: 'split', title: 'split', kind: 'text' },
        { name: 'epoch', title: 'epoch', kind: 'number' }];
    for (const [name, title, kind] of CURVES)
        columns.push({ name, title, kind: kind === 'percent' ? kind : 'number' });
    values(columns, () => jobs.flatMap((job) => splits.flatMap((split) =>
        epochsOf(job, split, names).map((cells) => ({
            source: job.row.source, point: job.row.point, job: job.job.job,
            cells: [job.label, split, ...cells],
        })))));
}
