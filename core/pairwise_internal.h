/* Between pairwise.c, which sums over pairs, and pairwise_diagonal.c and pairwise_full.c, which
 * know the distances of either kind of covariance.
 *
 * Distances are made of one example i, a row, to a group of LANES examples j, its columns. A
 * group's numbers stand with the lane as the last index, so that loops over lanes become vector
 * operations, no sum runs across lanes, and the order of every sum is that of the code.
 *
 * What a distance needs to know of an example, in the role of i or of j, is a list of numbers, its
 * description. */
#ifndef VIB_CORE_PAIRWISE_INTERNAL_H
#define VIB_CORE_PAIRWISE_INTERNAL_H

#include "core/gaussians.h"
#include "core/pairwise.h"
#include "core/pairwise_order.h"

enum { VIB_PAIR_LANES = VIB_PAIR_RUN };

/* A number of numbers: vectors * K + triangles * K (K + 1) / 2 + quads * K / 4, rounded up. */
struct vib_extent {
    size_t vectors, triangles, quads;
};

struct vib_pair_view {
    const struct vib_gaussians *g;
    const struct vib_pair_order *order;
};

/* q_ij, twice a distance: the log-weight of pairwise.h is
 *   -1/2 (q_ij - q_ii)                          when symmetric (then q_ij = q_ji), else
 *   -1/2 (q_ij - q_ii) - ln|L_j| + ln|L_i|.
 * It is a sum over dimensions of terms that are not below 0, up to rounding, so that what has been
 * added so far is never above it. */
struct vib_measure {
    bool symmetric;
    bool capped;   /* no weight exceeds w_ii, beside which the sum is seen */
    size_t number; /* bytes of a number: sizeof(float) or sizeof(double) */
    size_t rows;   /* examples that are described at a time, a divisor of LANES */
    size_t groups; /* of columns that are described at a time */
    size_t parts;  /* of the rows, at most, that are worked on at once; at least groups */
    size_t chunk;  /* dimensions that are added at a time, a multiple of 4; SIZE_MAX: all */
    struct vib_extent row, column, work;
    void (*describe_row)(const struct vib_pair_view *view, size_t i, void *row);
    void (*describe_column)(const struct vib_pair_view *view, size_t j, void *column);
    /* Adds what the dimensions first .. end add to q [LANES], and returns whether any is not beyond
     * the bound; may stop where all are. columns [column][LANES]; work [work] is scratch. */
    bool (*distances)(size_t K, size_t first, size_t end, const void *row, const void *columns,
                      void *work, double bound, double *q);
};

extern const struct vib_measure vib_measures_diagonal[VIB_PAIRWISE_KINDS];
/* Of KL and Bhattacharyya alone: the same with less work, for codes whose order is `narrow`. */
extern const struct vib_measure vib_measures_narrow[VIB_PAIRWISE_KINDS];
extern const struct vib_measure vib_measures_full[VIB_PAIRWISE_KINDS];

#endif
