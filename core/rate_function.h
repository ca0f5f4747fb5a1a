/* What the mean compression R of a model counts as in J = CE + weight u(R), R in bits:
 *
 *   linear        u(r) = r
 *   power         u(r) = r^(1 + exponent)             squared with 1; Kolchinsky et al. 2019
 *   exponential   u(r) = exp(exponent r) - 1          Rodriguez Galvez et al. 2020
 *
 * At an optimum J trades as J = CE + weight u'(R) R does; where Y is a function of X a rate r is
 * met by weight = 1 / u'(r). From where weight u' has reached VIB_STEEPEST on, u goes on as a
 * straight line: bits that are worth a bit at most are given up at any weight above 1, and a
 * gradient as steep as that of exp at the rate of an untrained model would spoil the scale of
 * Adam's steps. Thread rule: pure functions. */
#ifndef VIB_CORE_RATE_FUNCTION_H
#define VIB_CORE_RATE_FUNCTION_H

#include "core/params.h"

enum { VIB_STEEPEST = 10 };

struct vib_rate_function {
    enum vib_rate_kind kind;
    double exponent, weight; /* above 0 unless linear; not below 0 */
};

/* weight u(R), and its derivative weight u'(R), in bits per bit. R below 0, as an estimate may be,
 * counts as 0 unless u is linear. */
double vib_rate_value(const struct vib_rate_function *u, double R);
double vib_rate_slope(const struct vib_rate_function *u, double R);

#endif
