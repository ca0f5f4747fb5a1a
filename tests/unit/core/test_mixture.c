/* The built-in mixture: its geometry, its moments, and its true I(X;Y) against exact values. */
#include "core/dataset.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct vib_mixture standard(void) {
    return (struct vib_mixture){.dim = 16,
                                .classes = 10,
                                .n_train = 2000,
                                .n_test = 500,
                                .separation = 3,
                                .noise = 1,
                                .seed = 7};
}

static void make(struct vib_dataset *data, const struct vib_mixture *mixture) {
    struct vib_error err = {0};
    if (vib_dataset_make_mixture(data, mixture, &err) != 0)
        fail_msg("%s", err.message);
}

static void check_near(double got, double want, double tolerance) {
    if (!(fabs(got - want) <= tolerance))
        fail_msg("got %.9g, expected %.9g +- %.2g", got, want, tolerance);
}

/* The class means [classes][dim], read off the same mixture with next to no noise. */
static double *read_means(struct vib_mixture mixture) {
    struct vib_dataset data;
    double *means = calloc(mixture.classes * mixture.dim, sizeof *means);
    size_t seen[256] = {0};
    assert_non_null(means);
    mixture.noise = 1e-9;
    make(&data, &mixture);
    const struct vib_split *split = &data.split[VIB_TRAIN];
    for (size_t i = 0; i < split->n; i++) {
        size_t c = split->labels[i];
        seen[c]++;
        for (size_t k = 0; k < mixture.dim; k++)
            means[c * mixture.dim + k] = (double)split->values[i * mixture.dim + k];
    }
    for (size_t c = 0; c < mixture.classes; c++)
        assert_true(seen[c] > 0);
    vib_dataset_release(&data);
    return means;
}

static double square_distance(const double *a, const double *b, size_t dim) {
    double sum = 0;
    for (size_t k = 0; k < dim; k++)
        sum += (a[k] - b[k]) * (a[k] - b[k]);
    return sum;
}

static void test_shapes(void **state) {
    (void)state;
    struct vib_dataset data;
    struct vib_mixture mixture = standard();
    make(&data, &mixture);
    assert_string_equal(data.name, "mixture");
    assert_int_equal(data.dim, 16);
    assert_int_equal(data.classes, 10);
    assert_int_equal(data.split[VIB_TRAIN].n, 2000);
    assert_int_equal(data.split[VIB_TEST].n, 500);
    for (size_t id = 0; id <= VIB_TEST; id++) {
        assert_null(data.split[id].bytes);
        assert_non_null(data.split[id].values);
        check_near(data.split[id].h_y, log2(10), 0.05);
    }
    assert_int_equal(strlen(data.digest), 64);
    vib_dataset_release(&data);
}

static void test_separation_is_exact(void **state) {
    (void)state;
    static const size_t dims[] = {1, 2, 9, 30}, classes[] = {2, 3, 10, 12};
    for (size_t t = 0; t < 4; t++) {
        struct vib_mixture mixture = standard();
        mixture.dim = dims[t];
        mixture.classes = classes[t];
        double *means = read_means(mixture), sum = 0, centre = 0;
        for (size_t i = 0; i < mixture.classes; i++)
            for (size_t j = 0; j < i; j++)
                sum +=
                    square_distance(means + i * mixture.dim, means + j * mixture.dim, mixture.dim);
        double pairs = (double)(mixture.classes * (mixture.classes - 1) / 2);
        check_near(sqrt(sum / pairs), 3, 1e-6);
        for (size_t c = 0; c < mixture.classes; c++)
            centre += means[c * mixture.dim];
        check_near(centre, 0, 1e-5);
        free(means);
    }
}

static void test_labels_are_uniform(void **state) {
    (void)state;
    struct vib_dataset data;
    struct vib_mixture mixture = standard();
    size_t count[10] = {0}, repeats = 0;
    mixture.n_train = 50000;
    make(&data, &mixture);
    const struct vib_split *split = &data.split[VIB_TRAIN];
    for (size_t i = 0; i < split->n; i++) {
        count[split->labels[i]]++;
        repeats += i > 0 && split->labels[i] == split->labels[i - 1];
    }
    double chi_square = 0;
    for (size_t c = 0; c < 10; c++)
        chi_square += ((double)count[c] - 5000) * ((double)count[c] - 5000) / 5000;
    assert_true(chi_square > 0.5 && chi_square < 33);  /* 9 degrees of freedom; 1e-4 each side */
    check_near((double)repeats, 5000, 5 * sqrt(4500)); /* independent, not in turns */
    vib_dataset_release(&data);
}

static void check_moments(const struct vib_dataset *data, enum vib_split_id id, const double *means,
                          double noise) {
    const struct vib_split *split = &data->split[id];
    double n = (double)(split->n * data->dim), sum = 0, squares = 0, fourths = 0, products = 0;
    for (size_t i = 0; i < split->n; i++) {
        double last = 0;
        for (size_t k = 0; k < data->dim; k++) {
            double e = ((double)split->values[i * data->dim + k] -
                        means[split->labels[i] * data->dim + k]) /
                       noise;
            sum += e;
            squares += e * e;
            fourths += e * e * e * e;
            products += e * last;
            last = e;
        }
    }
    check_near(sum / n, 0, 5 / sqrt(n));
    check_near(squares / n, 1, 5 * sqrt(2 / n));
    check_near(fourths / n, 3, 5 * sqrt(96 / n));
    check_near(products / n, 0, 5 / sqrt(n));
}

static void test_class_conditional_moments(void **state) {
    (void)state;
    struct vib_dataset data;
    struct vib_mixture mixture = standard();
    mixture.noise = 0.7;
    mixture.n_train = 20000;
    double *means = read_means(mixture);
    make(&data, &mixture);
    check_moments(&data, VIB_TRAIN, means, 0.7);
    check_moments(&data, VIB_TEST, means, 0.7);
    vib_dataset_release(&data);
    free(means);
}

static void test_reproducible(void **state) {
    (void)state;
    struct vib_dataset a, b;
    struct vib_mixture mixture = standard();
    make(&a, &mixture);
    make(&b, &mixture);
    assert_string_equal(a.digest, b.digest);
    assert_memory_equal(&a.ixy, &b.ixy, sizeof a.ixy);
    assert_memory_equal(&a.ixy_se, &b.ixy_se, sizeof a.ixy_se);
    vib_dataset_release(&b);

    mixture.n_train = 100; /* the first examples stay the same */
    make(&b, &mixture);
    assert_memory_equal(a.split[VIB_TRAIN].labels, b.split[VIB_TRAIN].labels,
                        100 * sizeof *b.split[VIB_TRAIN].labels);
    assert_memory_equal(a.split[VIB_TRAIN].values, b.split[VIB_TRAIN].values,
                        100 * 16 * sizeof(float));
    vib_dataset_release(&b);

    for (uint64_t bit = 0; bit < 64; bit += 21) {
        mixture = standard();
        mixture.seed ^= UINT64_C(1) << bit;
        make(&b, &mixture);
        assert_string_not_equal(a.digest, b.digest);
        vib_dataset_release(&b);
    }
    vib_dataset_release(&a);
}

/* The data of configs/quickstart.yaml: every identity of a job on them holds this digest, so that a
 * draw that moves makes every such job another. */
static void test_known_digest(void **state) {
    (void)state;
    struct vib_dataset data;
    struct vib_mixture mixture = standard();
    mixture.n_train = mixture.n_test = 10000;
    mixture.separation = 4;
    mixture.seed = 0;
    make(&data, &mixture);
    assert_string_equal(data.digest,
                        "3041a7feb2dd36c4a92bfcce8102e24af9e5bef592b1f9d1aef84c85d2bc025c");
    vib_dataset_release(&data);
}

static void test_splits_differ(void **state) {
    (void)state;
    struct vib_dataset data;
    struct vib_mixture mixture = standard();
    make(&data, &mixture);
    assert_memory_not_equal(data.split[VIB_TRAIN].labels, data.split[VIB_TEST].labels,
                            500 * sizeof(uint16_t));
    for (size_t i = 0; i < 500; i++)
        assert_memory_not_equal(data.split[VIB_TRAIN].values + i * 16,
                                data.split[VIB_TEST].values + i * 16, 16 * sizeof(float));
    vib_dataset_release(&data);
}

/* Two classes at +-a with unit noise: I = 1 - E log2(1 + exp(-2a(a + e))), whatever the number of
 * dimensions around the line through the means. */
static void test_information_of_two_classes(void **state) {
    (void)state;
    static const double a[] = {0.5, 1, 2, 3}, bits[] = {0.160747, 0.485944, 0.912822, 0.994447};
    static const size_t dims[] = {1, 2, 3, 50};
    for (size_t t = 0; t < 4; t++)
        for (size_t d = t % 2; d < 4; d += 2) {
            struct vib_dataset data;
            struct vib_mixture mixture = {.dim = dims[d],
                                          .classes = 2,
                                          .n_train = 10,
                                          .n_test = 10,
                                          .separation = 2 * a[t],
                                          .noise = 1,
                                          .seed = 10 * t + d};
            make(&data, &mixture);
            assert_true(data.ixy_se > 0 && data.ixy_se < 0.003);
            check_near(data.ixy, bits[t], 4 * data.ixy_se + 1e-6);
            vib_dataset_release(&data);
        }
}

/* A standard normal, by another way than the library's: twelve uniforms of a linear congruential
 * generator less 6 (tails end at 6, no matter here). */
static double other_normal(uint64_t *lcg) {
    double sum = -6;
    for (size_t i = 0; i < 12; i++) {
        *lcg = *lcg * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        sum += (double)(*lcg >> 11) * 0x1p-53;
    }
    return sum;
}

/* log2 C + E log2 p(y|x), straight from the definition, in all dimensions. */
static void direct_information(const struct vib_mixture *mixture, double *bits, double *error) {
    enum { N = 5000 };
    size_t dim = mixture->dim, classes = mixture->classes;
    double *means = read_means(*mixture), *x = calloc(dim, sizeof *x);
    double sum = 0, squares = 0;
    uint64_t lcg = 12345;
    assert_non_null(x);
    for (size_t i = 0; i < N; i++) {
        const double *m = means + i % classes * dim;
        double z = 0;
        for (size_t k = 0; k < dim; k++)
            x[k] = m[k] + mixture->noise * other_normal(&lcg);
        double own = square_distance(x, m, dim), scale = 2 * mixture->noise * mixture->noise;
        for (size_t c = 0; c < classes; c++)
            z += exp((own - square_distance(x, means + c * dim, dim)) / scale);
        sum += log2(z);
        squares += log2(z) * log2(z);
    }
    *bits = log2((double)classes) - sum / N;
    *error = sqrt((squares / N - sum / N * sum / N) / N);
    free(x);
    free(means);
}

static void test_information_of_many_classes(void **state) {
    (void)state;
    static const size_t dims[] = {16, 5, 24, 11, 10}, classes[] = {10, 10, 12, 10, 9};
    for (size_t t = 0; t < 5; t++) {
        struct vib_dataset data;
        struct vib_mixture mixture = standard();
        double bits, error;
        mixture.dim = dims[t];
        mixture.classes = classes[t];
        mixture.noise = 1.5;
        mixture.seed = t;
        make(&data, &mixture);
        direct_information(&mixture, &bits, &error);
        assert_true(error < 0.04);
        assert_true(data.ixy > 0.1 && data.ixy < log2((double)classes[t]) - 0.1);
        check_near(data.ixy, bits, 4 * hypot(error, data.ixy_se));
        vib_dataset_release(&data);
    }
}

static void test_information_is_scale_free(void **state) {
    (void)state;
    static const size_t dims[] = {4, 16};
    for (size_t t = 0; t < 2; t++) {
        struct vib_dataset a, b;
        struct vib_mixture mixture = standard();
        mixture.dim = dims[t];
        make(&a, &mixture);
        mixture.separation *= 2;
        mixture.noise *= 2;
        make(&b, &mixture);
        check_near(b.ixy, a.ixy, 1e-12);
        assert_string_not_equal(a.digest, b.digest);
        vib_dataset_release(&b);
        mixture.noise *= 2;
        make(&b, &mixture);
        assert_true(b.ixy < a.ixy - 0.1);
        vib_dataset_release(&b);
        vib_dataset_release(&a);
    }
}

static void test_information_has_its_limits(void **state) {
    (void)state;
    static const double separations[] = {0, 1e-12, 1e-3, 100, 1e30};
    static const size_t dims[] = {3, 16};
    for (size_t d = 0; d < 2; d++)
        for (size_t t = 0; t < 5; t++) {
            struct vib_dataset data;
            struct vib_mixture mixture = standard();
            mixture.dim = dims[d];
            mixture.separation = separations[t];
            make(&data, &mixture);
            assert_true(data.ixy >= 0 && data.ixy <= log2(10));
            assert_true(data.ixy_se >= 0 && data.ixy_se < 0.003);
            if (t < 3)
                check_near(data.ixy, 0, 1e-5);
            else if (d == 1)
                check_near(data.ixy, log2(10), 1e-5);
            vib_dataset_release(&data);
        }
}

static void test_precision_at_the_default_size(void **state) {
    (void)state;
    for (double separation = 0.5; separation < 10; separation *= 1.8) {
        struct vib_dataset data;
        struct vib_mixture mixture = standard();
        mixture.separation = separation;
        make(&data, &mixture);
        assert_true(data.ixy_se < 0.003);
        vib_dataset_release(&data);
    }
}

static void refuse(struct vib_mixture mixture, const char *text) {
    struct vib_error err = {0};
    struct vib_dataset data, zero = {0};
    memset(&data, 0x5a, sizeof data);
    assert_int_equal(vib_dataset_make_mixture(&data, &mixture, &err), VIB_EINVAL);
    assert_memory_equal(&data, &zero, sizeof data);
    if (strstr(err.message, text) == NULL)
        fail_msg("'%s' does not say '%s'", err.message, text);
}

static void test_bad_arguments(void **state) {
    (void)state;
#define REFUSE(field, value, text)                                                                 \
    do {                                                                                           \
        struct vib_mixture mixture = standard();                                                   \
        mixture.field = (value);                                                                   \
        refuse(mixture, text);                                                                     \
    } while (0)
    REFUSE(classes, 1, "1 classes");
    REFUSE(classes, 65537, "65537 classes");
    REFUSE(dim, 0, "0 dimensions");
    REFUSE(n_train, 0, "0 train examples");
    REFUSE(n_test, 0, "0 test examples");
    REFUSE(separation, -1, "separation -1");
    REFUSE(separation, (double)NAN, "separation nan");
    REFUSE(separation, (double)INFINITY, "separation inf");
    REFUSE(separation, 1e31, "separation 1e+31");
    REFUSE(noise, 0, "noise 0");
    REFUSE(noise, -1, "noise -1");
    REFUSE(noise, (double)NAN, "noise nan");
    REFUSE(noise, 1e-31, "noise 1e-31");
#undef REFUSE
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_separation_is_exact),
        cmocka_unit_test(test_labels_are_uniform),
        cmocka_unit_test(test_class_conditional_moments),
        cmocka_unit_test(test_reproducible),
        cmocka_unit_test(test_known_digest),
        cmocka_unit_test(test_splits_differ),
        cmocka_unit_test(test_information_of_two_classes),
        cmocka_unit_test(test_information_of_many_classes),
        cmocka_unit_test(test_information_is_scale_free),
        cmocka_unit_test(test_information_has_its_limits),
        cmocka_unit_test(test_precision_at_the_default_size),
        cmocka_unit_test(test_bad_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
