#include "core/information.h"

#include "core/codes.h"
#include "core/random.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* index[0..n) = n of the split's `all` examples: all of them, or a random choice, which does not
 * depend on the job, so that jobs are compared on the same examples. */
static int choose(uint32_t **index, size_t n, size_t all, enum vib_split_id split) {
    const struct vib_stream stream = {0, VIB_STREAM_SUBSET, (uint32_t)split, 0};
    *index = malloc(all * sizeof **index);
    if (*index == NULL)
        return VIB_ENOMEM;
    if (n < all)
        vib_random_permutation(&stream, all, *index);
    else
        for (size_t i = 0; i < all; i++)
            (*index)[i] = (uint32_t)i;
    return VIB_OK;
}

/* Where samples of the codes come from. */
struct source {
    const struct vib_codes *codes;
    const uint32_t *index;
    enum vib_split_id split;
    uint64_t seed;
    struct vib_team *team;
};

/* The eps of an example are a function of seed, split and example alone. */
static void draw_sample(const void *context, size_t i, float *eps, float *z) {
    const struct source *s = context;
    const struct vib_posterior *posterior = &s->codes->posterior;
    const size_t K = posterior->K, F = vib_posterior_factor_size(posterior);
    const struct vib_stream stream = {s->seed, VIB_STREAM_CODES, s->index[i], (uint32_t)s->split};
    vib_random_normal(&stream, 0, K, eps);
    /* mu stands first in a head, and nothing else of it is read */
    vib_posterior_sample(posterior, s->codes->mu + i * K, s->codes->factor + i * F, eps, 1, 1, z);
}

static int estimate(struct source *source, const struct vib_params *params, const atomic_bool *stop,
                    struct vib_bound *out, struct vib_error *err) {
    const struct vib_codes *codes = source->codes;
    const struct vib_gaussians gaussians = {.covariance = params->covariance,
                                            .n = codes->n,
                                            .K = codes->posterior.K,
                                            .mu = codes->mu,
                                            .factor = codes->factor,
                                            .sample = draw_sample,
                                            .context = source};
    return vib_bounds(&gaussians, params->bounds, stop, source->team, out, err);
}

static size_t examples_used(const struct vib_params *params, const struct vib_dataset *data,
                            enum vib_split_id split) {
    const size_t all = data->split[split].n;
    return params->bounds_n < all ? params->bounds_n : all;
}

double vib_information_flops(const struct vib_params *params, const struct vib_dataset *data) {
    const double K = (double)params->K, diagonal = 180.0 + 7.0 * K;
    const double full = params->covariance == VIB_FULL ? 1.0 : 0.0;
    const struct {
        unsigned estimators;
        double flops; /* per pair */
    } passes[] = {
        {1u << VIB_ESTIMATOR_MIXTURE | 1u << VIB_ESTIMATOR_LEAVE_ONE_OUT,
         diagonal + full * 8.0 * K * K},
        {1u << VIB_ESTIMATOR_PAIRWISE_KL, diagonal + full * 15.0 * K * K},
        {1u << VIB_ESTIMATOR_PAIRWISE_BHATTACHARYYA, diagonal + full * 2.5 * K * K * K},
    };
    const bool stochastic = vib_method_info(params->method)->stochastic;
    double pairs = 0.0, flops = 0.0;
    for (int s = 0; s < VIB_SPLITS; s++) {
        const double n = (double)examples_used(params, data, (enum vib_split_id)s);
        pairs += n * n;
    }
    for (size_t i = 0; i < sizeof passes / sizeof passes[0]; i++)
        if (stochastic && (params->bounds & passes[i].estimators) != 0)
            flops += pairs * passes[i].flops;
    return flops;
}

/* On one split: the choice of examples, their codes, and the estimators; the fit of one Gaussian
 * takes less than the pairs. */
static size_t split_bytes(const struct vib_params *params, const struct vib_dataset *data,
                          enum vib_split_id split, bool encoding) {
    const struct vib_posterior posterior = vib_posterior_of(params);
    const size_t n = examples_used(params, data, split);
    return data->split[split].n * sizeof(uint32_t) + vib_codes_bytes(&posterior, n) +
           (encoding ? 0 : vib_bounds_bytes(params->covariance, params->bounds, n, params->K));
}

size_t vib_information_bytes(const struct vib_params *params, const struct vib_dataset *data,
                             bool encoding) {
    size_t most = 0;
    if (!vib_method_info(params->method)->stochastic || params->bounds == 0)
        return 0;
    for (enum vib_split_id id = 0; id < VIB_SPLITS; id++) {
        const size_t needed =
            vib_dataset_has(data, id) ? split_bytes(params, data, id, encoding) : 0;
        most = needed > most ? needed : most;
    }
    return most;
}

int vib_measure_information(struct vib_evaluator *evaluator, const float *weights,
                            const struct vib_dataset *data, enum vib_split_id split,
                            const struct vib_params *params, const atomic_bool *stop,
                            void (*encoded)(void *context), void *context,
                            struct vib_information *result, struct vib_error *err) {
    const struct vib_posterior posterior = vib_posterior_of(params);
    const size_t all = data->split[split].n, n = examples_used(params, data, split);
    struct vib_codes codes = {0};
    struct source source = {
        .codes = &codes, .split = split, .seed = params->seed, .team = evaluator->pass.team};
    uint32_t *index = NULL;
    assert(all > 0);
    memset(result, 0, sizeof *result);
    result->n = n;
    if (posterior.kind == VIB_POSTERIOR_POINT || params->bounds == 0)
        return VIB_OK;
    int rc = choose(&index, n, all, split);
    source.index = index;
    if (rc != VIB_OK)
        vib_error_set(err, rc, "out of memory for the choice among %zu examples", all);
    if (rc == VIB_OK)
        rc = vib_codes_init(&codes, &posterior, n, err);
    if (rc == VIB_OK) {
        rc = vib_codes_make(&codes, evaluator, weights, data, split, index, stop);
        if (rc != VIB_OK)
            vib_error_set(err, rc, "%s", vib_status_text(rc));
    }
    if (rc == VIB_OK) {
        encoded(context);
        rc = estimate(&source, params, stop, result->bound, err);
        for (size_t e = 0; e < VIB_ESTIMATORS; e++)
            if (rc == VIB_OK || (rc == VIB_EDIVERGED && isfinite(result->bound[e].bits)))
                result->made |= params->bounds & 1u << e;
    }
    vib_codes_release(&codes);
    free(index);
    return rc;
}
