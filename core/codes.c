#include "core/codes.h"

#include <stdlib.h>
#include <string.h>

int vib_codes_init(struct vib_codes *codes, const struct vib_posterior *posterior, size_t n,
                   struct vib_error *err) {
    const size_t factor = vib_posterior_factor_size(posterior);
    memset(codes, 0, sizeof *codes);
    codes->posterior = *posterior;
    codes->n = n;
    codes->mu = malloc(n * posterior->K * sizeof *codes->mu);
    codes->factor = factor > 0 ? malloc(n * factor * sizeof *codes->factor) : NULL;
    if (codes->mu != NULL && (factor == 0 || codes->factor != NULL))
        return VIB_OK;
    vib_codes_release(codes);
    return vib_error_set(err, VIB_ENOMEM, "out of memory for the codes of %zu examples", n);
}

size_t vib_codes_bytes(const struct vib_posterior *posterior, size_t n) {
    return n * (posterior->K + vib_posterior_factor_size(posterior)) * sizeof(float);
}

void vib_codes_release(struct vib_codes *codes) {
    free(codes->mu);
    free(codes->factor);
    memset(codes, 0, sizeof *codes);
}

/* The first `rows` rows of the pass become codes first, first + 1, ... */
static void keep(struct vib_codes *codes, const struct vib_pass *pass, size_t first, size_t rows) {
    const size_t K = codes->posterior.K, H = vib_posterior_head_size(&codes->posterior);
    const size_t F = vib_posterior_factor_size(&codes->posterior);
    for (size_t i = 0; i < rows; i++)
        memcpy(codes->mu + (first + i) * K, pass->head + i * H, K * sizeof(float));
    if (F > 0)
        memcpy(codes->factor + first * F, pass->factor, rows * F * sizeof(float));
}

int vib_codes_make(struct vib_codes *codes, struct vib_evaluator *evaluator, const float *weights,
                   const struct vib_dataset *data, enum vib_split_id split, const uint32_t *index,
                   const atomic_bool *stop) {
    const struct vib_weights w = {weights, weights};
    struct vib_pass *pass = &evaluator->pass;
    const size_t batch = pass->batch;
    uint32_t *examples = malloc(batch * sizeof *examples);
    int rc = examples == NULL ? VIB_ENOMEM : VIB_OK;
    for (size_t first = 0; first < codes->n && rc == VIB_OK; first += batch) {
        const size_t rows = codes->n - first < batch ? codes->n - first : batch;
        /* A batch is always full: past the end the last example is repeated and ignored. */
        for (size_t i = 0; i < batch; i++) {
            const size_t at = first + (i < rows ? i : rows - 1);
            examples[i] = index != NULL ? index[at] : (uint32_t)at;
        }
        if (stop != NULL && atomic_load_explicit(stop, memory_order_relaxed)) {
            rc = VIB_ESTOPPED;
            break;
        }
        vib_dataset_gather(data, split, examples, 0, batch, pass->input, pass->input_ld);
        vib_encode(pass, &w);
        keep(codes, pass, first, rows);
    }
    free(examples);
    return rc;
}
