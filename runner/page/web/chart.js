'use strict';
/* A chart of a panel: one canvas, drawn by Chart.js and by the layers of chart_*.js, from
 * which points are chosen by pointer and keys. */

/** @type {ChartSpec} */
const NOTHING = { x: { kind: 'linear', title: '' }, y: { kind: 'linear', title: '' }, datasets: [] };
/** All charts there are.
 * @type {ChartView[]} */
const charts = [];

/**
 * @param {HTMLElement} parent @param {string} name
 * @param {string} label for those who cannot see it
 * @param {boolean} [chooses] whether its points can be chosen
 */
function makeChart(parent, name, label, chooses = true) {
    const canvas = make('canvas', chooses ? {
        id: `chart-${name}`, tabindex: 0, role: 'application', 'aria-label': label,
        'aria-roledescription': 'chart', 'aria-describedby': 'keys',
    } : { id: `chart-${name}`, role: 'img', 'aria-label': label });
    parent.append(make('div', { class: 'chart', 'data-chart': name }, canvas));
    /** @type {any} */
    const view = { canvas, spec: NOTHING };
    view.chart = new Chart(canvas, { type: 'scatter', data: { datasets: [] },
        plugins: [layersOf(view)], options: optionsOf(view.spec) });
    charts.push(view);
    if (chooses) {
        listenToKeys(view);
        listenToPointer(view);
    }
    return /** @type {ChartView} */ (view);
}

/** A plugin of Chart.js.
 * @param {ChartView} view */
function layersOf(view) {
    const draw = (/** @type {Layer[]} */ layers) => (/** @type {Chart} */ chart) => {
        const { ctx, chartArea: { left, right, top, bottom } } = chart;
        for (const layer of layers) {
            ctx.save();
            ctx.beginPath();
            ctx.rect(left, top, right - left, bottom - top);
            ctx.clip();
            ctx.font = `11px ${Chart.defaults.font.family}`;
            layer(chart, ctx, view.spec);
            ctx.restore();
        }
    };
    return {
        id: 'layers',
        beforeDatasetsDraw: draw([drawImage, drawBands, drawBars, drawEllipses, drawLimits]),
        afterDatasetsDraw: draw([drawLabels, drawChoice]),
    };
}

/** @param {Chart} chart @param {number} x @param {number} y @returns {[number, number]} */
function pixelOf(chart, x, y) {
    return [chart.scales.x.getPixelForValue(x), chart.scales.y.getPixelForValue(y)];
}

/** @param {ChartSpec} spec */
function optionsOf(spec) {
    return {
        animation: false, responsive: true, maintainAspectRatio: false,
        layout: { padding: { top: 6, right: 10 } },
        events: ['mousemove', 'mouseout'], interaction: { mode: 'nearest', intersect: true },
        elements: { point: { hitRadius: 5, hoverRadius: 6 } },
        scales: { x: scaleOf(spec.x), y: scaleOf(spec.y) },
        plugins: {
            legend: { display: false },
            tooltip: {
                displayColors: false,
                filter: (/** @type {any} */ _item, /** @type {number} */ i) => i === 0,
                backgroundColor: theme.ink, titleColor: theme.paper, bodyColor: theme.paper,
                callbacks: {
                    title: (/** @type {any[]} */ items) => items.length > 0 && items[0].raw.row
                        ? titleOf(items[0].raw.row) : '',
                    label: (/** @type {any} */ item) => item.raw.words ?? wordsOf(item.raw.row),
                },
            },
        },
    };
}

/** @param {ChartView} view @param {ChartSpec} spec */
function showChart(view, spec) {
    view.spec = spec;
    view.chart.data.datasets = spec.datasets;
    view.chart.options = optionsOf(spec);
    view.chart.update('none');
}

/** The marks of chosen points alone have changed. */
function markCharts() {
    for (const view of charts)
        view.chart.draw();
}
