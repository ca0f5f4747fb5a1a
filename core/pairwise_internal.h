/* Between pairwise.c, which sums over pairs, and pairwise_diagonal.c and pairwise_full.c, which
 * know the distances of either kind of covariance.
 *
 * Distances come in tiles of ROWS examples i against COLUMNS examples j. The columns stand in
 * panels of LANES examples with the lane as the last index, so that loops over lanes become vector
 * operations, no sum runs across lanes, and the order of every sum is that of the code.
 *
 * What a distance needs to know of an example, in the role of i or of j, is a list of numbers, its
 * description. */
#ifndef VIB_CORE_PAIRWISE_INTERNAL_H
#define VIB_CORE_PAIRWISE_INTERNAL_H

#include "core/gaussians.h"
#include "core/pairwise.h"

enum { VIB_PAIR_ROWS = 16, VIB_PAIR_COLUMNS = 256, VIB_PAIR_LANES = 32 };

/* The length of a description: vectors * K + triangles * K (K + 1) / 2 numbers. */
struct vib_extent {
    size_t vectors, triangles;
};

/* q_ij, twice a distance: the log-weight of pairwise.h is
 *   -1/2 (q_ij - q_ii)                          when symmetric (then q_ij = q_ji), else
 *   -1/2 (q_ij - q_ii) - ln|L_j| + ln|L_i|. */
struct vib_measure {
    bool symmetric;
    size_t number; /* bytes of a number: sizeof(float) or sizeof(double) */
    struct vib_extent row, column, work;
    void (*describe_row)(const struct vib_gaussians *g, size_t i, void *row);
    void (*describe_column)(const struct vib_gaussians *g, size_t j, void *column);
    /* Adds to q [ROWS][COLUMNS], in the panel's LANES columns. rows [ROWS][row],
     * panel [column][LANES]; work [work][LANES] is scratch. */
    void (*distances)(size_t K, const void *rows, const void *panel, void *work, double *q);
};

extern const struct vib_measure vib_measures_diagonal[VIB_PAIRWISE_KINDS];
extern const struct vib_measure vib_measures_full[VIB_PAIRWISE_KINDS];

#endif
