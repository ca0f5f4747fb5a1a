/* The codes of some examples of a split: what p(z|x) is for each.
 * Thread rule: as for the evaluator. */
#ifndef VIB_CORE_CODES_H
#define VIB_CORE_CODES_H

#include "core/dataset.h"
#include "core/error.h"
#include "core/evaluate.h"
#include "core/posterior.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct vib_codes {
    struct vib_posterior posterior;
    size_t n;
    float *mu;     /* [n][K] */
    float *factor; /* [n][F], see core/posterior.h; NULL for a point */
};

/* Errors: VIB_ENOMEM. */
int vib_codes_init(struct vib_codes *codes, const struct vib_posterior *posterior, size_t n,
                   struct vib_error *err);
void vib_codes_release(struct vib_codes *codes);

/* Bytes that the codes of n examples take. */
size_t vib_codes_bytes(const struct vib_posterior *posterior, size_t n);

/* Encodes the examples index[0..n) of the split, or its first n when index is NULL, by the
 * parameters `weights`, in memory's order (core/network.h). *stop (may be NULL) is looked at
 * between batches. Errors: VIB_ENOMEM, VIB_ESTOPPED. */
int vib_codes_make(struct vib_codes *codes, struct vib_evaluator *evaluator, const float *weights,
                   const struct vib_dataset *data, enum vib_split_id split, const uint32_t *index,
                   const atomic_bool *stop);

#endif
