#include "core/evaluate.h"

#include "core/loss.h"
#include "core/posterior.h"
#include "core/random.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* With 250 an evaluation is a tenth faster, 0.3 % of a job of 200 epochs of MNIST, and every thread
 * takes 7 MB more. */
enum { BATCH = 100 };

static const double LN2 = 0.69314718055994530942;
static const struct vib_loss cross_entropy = {0.0, 0.0};

/* No larger than any split, so that a last batch can reach back to be full (see below). */
static size_t batch_of(const struct vib_dataset *data) {
    size_t batch = BATCH;
    for (enum vib_split_id id = 0; id < VIB_SPLITS; id++)
        if (vib_dataset_has(data, id) && data->split[id].n < batch)
            batch = data->split[id].n;
    return batch;
}

int vib_evaluator_init(struct vib_evaluator *e, const struct vib_network *net,
                       const struct vib_dataset *data, struct vib_error *err) {
    const size_t batch = batch_of(data);
    memset(e, 0, sizeof *e);
    int rc = vib_pass_init(&e->pass, net, batch, err);
    if (rc != VIB_OK)
        return rc;
    e->p = malloc(batch * net->classes * sizeof *e->p);
    e->mean_p = malloc(batch * net->classes * sizeof *e->mean_p);
    e->nats = malloc(batch * sizeof *e->nats);
    e->log_q = malloc(batch * sizeof *e->log_q);
    e->guess = malloc(batch * sizeof *e->guess);
    if (e->p == NULL || e->mean_p == NULL || e->nats == NULL || e->log_q == NULL ||
        e->guess == NULL) {
        vib_evaluator_release(e);
        return vib_error_set(err, VIB_ENOMEM, "out of memory for evaluation");
    }
    return VIB_OK;
}

void vib_evaluator_release(struct vib_evaluator *e) {
    vib_pass_release(&e->pass);
    free(e->p);
    free(e->mean_p);
    free(e->nats);
    free(e->log_q);
    free(e->guess);
    memset(e, 0, sizeof *e);
}

size_t vib_evaluator_bytes(const struct vib_network *net, const struct vib_dataset *data) {
    const struct vib_evaluator *e = NULL;
    const size_t batch = batch_of(data);
    return vib_pass_bytes(net, batch) +
           batch * (net->classes * (sizeof *e->p + sizeof *e->mean_p) + sizeof *e->nats +
                    sizeof *e->log_q + sizeof *e->guess);
}

/* Rows of the batch at hand that count: those before `skip` were counted by the batch before. */
struct batch {
    size_t first, skip;
    const uint16_t *labels;
    enum vib_split_id split;
};

struct sums {
    double wrong, wrong_mc, ce_nats, ce_nats_squared, ce_mc_nats, rate_nats;
};

/* The class of largest probability of each row; returns how many of rows skip.. are not the
 * label's. NaN counts as wrong. */
static double count_wrong(const float *p, const uint16_t *labels, size_t skip, size_t rows,
                          size_t classes, uint16_t *guess) {
    double wrong = 0.0;
    for (size_t i = 0; i < rows; i++) {
        const float *row = p + i * classes;
        size_t best = 0;
        for (size_t c = 1; c < classes; c++)
            best = row[c] > row[best] ? c : best;
        guess[i] = (uint16_t)best;
        if (i >= skip)
            wrong += best != labels[i] || isnan(row[best]) ? 1.0 : 0.0;
    }
    return wrong;
}

/* Which stream a sample of a split's examples comes from: 2 sample + split for train and test,
 * which was all once; every further pair of splits has the same behind 2^31. */
static uint32_t stream_of(enum vib_split_id split, size_t sample) {
    return (uint32_t)(2 * sample + split % 2) + (uint32_t)(split / 2) * 0x80000000u;
}

static void draw_eps(struct vib_pass *pass, const struct batch *b, uint64_t seed, size_t sample) {
    size_t K = pass->net->K;
    for (size_t i = 0; i < pass->batch; i++) {
        struct vib_stream stream = {seed, VIB_STREAM_EVAL, (uint32_t)(b->first + i),
                                    stream_of(b->split, sample)};
        vib_random_normal(&stream, 0, K, pass->eps + i * K);
    }
}

/* ln(e^a + e^b); NaN when either is. */
static double log_add(double a, double b) {
    const double high = a > b ? a : b, low = a > b ? b : a;
    return high + log1p(exp(low - high));
}

static void add_rate(struct vib_evaluator *e, const struct vib_weights *w, const struct batch *b,
                     struct sums *sums) {
    const struct vib_objective_batch batch = vib_pass_batch(&e->pass, w, b->labels);
    vib_objective_rate(&e->pass.net->objective, &batch, e->nats);
    for (size_t i = b->skip; i < batch.rows; i++)
        sums->rate_nats += e->nats[i];
}

static int one_sample(struct vib_evaluator *e, const struct vib_weights *w, const struct batch *b,
                      uint64_t seed, size_t sample, struct sums *sums) {
    struct vib_pass *pass = &e->pass;
    size_t classes = pass->net->classes, rows = pass->batch;
    if (pass->net->posterior.kind != VIB_POSTERIOR_POINT)
        draw_eps(pass, b, seed, sample);
    int rc = vib_decode(pass, w);
    if (rc != VIB_OK)
        return rc;
    if (sample == 0 && pass->net->objective.has_rate)
        add_rate(e, w, b, sums); /* which may look at z */
    vib_softmax(pass->logits, rows, classes, e->p);
    for (size_t i = 0; i < rows * classes; i++)
        e->mean_p[i] += (double)e->p[i];
    /* From logits, not from p, which is cut off at e^-87. */
    vib_loss_forward(&cross_entropy, pass->logits, b->labels, rows, classes, e->nats);
    for (size_t i = 0; i < rows; i++)
        e->log_q[i] = sample == 0 ? -e->nats[i] : log_add(e->log_q[i], -e->nats[i]);
    if (sample == 0) {
        sums->wrong += count_wrong(e->p, b->labels, b->skip, rows, classes, e->guess);
        for (size_t i = b->skip; i < rows; i++) {
            sums->ce_nats += e->nats[i];
            sums->ce_nats_squared += e->nats[i] * e->nats[i];
        }
    }
    return VIB_OK;
}

static void add_averaged(struct vib_evaluator *e, const struct batch *b, size_t samples,
                         struct sums *sums) {
    size_t classes = e->pass.net->classes, rows = e->pass.batch;
    for (size_t i = b->skip; i < rows; i++)
        sums->ce_mc_nats += log((double)samples) - e->log_q[i];
    for (size_t i = 0; i < rows * classes; i++)
        e->p[i] = (float)e->mean_p[i];
    sums->wrong_mc += count_wrong(e->p, b->labels, b->skip, rows, classes, e->guess);
}

static int one_batch(struct vib_evaluator *e, const struct vib_weights *w, const struct batch *b,
                     const struct vib_params *params, struct sums *sums) {
    struct vib_pass *pass = &e->pass;
    const bool point = pass->net->posterior.kind == VIB_POSTERIOR_POINT;
    const size_t samples = point ? 1 : params->eval_samples;
    int rc = vib_encode(pass, w);
    if (rc != VIB_OK)
        return rc;
    memset(e->mean_p, 0, pass->batch * pass->net->classes * sizeof *e->mean_p);
    for (size_t s = 0; s < samples && rc == VIB_OK; s++)
        rc = one_sample(e, w, b, params->seed, s, sums);
    if (rc == VIB_OK)
        add_averaged(e, b, samples, sums);
    return rc;
}

static int finish(const struct sums *sums, double n, bool has_rate, struct vib_evaluation *result) {
    const double mean = sums->ce_nats / n;
    const double variance = sums->ce_nats_squared / n - mean * mean;
    result->error = sums->wrong / n;
    result->error_mc = sums->wrong_mc / n;
    result->ce = mean / LN2;
    result->ce_se = n > 1.0 ? sqrt(fmax(variance, 0.0) / (n - 1.0)) / LN2 : (double)NAN;
    result->ce_mc = sums->ce_mc_nats / n / LN2;
    result->rate = has_rate ? sums->rate_nats / n / LN2 : (double)NAN;
    return isfinite(result->ce) && isfinite(result->ce_mc) && isfinite(sums->rate_nats)
               ? VIB_OK
               : VIB_EDIVERGED;
}

int vib_evaluate(struct vib_evaluator *e, const float *weights, const struct vib_dataset *data,
                 enum vib_split_id split, const struct vib_params *params, const atomic_bool *stop,
                 struct vib_evaluation *result, uint16_t *predictions) {
    const struct vib_weights w = {weights, weights};
    const size_t n = data->split[split].n, rows = e->pass.batch;
    struct sums sums = {0};
    int rc = VIB_OK;
    assert(n > 0);
    for (size_t done = 0; done < n && rc == VIB_OK; done += rows) {
        /* The last batch is moved back to be full; its first rows were counted already. */
        size_t first = done + rows <= n ? done : n - rows;
        const struct batch b = {first, done - first, data->split[split].labels + first, split};
        if (stop != NULL && atomic_load_explicit(stop, memory_order_relaxed))
            return VIB_ESTOPPED;
        vib_dataset_gather(data, split, NULL, first, rows, e->pass.input);
        rc = one_batch(e, &w, &b, params, &sums);
        if (predictions != NULL)
            memcpy(predictions + first, e->guess, rows * sizeof *predictions);
    }
    return rc == VIB_OK ? finish(&sums, (double)n, e->pass.net->objective.has_rate, result) : rc;
}
