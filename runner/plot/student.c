#include "runner/plot/student.h"

#include <assert.h>
#include <math.h>

/* Welford (1962). */
void student_add(struct student *student, double value) {
    if (!isfinite(value))
        return;
    const double distance = value - student->mean;
    student->n++;
    student->mean += distance / (double)student->n;
    student->squares += distance * (value - student->mean);
}

double student_mean(const struct student *student) {
    return student->n > 0 ? student->mean : (double)NAN;
}

double student_quantile(size_t freedom) {
    static const double quantiles[] = {
        12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
        2.2010,  2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
        2.0796,  2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423};
    const double z = 1.959964; /* the normal distribution's */
    assert(freedom >= 1);
    if (freedom <= sizeof quantiles / sizeof quantiles[0])
        return quantiles[freedom - 1];
    /* The first terms in 1 / freedom: Abramowitz & Stegun, 26.7.5. */
    const double d = (double)freedom;
    return z + (pow(z, 3) + z) / (4 * d) + (5 * pow(z, 5) + 16 * pow(z, 3) + 3 * z) / (96 * d * d);
}

double student_half_width(const struct student *student) {
    if (student->n < 2)
        return (double)NAN;
    const double n = (double)student->n;
    return student_quantile(student->n - 1) * sqrt(student->squares / (n - 1) / n);
}
