'use strict';
/* Layers: intervals and bounds, as bands around a line or as bars through its points. */

/** Between the lower and upper ends of a dataset that has `band`, a colour.
 * @type {Layer} */
function drawBands(chart, ctx) {
    for (const { band, data } of chart.data.datasets) {
        if (band === undefined)
            continue;
        ctx.fillStyle = band;
        /** @type {Spot[]} */
        let run = [];
        for (const spot of [...data, BREAK])
            if (Number.isFinite(spot.y) && Number.isFinite(spot.ends?.low))
                run.push(spot);
            else {
                fillBand(chart, ctx, run);
                run = [];
            }
    }
}

/** @param {Chart} chart @param {CanvasRenderingContext2D} ctx @param {Spot[]} run */
function fillBand(chart, ctx, run) {
    ctx.beginPath();
    for (const { x, ends } of run)
        ctx.lineTo(...pixelOf(chart, x, ends?.high ?? NaN));
    for (const { x, ends } of run.reverse())
        ctx.lineTo(...pixelOf(chart, x, ends?.low ?? NaN));
    ctx.fill();
}

/** Of a dataset with `bars`, an opacity: thick from left to middle, thin on to right, and thin from
 * low to high.
 * @type {Layer} */
function drawBars(chart, ctx) {
    for (const { bars, barColors, data } of chart.data.datasets) {
        if (!bars)
            continue;
        ctx.globalAlpha = bars;
        data.forEach((/** @type {Spot} */ { x, y, ends }, /** @type {number} */ i) => {
            if (ends === undefined)
                return;
            ctx.strokeStyle = barColors[i];
            drawBar(chart, ctx, [ends.middle, y, ends.right, y], 1);
            drawBar(chart, ctx, [ends.left, y, ends.middle, y], 3);
            drawBar(chart, ctx, [x, ends.low, x, ends.high], 1.25);
        });
    }
}

/** Nothing where an end is NaN.
 * @param {Chart} chart @param {CanvasRenderingContext2D} ctx
 * @param {number[]} ends x and y of both @param {number} width */
function drawBar(chart, ctx, [x1, y1, x2, y2], width) {
    ctx.lineWidth = width;
    ctx.beginPath();
    ctx.moveTo(...pixelOf(chart, x1, y1));
    ctx.lineTo(...pixelOf(chart, x2, y2));
    ctx.stroke();
}
