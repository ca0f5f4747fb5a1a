#include "core/dataset.h"
#include "core/random.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* What a VIB_STREAM_MIXTURE stream's `a` selects; `b` is the row. The draws of one example do not
 * depend on how many there are. Labels and noise take a number for each of the two splits that a
 * mixture has: these must not move, or the data of a seed would. */
enum draw { DRAW_MEAN = 0, DRAW_LABELS = 1, DRAW_NOISE = 3 };

_Static_assert(VIB_TRAIN == 0 && VIB_TEST == 1, "labels take 1 and 2, noise 3 and 4");

/* Beyond these float32 inputs would overflow or vanish. */
static const double smallest_scale = 1e-30, largest_scale = 1e30;

static int no_memory(struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "mixture: out of memory");
}

static bool scale_ok(double x) {
    return x >= smallest_scale && x <= largest_scale; /* false for NaN */
}

static int check(const struct vib_mixture *mixture, struct vib_error *err) {
    if (mixture->classes < 2 || mixture->classes > VIB_MAX_CLASSES)
        return vib_error_set(err, VIB_EINVAL, "mixture: %zu classes, expected 2 to %d",
                             mixture->classes, VIB_MAX_CLASSES);
    if (mixture->dim == 0 || mixture->dim > UINT32_MAX)
        return vib_error_set(err, VIB_EINVAL, "mixture: %zu dimensions, expected 1 to 2^32 - 1",
                             mixture->dim);
    const size_t n[] = {[VIB_TRAIN] = mixture->n_train, [VIB_TEST] = mixture->n_test};
    for (enum vib_split_id id = VIB_TRAIN; id <= VIB_TEST; id++)
        if (n[id] == 0 || n[id] > UINT32_MAX)
            return vib_error_set(err, VIB_EINVAL,
                                 "mixture: %zu %s examples, expected 1 to 2^32 - 1", n[id],
                                 vib_split_name(id));
    if (mixture->separation != 0 && !scale_ok(mixture->separation))
        return vib_error_set(err, VIB_EINVAL, "mixture: separation %g, expected 0 or %g to %g",
                             mixture->separation, smallest_scale, largest_scale);
    if (!scale_ok(mixture->noise))
        return vib_error_set(err, VIB_EINVAL, "mixture: noise %g, expected %g to %g",
                             mixture->noise, smallest_scale, largest_scale);
    return 0;
}

/* Takes the mean over classes off `means` [classes][dim]; returns the sum of the squares left. */
static double centre(double *means, size_t classes, size_t dim) {
    double sum_of_squares = 0;
    for (size_t k = 0; k < dim; k++) {
        double mean = 0;
        for (size_t c = 0; c < classes; c++)
            mean += means[c * dim + k] / (double)classes;
        for (size_t c = 0; c < classes; c++) {
            double *m = &means[c * dim + k];
            *m -= mean;
            sum_of_squares += *m * *m;
        }
    }
    return sum_of_squares;
}

/* Class means [classes][dim], allocated: standard normal draws, centred and rescaled. With centred
 * means the sum of |m_c - m_c'|^2 over the C (C - 1) / 2 pairs is C sum_c |m_c|^2. */
static int draw_means(const struct vib_mixture *mixture, double **means, struct vib_error *err) {
    size_t classes = mixture->classes, dim = mixture->dim;
    float *row = calloc(dim, sizeof *row);
    double *m = calloc(classes, dim * sizeof *m);
    if (row == NULL || m == NULL) {
        free(m);
        free(row);
        return no_memory(err);
    }
    for (uint32_t c = 0; c < classes; c++) {
        struct vib_stream stream = {mixture->seed, VIB_STREAM_MIXTURE, DRAW_MEAN, c};
        vib_random_normal(&stream, 0, dim, row);
        for (size_t k = 0; k < dim; k++)
            m[c * dim + k] = (double)row[k];
    }
    free(row);

    double rms = sqrt(2 * centre(m, classes, dim) / (double)(classes - 1));
    if (!(rms > 0)) { /* about 1 seed in 10^7 for two classes in one dimension */
        free(m);
        return vib_error_set(err, VIB_EINVAL,
                             "mixture: seed %" PRIu64 " draws equal class means, choose another",
                             mixture->seed);
    }
    for (size_t i = 0; i < classes * dim; i++)
        m[i] *= mixture->separation / rms;
    *means = m;
    return 0;
}

static void draw_labels(const struct vib_mixture *mixture, enum vib_split_id id,
                        struct vib_split *split) {
    struct vib_stream stream = {mixture->seed, VIB_STREAM_MIXTURE, (uint32_t)DRAW_LABELS + id, 0};
    uint32_t words[256];
    for (size_t first = 0; first < split->n; first += 256) {
        size_t count = split->n - first < 256 ? split->n - first : 256;
        vib_random_bits(&stream, first, count, words);
        for (size_t i = 0; i < count; i++)
            split->labels[first + i] = (uint16_t)((uint64_t)words[i] * mixture->classes >> 32);
    }
}

static int draw_split(const struct vib_mixture *mixture, const double *means, enum vib_split_id id,
                      size_t n, struct vib_split *split, struct vib_error *err) {
    size_t dim = mixture->dim;

    if (n > SIZE_MAX / sizeof(float) / dim)
        return no_memory(err);
    split->n = n;
    split->values = malloc(n * dim * sizeof *split->values);
    split->labels = malloc(n * sizeof *split->labels);
    if (split->values == NULL || split->labels == NULL)
        return no_memory(err);
    draw_labels(mixture, id, split);
    for (size_t i = 0; i < n; i++) {
        struct vib_stream stream = {mixture->seed, VIB_STREAM_MIXTURE, (uint32_t)DRAW_NOISE + id,
                                    (uint32_t)i};
        float *x = split->values + i * dim;
        const double *m = means + split->labels[i] * dim;
        vib_random_normal(&stream, 0, dim, x);
        for (size_t k = 0; k < dim; k++)
            x[k] = (float)(m[k] + mixture->noise * (double)x[k]);
    }
    return 0;
}

/* The true I(X;Y). Of x - m_y = s eps only the part in the span of the means tells anything about
 * y, so sampling takes place there: `coordinates` [rank][classes] are the means' coordinates in an
 * orthonormal basis, in units of s, where x is its mean's column plus standard normal noise. */
struct truth {
    size_t classes, rank;
    double *coordinates;
};

/* How many samples: MOST_SAMPLES, fewer when classes x rank is so large that they would take more
 * than BUDGET operations, but not below LEAST_SAMPLES. */
enum { MOST_SAMPLES = 1 << 18, LEAST_SAMPLES = 1 << 10, BUDGET = 1 << 29, BATCH = 64 };

/* Four sums, so that additions need not wait for each other. */
static double dot(const double *a, const double *b, size_t n) {
    double sum[4] = {0}, rest = 0;
    size_t k = 0;
    for (; k + 4 <= n; k += 4)
        for (size_t j = 0; j < 4; j++)
            sum[j] += a[k + j] * b[k + j];
    for (; k < n; k++)
        rest += a[k] * b[k];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]) + rest;
}

/* Replaces the upper triangle of G [n][n] by its Cholesky factor U, U^T U = G, and clears the rest.
 * G may be singular: centred means are dependent. A pivot that is rounding noise is taken as 0. */
static void factor(double *g, size_t n) {
    double largest = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, g[i * n + i]);

    for (size_t k = 0; k < n; k++) {
        double *row = g + k * n, pivot = row[k];
        double scale = pivot > 1e-13 * largest ? 1 / sqrt(pivot) : 0;
        for (size_t c = 0; c < n; c++)
            row[c] = c < k ? 0 : row[c] * scale;
        for (size_t i = k + 1; i < n; i++)
            for (size_t c = i; c < n; c++)
                g[i * n + c] -= row[i] * row[c];
    }
}

static int truth_init(struct truth *truth, const struct vib_mixture *mixture, const double *means) {
    size_t classes = mixture->classes, dim = mixture->dim;
    size_t rank = dim < classes ? dim : classes;
    double *x = calloc(rank * classes, sizeof *x);
    if (x == NULL)
        return VIB_ENOMEM;

    if (dim <= classes) { /* the given axes serve as the basis */
        for (size_t k = 0; k < dim; k++)
            for (size_t c = 0; c < classes; c++)
                x[k * classes + c] = means[c * dim + k] / mixture->noise;
    } else {
        for (size_t i = 0; i < classes; i++)
            for (size_t c = i; c < classes; c++)
                x[i * classes + c] =
                    dot(means + i * dim, means + c * dim, dim) / mixture->noise / mixture->noise;
        factor(x, classes);
    }
    *truth = (struct truth){.classes = classes, .rank = rank, .coordinates = x};
    return 0;
}

/* H(Y | X = x) in bits for x = mean of class y plus noise; distance [classes] is scratch. With
 * l_c = -|x - m_c|^2 / 2 and p_c = e^l_c / Z: H = ln Z - sum_c p_c l_c, all l shifted by the
 * largest. */
static double posterior_entropy(const struct truth *truth, size_t y, const float *noise,
                                double *distance) {
    size_t classes = truth->classes;
    for (size_t c = 0; c < classes; c++)
        distance[c] = 0;
    for (size_t k = 0; k < truth->rank; k++) {
        const double *m = truth->coordinates + k * classes;
        double x = m[y] + (double)noise[k];
        for (size_t c = 0; c < classes; c++)
            distance[c] += (x - m[c]) * (x - m[c]);
    }
    double nearest = distance[y], z = 0, weighted = 0;
    for (size_t c = 0; c < classes; c++)
        nearest = fmin(nearest, distance[c]);
    for (size_t c = 0; c < classes; c++) {
        double l = (nearest - distance[c]) / 2, p = exp(l);
        z += p;
        weighted += p * l;
    }
    return (log(z) - weighted / z) / M_LN2;
}

static size_t sample_count(const struct truth *truth) {
    size_t n = BUDGET / (truth->classes * truth->rank);
    n = n > MOST_SAMPLES ? MOST_SAMPLES : n < LEAST_SAMPLES ? LEAST_SAMPLES : n;
    return n < truth->classes ? n : n - n % truth->classes; /* as many for every class */
}

/* The class of sample i of n: they take turns, or where there are more classes than samples these
 * are spread evenly over them. */
static size_t class_of(const struct truth *truth, size_t i, size_t n) {
    return n < truth->classes ? i * truth->classes / n : i % truth->classes;
}

/* I(X;Y) = log2 C - E[H(Y|X)]. The classes take turns: that adds no variance of the label, and the
 * standard error, computed as if y were drawn at random, errs on the safe side. A choice among many
 * classes by number is as good as a random one, since their means are drawn alike. */
static int true_information(const struct vib_mixture *mixture, const double *means,
                            struct vib_dataset *data, struct vib_error *err) {
    struct truth truth = {0};
    double mean = 0, squares = 0;
    if (truth_init(&truth, mixture, means) != 0)
        return no_memory(err);
    float *noise = calloc(BATCH, truth.rank * sizeof *noise);
    double *distance = calloc(truth.classes, sizeof *distance);
    if (noise == NULL || distance == NULL) {
        free(noise);
        free(distance);
        free(truth.coordinates);
        return no_memory(err);
    }
    size_t n = sample_count(&truth);
    for (size_t i = 0; i < n; i++) {
        if (i % BATCH == 0) {
            struct vib_stream stream = {mixture->seed, VIB_STREAM_TRUTH, 0, (uint32_t)(i / BATCH)};
            vib_random_normal(&stream, 0, BATCH * truth.rank, noise);
        }
        double h = posterior_entropy(&truth, class_of(&truth, i, n), noise + i % BATCH * truth.rank,
                                     distance);
        double change = h - mean; /* Welford's update */
        mean += change / (double)(i + 1);
        squares += change * (h - mean);
    }
    double most = log2((double)truth.classes);
    data->ixy = fmin(fmax(most - mean, 0), most); /* rounding could pass either end */
    data->ixy_se = sqrt(squares / (double)(n - 1) / (double)n);
    free(noise);
    free(distance);
    free(truth.coordinates);
    return 0;
}

int vib_dataset_make_mixture(struct vib_dataset *data, const struct vib_mixture *mixture,
                             struct vib_error *err) {
    struct vib_dataset made = {.dim = mixture->dim, .classes = mixture->classes};
    double *means = NULL;

    *data = (struct vib_dataset){0};
    int rc = check(mixture, err);
    if (rc == 0)
        rc = draw_means(mixture, &means, err);
    if (rc != 0)
        return rc;
    snprintf(made.name, sizeof made.name, "mixture");
    rc = draw_split(mixture, means, VIB_TRAIN, mixture->n_train, &made.split[VIB_TRAIN], err);
    if (rc == 0)
        rc = draw_split(mixture, means, VIB_TEST, mixture->n_test, &made.split[VIB_TEST], err);
    if (rc == 0)
        rc = true_information(mixture, means, &made, err);
    if (rc == 0)
        rc = vib_dataset_finish(&made, err);
    free(means);
    if (rc != 0) {
        vib_dataset_release(&made);
        return rc;
    }
    *data = made;
    return 0;
}
