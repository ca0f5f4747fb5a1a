#include "core/residual.h"

#include <math.h>
#include <string.h>

/* The examples of a class are those of the whole from `first` on. */
struct shifted {
    const struct vib_gaussians *whole;
    size_t first;
};

static void sample_shifted(const void *context, size_t i, float *eps, float *z) {
    const struct shifted *shifted = context;
    shifted->whole->sample(shifted->whole->context, shifted->first + i, eps, z);
}

/* Standard errors are squared until the end. */
static void add_class(struct vib_bound out[VIB_ESTIMATORS],
                      const struct vib_bound within[VIB_ESTIMATORS], double weight) {
    for (size_t e = 0; e < VIB_ESTIMATORS; e++) {
        const double se = weight * within[e].se_bits;
        out[e].bits += weight * within[e].bits;
        out[e].se_bits += se * se;
    }
}

static int measure_class(const struct vib_gaussians *g, size_t first, size_t n, unsigned which,
                         const atomic_bool *stop, struct vib_team *team,
                         struct vib_bound within[VIB_ESTIMATORS], struct vib_error *err) {
    const struct shifted shifted = {g, first};
    const struct vib_gaussians part = {.covariance = g->covariance,
                                       .n = n,
                                       .K = g->K,
                                       .mu = g->mu + first * g->K,
                                       .factor = g->factor + first * vib_gaussians_factor_size(g),
                                       .sample = sample_shifted,
                                       .context = &shifted};
    return vib_bounds(&part, which, stop, team, within, err);
}

static void set_all(struct vib_bound out[VIB_ESTIMATORS], double value) {
    for (size_t e = 0; e < VIB_ESTIMATORS; e++)
        out[e] = (struct vib_bound){.bits = value, .se_bits = value};
}

static size_t sum_of(const size_t *class_n, size_t classes) {
    size_t n = 0;
    for (size_t c = 0; c < classes; c++)
        n += class_n[c];
    return n;
}

int vib_residual_bounds(const struct vib_gaussians *g, const size_t *class_n, size_t classes,
                        bool whole, unsigned which, const atomic_bool *stop, struct vib_team *team,
                        struct vib_bound out[VIB_ESTIMATORS], struct vib_error *err) {
    const double n = (double)sum_of(class_n, classes), none = (double)NAN;
    struct vib_bound sums[VIB_ESTIMATORS];
    int rc = VIB_OK;
    which &= ~(1u << VIB_ESTIMATOR_RATE);
    set_all(sums, 0.0);
    for (size_t c = 0, first = 0; c < classes; first += class_n[c++]) {
        struct vib_bound within[VIB_ESTIMATORS];
        int here = VIB_OK;
        set_all(within, 0.0);
        if (class_n[c] == 1 && !whole)
            within[VIB_ESTIMATOR_LEAVE_ONE_OUT] = (struct vib_bound){none, none};
        if (class_n[c] > 1)
            here = measure_class(g, first, class_n[c], which, stop, team, within, err);
        if (here == VIB_ENOMEM || here == VIB_ESTOPPED)
            return here;
        rc = here != VIB_OK ? here : rc; /* the last such class speaks for all */
        add_class(sums, within, (double)class_n[c] / n);
    }
    for (size_t e = 0; e < VIB_ESTIMATORS; e++) {
        const bool made = (which >> e & 1u) != 0 && !isnan(sums[e].bits);
        out[e].bits = made ? sums[e].bits : none;
        out[e].se_bits = made ? sqrt(sums[e].se_bits) : none;
    }
    return rc;
}

double vib_residual_cap(const size_t *class_n, size_t classes) {
    const double n = (double)sum_of(class_n, classes);
    double cap = 0.0;
    for (size_t c = 0; c < classes; c++)
        if (class_n[c] > 1)
            cap += (double)class_n[c] / n * log2((double)class_n[c]);
    return cap;
}
