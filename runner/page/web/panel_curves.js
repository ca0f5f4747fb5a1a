'use strict';
/* Learning curves of the chosen jobs, over epochs and through the information plane. */

const MOST_CURVES = 24;
/** @type {[name: string, title: string, kind: AxisKind][]} */
const CURVES = [['ce', 'CE (bits)', 'bits'], ['izx_upper', 'rate (bits)', 'bits'],
    ['izy_lower', 'I(Z;Y) ≥ (bits)', 'linear'], ['error', 'error (%)', 'percent']];

/** @typedef {{key: string, n: number, job: PointJob, label: string, curves: Curves}} JobCurves */

addPanel({
    id: 'curves', title: 'Learning curves', span: 'double',
    help: 'One line for each job of the chosen points, in the colour and with the number of its point. Solid: the ' +
        'split above; dashed: train. The last chart goes through the plane; its mark is the last epoch.',
    start(body) {
        const note = makeNote(body), legend = make('ul', { class: 'legend' });
        const grid = make('div', { class: 'small-charts' });
        body.append(legend, grid);
        const views = CURVES.map(([name, title]) => makeChart(grid, `curve-${name}`, `${title} over epochs`, false));
        const path = makeChart(grid, 'path', 'I(Z;Y) against the rate, from epoch to epoch', false);
        const values = makeValues('curves', body);
        let asked = 0;
        const draw = async () => {
            const mine = ++asked, found = await chosenCurves();
            if (mine !== asked)
                return; /* another choice was made meanwhile */
            note(found.note);
            legend.replaceChildren(...curveLegend(found.jobs));
            drawCurves(views, path, found.jobs);
            showCurveValues(values, found.jobs);
        };
        return { draw, select: draw };
    },
});

/** Keys of the chosen points that pass the filters, with their places in the selection. */
function shownChoice() {
    const shown = new Map(state.rows.map((row) => [row.key, row.group ?? row]));
    return state.selection.flatMap((key, n) => {
        const row = shown.get(key);
        return row === undefined ? [] : [{ key, n, label: titleOf(row) }];
    });
}

/** Of the first MOST_CURVES jobs of the chosen points. */
async function chosenCurves() {
    /** @type {JobCurves[]} */
    const jobs = [];
    let note = '', left = 0;
    try {
        for (const choice of shownChoice())
            for (const job of (await getPoint(choice.key)).jobs) {
                if (job.state === 'pending' || job.state === 'running')
                    continue;
                if (jobs.length >= MOST_CURVES)
                    left++;
                else
                    jobs.push({ ...choice, job, curves: await getOfJob('curves', choice.key, job.job) });
            }
    } catch (trouble) {
        note = trouble instanceof Error ? trouble.message : String(trouble);
    }
    if (jobs.length === 0 && note === '')
        note = 'Choose points in another panel or in the table to see how their jobs learned.';
    if (left > 0)
        note = `The first ${MOST_CURVES} jobs are drawn, ${left} are not. `;
    return { jobs, note };
}

/** @param {JobCurves[]} jobs */
function curveLegend(jobs) {
    const points = new Map(jobs.map((job) => [job.n, job]));
    return [...points.values()].map(({ n, label, key }) => {
        const seeds = jobs.filter((job) => job.key === key).map(({ job }) =>
            job.state === 'done' ? job.seed : `${job.seed} (${job.state})`);
        return make('li', {}, makeSwatch(choiceColor(n), String(n + 1)), `${label}, seed ${seeds.join(', ')}`);
    });
}

/** @param {JobCurves} job @param {string} split @param {string[]} names of columns @returns {Cell[][]} */
function epochsOf(job, split, names) {
    const places = names.map((name) => job.curves.columns.indexOf(name));
    const at = job.curves.columns.indexOf('split');
    return job.curves.rows.filter((row) => row[at] === split).map((row) => places.map((place) => row[place] ?? null));
}

/** A line for each job and each of the two splits.
 * @param {JobCurves[]} jobs @param {(job: JobCurves, split: string) => Spot[]} spots */
function curveDatasets(jobs, spots) {
    const splits = state.split === 'train' ? ['train'] : [state.split, 'train'];
    return jobs.flatMap((job) => splits.map((split) => {
        const data = spots(job, split), color = choiceColor(job.n);
        return {
            data, showLine: true, borderColor: color, borderWidth: 1.5, borderDash: split === state.split ? [] : [4, 3],
            pointStyle: SHAPES[Number(job.key.split(':')[0]) % SHAPES.length], pointBackgroundColor: fillOf(color, split),
            pointBorderColor: color, pointRadius: data.map((_, i) => i === data.length - 1 && split === state.split ? 3 : 0),
        };
    })).filter(({ data }) => data.length > 0);
}

/** @param {ChartView[]} views @param {ChartView} path @param {JobCurves[]} jobs */
function drawCurves(views, path, jobs) {
    CURVES.forEach(([name, title, kind], i) => {
        const datasets = curveDatasets(jobs, (job, split) => epochsOf(job, split, ['epoch', name]).map(([epoch, value]) => ({
            x: Number(epoch), y: toAxis(kind, /** @type {number | null} */ (value)),
            words: [`${job.label} seed=${job.job.seed}`, `epoch ${epoch}, ${split}`,
                `${title}: ${formatValue(value, kind === 'percent' ? 'percent' : 'number')}`],
        })).filter((spot) => !Number.isNaN(spot.y)));
        setShown(views[i], datasets.length > 0);
        if (datasets.length > 0)
            showChart(views[i], { x: { kind: 'linear', title: 'epoch' }, y: { kind, title }, datasets });
    });
    const datasets = curveDatasets(jobs, (job, split) => epochsOf(job, split, ['izx_upper', 'izy_lower', 'epoch'])
        .filter(([rate]) => rate !== null).map(([rate, izy, epoch]) => ({
            x: toAxis('bits', Number(rate)), y: Number(izy),
            words: [`${job.label} seed=${job.job.seed}`, `epoch ${epoch}, ${split}`,
                `rate ${formatCell(rate)} bits, I(Z;Y) ≥ ${formatCell(izy)} bits`],
        })));
    setShown(path, datasets.length > 0);
    if (datasets.length > 0)
        showChart(path, { x: { kind: 'bits', title: 'rate (bits)' }, y: { kind: 'linear', title: 'I(Z;Y) ≥ (bits)' }, datasets });
}

/** @param {(columns: Column[], entries: () => Entry[]) => void} values @param {JobCurves[]} jobs */
function showCurveValues(values, jobs) {
    const names = ['epoch', ...CURVES.map(([name]) => name)];
    /** @type {Column[]} */
    const columns = [{ name: 'label', title: 'job', kind: 'text' }, { name: 'split', title: 'split', kind: 'text' },
        { name: 'epoch', title: 'epoch', kind: 'number' }, ...CURVES.map(([name, title, kind]) => /** @type {Column} */ (
            { name, title, kind: kind === 'percent' ? kind : 'number' }))];
    values(columns, () => jobs.flatMap((job) => (state.overview?.splits ?? []).flatMap((split) =>
        epochsOf(job, split, names).map((cells) => ({
            source: Number(job.key.split(':')[0]), point: Number(job.key.split(':')[1]), job: job.job.job,
            cells: [`${job.label} seed=${job.job.seed}`, split, ...cells],
        })))));
}
