/* Figure residual: the residual information I(X;Z|Y), what a code keeps of an input beside its
 * label, between its bounds against the trade-off (Fischer 2020). */
#include "runner/plot/plot_against.h"

int plot_residual(const struct plot *plot, struct vib_error *err) {
    static const struct plot_bounded bounded = {
        .lower = PLOT_RESIDUAL_LOWER,
        .upper = PLOT_RESIDUAL_UPPER,
        .loose = PLOT_RESIDUAL_RATE,
        .columns = "lower = residual_lower; upper = residual_upper; loose = residual_rate",
        .title = "I(X;Z|Y) (bits)",
        .loose_name = "Re, which CEB trains with"};
    if (!plot_data_knows(plot->data, PLOT_RESIDUAL_UPPER))
        return vib_error_set(err, VIB_EDATA,
                             "plot: none of the finished jobs to be shown has bounds on I(X;Z|Y)");
    return plot_against_bounds(plot, &bounded, err);
}
