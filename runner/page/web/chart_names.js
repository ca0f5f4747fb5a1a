'use strict';
/* Layers: limits, which are lines that no point can cross, and names beside points. */

/** @type {Layer} */
function drawLimits(chart, ctx, spec) {
    ctx.strokeStyle = ctx.fillStyle = theme.muted;
    for (const limit of spec.limits ?? [])
        drawLimit(chart, ctx, limit);
}

/** @param {Chart} chart @param {CanvasRenderingContext2D} ctx @param {Limit} limit */
function drawLimit(chart, ctx, { at, dash, place, text }) {
    const STEPS = 60, { min, max } = chart.scales.x, { left, right, top, bottom } = chart.chartArea;
    const inside = [];
    ctx.setLineDash(dash);
    ctx.beginPath();
    for (let k = 0; k <= STEPS; k++) {
        const [x, y] = pixelOf(chart, ...at(min + (max - min) * k / STEPS));
        ctx.lineTo(x, y);
        if (x >= left && x <= right && y >= top && y <= bottom)
            inside.push([x, y]);
    }
    ctx.stroke();
    if (inside.length === 0)
        return;
    const [x, y] = inside[Math.round((inside.length - 1) * place)];
    const toRight = place === 0 || x - 5 - ctx.measureText(text).width < left;
    ctx.textAlign = toRight ? 'left' : 'right';
    ctx.fillText(text, x + (toRight ? 5 : -5), y - 4 < top + 10 ? y + 12 : y - 4);
}

/** Those that would cover another name are left out.
 * @type {Layer} */
function drawLabels(chart, ctx, spec) {
    const { left, right, top } = chart.chartArea;
    /** @type {[from: number, to: number, y: number][]} */
    const taken = [];
    for (const label of spec.labels ?? []) {
        const width = ctx.measureText(label.text).width, place = pixelOf(chart, label.x, label.y);
        const x = Math.max(left + 3, Math.min(right - width - 3, place[0] + 7));
        const y = Math.max(top + 11, place[1] - 8);
        if (taken.some(([from, to, at]) => x < to && x + width > from && Math.abs(y - at) < 12))
            continue;
        taken.push([x, x + width, y]);
        drawOutlined(ctx, label.text, x, y, theme.ink);
    }
}

/** Legible on whatever is there.
 * @param {CanvasRenderingContext2D} ctx @param {string} text @param {number} x @param {number} y
 * @param {string} color */
function drawOutlined(ctx, text, x, y, color) {
    ctx.lineJoin = 'round';
    ctx.lineWidth = 3;
    ctx.strokeStyle = theme.paper;
    ctx.strokeText(text, x, y);
    ctx.fillStyle = color;
    ctx.fillText(text, x, y);
}
