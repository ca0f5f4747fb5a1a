#include "core/pairwise.h"

#include "core/memory.h"
#include "core/pairwise_internal.h"
#include "core/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A panel is some groups of columns, over which parts of the rows walk. SUMS partial sums, so that
 * their order does not depend on the vector length. */
enum { LANES = VIB_PAIR_LANES, MOST_ROWS = 16, SUMS = 8 };

/* A weight of e^-NEGLIGIBLE times a sum's largest is left out: ten thousand of them are 4e-14 of
 * the sum. One of e^HEADROOM times the largest takes its place. */
#define NEGLIGIBLE 40.0
#define HEADROOM 16.0f

/* e^max sum: a sum of exponentials that grows. */
struct log_sum {
    double max, sum;
};

struct pairs {
    struct vib_pair_view view;
    const struct vib_measure *measure;
    size_t row_bytes, column_bytes, scratch_bytes;
    unsigned char *columns; /* [groups][column][LANES] of a panel */
    unsigned char *scratch; /* [parts]: rows, then what distances need or one column */
    double *start;          /* [groups][LANES] 2 ln|L_j|, from which q starts; infinity past n */
    double *own;            /* [n] what q_ii becomes */
    struct log_sum *sums;   /* [n] of -1/2 q_ij over j != i */
    double *turned;         /* [parts][groups][LANES] what rows add to columns, when symmetric */
    size_t first, groups;   /* of the panel: its first column, and how many groups */
    const atomic_bool *stop;
    atomic_bool stopped;
};

/* The examples of a part that are worked on at a time; numbers are places in the order. */
struct block {
    struct pairs *p;
    unsigned char *rows, *work;
    size_t first, count;
    struct {
        double max, sum[SUMS]; /* as struct log_sum */
        double q[LANES];       /* in the group being worked on */
    } row[MOST_ROWS];
};

static size_t bytes(const struct vib_measure *measure, struct vib_extent extent, size_t K) {
    return (extent.vectors * K + extent.triangles * (K * (K + 1) / 2) +
            extent.quads * ((K + 3) / 4)) *
           measure->number;
}

static size_t scratch_bytes(const struct vib_measure *m, size_t K) {
    const size_t column = bytes(m, m->column, K), work = bytes(m, m->work, K);
    const size_t needed = m->rows * bytes(m, m->row, K) + (column > work ? column : work);
    return (needed + 63) / 64 * 64;
}

static size_t groups_of(size_t n) {
    return (n + LANES - 1) / LANES;
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

static size_t panel_groups(const struct vib_measure *m, size_t n) {
    return smaller(m->groups, groups_of(n));
}

static size_t parts_of(const struct vib_measure *m, size_t n) {
    return smaller(m->parts, groups_of(n) * (LANES / m->rows));
}

size_t vib_pairwise_bytes(enum vib_covariance covariance, enum vib_pairwise kind, size_t n,
                          size_t K) {
    const struct vib_measure *m =
        covariance == VIB_FULL ? &vib_measures_full[kind] : &vib_measures_diagonal[kind];
    const struct pairs *p = NULL;
    const size_t columns = panel_groups(m, n) * LANES, parts = parts_of(m, n);
    return columns * (bytes(m, m->column, K) + sizeof *p->start) + parts * scratch_bytes(m, K) +
           (m->symmetric ? parts * columns * sizeof *p->turned : 0) +
           n * (sizeof *p->own + sizeof *p->sums);
}

static void pairs_release(struct pairs *p) {
    free(p->columns);
    free(p->scratch);
    free(p->start);
    free(p->own);
    free(p->sums);
    free(p->turned);
}

static const struct vib_measure *measure_of(const struct pairs *p, enum vib_pairwise kind) {
    if (p->view.g->covariance == VIB_FULL)
        return &vib_measures_full[kind];
    if (p->view.order->narrow && kind != VIB_PAIRWISE_DENSITY)
        return &vib_measures_narrow[kind];
    return &vib_measures_diagonal[kind];
}

/* To be released, also after a failure. */
static int pairs_init(struct pairs *p, const struct vib_gaussians *g,
                      const struct vib_pair_order *order, enum vib_pairwise kind) {
    *p = (struct pairs){.view = {.g = g, .order = order}};
    const struct vib_measure *m = p->measure = measure_of(p, kind);
    const size_t groups = panel_groups(m, g->n), parts = parts_of(m, g->n);
    p->row_bytes = bytes(m, m->row, g->K);
    p->column_bytes = bytes(m, m->column, g->K);
    p->scratch_bytes = scratch_bytes(m, g->K);
    p->columns = vib_memory_new(groups * LANES * p->column_bytes);
    p->scratch = vib_memory_new(parts * p->scratch_bytes);
    p->start = calloc(groups * LANES, sizeof *p->start);
    p->own = calloc(g->n, sizeof *p->own);
    p->sums = calloc(g->n, sizeof *p->sums);
    p->turned = calloc(m->symmetric ? parts * groups * LANES : 1, sizeof *p->turned);
    const bool enough = p->columns != NULL && p->scratch != NULL && p->start != NULL &&
                        p->own != NULL && p->sums != NULL && p->turned != NULL;
    return enough ? VIB_OK : VIB_ENOMEM;
}

static bool stopped(struct pairs *p) {
    if (p->stop != NULL && atomic_load_explicit(p->stop, memory_order_relaxed))
        atomic_store_explicit(&p->stopped, true, memory_order_relaxed);
    return atomic_load_explicit(&p->stopped, memory_order_relaxed);
}

/* A part: the columns of a group, which take their places number by number, LANES apart. Past the
 * last example the last is repeated, so that groups are always full; it is not counted. */
static void make_group(void *context, size_t group) {
    struct pairs *p = context;
    const size_t n = p->view.g->n, size = p->measure->number, numbers = p->column_bytes / size;
    unsigned char *panel = p->columns + group * LANES * p->column_bytes;
    unsigned char *column = p->scratch + group * p->scratch_bytes;
    for (size_t lane = 0; lane < LANES; lane++) {
        const size_t at = p->first + group * LANES + lane;
        const size_t j = p->view.order->example[smaller(at, n - 1)];
        const double scale = p->measure->symmetric ? 0.0 : vib_gaussian_log_scale(p->view.g, j);
        p->start[group * LANES + lane] = at < n ? 2.0 * scale : HUGE_VAL;
        p->measure->describe_column(&p->view, j, column);
        for (size_t v = 0; v < numbers; v++)
            memcpy(panel + (v * LANES + lane) * size, column + v * size, size);
    }
}

static void block_init(struct block *b, struct pairs *p, size_t part, size_t first) {
    const size_t n = p->view.g->n;
    b->p = p;
    b->rows = p->scratch + part * p->scratch_bytes;
    b->work = b->rows + p->measure->rows * p->row_bytes;
    b->first = first;
    b->count = first < n ? smaller(p->measure->rows, n - first) : 0;
    for (size_t r = 0; r < b->count; r++) {
        p->measure->describe_row(&p->view, p->view.order->example[first + r],
                                 b->rows + r * p->row_bytes);
        b->row[r].max = p->sums[first + r].max;
        memset(b->row[r].sum, 0, sizeof b->row[r].sum);
    }
}

/* Makes the q of all rows whose weights are not negligible in all lanes, and lists these rows. */
static size_t make_distances(struct block *b, size_t group, const double *bound, size_t *live) {
    const struct pairs *p = b->p;
    const unsigned char *columns = p->columns + group * LANES * p->column_bytes;
    const size_t K = p->view.g->K, chunk = smaller(p->measure->chunk, K);
    size_t n_live = b->count;
    for (size_t r = 0; r < b->count; r++) {
        live[r] = r;
        memcpy(b->row[r].q, p->start + group * LANES, sizeof b->row[r].q);
    }
    for (size_t first = 0; first < K && n_live > 0; first += chunk) {
        const size_t end = smaller(first + chunk, K), before = n_live;
        n_live = 0;
        for (size_t at = 0; at < before; at++) {
            const size_t r = live[at];
            if (p->measure->distances(K, first, end, b->rows + r * p->row_bytes, columns, b->work,
                                      bound[r], b->row[r].q))
                live[n_live++] = r;
        }
    }
    return n_live;
}

/* e^(-1/2 q - max), 0 for a q of infinity, of which vib_expf is never quite 0; and whether one is
 * above the headroom. Only differences from max are rounded to float32. */
VIB_MULTIVERSION
static bool exponentials(const double *restrict q, double max, float *restrict e) {
    unsigned above = 0;
    for (size_t lane = 0; lane < LANES; lane++) {
        float x = (float)(-0.5 * q[lane] - max);
        float y = vib_expf(x);
        above |= x > HEADROOM ? 1u : 0u;
        e[lane] = q[lane] == HUGE_VAL ? 0.0f : y;
    }
    return above != 0;
}

static double largest(const double *q) {
    double max = -HUGE_VAL;
    for (size_t lane = 0; lane < LANES; lane++)
        max = -0.5 * q[lane] > max ? -0.5 * q[lane] : max;
    return max;
}

static void raise_max(double max, double *old, double *sum, size_t count) {
    /* nothing is in the sum of an infinitely small maximum */
    const double factor = *old == -HUGE_VAL ? 1.0 : exp(*old - max);
    for (size_t at = 0; at < count; at++)
        sum[at] *= factor;
    *old = max;
}

VIB_MULTIVERSION
static void add_exponentials(const float *restrict e, double *restrict sum) {
    for (size_t lane = 0; lane < LANES; lane += SUMS)
        for (size_t at = 0; at < SUMS; at++)
            sum[at] += (double)e[lane + at];
}

VIB_MULTIVERSION
static void add_turned(const float *restrict e, double factor, double *restrict turned) {
    for (size_t lane = 0; lane < LANES; lane++)
        turned[lane] += factor * (double)e[lane];
}

/* turned [LANES] may be NULL. */
static void absorb(struct block *b, size_t r, double *turned) {
    float e[LANES];
    double *q = b->row[r].q, *max = &b->row[r].max;
    if (exponentials(q, *max, e)) {
        raise_max(largest(q), max, b->row[r].sum, SUMS);
        exponentials(q, *max, e);
    }
    add_exponentials(e, b->row[r].sum);
    if (turned != NULL)
        add_turned(e, exp(*max), turned);
}

/* A group of columns that ends before the block counts turned over when the measure is symmetric.
 */
static void do_group(struct block *b, size_t group, double *turned) {
    const size_t column = b->p->first + group * LANES;
    double bound[MOST_ROWS];
    size_t live[MOST_ROWS];
    for (size_t r = 0; r < b->count; r++)
        bound[r] = 2.0 * (NEGLIGIBLE - b->row[r].max);
    const size_t n_live = make_distances(b, group, bound, live);
    for (size_t at = 0; at < n_live; at++) {
        const size_t r = live[at], i = b->first + r;
        if (i >= column && i < column + LANES)
            b->row[r].q[i - column] = HUGE_VAL;
        absorb(b, r, turned != NULL && column + LANES <= b->first ? turned + group * LANES : NULL);
    }
}

static void add_to(struct log_sum *total, double max, const double *sum) {
    double added = 0.0;
    for (size_t at = 0; at < SUMS; at++)
        added += sum[at];
    if (max > total->max)
        raise_max(max, &total->max, &total->sum, 1);
    total->sum += added;
}

/* The blocks of rows that a panel needs: a symmetric measure needs only those on and below the
 * diagonal, and of these the groups that do not lie above it. */
static size_t first_block(const struct pairs *p) {
    return p->measure->symmetric ? p->first / p->measure->rows : 0;
}

static size_t end_block(const struct pairs *p) {
    return (p->view.g->n + p->measure->rows - 1) / p->measure->rows;
}

static size_t groups_for(const struct pairs *p, size_t row) {
    return p->measure->symmetric ? smaller(p->groups, (row - p->first) / LANES + 1) : p->groups;
}

/* A part: every so many blocks of rows against the panel. */
static void do_rows(void *context, size_t part) {
    struct pairs *p = context;
    struct block b;
    const size_t rows = p->measure->rows, parts = parts_of(p->measure, p->view.g->n);
    double *turned = p->measure->symmetric ? p->turned + part * p->groups * LANES : NULL;
    if (turned != NULL)
        memset(turned, 0, p->groups * LANES * sizeof *turned);
    for (size_t at = first_block(p) + part; at < end_block(p) && !stopped(p); at += parts) {
        block_init(&b, p, part, at * rows);
        for (size_t group = 0; group < groups_for(p, b.first); group++)
            do_group(&b, group, turned);
        for (size_t r = 0; r < b.count; r++)
            add_to(&p->sums[b.first + r], b.row[r].max, b.row[r].sum);
    }
}

/* A part: the examples of a group against themselves, for what all other pairs are seen beside:
 * their q_ii, and where nothing caps the weights the largest one nearby. */
static void do_own(void *context, size_t group) {
    struct pairs *p = context;
    struct block b;
    size_t live[MOST_ROWS];
    double bound[MOST_ROWS];
    const size_t column = p->first + group * LANES;
    for (size_t r = 0; r < MOST_ROWS; r++)
        bound[r] = HUGE_VAL;
    for (size_t lane = 0; lane < LANES && !stopped(p); lane += p->measure->rows) {
        block_init(&b, p, group, column + lane);
        make_distances(&b, group, bound, live);
        for (size_t r = 0; r < b.count; r++) {
            double *q = b.row[r].q, own = q[lane + r];
            p->own[column + lane + r] = own;
            q[lane + r] = HUGE_VAL;
            p->sums[column + lane + r].max = p->measure->capped ? -0.5 * own : largest(q);
        }
    }
}

/* In the order of the parts. */
static void add_turned_over(struct pairs *p) {
    const size_t columns = p->groups * LANES, parts = parts_of(p->measure, p->view.g->n);
    for (size_t part = 0; part < parts; part++)
        for (size_t c = 0; c < columns && p->first + c < p->view.g->n; c++)
            p->sums[p->first + c].sum +=
                p->turned[part * columns + c] * exp(0.5 * p->own[p->first + c]);
}

/* All panels, by parts that are one for each group or shares of the rows. */
static int do_panels(struct pairs *p, struct vib_team *team, bool own) {
    const size_t n = p->view.g->n;
    for (size_t first = 0; first < n; first += p->groups * LANES) {
        p->first = first;
        p->groups = panel_groups(p->measure, n - first);
        vib_team_run(team, p->groups, make_group, p);
        if (own)
            vib_team_run(team, p->groups, do_own, p);
        else
            vib_team_run(team, parts_of(p->measure, n), do_rows, p);
        if (stopped(p))
            return VIB_ESTOPPED;
        if (!own && p->measure->symmetric)
            add_turned_over(p);
    }
    return VIB_OK;
}

int vib_pairwise_log_sums(const struct vib_gaussians *g, const struct vib_pair_order *order,
                          enum vib_pairwise kind, const atomic_bool *stop, struct vib_team *team,
                          double *log_sums) {
    struct pairs p;
    int rc = pairs_init(&p, g, order, kind);
    p.stop = stop;
    if (rc == VIB_OK)
        rc = do_panels(&p, team, true);
    if (rc == VIB_OK)
        rc = do_panels(&p, team, false);
    for (size_t at = 0; at < g->n && rc == VIB_OK; at++)
        log_sums[order->example[at]] = p.sums[at].max + log(p.sums[at].sum) + 0.5 * p.own[at];
    pairs_release(&p);
    return rc;
}
