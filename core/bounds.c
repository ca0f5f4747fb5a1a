#include "core/bounds.h"

#include "core/moment_matched.h"
#include "core/pairwise.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    enum vib_side side;
} estimators[VIB_ESTIMATORS] = {
#define ESTIMATOR_ROW(id, text, where) {.name = text, .side = VIB_##where},
    VIB_ESTIMATOR_MAP(ESTIMATOR_ROW)
#undef ESTIMATOR_ROW
};

const char *vib_estimator_name(enum vib_estimator estimator) {
    return estimators[estimator].name;
}

enum vib_side vib_estimator_side(enum vib_estimator estimator) {
    return estimators[estimator].side;
}

struct making {
    const struct vib_gaussians *g;
    unsigned which;
    const atomic_bool *stop;
    struct vib_team *team;
    struct vib_pair_order order; /* of the estimators that sum over pairs */
    double *terms, *log_sums;    /* [n] */
    struct vib_bound bound[VIB_ESTIMATORS];
};

static bool wanted(const struct making *m, enum vib_estimator estimator) {
    return (m->which >> estimator & 1u) != 0;
}

/* constant [bits] + sign * mean terms [nats]. The constant stays outside the mean, so that rounding
 * cannot lift log2 n less something above log2 n. */
static struct vib_bound mean_bound(double constant, double sign, const double *terms, size_t n) {
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += terms[i];
    const double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (terms[i] - mean) * (terms[i] - mean);
    return (struct vib_bound){.bits = constant + sign * mean / M_LN2,
                              .se_bits = sqrt(squares / (double)(n - 1) / (double)n) / M_LN2};
}

static int make_rate(struct making *m) {
    const size_t n = m->g->n;
    for (size_t i = 0; i < n; i++)
        m->terms[i] = vib_gaussian_rate(m->g, i);
    m->bound[VIB_ESTIMATOR_RATE] = mean_bound(0.0, 1.0, m->terms, n);
    return VIB_OK;
}

static int make_moment_matched(struct making *m) {
    int rc = vib_moment_matched_kl(m->g, m->stop, m->team, m->terms);
    if (rc == VIB_OK)
        m->bound[VIB_ESTIMATOR_MOMENT_MATCHED] = mean_bound(0.0, 1.0, m->terms, m->g->n);
    return rc;
}

/* ln(1 + e^x), also of minus infinity. */
static double softplus(double x) {
    return x > 0.0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

/* log2 n - mean ln sum_j w_ij, where w_ii = 1. */
static void take_capped(struct making *m, enum vib_estimator estimator) {
    const size_t n = m->g->n;
    for (size_t i = 0; i < n; i++)
        m->terms[i] = softplus(m->log_sums[i]);
    m->bound[estimator] = mean_bound(log2((double)n), -1.0, m->terms, n);
}

static int make_density(struct making *m) {
    const size_t n = m->g->n;
    int rc =
        vib_pairwise_log_sums(m->g, &m->order, VIB_PAIRWISE_DENSITY, m->stop, m->team, m->log_sums);
    if (rc == VIB_OK && wanted(m, VIB_ESTIMATOR_MIXTURE))
        take_capped(m, VIB_ESTIMATOR_MIXTURE);
    if (rc == VIB_OK && wanted(m, VIB_ESTIMATOR_LEAVE_ONE_OUT) && n > 1)
        m->bound[VIB_ESTIMATOR_LEAVE_ONE_OUT] =
            mean_bound(log2((double)(n - 1)), -1.0, m->log_sums, n);
    return rc;
}

static int make_pairwise(struct making *m, enum vib_pairwise kind, enum vib_estimator estimator) {
    int rc = vib_pairwise_log_sums(m->g, &m->order, kind, m->stop, m->team, m->log_sums);
    if (rc == VIB_OK)
        take_capped(m, estimator);
    return rc;
}

/* An estimator without a value, as that of a singular covariance, stays NaN: the others do not need
 * it. */
static int spare_others(int rc) {
    return rc == VIB_EDIVERGED ? VIB_OK : rc;
}

/* The last four, which sum over pairs. */
static int make_pairs(struct making *m) {
    int rc = vib_pair_order_init(&m->order, m->g);
    if (rc == VIB_OK &&
        (wanted(m, VIB_ESTIMATOR_MIXTURE) || wanted(m, VIB_ESTIMATOR_LEAVE_ONE_OUT)))
        rc = spare_others(make_density(m));
    if (rc == VIB_OK && wanted(m, VIB_ESTIMATOR_PAIRWISE_KL))
        rc = spare_others(make_pairwise(m, VIB_PAIRWISE_KL, VIB_ESTIMATOR_PAIRWISE_KL));
    if (rc == VIB_OK && wanted(m, VIB_ESTIMATOR_PAIRWISE_BHATTACHARYYA))
        rc = spare_others(
            make_pairwise(m, VIB_PAIRWISE_BHATTACHARYYA, VIB_ESTIMATOR_PAIRWISE_BHATTACHARYYA));
    vib_pair_order_release(&m->order);
    return rc;
}

static int make_all(struct making *m) {
    int rc = VIB_OK;
    if (wanted(m, VIB_ESTIMATOR_RATE))
        rc = make_rate(m);
    if (rc == VIB_OK && wanted(m, VIB_ESTIMATOR_MOMENT_MATCHED))
        rc = spare_others(make_moment_matched(m));
    if (rc == VIB_OK && m->which >> VIB_ESTIMATOR_MIXTURE != 0)
        rc = make_pairs(m);
    return rc;
}

/* Whether an estimator that is wanted and defined has a value. */
static bool is_good(const struct making *m, enum vib_estimator e) {
    const bool one = m->g->n == 1;
    return !wanted(m, e) || (one && e == VIB_ESTIMATOR_LEAVE_ONE_OUT) ||
           (isfinite(m->bound[e].bits) && (one || isfinite(m->bound[e].se_bits)));
}

/* Makes those that are not finite NaN, and names them. */
static int drop_bad(struct making *m, struct vib_error *err) {
    char names[160] = "";
    size_t n = 0, used = 0;
    for (enum vib_estimator e = 0; e < VIB_ESTIMATORS; e++) {
        if (is_good(m, e))
            continue;
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", n++ > 0 ? ", " : "",
                                 vib_estimator_name(e));
        m->bound[e] = (struct vib_bound){.bits = (double)NAN, .se_bits = (double)NAN};
    }
    if (n == 0)
        return VIB_OK;
    return vib_error_set(err, VIB_EDIVERGED, "%s %s not finite", names, n == 1 ? "is" : "are");
}

/* The sentence for a code that has none yet. */
static int explain(const struct making *m, int rc, struct vib_error *err) {
    if (rc == VIB_ENOMEM)
        return vib_error_set(err, rc, "out of memory for the bounds on I(Z;X) of %zu examples",
                             m->g->n);
    return vib_error_set(err, rc, "%s", vib_status_text(rc));
}

int vib_bounds(const struct vib_gaussians *g, unsigned which, const atomic_bool *stop,
               struct vib_team *team, struct vib_bound out[VIB_ESTIMATORS], struct vib_error *err) {
    struct making m = {.g = g, .which = which, .stop = stop, .team = team};
    for (size_t e = 0; e < VIB_ESTIMATORS; e++)
        m.bound[e] = (struct vib_bound){.bits = (double)NAN, .se_bits = (double)NAN};
    if (!vib_gaussians_valid(g)) {
        memcpy(out, m.bound, sizeof m.bound);
        return vib_error_set(err, VIB_EDIVERGED, "the codes are not finite");
    }
    m.terms = calloc(g->n, sizeof *m.terms);
    m.log_sums = calloc(g->n, sizeof *m.log_sums);
    int rc = m.terms == NULL || m.log_sums == NULL ? VIB_ENOMEM : make_all(&m);
    rc = rc == VIB_OK ? drop_bad(&m, err) : explain(&m, rc, err);
    if (rc == VIB_OK || rc == VIB_EDIVERGED)
        memcpy(out, m.bound, sizeof m.bound);
    free(m.terms);
    free(m.log_sums);
    return rc;
}

size_t vib_bounds_bytes(enum vib_covariance covariance, unsigned which, size_t n, size_t K) {
    static const unsigned wanted_by[VIB_PAIRWISE_KINDS] = {
        [VIB_PAIRWISE_DENSITY] = 1u << VIB_ESTIMATOR_MIXTURE | 1u << VIB_ESTIMATOR_LEAVE_ONE_OUT,
        [VIB_PAIRWISE_KL] = 1u << VIB_ESTIMATOR_PAIRWISE_KL,
        [VIB_PAIRWISE_BHATTACHARYYA] = 1u << VIB_ESTIMATOR_PAIRWISE_BHATTACHARYYA};
    size_t most = 0;
    for (enum vib_pairwise kind = 0; kind < VIB_PAIRWISE_KINDS; kind++) {
        const size_t needed = vib_pairwise_bytes(covariance, kind, n, K);
        if ((which & wanted_by[kind]) != 0 && needed > most)
            most = needed;
    }
    return 2 * n * sizeof(double) + most + vib_pair_order_bytes(n, K);
}
