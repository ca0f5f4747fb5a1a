#include "core/paired.h"

#include "core/random.h"

#include <math.h>
#include <stdlib.h>

double vib_mcnemar(size_t first, size_t second) {
    const size_t n = first + second, least = first < second ? first : second;
    double p = 0.0;
    /* From the greatest term down, in logarithms, as 2^-n may be too small for a double. */
    for (size_t k = least + 1; k-- > 0;) {
        const double term = exp(lgamma((double)n + 1.0) - lgamma((double)k + 1.0) -
                                lgamma((double)(n - k) + 1.0) - (double)n * M_LN2);
        p += term;
        if (term < 1e-18 * p)
            break;
    }
    return fmin(1.0, 2.0 * p);
}

static double mean_of_draws(const double *d, const uint32_t *bits, size_t n) {
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += d[(size_t)((uint64_t)bits[i] * n >> 32)];
    return sum / (double)n;
}

static int ascending(const void *a, const void *b) {
    const double p = *(const double *)a, q = *(const double *)b;
    return (p > q) - (p < q);
}

int vib_bootstrap_mean(const double *d, size_t n, size_t repeats, uint64_t seed, double *low,
                       double *high, struct vib_error *err) {
    double *mean = malloc(repeats * sizeof *mean);
    uint32_t *bits = malloc(n * sizeof *bits);
    int rc = mean != NULL && bits != NULL ? VIB_OK : VIB_ENOMEM;
    if (rc != VIB_OK)
        vib_error_set(err, rc, "out of memory for a bootstrap of %zu examples", n);
    for (size_t r = 0; r < repeats && rc == VIB_OK; r++) {
        const struct vib_stream stream = {seed, VIB_STREAM_BOOTSTRAP, (uint32_t)r, 0};
        vib_random_bits(&stream, 0, n, bits);
        mean[r] = mean_of_draws(d, bits, n);
    }
    if (rc == VIB_OK) {
        qsort(mean, repeats, sizeof *mean, ascending);
        *low = mean[repeats / 40];
        *high = mean[repeats - 1 - repeats / 40];
    }
    free(mean);
    free(bits);
    return rc;
}
