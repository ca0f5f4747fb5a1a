'use strict';
/* Codes of two dimensions, over the entropy of the decoder. */

addPanel({
    id: 'codes', title: 'Codes',
    help: 'p(z|x) of test examples: the ellipses that hold 95 % of each, coloured by the label. Grey: the entropy of q(y|z), ' +
        'from 0 to log₂ of the number of classes.',
    start(body) {
        const note = makeNote(body), chooser = make('div', { class: 'chooser' }), legend = make('ul', { class: 'legend' });
        body.append(chooser);
        const view = makeChart(body, 'codes', 'Codes in the plane of z', false);
        view.canvas.parentElement?.classList.add('square');
        body.append(legend);
        const values = makeValues('codes', body);
        let asked = 0, wanted = '';
        const draw = async () => {
            const mine = ++asked, jobs = await jobsWithCodes();
            const job = jobs.find(({ id }) => id === wanted) ?? jobs[0];
            const codes = job === undefined ? null : await codesOf(job);
            if (mine !== asked)
                return;
            chooser.replaceChildren(...jobs.length < 2 ? [] : [makeSelect('Codes of',
                jobs.map(({ id, label }) => [id, label]), job.id, (id) => { wanted = id; draw(); })]);
            showCodes(view, legend, note, values, job, codes);
        };
        return { draw, select: draw };
    },
});

/** @typedef {{id: string, key: string, job: number, label: string}} CodeJob */

/** Those of the chosen points.
 * @returns {Promise<CodeJob[]>} */
async function jobsWithCodes() {
    /** @type {CodeJob[]} */
    const jobs = [];
    for (const { key, label } of shownChoice().slice(0, MOST_CURVES)) {
        const point = await getPoint(key).catch(() => null);
        for (const { job, seed, codes } of point?.settings.K === '2' ? point.jobs : [])
            if (codes)
                jobs.push({ id: `${key}:${job}`, key, job, label: `${label} seed=${seed}` });
    }
    return jobs;
}

/** @param {CodeJob} job @returns {Promise<Codes | string>} or why there are none */
async function codesOf(job) {
    try {
        return await getOfJob('codes', job.key, job.job);
    } catch (trouble) {
        return trouble instanceof Error ? trouble.message : String(trouble);
    }
}

/**
 * @param {ChartView} view @param {HTMLElement} legend @param {(text: string) => void} note
 * @param {(columns: Column[], entries: () => Entry[]) => void} values
 * @param {CodeJob | undefined} job @param {Codes | string | null} codes
 */
function showCodes(view, legend, note, values, job, codes) {
    setShown(view, codes !== null && typeof codes === 'object');
    legend.replaceChildren();
    values([], () => []);
    if (codes === null)
        return note(state.selection.length === 0 ? 'Choose a point of K = 2 to see its codes.'
            : 'The chosen points have no codes to draw: jobs of K = 2 keep them with save.codes, as in --set save.codes=1000.');
    if (typeof codes === 'string')
        return note(codes);
    const wrong = codes.rows.filter(([label, prediction]) => label !== prediction).length;
    note(`${job?.label}: ${formatCount(codes.rows.length, 'code')}, of which ` +
        `${formatPercent(wrong / Math.max(1, codes.rows.length))} are misclassified.`);
    legend.append(...codes.classes.map((name, c) =>
        make('li', {}, makeSwatch(CLASS_COLORS[c % CLASS_COLORS.length], ''), name)));
    drawCodes(view, codes);
    const [source, point] = (job?.key ?? ':').split(':').map(Number);
    values([{ name: 'label', title: 'label', kind: 'text' }, { name: 'prediction', title: 'prediction', kind: 'text' },
        { name: 'z1', title: 'mean z₁', kind: 'number' }, { name: 'z2', title: 'mean z₂', kind: 'number' }],
    () => codes.rows.map(([label, prediction, mu]) => ({ source, point, job: job?.job,
        cells: [codes.classes[label] ?? label, codes.classes[prediction] ?? prediction, mu[0], mu[1]] })));
}

/** @param {Codes} codes @returns {Ellipse[]} */
function ellipsesOf(codes) {
    return codes.rows.map(([label, , mu, factor]) => ({
        x: mu[0], y: mu[1], l11: factor[0] ?? 1e-9, l22: factor[1] ?? 1e-9, l21: factor[2] ?? 0,
        color: CLASS_COLORS[label % CLASS_COLORS.length],
    }));
}

/** A frame of equal scales around all ellipses.
 * @param {Ellipse[]} ellipses @param {ChartView} view */
function frameOf(ellipses, view) {
    const [left, right] = [rangeOf(ellipses, (e) => e.x - RADIUS * e.l11)[0], rangeOf(ellipses, (e) => e.x + RADIUS * e.l11)[1]];
    const reach = (/** @type {Ellipse} */ e) => RADIUS * Math.hypot(e.l21, e.l22);
    const [low, high] = [rangeOf(ellipses, (e) => e.y - reach(e))[0], rangeOf(ellipses, (e) => e.y + reach(e))[1]];
    const half = 1.03 * Math.max(1e-3, right - left, high - low) / 2, area = view.chart.chartArea;
    const ratio = (area.right - area.left) / (area.bottom - area.top) || 1;
    const x = half * Math.max(1, ratio), y = half * Math.max(1, 1 / ratio);
    const middle = [(left + right) / 2, (low + high) / 2];
    return { left: middle[0] - x, right: middle[0] + x, low: middle[1] - y, high: middle[1] + y };
}

/** @param {ChartView} view @param {Codes} codes */
function drawCodes(view, codes) {
    const ellipses = ellipsesOf(codes);
    for (let pass = 0; pass < 2; pass++) { /* the second knows the room that the axes take */
        const { left, right, low, high } = frameOf(ellipses, view);
        showChart(view, {
            x: { kind: 'linear', title: 'z₁', min: left, max: right }, y: { kind: 'linear', title: 'z₂', min: low, max: high },
            datasets: [{ data: ellipses.map(({ x, y }, i) => ({ x, y, words: codeWords(codes, i) })), pointRadius: 0 }],
            ellipses, labels: classLabels(codes),
            image: pass === 0 ? undefined : entropyImage(codes.decoder, { left, right, low, high }),
        });
    }
}

/** @param {Codes} codes @param {number} i */
function codeWords(codes, i) {
    const [label, prediction] = codes.rows[i];
    return [`label ${codes.classes[label] ?? label}, predicted ${codes.classes[prediction] ?? prediction}`];
}

/** The name of each class at the mean of its codes.
 * @param {Codes} codes @returns {Label[]} */
function classLabels(codes) {
    return codes.classes.flatMap((text, c) => {
        const own = codes.rows.filter(([label]) => label === c);
        const mean = (/** @type {number} */ axis) => own.reduce((sum, [, , mu]) => sum + mu[axis], 0) / own.length;
        return own.length === 0 ? [] : [{ x: mean(0), y: mean(1), text }];
    });
}

/** Bits.
 * @param {Codes['decoder']} decoder @param {number} x @param {number} y */
function entropyAt({ weight, bias }, x, y) {
    const logits = bias.map((b, c) => x * weight[0][c] + y * weight[1][c] + b), most = Math.max(...logits);
    let sum = 0, mean = 0;
    for (const logit of logits) {
        const e = Math.exp(logit - most);
        sum += e;
        mean += e * (logit - most);
    }
    return (Math.log(sum) - mean / sum) / Math.LN2;
}

/** @param {Codes['decoder']} decoder @param {{left: number, right: number, low: number, high: number}} frame */
function entropyImage(decoder, { left, right, low, high }) {
    const SIDE = 160, canvas = make('canvas', { width: SIDE, height: SIDE });
    const ctx = canvas.getContext('2d');
    if (ctx === null)
        return canvas;
    const image = ctx.createImageData(SIDE, SIDE), most = Math.log2(decoder.bias.length);
    const [ink, paper] = [channels(theme.ink), channels(theme.paper)];
    for (let row = 0; row < SIDE; row++)
        for (let column = 0; column < SIDE; column++) {
            const share = 0.45 * entropyAt(decoder, left + (right - left) * (column + 0.5) / SIDE,
                high - (high - low) * (row + 0.5) / SIDE) / most;
            const pixel = paper.map((p, i) => p + share * (ink[i] - p));
            image.data.set([...pixel, 255], 4 * (row * SIDE + column));
        }
    ctx.putImageData(image, 0, 0);
    return canvas;
}
