#include "core/softmax.h"

#include "core/simd.h"

#include <math.h>

static float row_max(const float *row, size_t n) {
    float max = row[0];
    for (size_t c = 1; c < n; c++)
        max = row[c] > max ? row[c] : max;
    return max;
}

void vib_softmax(const float *logits, size_t rows, size_t classes, float *p) {
    for (size_t i = 0; i < rows; i++) {
        const float *in = logits + i * classes;
        float *out = p + i * classes;
        float max = row_max(in, classes), sum = 0.0f;
        for (size_t c = 0; c < classes; c++)
            out[c] = vib_expf(in[c] - max);
        for (size_t c = 0; c < classes; c++)
            sum += out[c];
        for (size_t c = 0; c < classes; c++)
            out[c] /= sum;
    }
}

void vib_cross_entropy(const float *logits, const uint8_t *labels, size_t rows, size_t classes,
                       double *nats) {
    for (size_t i = 0; i < rows; i++) {
        const float *row = logits + i * classes;
        float max = row_max(row, classes);
        double sum = 0.0;
        for (size_t c = 0; c < classes; c++)
            sum += (double)vib_expf(row[c] - max);
        nats[i] = log(sum) + (double)max - (double)row[labels[i]];
    }
}

void vib_cross_entropy_backward(const float *logits, const uint8_t *labels, size_t rows,
                                size_t classes, float scale, float *dlogits) {
    vib_softmax(logits, rows, classes, dlogits);
    for (size_t i = 0; i < rows; i++) {
        float *row = dlogits + i * classes;
        row[labels[i]] -= 1.0f;
        for (size_t c = 0; c < classes; c++)
            row[c] *= scale;
    }
}
