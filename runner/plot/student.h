/* Mean and confidence interval of a few repetitions, assumed to be normally distributed.
 * Source: Student (1908), "The probable error of a mean". Thread rule: pure functions. */
#ifndef RUNNER_PLOT_STUDENT_H
#define RUNNER_PLOT_STUDENT_H

#include <stddef.h>

/* Zeroed: no values yet. */
struct student {
    size_t n;
    double mean;    /* running */
    double squares; /* sum of squared distances from it */
};

/* Takes one more value; one that is not finite is left out. */
void student_add(struct student *student, double value);

/* NaN without values. */
double student_mean(const struct student *student);

/* Half the width of the 95 % interval of the mean; NaN for fewer than two values. */
double student_half_width(const struct student *student);

/* The 0.975 quantile of Student's t with so many degrees of freedom, at least 1; to 4 decimals up
 * to 30, above with an error below 1e-3. */
double student_quantile(size_t freedom);

#endif
