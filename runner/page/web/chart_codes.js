'use strict';
/* Plugins for codes: an image behind the points, and ellipses. */

/* 95 % of a Gaussian in the plane lie within this many standard deviations: the root of 5.991. */
const RADIUS = 2.44775;

/** From edge to edge of the axes.
 * @param {ChartView} view */
function imagePlugin(view) {
    return {
        id: 'image', beforeDatasetsDraw: (/** @type {Chart} */ chart) => {
            const { ctx, chartArea: { left, right, top, bottom } } = chart;
            if (view.spec.image !== undefined)
                ctx.drawImage(view.spec.image, left, top, right - left, bottom - top);
        },
    };
}

/** Of covariance L L^T. One smaller than a pixel is drawn as large as one.
 * @param {ChartView} view */
function ellipsePlugin(view) {
    return {
        id: 'ellipses', beforeDatasetsDraw: (/** @type {Chart} */ chart) => drawClipped(chart, (ctx) => {
            const { x, y } = chart.scales;
            ctx.lineWidth = 1;
            ctx.globalAlpha = 0.75;
            for (const e of view.spec.ellipses ?? []) {
                const size = RADIUS * Math.hypot(e.l11, e.l21, e.l22);
                const pixel = Math.abs(x.getValueForPixel(1) - x.getValueForPixel(0));
                const radius = RADIUS * Math.max(1, pixel / size), corners = 28;
                ctx.strokeStyle = e.color;
                ctx.beginPath();
                for (let k = 0; k <= corners; k++) {
                    const c = Math.cos(2 * Math.PI * k / corners), s = Math.sin(2 * Math.PI * k / corners);
                    ctx.lineTo(x.getPixelForValue(e.x + radius * e.l11 * c),
                        y.getPixelForValue(e.y + radius * (e.l21 * c + e.l22 * s)));
                }
                ctx.stroke();
            }
        }),
    };
}
