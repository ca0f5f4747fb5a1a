#include "core/information.h"

#include "core/codes.h"
#include "core/random.h"
#include "core/residual.h"

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
    struct vib_codes *codes;
    uint32_t *index;
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

static struct vib_gaussians gaussians_of(const struct source *source,
                                         const struct vib_params *params) {
    const struct vib_codes *codes = source->codes;
    return (struct vib_gaussians){.covariance = params->covariance,
                                  .n = codes->n,
                                  .K = codes->posterior.K,
                                  .mu = codes->mu,
                                  .factor = codes->factor,
                                  .sample = draw_sample,
                                  .context = source};
}

static void swap_rows(float *rows, size_t width, size_t a, size_t b) {
    for (size_t k = 0; k < width; k++) {
        const float kept = rows[a * width + k];
        rows[a * width + k] = rows[b * width + k];
        rows[b * width + k] = kept;
    }
}

static void swap_examples(struct source *source, size_t a, size_t b) {
    struct vib_codes *codes = source->codes;
    const uint32_t kept = source->index[a];
    source->index[a] = source->index[b];
    source->index[b] = kept;
    swap_rows(codes->mu, codes->posterior.K, a, b);
    swap_rows(codes->factor, vib_posterior_factor_size(&codes->posterior), a, b);
}

/* Moves the examples so that classes stand one after the other, each in its old order; in place, as
 * codes may be most of a job's memory. place [n] and class_n [classes + 1] are scratch, of which
 * the latter becomes how many examples each class has. */
static void group_by_class(struct source *source, const uint16_t *labels, size_t classes,
                           uint32_t *place, size_t *class_n) {
    const size_t n = source->codes->n;
    memset(class_n, 0, (classes + 1) * sizeof *class_n);
    for (size_t i = 0; i < n; i++)
        class_n[labels[source->index[i]] + 1]++;
    for (size_t c = 0; c < classes; c++)
        class_n[c + 1] += class_n[c]; /* where class c + 1 begins */
    for (size_t i = 0; i < n; i++)
        place[i] = (uint32_t)class_n[labels[source->index[i]]]++;
    for (size_t c = classes - 1; c > 0; c--)
        class_n[c] -= class_n[c - 1]; /* which had become where class c ends */
    for (size_t i = 0; i < n; i++)
        while (place[i] != i) {
            const size_t to = place[i];
            swap_examples(source, i, to);
            place[i] = place[to];
            place[to] = (uint32_t)to;
        }
}

/* The codes are in another order afterwards. */
static int estimate_residual(struct source *source, const struct vib_dataset *data,
                             const struct vib_params *params, const atomic_bool *stop,
                             struct vib_information *result, struct vib_error *err) {
    const struct vib_split *split = &data->split[source->split];
    const size_t classes = data->classes;
    const struct vib_gaussians gaussians = gaussians_of(source, params);
    uint32_t *place = malloc(result->n * sizeof *place);
    size_t *class_n = malloc((classes + 1) * sizeof *class_n);
    int rc = place != NULL && class_n != NULL ? VIB_OK : VIB_ENOMEM;
    if (rc != VIB_OK) {
        vib_error_set(err, rc, "out of memory for the classes of %zu examples", result->n);
    } else {
        group_by_class(source, split->labels, classes, place, class_n);
        result->residual_cap = vib_residual_cap(class_n, classes);
        rc = vib_residual_bounds(&gaussians, class_n, classes, result->n == split->n,
                                 params->bounds, stop, source->team, result->residual, err);
    }
    free(place);
    free(class_n);
    return rc;
}

static unsigned finite_ones(const struct vib_bound bound[VIB_ESTIMATORS]) {
    unsigned made = 0;
    for (size_t e = 0; e < VIB_ESTIMATORS; e++)
        made |= isfinite(bound[e].bits) ? 1u << e : 0u;
    return made;
}

/* Both, of codes in which not all may be finite, which is told of the first. */
static int estimate(struct source *source, const struct vib_dataset *data,
                    const struct vib_params *params, const atomic_bool *stop,
                    struct vib_information *result, struct vib_error *err) {
    const struct vib_gaussians gaussians = gaussians_of(source, params);
    struct vib_error within;
    const int rc = vib_bounds(&gaussians, params->bounds, stop, source->team, result->bound, err);
    if (rc != VIB_OK && rc != VIB_EDIVERGED)
        return rc;
    const int after = estimate_residual(source, data, params, stop, result, &within);
    if (after != VIB_OK && (rc == VIB_OK || after != VIB_EDIVERGED))
        return vib_error_set(err, after, after == VIB_EDIVERGED ? "within classes, %s" : "%s",
                             within.message);
    return rc;
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
        pairs += n * n * (1.0 + 1.0 / (double)data->classes); /* of all, and within classes */
    }
    for (size_t i = 0; i < sizeof passes / sizeof passes[0]; i++)
        if (stochastic && (params->bounds & passes[i].estimators) != 0)
            flops += pairs * passes[i].flops;
    return flops;
}

struct vib_params vib_information_along(const struct vib_params *params) {
    struct vib_params along = *params;
    along.bounds_n = params->bounds_subset;
    along.bounds = params->bounds_every > 0 ? params->bounds : 0;
    return along;
}

/* On one split: the choice of examples, their codes, and the estimators, with where classes are;
 * the fit of one Gaussian takes less than the pairs. */
static size_t split_bytes(const struct vib_params *params, const struct vib_dataset *data,
                          enum vib_split_id split, bool encoding) {
    const struct vib_posterior posterior = vib_posterior_of(params);
    const size_t n = examples_used(params, data, split);
    return data->split[split].n * sizeof(uint32_t) + vib_codes_bytes(&posterior, n) +
           (encoding ? 0
                     : vib_bounds_bytes(params->covariance, params->bounds, n, params->K) +
                           n * sizeof(uint32_t) + (data->classes + 1) * sizeof(size_t));
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
    result->cap = log2((double)n);
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
        rc = estimate(&source, data, params, stop, result, err);
        if (rc == VIB_OK || rc == VIB_EDIVERGED) {
            result->made = rc == VIB_OK ? params->bounds : finite_ones(result->bound);
            result->residual_made = finite_ones(result->residual);
        }
    }
    vib_codes_release(&codes);
    free(index);
    return rc;
}
