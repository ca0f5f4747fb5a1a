#include "core/pairwise_order.h"

#include "core/error.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* Examples are parted by one of the first LEADING dimensions. */
enum { RUN = VIB_PAIR_RUN, LEADING = 32, SCALE_BITS = 13, MEAN_BITS = 17 };

struct keyed {
    double key;
    uint32_t index;
};

/* Of a dimension. */
struct moments {
    double sum, squares, variance; /* of mu, of mu^2, of s^2 */
    float far, least, most;        /* the largest |mu|; of s */
};

struct ordering {
    const struct vib_gaussians *g;
    size_t F;
    uint32_t *example, *dimension; /* as in struct vib_pair_order */
    struct keyed *keyed;           /* [max(n, K)] */
    struct moments *moments;       /* [K] */
};

/* Descending, and by index where keys are the same. */
static int compare(const void *a, const void *b) {
    const struct keyed *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? 1 : -1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static void sort(struct ordering *o, size_t count, uint32_t *index) {
    qsort(o->keyed, count, sizeof *o->keyed, compare);
    for (size_t at = 0; at < count; at++)
        index[at] = o->keyed[at].index;
}

/* Of the first `count` dimensions in their order, over n examples. */
static void add_moments(struct ordering *o, const uint32_t *example, size_t n, size_t count) {
    for (size_t at = 0; at < count; at++)
        o->moments[at] = (struct moments){.least = FLT_MAX};
    for (size_t e = 0; e < n; e++) {
        const float *mu = o->g->mu + example[e] * o->g->K, *s = o->g->factor + example[e] * o->F;
        for (size_t at = 0; at < count; at++) {
            const size_t k = o->dimension[at];
            struct moments *m = &o->moments[at];
            m->sum += (double)mu[k];
            m->squares += (double)mu[k] * (double)mu[k];
            m->variance += (double)s[k] * (double)s[k];
            m->far = fmaxf(m->far, fabsf(mu[k]));
            m->least = fminf(m->least, s[k]);
            m->most = fmaxf(m->most, s[k]);
        }
    }
}

/* How far the means stand apart, in scales: their variance over the codes'. */
static double apart(const struct moments *m, size_t n) {
    return (m->squares - m->sum * m->sum / (double)n) / (m->variance + DBL_MIN);
}

/* Parts the examples in halves, of whole runs, across the dimension in which they stand furthest
 * apart, and the halves again: a k-d tree, of which the runs are the leaves. */
static void sort_examples(struct ordering *o, uint32_t *example, size_t n) {
    const size_t count = o->g->K < LEADING ? o->g->K : LEADING, runs = (n + RUN - 1) / RUN;
    size_t widest = 0;
    if (runs < 2)
        return;
    add_moments(o, example, n, count);
    for (size_t at = 1; at < count; at++)
        if (apart(&o->moments[at], n) > apart(&o->moments[widest], n))
            widest = at;
    for (size_t e = 0; e < n; e++) {
        const float mu = o->g->mu[example[e] * o->g->K + o->dimension[widest]];
        o->keyed[e] = (struct keyed){.key = (double)mu, .index = example[e]};
    }
    sort(o, n, example);
    const size_t half = (runs + 1) / 2 * RUN;
    sort_examples(o, example, half);
    sort_examples(o, example + half, n - half);
}

static float unit_of(const struct moments *m) {
    const double middle = rint(0.5 * (log2((double)m->least) + log2((double)m->most)));
    /* float32 has the inverse of these */
    return (float)exp2(fmin(fmax(middle, -120.0), 120.0));
}

static bool is_narrow(const struct moments *m, float unit) {
    return (double)m->far <= ldexp((double)unit, MEAN_BITS) &&
           (double)m->most <= ldexp((double)unit, SCALE_BITS) &&
           (double)m->least >= ldexp((double)unit, -SCALE_BITS);
}

static void sort_dimensions(struct ordering *o, struct vib_pair_order *order) {
    const size_t n = o->g->n, K = o->g->K;
    add_moments(o, o->example, n, K);
    order->narrow = true;
    for (size_t k = 0; k < K; k++) {
        const struct moments *m = &o->moments[k];
        order->unit[k] = unit_of(m);
        order->narrow = order->narrow && is_narrow(m, order->unit[k]);
        o->keyed[k] = (struct keyed){.key = apart(m, n), .index = (uint32_t)k};
    }
    sort(o, K, o->dimension);
}

static size_t larger(size_t n, size_t K) {
    return n > K ? n : K;
}

int vib_pair_order_init(struct vib_pair_order *order, const struct vib_gaussians *g) {
    const size_t n = g->n, K = g->K;
    struct ordering o = {.g = g, .F = vib_gaussians_factor_size(g)};
    order->example = o.example = calloc(n, sizeof *order->example);
    order->dimension = o.dimension = calloc(K, sizeof *order->dimension);
    order->unit = calloc(K, sizeof *order->unit);
    o.keyed = calloc(larger(n, K), sizeof *o.keyed);
    o.moments = calloc(K, sizeof *o.moments);
    const bool enough = order->example != NULL && order->dimension != NULL && order->unit != NULL &&
                        o.keyed != NULL && o.moments != NULL;
    if (enough) {
        for (size_t i = 0; i < n; i++)
            order->example[i] = (uint32_t)i;
        for (size_t k = 0; k < K; k++)
            order->dimension[k] = (uint32_t)k;
        sort_dimensions(&o, order);
        sort_examples(&o, order->example, n);
    }
    free(o.keyed);
    free(o.moments);
    return enough ? VIB_OK : VIB_ENOMEM;
}

void vib_pair_order_release(struct vib_pair_order *order) {
    free(order->example);
    free(order->dimension);
    free(order->unit);
}

size_t vib_pair_order_bytes(size_t n, size_t K) {
    const struct vib_pair_order *order = NULL;
    return n * sizeof *order->example + K * (sizeof *order->dimension + sizeof *order->unit) +
           larger(n, K) * sizeof(struct keyed) + K * sizeof(struct moments);
}
