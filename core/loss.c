#include "core/loss.h"

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

void vib_loss_forward(const struct vib_loss *loss, const float *logits, const uint16_t *labels,
                      size_t rows, size_t classes, double *nats) {
    for (size_t i = 0; i < rows; i++) {
        const float *row = logits + i * classes;
        const double max = (double)row_max(row, classes);
        double sum = 0.0, logit_sum = 0.0, weighted = 0.0;
        for (size_t c = 0; c < classes; c++) {
            double e = (double)vib_expf(row[c] - (float)max);
            sum += e;
            logit_sum += (double)row[c] - max;
            weighted += e * ((double)row[c] - max);
        }
        /* ln p_c = row[c] - max - log(sum) */
        const double label = (double)row[labels[i]], uniform = logit_sum / (double)classes;
        nats[i] = log(sum) + max - label;
        if (loss->smoothing > 0.0)
            nats[i] += loss->smoothing * (label - max - uniform);
        if (loss->penalty > 0.0)
            nats[i] -= loss->penalty * (log(sum) - weighted / sum);
    }
}

/* row -= t */
static void subtract_target(const struct vib_loss *loss, uint16_t label, size_t classes,
                            float *row) {
    row[label] -= (float)(1.0 - loss->smoothing);
    for (size_t c = 0; loss->smoothing > 0.0 && c < classes; c++)
        row[c] -= (float)(loss->smoothing / (double)classes);
}

/* p_c += penalty p_c (l_c - sum_d p_d l_d) */
static void add_penalty(double penalty, const float *logits, size_t classes, float *p) {
    double mean = 0.0;
    for (size_t c = 0; c < classes; c++)
        mean += (double)p[c] * (double)logits[c];
    for (size_t c = 0; c < classes; c++)
        p[c] += (float)(penalty * (double)p[c] * ((double)logits[c] - mean));
}

void vib_loss_backward(const struct vib_loss *loss, const float *logits, const uint16_t *labels,
                       size_t rows, size_t classes, float scale, float *dlogits) {
    vib_softmax(logits, rows, classes, dlogits);
    for (size_t i = 0; i < rows; i++) {
        float *row = dlogits + i * classes;
        if (loss->penalty > 0.0)
            add_penalty(loss->penalty, logits + i * classes, classes, row);
        subtract_target(loss, labels[i], classes, row);
        for (size_t c = 0; c < classes; c++)
            row[c] *= scale;
    }
}
