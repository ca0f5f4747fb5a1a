'use strict';
/* Layer: rings with numbers around chosen points, and hairs that cross at the one of the keys. */

/** @type {Layer} */
function drawChoice(chart, ctx, spec) {
    const order = new Map(state.selection.map((key, n) => [key, n]));
    for (const { x, y, row } of spec.spots ?? []) {
        const n = row === undefined ? undefined : order.get(row.key);
        if (n !== undefined)
            drawRing(ctx, pixelOf(chart, x, y), n);
        if (row !== undefined && row.id === state.cursor?.id)
            drawHairs(chart, ctx, pixelOf(chart, x, y));
    }
}

/** @param {CanvasRenderingContext2D} ctx @param {[number, number]} place @param {number} n */
function drawRing(ctx, [x, y], n) {
    ctx.strokeStyle = choiceColor(n);
    ctx.lineWidth = 2.5;
    ctx.beginPath();
    ctx.arc(x, y, 7.5, 0, 2 * Math.PI);
    ctx.stroke();
    ctx.font = `bold ${ctx.font}`;
    drawOutlined(ctx, String(n + 1), x + 9, y + 13, choiceColor(n));
}

/** @param {Chart} chart @param {CanvasRenderingContext2D} ctx @param {[number, number]} place */
function drawHairs({ chartArea: { left, right, top, bottom } }, ctx, [x, y]) {
    ctx.strokeStyle = theme.ink;
    ctx.lineWidth = 1;
    ctx.strokeRect(x - 8, y - 8, 16, 16);
    ctx.setLineDash([2, 3]);
    ctx.beginPath();
    for (const [x1, y1, x2, y2] of [[left, y, x - 8, y], [x + 8, y, right, y],
        [x, top, x, y - 8], [x, y + 8, x, bottom]]) {
        ctx.moveTo(x1, y1);
        ctx.lineTo(x2, y2);
    }
    ctx.stroke();
    ctx.setLineDash([]);
}
