/* Class probabilities from logits, and what the logits are trained for. Thread rule: pure
 * functions. */
#ifndef VIB_CORE_LOSS_H
#define VIB_CORE_LOSS_H

#include <stddef.h>
#include <stdint.h>

/* Per example, with p = softmax(logits) and C classes:
 *   loss = -sum_c t_c ln p_c - penalty H(p)      t_c = (1 - smoothing) [c == label] + smoothing / C
 * Cross-entropy when both are 0. Smoothed labels: Szegedy et al. 2016, section 7; confidence
 * penalty: Pereyra et al. 2017, section 3. */
struct vib_loss {
    double smoothing, penalty;
};

/* p[i][c] = softmax over c of logits [rows][classes]; p may be logits. */
void vib_softmax(const float *logits, size_t rows, size_t classes, float *p);

/* nats[i] = the loss of example i, computed from logits, so that it never saturates. */
void vib_loss_forward(const struct vib_loss *loss, const float *logits, const uint16_t *labels,
                      size_t rows, size_t classes, double *nats);

/* The gradient of scale * sum_i nats[i]:
 *   dlogits[i][c] = scale (p_c - t_c + penalty p_c (l_c - sum_d p_d l_d)),  l = logits[i]. */
void vib_loss_backward(const struct vib_loss *loss, const float *logits, const uint16_t *labels,
                       size_t rows, size_t classes, float scale, float *dlogits);

#endif
