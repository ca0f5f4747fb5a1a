'use strict';
/* Codes of two dimensions, over the entropy of the decoder. */

addPanel({
    id: 'codes', place: 50, title: 'Codes',
    help: 'p(z|x) of test examples: the ellipses that hold 95 % of each, coloured by the label. Grey: ' +
        'the entropy of q(y|z), from 0 to log₂ of the number of classes.',
    start(body) {
        const note = makeNote(body), chooser = make('div'), legend = make('ul', { class: 'legend' });
        body.append(chooser);
        const view = makeChart(body, 'codes', 'Codes in the plane of z', false);
        view.canvas.parentElement?.classList.add('square');
        body.append(legend);
        const values = makeValues('codes', body);
        let asked = 0, wanted = '';
        const draw = async () => {
            const mine = ++asked, jobs = await jobsWithCodes();
            const job = jobs.find(({ id }) => id === wanted) ?? jobs[0];
            const codes = job === undefined ? whyNoCodes()
                : await getOfJob('codes', job.key, job.job).catch(sentenceOf);
            if (mine !== asked)
                return; /* another choice was made meanwhile */
            chooser.replaceChildren(...jobs.length < 2 ? [] : [makeSelect('Codes of',
                jobs.map(({ id, label }) => [id, label]), job.id, (id) => { wanted = id; draw(); })]);
            const shown = typeof codes === 'object';
            setShown(view, shown);
            note(shown ? codesInWords(job, codes) : codes);
            legend.replaceChildren(...shown ? classLegend(codes) : []);
            showCodeValues(values, job, shown ? codes : null);
            if (shown)
                drawCodes(view, codes);
        };
        return { draw, select: draw };
    },
});

function whyNoCodes() {
    return state.selection.length === 0 ? 'Choose a point of K = 2 to see its codes.'
        : 'The chosen points have no codes to draw: jobs of K = 2 keep them with save.codes, as in ' +
        '--set save.codes=1000.';
}

/** Those of the chosen points.
 * @returns {Promise<CodeJob[]>} */
async function jobsWithCodes() {
    /** @type {CodeJob[]} */
    const jobs = [];
    for (const { key, label, row } of shownChoice().slice(0, MOST_CURVES)) {
        const point = await getPoint(key).catch(() => null);
        for (const { job, seed, codes } of point?.settings.K === '2' ? point.jobs : [])
            if (codes)
                jobs.push({ id: `${key}:${job}`, key, row, job, label: `${label} seed=${seed}` });
    }
    return jobs;
}

/** @param {CodeJob} job @param {Codes} codes */
function codesInWords({ label }, { rows }) {
    const wrong = rows.filter(([is, prediction]) => is !== prediction).length;
    return `${label}: ${formatCount(rows.length, 'code')}, of which ${
        formatPercent(wrong / Math.max(1, rows.length))} are misclassified.`;
}

/** @param {Codes} codes */
function classLegend({ classes }) {
    return classes.map((name, c) => make('li', {}, makeSwatch(classColor(c), ''), name));
}

/** @param {ShowValues} values @param {CodeJob | undefined} job @param {Codes | null} codes */
function showCodeValues(values, job, codes) {
    if (job === undefined || codes === null)
        return values([], () => []);
    const { classes, rows } = codes;
    values([{ name: 'label', title: 'label', kind: 'text' },
        { name: 'prediction', title: 'prediction', kind: 'text' },
        { name: 'z1', title: 'mean z₁', kind: 'number' },
        { name: 'z2', title: 'mean z₂', kind: 'number' }],
    () => rows.map(([label, prediction, mu]) => ({
        source: job.row.source, point: job.row.point, job: job.job,
        cells: [classes[label], classes[prediction], mu[0], mu[1]] })));
}

/** @param {Codes} codes @returns {Ellipse[]} points where the code is deterministic */
function ellipsesOf({ rows }) {
    return rows.map(([label, , mu, [l11 = 1e-9, l22 = 1e-9, l21 = 0]]) =>
        ({ x: mu[0], y: mu[1], l11, l22, l21, color: classColor(label) }));
}

/** Around all ellipses, of equal scales.
 * @param {Ellipse[]} ellipses @param {ChartView} view @returns {Frame} */
function frameOf(ellipses, view) {
    const across = (/** @type {Ellipse} */ e) => RADIUS * e.l11;
    const up = (/** @type {Ellipse} */ e) => RADIUS * Math.hypot(e.l21, e.l22);
    const left = rangeOf(ellipses, (e) => e.x - across(e))[0];
    const right = rangeOf(ellipses, (e) => e.x + across(e))[1];
    const low = rangeOf(ellipses, (e) => e.y - up(e))[0];
    const high = rangeOf(ellipses, (e) => e.y + up(e))[1];
    const half = 1.03 * Math.max(1e-3, right - left, high - low) / 2, area = view.chart.chartArea;
    const ratio = (area.right - area.left) / (area.bottom - area.top) || 1;
    const x = half * Math.max(1, ratio), y = half * Math.max(1, 1 / ratio);
    return { left: (left + right) / 2 - x, right: (left + right) / 2 + x,
        low: (low + high) / 2 - y, high: (low + high) / 2 + y };
}

/** @param {ChartView} view @param {Codes} codes */
function drawCodes(view, codes) {
    const ellipses = ellipsesOf(codes), labels = classLabels(codes), { classes, rows } = codes;
    const data = ellipses.map(({ x, y }, i) => ({ x, y,
        words: [`label ${classes[rows[i][0]]}, predicted ${classes[rows[i][1]]}`] }));
    for (let pass = 0; pass < 2; pass++) { /* the second knows the room that the axes take */
        const frame = frameOf(ellipses, view);
        showChart(view, {
            x: { kind: 'linear', title: 'z₁', min: frame.left, max: frame.right },
            y: { kind: 'linear', title: 'z₂', min: frame.low, max: frame.high },
            datasets: [{ data, pointRadius: 0, showLine: false }], ellipses, labels,
            image: pass === 0 ? undefined : entropyImage(codes.decoder, frame),
        });
    }
}

/** The name of each class at the mean of its codes.
 * @param {Codes} codes @returns {Label[]} */
function classLabels({ classes, rows }) {
    return classes.flatMap((text, c) => {
        const own = rows.filter(([label]) => label === c);
        const mean = (/** @type {number} */ axis) =>
            own.reduce((sum, [, , mu]) => sum + mu[axis], 0) / own.length;
        return own.length === 0 ? [] : [{ x: mean(0), y: mean(1), text }];
    });
}
