#include "core/rate_function.h"

#include <math.h>

/* Where u' is s. */
static double where_slope_is(const struct vib_rate_function *u, double s) {
    if (u->kind == VIB_RATE_POWER)
        return pow(s / (1.0 + u->exponent), 1.0 / u->exponent);
    return fmax(log(s / u->exponent), 0.0) / u->exponent;
}

static double value(const struct vib_rate_function *u, double r) {
    return u->kind == VIB_RATE_POWER ? pow(r, 1.0 + u->exponent) : expm1(u->exponent * r);
}

static double slope(const struct vib_rate_function *u, double r) {
    return u->kind == VIB_RATE_POWER ? (1.0 + u->exponent) * pow(r, u->exponent)
                                     : u->exponent * exp(u->exponent * r);
}

/* Up to where u is not yet a straight line; infinite without a weight. */
static double bend(const struct vib_rate_function *u) {
    return where_slope_is(u, VIB_STEEPEST / u->weight);
}

/* Of the straight line. The bend of a power that hardly bends is nearer to 0 than any number, where
 * its own slope would be 0. */
static double line_slope(const struct vib_rate_function *u) {
    const double end = bend(u);
    return u->kind == VIB_RATE_POWER && end <= 0.0 ? VIB_STEEPEST / u->weight : slope(u, end);
}

double vib_rate_slope(const struct vib_rate_function *u, double R) {
    if (u->kind == VIB_RATE_LINEAR || u->weight <= 0.0)
        return u->weight;
    const double r = fmax(R, 0.0);
    return u->weight * (r < bend(u) ? slope(u, r) : line_slope(u));
}

double vib_rate_value(const struct vib_rate_function *u, double R) {
    if (u->kind == VIB_RATE_LINEAR || u->weight <= 0.0)
        return u->weight * R;
    if (isnan(R)) /* which fmax would take for 0, and a job that has become none would go on */
        return R;
    const double r = fmax(R, 0.0), end = fmin(r, bend(u));
    return u->weight * (value(u, end) + (r > end ? line_slope(u) * (r - end) : 0.0));
}
