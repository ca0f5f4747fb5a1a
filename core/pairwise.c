#include "core/pairwise.h"

#include "core/memory.h"
#include "core/pairwise_internal.h"
#include "core/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* SUMS partial sums, so that their order does not depend on the vector length. */
enum { ROWS = VIB_PAIR_ROWS, COLUMNS = VIB_PAIR_COLUMNS, LANES = VIB_PAIR_LANES, SUMS = 16 };

/* max + ln sum: the logarithm of a sum of exponentials that grows. */
struct log_sum {
    double max, sum;
};

struct pairs {
    const struct vib_gaussians *g;
    const struct vib_measure *measure;
    size_t row_bytes, column_bytes; /* of one example's description */
    unsigned char *rows, *column, *panels, *work;
    double *scale;        /* [n] ln |L_i|; 0 where the measure is symmetric */
    double *own;          /* [n] q_ii */
    struct log_sum *sums; /* [n] of -1/2 q_ij - scale_j over j != i */
    double tile[ROWS][COLUMNS], turned[COLUMNS][ROWS];
};

static size_t bytes(const struct vib_measure *measure, struct vib_extent extent, size_t K) {
    return (extent.vectors * K + extent.triangles * (K * (K + 1) / 2)) * measure->number;
}

static const struct vib_measure *measures_of(enum vib_covariance covariance) {
    return covariance == VIB_FULL ? vib_measures_full : vib_measures_diagonal;
}

size_t vib_pairwise_bytes(enum vib_covariance covariance, size_t n, size_t K) {
    const struct vib_measure *measures = measures_of(covariance);
    const struct pairs *p = NULL;
    size_t most = 0;
    for (size_t kind = 0; kind < VIB_PAIRWISE_KINDS; kind++) {
        const struct vib_measure *m = &measures[kind];
        const size_t needed = ROWS * bytes(m, m->row, K) + (COLUMNS + 1) * bytes(m, m->column, K) +
                              LANES * bytes(m, m->work, K);
        most = needed > most ? needed : most;
    }
    return most + sizeof *p + n * (sizeof *p->scale + sizeof *p->own + sizeof *p->sums);
}

static void pairs_release(struct pairs *p) {
    free(p->rows);
    free(p->column);
    free(p->panels);
    free(p->work);
    free(p->scale);
    free(p->own);
    free(p->sums);
}

static int pairs_init(struct pairs *p, const struct vib_gaussians *g,
                      const struct vib_measure *measure) {
    p->g = g;
    p->measure = measure;
    p->row_bytes = bytes(measure, measure->row, g->K);
    p->column_bytes = bytes(measure, measure->column, g->K);
    p->rows = vib_memory_new(ROWS * p->row_bytes);
    p->column = vib_memory_new(p->column_bytes);
    p->panels = vib_memory_new(COLUMNS * p->column_bytes);
    p->work = vib_memory_new(LANES * bytes(measure, measure->work, g->K));
    p->scale = calloc(g->n, sizeof *p->scale);
    p->own = calloc(g->n, sizeof *p->own);
    p->sums = calloc(g->n, sizeof *p->sums);
    if (p->rows == NULL || p->column == NULL || p->panels == NULL || p->work == NULL ||
        p->scale == NULL || p->own == NULL || p->sums == NULL)
        return VIB_ENOMEM;
    for (size_t i = 0; i < g->n; i++) {
        p->scale[i] = measure->symmetric ? 0.0 : vib_gaussian_log_scale(g, i);
        p->sums[i] = (struct log_sum){.max = -HUGE_VAL};
    }
    return VIB_OK;
}

/* Past the last example the last is repeated, so that tiles are always full; it is not counted. */
static size_t existing(const struct pairs *p, size_t i) {
    return i < p->g->n ? i : p->g->n - 1;
}

static void describe_rows(struct pairs *p, size_t first) {
    for (size_t r = 0; r < ROWS; r++)
        p->measure->describe_row(p->g, existing(p, first + r), p->rows + r * p->row_bytes);
}

/* Columns go into their panels number by number, LANES apart. */
static void describe_columns(struct pairs *p, size_t first) {
    const size_t size = p->measure->number, numbers = p->column_bytes / size;
    for (size_t c = 0; c < COLUMNS; c++) {
        unsigned char *panel = p->panels + c / LANES * LANES * p->column_bytes;
        p->measure->describe_column(p->g, existing(p, first + c), p->column);
        for (size_t v = 0; v < numbers; v++)
            memcpy(panel + (v * LANES + c % LANES) * size, p->column + v * size, size);
    }
}

/* q of the tile becomes -1/2 q_ij - scale_j, and -infinity where no pair is to be counted. */
static void weigh(struct pairs *p, size_t i0, size_t j0) {
    const size_t n = p->g->n;
    for (size_t r = 0; r < ROWS; r++) {
        const size_t i = i0 + r;
        double *tile = p->tile[r];
        if (i >= j0 && i < j0 + COLUMNS && i < n)
            p->own[i] = tile[i - j0];
        for (size_t c = 0; c < COLUMNS; c++) {
            const bool counts = i < n && j0 + c < n && i != j0 + c;
            tile[c] = counts ? -0.5 * tile[c] - p->scale[j0 + c] : -HUGE_VAL;
        }
    }
}

/* total += e^max sum; the NaN of a sum stays. */
static void add_scaled(struct log_sum *total, double max, double sum) {
    if (max > total->max) {
        total->sum = total->sum * exp(total->max - max) + sum;
        total->max = max;
    } else {
        total->sum += sum * exp(max - total->max);
    }
}

/* total += sum_c e^w_c over count weights, a multiple of SUMS. Only the differences from the
 * largest are rounded to float32. */
VIB_MULTIVERSION
static void absorb(struct log_sum *total, const double *restrict w, size_t count) {
    double largest[SUMS], sums[SUMS] = {0};
    for (size_t at = 0; at < SUMS; at++)
        largest[at] = w[at];
    for (size_t c = SUMS; c < count; c += SUMS)
        for (size_t at = 0; at < SUMS; at++)
            largest[at] = w[c + at] > largest[at] ? w[c + at] : largest[at];
    double max = largest[0], sum = 0.0;
    for (size_t at = 1; at < SUMS; at++)
        max = largest[at] > max ? largest[at] : max;
    for (size_t c = 0; c < count; c += SUMS)
        for (size_t at = 0; at < SUMS; at++) {
            float e = vib_expf((float)(w[c + at] - max));
            /* vib_expf is never quite 0, nor is -infinity less itself. */
            sums[at] += (double)(w[c + at] == -HUGE_VAL ? 0.0f : e);
        }
    for (size_t at = 0; at < SUMS; at++)
        sum += sums[at];
    if (sum != 0.0)
        add_scaled(total, max, sum);
}

/* A tile of a symmetric measure below those on the diagonal also counts turned over. */
static void absorb_tile(struct pairs *p, size_t i0, size_t j0) {
    for (size_t r = 0; r < ROWS && i0 + r < p->g->n; r++)
        absorb(&p->sums[i0 + r], p->tile[r], COLUMNS);
    if (!p->measure->symmetric || i0 < j0 + COLUMNS)
        return;
    for (size_t r = 0; r < ROWS; r++)
        for (size_t c = 0; c < COLUMNS; c++)
            p->turned[c][r] = p->tile[r][c];
    for (size_t c = 0; c < COLUMNS; c++)
        absorb(&p->sums[j0 + c], p->turned[c], ROWS);
}

static int do_tile(struct pairs *p, size_t i0, size_t j0, const atomic_bool *stop) {
    describe_rows(p, i0);
    memset(p->tile, 0, sizeof p->tile);
    for (size_t c = 0; c < COLUMNS && j0 + c < p->g->n; c += LANES) {
        if (stop != NULL && atomic_load_explicit(stop, memory_order_relaxed))
            return VIB_ESTOPPED;
        p->measure->distances(p->g->K, p->rows, p->panels + c * p->column_bytes, p->work,
                              &p->tile[0][c]);
    }
    weigh(p, i0, j0);
    absorb_tile(p, i0, j0);
    return VIB_OK;
}

/* A symmetric measure needs only the tiles on and below the diagonal. */
static int do_tiles(struct pairs *p, const atomic_bool *stop) {
    for (size_t j0 = 0; j0 < p->g->n; j0 += COLUMNS) {
        describe_columns(p, j0);
        for (size_t i0 = p->measure->symmetric ? j0 : 0; i0 < p->g->n; i0 += ROWS) {
            const int rc = do_tile(p, i0, j0, stop);
            if (rc != VIB_OK)
                return rc;
        }
    }
    return VIB_OK;
}

int vib_pairwise_log_sums(const struct vib_gaussians *g, enum vib_pairwise kind,
                          const atomic_bool *stop, struct vib_team *team, double *log_sums) {
    (void)team;
    const struct vib_measure *measures = measures_of(g->covariance);
    struct pairs *p = vib_memory_new(sizeof *p);
    if (p == NULL)
        return VIB_ENOMEM;
    memset(p, 0, sizeof *p);
    int rc = pairs_init(p, g, &measures[kind]);
    if (rc == VIB_OK)
        rc = do_tiles(p, stop);
    for (size_t i = 0; i < g->n && rc == VIB_OK; i++) {
        const struct log_sum *s = &p->sums[i];
        log_sums[i] = s->max + log(s->sum) + p->scale[i] + 0.5 * p->own[i];
    }
    pairs_release(p);
    free(p);
    return rc;
}
