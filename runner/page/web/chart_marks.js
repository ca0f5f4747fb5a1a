'use strict';
/* What Chart.js lacks, a plugin each: bands, bars, limits, labels, and the rings of chosen points. */

/** @param {Chart} chart @param {(ctx: CanvasRenderingContext2D) => void} draw inside the axes */
function drawClipped(chart, draw) {
    const { ctx, chartArea: { left, right, top, bottom } } = chart;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, right - left, bottom - top);
    ctx.clip();
    draw(ctx);
    ctx.restore();
}

/** Between the lower and upper ends of a dataset that has `band`, a colour. */
function bandPlugin() {
    const fill = (/** @type {Chart} */ chart, /** @type {any} */ dataset) => drawClipped(chart, (ctx) => {
        const { x, y } = chart.scales;
        /** @type {Spot[]} */
        let run = [];
        const flush = () => {
            if (run.length > 1) {
                ctx.beginPath();
                for (const spot of run)
                    ctx.lineTo(x.getPixelForValue(spot.x), y.getPixelForValue(spot.ends?.high ?? NaN));
                for (const spot of run.reverse())
                    ctx.lineTo(x.getPixelForValue(spot.x), y.getPixelForValue(spot.ends?.low ?? NaN));
                ctx.fill();
            }
            run = [];
        };
        ctx.fillStyle = dataset.band;
        for (const spot of dataset.data)
            if (Number.isFinite(spot.y) && spot.ends !== undefined && Number.isFinite(spot.ends.low))
                run.push(spot);
            else
                flush();
        flush();
    });
    return {
        id: 'bands', beforeDatasetsDraw: (/** @type {Chart} */ chart) => {
            for (const dataset of chart.data.datasets)
                if (dataset.band !== undefined)
                    fill(chart, dataset);
        },
    };
}

/** Of a dataset with `whiskers`: thick from left to middle, thin to right; thin from low to high. */
function whiskerPlugin() {
    const bars = (/** @type {Chart} */ chart, /** @type {any} */ dataset) => drawClipped(chart, (ctx) => {
        const { x, y } = chart.scales;
        const bar = (/** @type {number[]} */ values, /** @type {number} */ width) => {
            ctx.lineWidth = width;
            ctx.beginPath();
            ctx.moveTo(x.getPixelForValue(values[0]), y.getPixelForValue(values[1]));
            ctx.lineTo(x.getPixelForValue(values[2]), y.getPixelForValue(values[3]));
            ctx.stroke();
        };
        ctx.globalAlpha = dataset.whiskers;
        dataset.data.forEach((/** @type {Spot} */ spot, /** @type {number} */ i) => {
            if (spot.ends === undefined)
                return;
            const { left, middle, right, low, high } = spot.ends;
            ctx.strokeStyle = dataset.whiskerColors[i];
            bar([middle, spot.y, right, spot.y], 1);
            bar([left, spot.y, middle, spot.y], 3);
            bar([spot.x, low, spot.x, high], 1.25);
        });
    });
    return {
        id: 'whiskers', beforeDatasetsDraw: (/** @type {Chart} */ chart) => {
            for (const dataset of chart.data.datasets)
                if (dataset.whiskers !== undefined)
                    bars(chart, dataset);
        },
    };
}

/** Lines that no point can cross, each with its name.
 * @param {ChartView} view */
function limitPlugin(view) {
    const STEPS = 60;
    const line = (/** @type {Chart} */ chart, /** @type {Limit} */ limit) => drawClipped(chart, (ctx) => {
        const { x, y } = chart.scales, { left, right, top, bottom } = chart.chartArea;
        const inside = [];
        ctx.strokeStyle = theme.muted;
        ctx.setLineDash(limit.dash);
        ctx.beginPath();
        for (let k = 0; k <= STEPS; k++) {
            const [a, b] = limit.at(x.min + (x.max - x.min) * k / STEPS);
            const place = [x.getPixelForValue(a), y.getPixelForValue(b)];
            ctx.lineTo(place[0], place[1]);
            if (place[0] >= left && place[0] <= right && place[1] >= top && place[1] <= bottom)
                inside.push(place);
        }
        ctx.stroke();
        const at = inside[Math.round((inside.length - 1) * limit.place)];
        if (at === undefined)
            return;
        ctx.fillStyle = theme.muted;
        ctx.textAlign = limit.place === 0 ? 'left' : 'right';
        ctx.fillText(limit.text, at[0] + (limit.place === 0 ? 5 : -5), at[1] - 4 < top + 10 ? at[1] + 12 : at[1] - 4);
    });
    return {
        id: 'limits', beforeDatasetsDraw: (/** @type {Chart} */ chart) => {
            chart.ctx.font = `11px ${Chart.defaults.font.family}`;
            for (const limit of view.spec.limits ?? [])
                line(chart, limit);
        },
    };
}

/** Names beside points; those that would cover another are left out.
 * @param {ChartView} view */
function labelPlugin(view) {
    return {
        id: 'labels', afterDatasetsDraw: (/** @type {Chart} */ { ctx, scales, chartArea }) => {
            /** @type {[number, number, number][]} */
            const taken = [];
            ctx.save();
            ctx.font = `11px ${Chart.defaults.font.family}`;
            ctx.lineJoin = 'round';
            ctx.lineWidth = 3;
            ctx.strokeStyle = theme.paper;
            ctx.fillStyle = theme.ink;
            for (const label of view.spec.labels ?? []) {
                const width = ctx.measureText(label.text).width;
                const x = Math.max(chartArea.left + 3, Math.min(chartArea.right - width - 3,
                    scales.x.getPixelForValue(label.x) + 7));
                const y = Math.max(chartArea.top + 11, scales.y.getPixelForValue(label.y) - 8);
                if (taken.some(([left, right, at]) =>
                    x < right && x + width > left && Math.abs(y - at) < 12))
                    continue;
                taken.push([x, x + width, y]);
                ctx.strokeText(label.text, x, y);
                ctx.fillText(label.text, x, y);
            }
            ctx.restore();
        },
    };
}

/** Rings with numbers around chosen points, a cross of hairs at the one of the keys.
 * @param {ChartView} view */
function choicePlugin(view) {
    const ring = (/** @type {Chart} */ chart, /** @type {Spot} */ spot, /** @type {number} */ n) => {
        const { ctx, scales } = chart;
        const x = scales.x.getPixelForValue(spot.x), y = scales.y.getPixelForValue(spot.y);
        ctx.strokeStyle = ctx.fillStyle = choiceColor(n);
        ctx.lineWidth = 2.5;
        ctx.beginPath();
        ctx.arc(x, y, 7.5, 0, 2 * Math.PI);
        ctx.stroke();
        ctx.font = `bold 11px ${Chart.defaults.font.family}`;
        ctx.lineWidth = 3;
        ctx.strokeStyle = theme.paper;
        ctx.strokeText(String(n + 1), x + 9, y + 13);
        ctx.fillText(String(n + 1), x + 9, y + 13);
    };
    const cross = (/** @type {Chart} */ chart, /** @type {Spot} */ spot) => {
        const { ctx, scales, chartArea: { left, right, top, bottom } } = chart;
        const x = scales.x.getPixelForValue(spot.x), y = scales.y.getPixelForValue(spot.y);
        ctx.strokeStyle = theme.ink;
        ctx.lineWidth = 1;
        ctx.strokeRect(x - 8, y - 8, 16, 16);
        ctx.setLineDash([2, 3]);
        ctx.beginPath();
        for (const [x1, y1, x2, y2] of [[left, y, x - 8, y], [x + 8, y, right, y], [x, top, x, y - 8],
            [x, y + 8, x, bottom]]) {
            ctx.moveTo(x1, y1);
            ctx.lineTo(x2, y2);
        }
        ctx.stroke();
    };
    return {
        id: 'choice', afterDatasetsDraw: (/** @type {Chart} */ chart) => {
            const order = new Map(state.selection.map((key, n) => [key, n]));
            drawClipped(chart, (ctx) => {
                for (const spot of view.spec.spots ?? []) {
                    const n = spot.row === undefined ? undefined : order.get(spot.row.key);
                    if (n !== undefined && Number.isFinite(spot.y))
                        ring(chart, spot, n);
                    if (spot.row !== undefined && spot.row.id === state.cursor?.id)
                        cross(chart, spot);
                }
                ctx.setLineDash([]);
            });
        },
    };
}
