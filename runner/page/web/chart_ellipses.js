'use strict';
/* Layers of codes: an image behind them, and an ellipse for each. */

/* 95 % of a Gaussian in the plane lie within this many standard deviations: the root of 5.991. */
const RADIUS = 2.44775;

/** From edge to edge of the axes.
 * @type {Layer} */
function drawImage({ chartArea: { left, right, top, bottom } }, ctx, spec) {
    if (spec.image !== undefined)
        ctx.drawImage(spec.image, left, top, right - left, bottom - top);
}

/** Of covariance L L^T. One smaller than a pixel is drawn as large as one.
 * @type {Layer} */
function drawEllipses(chart, ctx, spec) {
    const CORNERS = 28, { x } = chart.scales;
    const pixel = Math.abs(x.getValueForPixel(1) - x.getValueForPixel(0));
    ctx.globalAlpha = 0.75;
    for (const e of spec.ellipses ?? []) {
        const radius = RADIUS * Math.max(1, pixel / (RADIUS * Math.hypot(e.l11, e.l21, e.l22)));
        ctx.strokeStyle = e.color;
        ctx.beginPath();
        for (let k = 0; k <= CORNERS; k++) {
            const t = 2 * Math.PI * k / CORNERS, c = Math.cos(t), s = Math.sin(t);
            ctx.lineTo(...pixelOf(chart, e.x + radius * e.l11 * c,
                e.y + radius * (e.l21 * c + e.l22 * s)));
        }
        ctx.stroke();
    }
}
