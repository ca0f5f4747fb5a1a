#include "core/evaluate.h"

#include "core/loss.h"
#include "core/posterior.h"
#include "core/random.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static const double LN2 = 0.69314718055994530942;
static const struct vib_loss cross_entropy = {0.0, 0.0};

/* Rows of the batch at hand that count: those before `skip` were counted by the batch before. */
struct batch {
    size_t first, skip;
    const uint32_t *examples; /* NULL: from first on */
    const uint16_t *labels;
    enum vib_split_id split;
};

struct sums {
    double wrong[VIB_PREDICTORS], ce_nats, ce_nats_squared, ce_mc_nats, compression_nats,
        compression_variance;
};

static size_t example_of(const struct batch *b, size_t i) {
    return b->examples != NULL ? b->examples[i] : b->first + i;
}

/* The class of largest probability of each of some rows, whose p are there, and whether it is not
 * the label's. NaN counts as wrong. */
static void guess(struct vib_evaluator *e, enum vib_predictor predictor, const uint16_t *labels,
                  size_t first, size_t rows) {
    const size_t classes = e->pass.net->classes;
    uint16_t *guesses = e->guess + (size_t)predictor * e->pass.batch;
    bool *wrong = e->wrong + (size_t)predictor * e->pass.batch;
    for (size_t i = first; i < first + rows; i++) {
        const float *row = e->p + i * classes;
        size_t best = 0;
        for (size_t c = 1; c < classes; c++)
            best = row[c] > row[best] ? c : best;
        guesses[i] = (uint16_t)best;
        wrong[i] = best != labels[i] || isnan(row[best]);
    }
}

/* Which stream a sample of a split's examples comes from: 2 sample + split for train and test,
 * which was all once; every further pair of splits has the same behind 2^31. */
static uint32_t stream_of(enum vib_split_id split, size_t sample) {
    return (uint32_t)(2 * sample + split % 2) + (uint32_t)(split / 2) * 0x80000000u;
}

/* What the parts of a batch share. */
struct work {
    struct vib_evaluator *e;
    const struct vib_weights *w;
    const struct batch *b;
    uint64_t seed;
    size_t samples;
    bool sampled; /* whether the compression is */
};

static size_t rows_of(const struct work *work, size_t first) {
    const size_t left = work->e->pass.batch - first;
    return left < VIB_PART_ROWS ? left : VIB_PART_ROWS;
}

static void draw_eps(const struct work *work, size_t first, size_t rows, size_t sample) {
    struct vib_pass *pass = &work->e->pass;
    const size_t K = pass->net->K;
    if (pass->net->posterior.kind == VIB_POSTERIOR_POINT)
        return;
    for (size_t i = first; i < first + rows; i++) {
        const struct vib_stream stream = {work->seed, VIB_STREAM_EVAL,
                                          (uint32_t)example_of(work->b, i),
                                          stream_of(work->b->split, sample)};
        vib_random_normal(&stream, 0, K, pass->eps + i * K);
    }
}

static void draw_part(void *context, size_t part) {
    const size_t first = part * VIB_PART_ROWS;
    draw_eps(context, first, rows_of(context, first), 0);
}

/* ln(e^a + e^b); NaN when either is. */
static double log_add(double a, double b) {
    const double high = a > b ? a : b, low = a > b ? b : a;
    return high + log1p(exp(low - high));
}

static void add_compression(struct vib_evaluator *e, const struct vib_weights *w,
                            const struct batch *b, struct sums *sums) {
    const struct vib_objective_batch batch = vib_pass_batch(&e->pass, w, b->labels);
    vib_objective_compression(&e->pass.net->objective, &batch, e->nats);
    for (size_t i = b->skip; i < batch.rows; i++)
        sums->compression_nats += e->nats[i];
}

/* Some rows of a batch of one sample each. */
static struct vib_objective_batch rows_from(const struct vib_objective *o,
                                            struct vib_objective_batch batch, size_t first,
                                            size_t rows) {
    const size_t K = o->posterior.K;
    batch.rows = rows;
    batch.labels += first;
    batch.logits += first * o->classes;
    batch.head += first * vib_posterior_head_size(&o->posterior);
    batch.factor += first * vib_posterior_factor_size(&o->posterior);
    batch.eps += first * K;
    batch.z += first * K;
    batch.scratch += first * vib_objective_scratch(o);
    return batch;
}

/* Takes the compression of one sample of some rows into account; nats of the evaluator is free. */
static void sample_compression(const struct work *work, size_t first, size_t rows, size_t sample) {
    struct vib_evaluator *e = work->e;
    const struct vib_objective *o = &e->pass.net->objective;
    const struct vib_objective_batch batch =
        rows_from(o, vib_pass_batch(&e->pass, work->w, work->b->labels), first, rows);
    vib_objective_compression(o, &batch, e->nats + first);
    for (size_t i = first; i < first + rows; i++) {
        e->rate[i] = (sample == 0 ? 0.0 : e->rate[i]) + e->nats[i];
        e->rate_squares[i] = (sample == 0 ? 0.0 : e->rate_squares[i]) + e->nats[i] * e->nats[i];
    }
}

/* Takes the logits of one sample of some rows into account. */
static void add_sample(struct vib_evaluator *e, const uint16_t *labels, size_t first, size_t rows,
                       size_t sample) {
    const size_t classes = e->pass.net->classes;
    const float *logits = e->pass.logits + first * classes;
    float *p = e->p + first * classes;
    double *mean_p = e->mean_p + first * classes, *nats = e->nats + first;
    vib_softmax(logits, rows, classes, p);
    for (size_t i = 0; i < rows * classes; i++)
        mean_p[i] += (double)p[i];
    /* From logits, not from p, which is cut off at e^-87. */
    vib_loss_forward(&cross_entropy, logits, labels + first, rows, classes, nats);
    for (size_t i = 0; i < rows; i++)
        e->log_q[first + i] = sample == 0 ? -nats[i] : log_add(e->log_q[first + i], -nats[i]);
    if (sample == 0) {
        guess(e, VIB_BY_SAMPLE, labels, first, rows);
        memcpy(e->ce + first, nats, rows * sizeof *nats);
    }
}

static void decode_part(const struct work *work, size_t part) {
    const bool last = part + 1 == vib_pass_row_parts(&work->e->pass);
    struct vib_evaluator *e = work->e;
    vib_decode_rows(&e->pass, work->w, last ? &e->last_decoder : &e->decoder, part * VIB_PART_ROWS,
                    rows_of(work, part * VIB_PART_ROWS));
}

/* At z = mu, where eps is 0; a point is there already. */
static void guess_at_mean(const struct work *work, size_t part) {
    struct vib_evaluator *e = work->e;
    const size_t first = part * VIB_PART_ROWS, rows = rows_of(work, first);
    const size_t K = e->pass.net->K, classes = e->pass.net->classes;
    if (e->pass.net->posterior.kind != VIB_POSTERIOR_POINT) {
        memset(e->pass.eps + first * K, 0, rows * K * sizeof *e->pass.eps);
        decode_part(work, part);
    }
    vib_softmax(e->pass.logits + first * classes, rows, classes, e->p + first * classes);
    guess(e, VIB_AT_MEAN, work->b->labels, first, rows);
}

/* All samples of some rows; the first one's logits are there. */
static void sample_part(void *context, size_t part) {
    const struct work *work = context;
    struct vib_evaluator *e = work->e;
    const size_t first = part * VIB_PART_ROWS, rows = rows_of(work, first);
    const size_t classes = e->pass.net->classes;
    memset(e->mean_p + first * classes, 0, rows * classes * sizeof *e->mean_p);
    if (work->sampled)
        sample_compression(work, first, rows, 0);
    add_sample(e, work->b->labels, first, rows, 0);
    for (size_t s = 1; s < work->samples; s++) {
        draw_eps(work, first, rows, s);
        decode_part(work, part);
        if (work->sampled)
            sample_compression(work, first, rows, s);
        add_sample(e, work->b->labels, first, rows, s);
    }
    guess_at_mean(work, part);
    for (size_t i = first * classes; i < (first + rows) * classes; i++)
        e->p[i] = (float)e->mean_p[i];
    guess(e, VIB_BY_AVERAGE, work->b->labels, first, rows);
}

static void add_rows(const struct vib_evaluator *e, const struct batch *b, size_t samples,
                     struct sums *sums) {
    for (size_t i = b->skip; i < e->pass.batch; i++) {
        for (size_t by = 0; by < VIB_PREDICTORS; by++)
            sums->wrong[by] += e->wrong[by * e->pass.batch + i] ? 1.0 : 0.0;
        sums->ce_nats += e->ce[i];
        sums->ce_nats_squared += e->ce[i] * e->ce[i];
        sums->ce_mc_nats += log((double)samples) - e->log_q[i];
    }
}

/* Of several samples the variance of their mean, of a single one its square, see finish. */
static void add_sampled_compression(const struct vib_evaluator *e, const struct batch *b,
                                    size_t samples, struct sums *sums) {
    const double S = (double)samples;
    for (size_t i = b->skip; i < e->pass.batch; i++) {
        const double mean = e->rate[i] / S, square = e->rate_squares[i] / S;
        sums->compression_nats += mean;
        sums->compression_variance +=
            samples > 1 ? fmax(square - mean * mean, 0.0) / (S - 1.0) : square;
    }
}

static void one_batch(struct vib_evaluator *e, const struct vib_weights *w, const struct batch *b,
                      const struct vib_params *params, struct sums *sums) {
    struct vib_pass *pass = &e->pass;
    const bool point = pass->net->posterior.kind == VIB_POSTERIOR_POINT;
    struct work work = {e,
                        w,
                        b,
                        params->seed,
                        point ? 1 : params->eval_samples,
                        pass->net->objective.compression->sampled};
    vib_encode(pass, w);
    vib_team_run(pass->team, vib_pass_row_parts(pass), draw_part, &work);
    vib_decode(pass, w);
    if (!point && !work.sampled)
        add_compression(e, w, b, sums);
    vib_team_run(pass->team, vib_pass_row_parts(pass), sample_part, &work);
    if (work.sampled)
        add_sampled_compression(e, b, work.samples, sums);
    add_rows(e, b, work.samples, sums);
}

/* Of the mean compression, nats. */
static double compression_se(const struct sums *sums, double n, size_t samples) {
    const double mean = sums->compression_nats / n;
    if (samples > 1)
        return sqrt(sums->compression_variance) / n;
    return n > 1.0 ? sqrt(fmax(sums->compression_variance / n - mean * mean, 0.0) / (n - 1.0))
                   : (double)NAN;
}

static void keep_guesses(const struct vib_evaluator *e, const struct batch *b,
                         const struct vib_predictions *predictions) {
    const size_t batch = e->pass.batch;
    for (size_t by = 0; predictions != NULL && by < VIB_PREDICTORS; by++)
        for (size_t i = 0; predictions->by[by] != NULL && i < batch; i++)
            predictions->by[by][example_of(b, i)] = e->guess[by * batch + i];
}

/* The batch whose rows are the places `first` on of the order in which examples are taken. */
static struct batch batch_at(struct vib_evaluator *e, const struct vib_dataset *data,
                             enum vib_split_id split, size_t first, size_t skip) {
    const uint16_t *labels = data->split[split].labels;
    struct batch b = {.first = first, .skip = skip, .labels = labels + first, .split = split};
    if (e->order == NULL)
        return b;
    b.examples = e->order + first;
    b.labels = e->labels;
    for (size_t i = 0; i < e->pass.batch; i++)
        e->labels[i] = labels[b.examples[i]];
    return b;
}

static int finish(const struct sums *sums, double n, const struct vib_objective *objective,
                  size_t samples, struct vib_evaluation *result) {
    const bool point = objective->posterior.kind == VIB_POSTERIOR_POINT;
    const double mean = sums->ce_nats / n;
    const double variance = sums->ce_nats_squared / n - mean * mean;
    result->error = sums->wrong[VIB_BY_SAMPLE] / n;
    result->error_mc = sums->wrong[VIB_BY_AVERAGE] / n;
    result->error_mu = sums->wrong[VIB_AT_MEAN] / n;
    result->ce = mean / LN2;
    result->ce_se = n > 1.0 ? sqrt(fmax(variance, 0.0) / (n - 1.0)) / LN2 : (double)NAN;
    result->ce_mc = sums->ce_mc_nats / n / LN2;
    result->compression = point ? (double)NAN : sums->compression_nats / n / LN2;
    result->rate_se = objective->has_rate ? 0.0 : (double)NAN;
    if (objective->has_rate && objective->compression->sampled)
        result->rate_se = compression_se(sums, n, samples) / LN2;
    result->rate = objective->has_rate ? result->compression : (double)NAN;
    return isfinite(result->ce) && isfinite(result->ce_mc) && isfinite(sums->compression_nats)
               ? VIB_OK
               : VIB_EDIVERGED;
}

int vib_evaluate(struct vib_evaluator *e, const float *weights, const struct vib_dataset *data,
                 enum vib_split_id split, const struct vib_params *params, const atomic_bool *stop,
                 struct vib_evaluation *result, const struct vib_predictions *predictions) {
    const struct vib_weights w = {weights, weights};
    const size_t n = data->split[split].n, rows = e->pass.batch;
    const struct vib_stream stream = {0, VIB_STREAM_ORDER, (uint32_t)split, 0};
    struct sums sums = {0};
    assert(n > 0);
    if (e->order != NULL)
        vib_random_permutation(&stream, n, e->order);
    for (size_t done = 0; done < n; done += rows) {
        /* The last batch is moved back to be full; its first rows were counted already. */
        size_t first = done + rows <= n ? done : n - rows;
        const struct batch b = batch_at(e, data, split, first, done - first);
        if (stop != NULL && atomic_load_explicit(stop, memory_order_relaxed))
            return VIB_ESTOPPED;
        vib_dataset_gather(data, split, b.examples, first, rows, e->pass.input, e->pass.input_ld);
        one_batch(e, &w, &b, params, &sums);
        keep_guesses(e, &b, predictions);
    }
    return finish(&sums, (double)n, &e->pass.net->objective, params->eval_samples, result);
}
