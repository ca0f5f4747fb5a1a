'use strict';
/* The entropy of the decoder q(y|z) = softmax(z W + b) as an image of the plane of z. */

/** Bits.
 * @param {Codes['decoder']} decoder @param {number} x @param {number} y */
function entropyAt({ weight, bias }, x, y) {
    const logits = bias.map((b, c) => x * weight[0][c] + y * weight[1][c] + b);
    const most = Math.max(...logits);
    let sum = 0, mean = 0;
    for (const logit of logits) {
        const e = Math.exp(logit - most);
        sum += e;
        mean += e * (logit - most);
    }
    return (Math.log(sum) - mean / sum) / Math.LN2;
}

/** From the colour of the paper, where it is 0, to grey.
 * @param {Codes['decoder']} decoder @param {Frame} frame */
function entropyImage(decoder, { left, right, low, high }) {
    const SIDE = 160, GREY = 0.45, canvas = make('canvas', { width: SIDE, height: SIDE });
    const ctx = canvas.getContext('2d'), most = Math.log2(decoder.bias.length);
    const image = new ImageData(SIDE, SIDE), ink = channels(theme.ink), paper = channels(theme.paper);
    for (let i = 0; i < SIDE * SIDE; i++) {
        const column = i % SIDE + 0.5, row = Math.floor(i / SIDE) + 0.5;
        const share = GREY / most * entropyAt(decoder, left + (right - left) * column / SIDE,
            high - (high - low) * row / SIDE);
        image.data.set([...paper.map((p, c) => p + share * (ink[c] - p)), 255], 4 * i);
    }
    ctx?.putImageData(image, 0, 0);
    return canvas;
}
