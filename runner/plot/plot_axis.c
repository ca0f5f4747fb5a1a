#include "runner/plot/plot_axis.h"

#include "runner/plot/plot_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct plot_range plot_range_of_nothing(void) {
    return (struct plot_range){(double)INFINITY, -(double)INFINITY};
}

/* fmin and fmax pass over NaN. */
void plot_range_take(struct plot_range *range, double x) {
    range->low = fmin(range->low, x);
    range->high = fmax(range->high, x);
}

/* That of a power of ten is a whole number. */
static double exponent(double x) {
    const double e = log10(x);
    return fabs(e - round(e)) < 1e-9 ? round(e) : e;
}

struct plot_range plot_axis_decades(struct plot_range shown, double margin) {
    double low = exponent(shown.low), high = exponent(shown.high);
    const double beyond = log10(margin);
    if (floor(high + beyond) - ceil(low - beyond) < 1) {
        low = floor(low);
        high = ceil(high);
        if (high - low < 1) { /* a single value, which comes to stand in the middle */
            low--;
            high++;
        }
        return (struct plot_range){pow(10, low) / margin, pow(10, high) * margin};
    }
    return (struct plot_range){shown.low / margin, shown.high * margin};
}

double plot_axis_step(double side) {
    const double power = pow(10, floor(log10(side / 5))), digit = side / 5 / power;
    return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

double plot_axis_room(struct plot_range range, double step) {
    double widest = 0;
    for (double k = ceil(range.low / step); k <= floor(range.high / step); k++) {
        char label[32];
        (void)snprintf(label, sizeof label, "%g", k * step + 0); /* no -0 */
        widest = fmax(widest, plot_text_width(label, strlen(label)));
    }
    return widest;
}
