/* Class probabilities from logits, and the cross-entropy. Thread rule: pure functions. */
#ifndef VIB_CORE_SOFTMAX_H
#define VIB_CORE_SOFTMAX_H

#include <stddef.h>
#include <stdint.h>

/* p[i][c] = softmax over c of logits [rows][classes]; p may be logits. */
void vib_softmax(const float *logits, size_t rows, size_t classes, float *p);

/* nats[i] = -ln softmax(logits[i])[labels[i]], computed from logits, so that it never saturates. */
void vib_cross_entropy(const float *logits, const uint8_t *labels, size_t rows, size_t classes,
                       double *nats);

/* dlogits[i][c] = scale (p[i][c] - [c == labels[i]]): the gradient of scale * sum_i nats[i]. */
void vib_cross_entropy_backward(const float *logits, const uint8_t *labels, size_t rows,
                                size_t classes, float scale, float *dlogits);

#endif
