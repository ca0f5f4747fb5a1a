/* Grids: values of expressions, order, zip, exclusions, duplicates, overrides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "runner/config/grid.h"
#include "tests/unit/base/folder.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct fixture {
    char dir[FOLDER_SIZE], path[300];
    struct config config;
    struct grid grid;
    struct vib_error err;
};

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    make_folder(f->dir);
    snprintf(f->path, sizeof f->path, "%s/sweep.yaml", f->dir);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    grid_release(&f->grid);
    config_release(&f->config);
    remove_folder(f->dir);
    free(f);
    return 0;
}

static int load_sets(struct fixture *f, const char *yaml, const char *const *sets, size_t n_sets) {
    grid_release(&f->grid);
    config_release(&f->config);
    FILE *file = fopen(f->path, "w");
    assert_non_null(file);
    fputs(yaml, file);
    fclose(file);
    memset(&f->err, 0, sizeof f->err);
    int rc = config_load(&f->config, f->path, sets, n_sets, &f->err);
    return rc != 0 ? rc : grid_init(&f->grid, &f->config, &f->err);
}

static void load(struct fixture *f, const char *yaml) {
    if (load_sets(f, yaml, NULL, 0) != 0)
        fail_msg("%s", f->err.message);
}

/* The points as "key=value,key=value;..." over the keys named. */
static void assert_points(struct fixture *f, const char *names, const char *expected) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    for (size_t i = 0; i < f->grid.n; i++) {
        struct settings settings;
        char copy[128], value[128], *rest = copy;
        grid_settings(&f->grid, i, &settings);
        snprintf(copy, sizeof copy, "%s", names);
        for (char *name = strtok_r(copy, " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
            key_format(&settings, key_find(name), value, sizeof value);
            fprintf(out, "%s%s", name == copy ? "" : " ", value);
        }
        fputc(';', out);
    }
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

static void assert_values(struct fixture *f, const char *key, const char *expression,
                          const char *expected) {
    char yaml[512];
    snprintf(yaml, sizeof yaml, "grid:\n  %s: %s\n", key, expression);
    load(f, yaml);
    assert_points(f, key, expected);
}

static void test_one_job(void **state) {
    struct fixture *f = *state;
    load(f, "K: 7\n");
    assert_int_equal(f->grid.n, 1);
    assert_points(f, "K beta", "7 0.001;");
    assert_string_equal(f->config.base.name, "sweep");
}

static void test_product_order(void **state) {
    struct fixture *f = *state;
    load(f, "grid: {K: [2, 256], beta: [1e-3, .1, 1], train: {epochs: [3]}}\n");
    assert_points(f, "K beta train.epochs",
                  "2 0.001 3;2 0.1 3;2 1 3;256 0.001 3;256 0.1 3;256 1 3;");
    for (size_t i = 0; i < f->grid.n; i++)
        assert_int_equal(f->grid.points[i], i);
}

static void test_every_type(void **state) {
    struct fixture *f = *state;
    assert_values(f, "model.hidden", "[[1024, 1024], [512], []]", "[1024, 1024];[512];[];");
    assert_values(f, "model.activation", "[tanh, relu]", "tanh;relu;");
    assert_values(f, "dataset.name", "[mnist, 'fashion-mnist']", "mnist;fashion-mnist;");
    assert_values(f, "seed", "[0, 9223372036854775807]", "0;9223372036854775807;");
    assert_values(f, "train.lr", "[\"1e-3\"]", "0.001;");
}

static void test_range(void **state) {
    struct fixture *f = *state;
    assert_values(f, "beta", "{range: {from: 0, to: 1, step: 0.1}}",
                  "0;0.1;0.2;0.3;0.4;0.5;0.6;0.7;0.8;0.9;1;");
    assert_values(f, "beta", "{range: {from: 0.3, to: 0, step: -0.1}}", "0.3;0.2;0.1;0;");
    assert_values(f, "beta", "{range: {from: 1, to: 2, step: 0.4}}", "1;1.4;1.8;");
    assert_values(f, "beta", "{range: {from: 1e-3, to: 3e-3, step: .001}}", "0.001;0.002;0.003;");
    assert_values(f, "beta", "{range: {from: 0, to: 4e-6, step: 1.2345678901234e-6}}",
                  "0;1.2345678901234e-06;2.4691357802468e-06;3.7037036703702e-06;");
    assert_values(f, "beta", "{range: {from: 5, to: 5, step: 1}}", "5;");
    assert_values(f, "seed", "{range: {from: 0, to: 4, step: 1}}", "0;1;2;3;4;");
    assert_values(f, "K", "{range: {from: 256, to: 64, step: -64}}", "256;192;128;64;");
    assert_values(f, "seed", "{range: {from: 9007199254740993, to: 9007199254740995, step: 1}}",
                  "9007199254740993;9007199254740994;9007199254740995;");
    assert_values(f, "train.epochs", "{range: {from: 1e2, to: 3.00e2, step: 1e2}}", "100;200;300;");
}

static void test_linspace(void **state) {
    struct fixture *f = *state;
    assert_values(f, "beta", "{linspace: {from: 0, to: 1, count: 11}}",
                  "0;0.1;0.2;0.3;0.4;0.5;0.6;0.7;0.8;0.9;1;");
    assert_values(f, "beta", "{linspace: {from: 0, to: 1, count: 4}}",
                  "0;0.333333333333333;0.666666666666667;1;");
    assert_values(f, "beta", "{linspace: {from: 0.7, to: 0.1, count: 3}}", "0.7;0.4;0.1;");
    assert_values(f, "beta", "{linspace: {from: 2, to: 2, count: 1}}", "2;");
    assert_values(f, "K", "{linspace: {from: 1, to: 9, count: 3}}", "1;5;9;");
    assert_values(f, "seed", "{linspace: {from: 0, to: 9223372036854775806, count: 3}}",
                  "0;4611686018427387903;9223372036854775806;");
}

static void test_logspace(void **state) {
    struct fixture *f = *state;
    assert_values(f, "beta", "{logspace: {from: 1e-6, to: 1, count: 7}}",
                  "1e-06;1e-05;0.0001;0.001;0.01;0.1;1;");
    assert_values(f, "beta", "{logspace: {from: 1, to: 1e-2, count: 5}}",
                  "1;0.316227766016838;0.1;0.0316227766016838;0.01;");
    assert_values(f, "K", "{logspace: {from: 1, to: 1024, count: 11}}",
                  "1;2;4;8;16;32;64;128;256;512;1024;");
    assert_values(f, "K", "{logspace: {from: 1, to: 4, count: 9}}", "1;2;3;4;");
    assert_int_equal(f->grid.n_duplicates, 5);
    assert_values(f, "seed", "{logspace: {from: 1, to: 9007199254740993, count: 2}}",
                  "1;9007199254740993;");
}

/* Every whole power of ten of a long axis is exactly that double, so that SQL finds it. */
static void test_logspace_is_clean(void **state) {
    struct fixture *f = *state;
    load(f, "grid: {beta: {logspace: {from: 1e-300, to: 1e300, count: 601}}}\n");
    assert_int_equal(f->grid.n, 601);
    for (size_t i = 0; i < f->grid.n; i++) {
        struct settings settings;
        char text[32];
        snprintf(text, sizeof text, "1e%d", (int)i - 300);
        grid_settings(&f->grid, i, &settings);
        assert_true(settings.job.beta == strtod(text, NULL));
    }
}

static void test_zip(void **state) {
    struct fixture *f = *state;
    load(f,
         "grid:\n"
         "  zip: {K: [2, 256], train.epochs: {range: {from: 100, to: 200, step: 100}}}\n"
         "  seed: [0, 1]\n");
    assert_points(f, "K train.epochs seed", "2 100 0;2 100 1;256 200 0;256 200 1;");
    load(f,
         "grid:\n"
         "  zip:\n"
         "    - {K: [2, 3], train: {epochs: [5, 6], batch: [7, 8]}}\n"
         "    - {beta: [0, 1], seed: [8, 9]}\n");
    assert_points(f, "K train.epochs train.batch beta seed",
                  "2 5 7 0 8;2 5 7 1 9;3 6 8 0 8;3 6 8 1 9;");
}

static void test_exclude(void **state) {
    struct fixture *f = *state;
    load(f,
         "grid:\n"
         "  K: [2, 256]\n"
         "  beta: [1e-3, 1e-2, 1e-1]\n"
         "  exclude:\n"
         "    - {K: 2, beta: [0.1, .001]}\n"
         "    - {beta: 1E-2, K: [256]}\n"
         "    - {beta: 77}\n");
    assert_points(f, "K beta", "2 0.01;256 0.001;256 0.1;");
    assert_int_equal(f->grid.n_excluded, 3);
    assert_int_equal(f->grid.n_idle_exclusions, 1); /* beta: 77 */
    assert_int_equal(f->grid.points[2], 5);
    load(f,
         "grid:\n"
         "  exclude: {K: 2, seed: 1}\n"
         "  zip: {K: [2, 2, 3], model.hidden: [[1], [2], [3]]}\n"
         "  seed: [0, 1]\n");
    assert_points(f, "K model.hidden seed", "2 [1] 0;2 [2] 0;3 [3] 0;3 [3] 1;");
    load(f,
         "grid:\n"
         "  model.hidden: [[1], [1, 2], []]\n"
         "  exclude: [{model.hidden: [1, 2]}, {model: {hidden: []}}]\n");
    assert_points(f, "model.hidden", "[1];");
    load(f,
         "grid:\n"
         "  beta: [1, 2, 3, 4]\n"
         "  exclude: [{beta: {range: {from: 2, to: 3, step: 1}}}]\n");
    assert_points(f, "beta", "1;4;");
}

static void test_duplicates(void **state) {
    struct fixture *f = *state;
    load(f, "grid: {beta: [1e-3, .001, 0.01, 1.0e-3], K: [2, 2]}\n");
    assert_points(f, "beta K", "0.001 2;0.01 2;");
    assert_int_equal(f->grid.n_duplicates, 6);
    assert_int_equal(f->grid.points[0], 0);
    assert_int_equal(f->grid.points[1], 4);
    load(f, "grid: {zip: {K: [2, 2, 2], beta: [1, 2, 1.0]}}\n");
    assert_points(f, "K beta", "2 1;2 2;");
    load(f, "grid: {model.hidden: [[5,6], [5, 6], [56]]}\n");
    assert_points(f, "model.hidden", "[5, 6];[56];");
    load(f, "grid: {K: [2, 2, 3], exclude: {K: 2}}\n");
    assert_int_equal(f->grid.n, 1);
    assert_int_equal(f->grid.n_excluded, 2);
    assert_int_equal(f->grid.n_duplicates, 0);
}

/* Points that differ only in what their method makes no use of are the same job. */
static void test_duplicates_of_a_method(void **state) {
    struct fixture *f = *state;
    load(f,
         "grid: {beta: [0.01, 0.1], method: [vib, deterministic, dropout],"
         " train.dropout: [0.2, 0.4], K: [2]}\n");
    assert_points(f, "method beta train.dropout",
                  "vib 0.01 0.5;deterministic 0.001 0.5;dropout 0.001 0.2;dropout 0.001 0.4;"
                  "vib 0.1 0.5;");
    assert_int_equal(f->grid.n_duplicates, 7);
    load(f, "grid: {zip: {method: [vib, vib, dropout, dropout], beta: [1, 2, 1, 2]}}\n");
    assert_points(f, "method beta", "vib 1;vib 2;dropout 0.001;");
    /* the first that is not excluded stays */
    load(f, "grid: {beta: [1, 2], method: [deterministic], exclude: {beta: 1}}\n");
    assert_int_equal(f->grid.n, 1);
    assert_int_equal(f->grid.n_duplicates, 0);
    load(f, "method: dropout\ngrid: {beta: [1, 2], K: [3, 4]}\n");
    assert_points(f, "K", "3;4;");
}

/* ... or what another of their values makes no use of. */
static void test_duplicates_of_a_choice(void **state) {
    struct fixture *f = *state;
    load(f, "grid: {train.rate_exponent: [1, 2], train.rate_function: [linear, power], K: [2]}\n");
    assert_points(f, "train.rate_function train.rate_exponent", "linear 1;power 1;power 2;");
    assert_int_equal(f->grid.n_duplicates, 1);
    load(f,
         "grid: {method: [ceb, vib], model.noise: [learned, fixed], model.noise_scale: [2, 3],"
         " model.marginal: [vamp, diagonal], model.components: [4, 5]}\n");
    assert_points(f, "method model.noise model.noise_scale model.marginal model.components",
                  "ceb learned 1 standard 10;ceb fixed 2 standard 10;ceb fixed 3 standard 10;"
                  "vib learned 1 vamp 4;vib learned 1 vamp 5;vib learned 1 diagonal 10;"
                  "vib fixed 2 vamp 4;vib fixed 2 vamp 5;vib fixed 2 diagonal 10;"
                  "vib fixed 3 vamp 4;vib fixed 3 vamp 5;vib fixed 3 diagonal 10;");
    load(f, "grid: {evaluate.bounds_every: [0, 20], evaluate.bounds_subset: [10, 20]}\n");
    assert_int_equal(f->grid.n_duplicates, 1);
    load(f, "grid: {train.rate_exponent: [1, 2], K: [3, 4]}\n");
    assert_points(f, "K", "3;4;");
}

/* Files are what they are, whatever the mixture would be. */
static void test_duplicates_of_a_data_set(void **state) {
    struct fixture *f = *state;
    load(f, "grid: {dataset.noise: [1, 2], K: [2, 3]}\n");
    assert_points(f, "dataset.noise K", "1 2;1 3;");
    assert_int_equal(f->grid.n_duplicates, 2);
    load(f, "dataset: {name: mixture}\ngrid: {dataset.noise: [1, 2], K: [2, 3]}\n");
    assert_points(f, "dataset.noise K", "1 2;1 3;2 2;2 3;");
    load(f, "grid: {dataset.noise: [1, 2], dataset.name: [mixture]}\n");
    assert_int_equal(f->grid.n, 2);
}

/* Strings are the same by their text, wherever it stands. */
static void test_strings(void **state) {
    struct fixture *f = *state;
    load(f, "grid: {dataset.name: [a, b, 'a', c, \"b\"], exclude: [{dataset.name: [d, c]}]}\n");
    assert_points(f, "dataset.name", "a;b;");
    assert_int_equal(f->grid.n_duplicates, 2);
    assert_int_equal(f->grid.n_excluded, 1);
    const char *fix[] = {"dataset.name=c"};
    const char *yaml =
        "grid: {dataset.name: [a, b], K: [1, 2], exclude: [{dataset.name: [a, c], K: 2}]}\n";
    assert_int_equal(load_sets(f, yaml, fix, 1), 0);
    assert_points(f, "dataset.name K", "c 1;");
}

/* Every type of value can be excluded, in whatever way it is written. */
static void test_exclude_every_type(void **state) {
    struct fixture *f = *state;
    load(f, "grid: {K: [1, 2, 3], exclude: {K: [+3, 01]}}\n");
    assert_points(f, "K", "2;");
    load(f, "grid: {seed: [5, 9223372036854775807], exclude: {seed: 9223372036854775807}}\n");
    assert_points(f, "seed", "5;");
    load(f, "grid: {beta: [0, 1, 2], exclude: {beta: [-0, 2.0]}}\n");
    assert_points(f, "beta", "1;");
    load(f, "grid: {model.activation: [relu, tanh], exclude: {model.activation: relu}}\n");
    assert_points(f, "model.activation", "tanh;");
    load(f,
         "grid: {evaluate.bounds: [[rate, mixture], [rate]],"
         " exclude: {evaluate.bounds: [[mixture, rate]]}}\n");
    assert_points(f, "evaluate.bounds", "[rate];");
}

static void test_sets(void **state) {
    struct fixture *f = *state;
    load(f, "evaluate: {bounds: [mixture, rate]}\n");
    assert_points(f, "evaluate.bounds", "[rate, mixture];");
    load(f, "grid: {evaluate.bounds: [[mixture], [], [rate, mixture], [mixture, rate]]}\n");
    assert_points(f, "evaluate.bounds", "[mixture];[];[rate, mixture];");
    assert_int_equal(load_sets(f, "evaluate: {bounds: ['rate, mixture']}\n", NULL, 0), VIB_ECONFIG);
    assert_non_null(strstr(f->err.message, "not 'rate, mixture'"));
}

static void test_nothing_left(void **state) {
    struct fixture *f = *state;
    int rc = load_sets(f, "grid: {K: [2, 3], exclude: [{K: [3, 2]}]}\n", NULL, 0);
    assert_int_equal(rc, VIB_ECONFIG);
    assert_non_null(strstr(f->err.message, "leaves out every one of the grid's 2 points"));
    assert_null(f->grid.points);
}

static void test_overrides(void **state) {
    struct fixture *f = *state;
    const char *yaml =
        "train.epochs: 9\n"
        "grid:\n"
        "  K: [2, 256]\n"
        "  beta: [1, 2]\n"
        "  exclude: [{K: 2, beta: 1}]\n";
    const char *fix[] = {"beta=1", "train.epochs=3"};
    assert_int_equal(load_sets(f, yaml, fix, 2), 0);
    assert_points(f, "K beta train.epochs", "256 1 3;");
    const char *fix_other[] = {"beta=5"};
    assert_int_equal(load_sets(f, yaml, fix_other, 1), 0);
    assert_points(f, "K beta", "2 5;256 5;");
    const char *replace[] = {"K=[2, 3, 4]", "beta={range: {from: 1, to: 1, step: 1}}"};
    assert_int_equal(load_sets(f, yaml, replace, 2), 0);
    assert_points(f, "K beta", "3 1;4 1;");
    const char *add[] = {"train.epochs=[5,6]", "K=7", "beta=8"};
    assert_int_equal(load_sets(f, yaml, add, 3), 0);
    assert_points(f, "K beta train.epochs", "7 8 5;7 8 6;");
    const char *last_wins[] = {"K=[8, 9]", "K=1", "K=[3]", "beta=[2]"};
    assert_int_equal(load_sets(f, yaml, last_wins, 4), 0);
    assert_points(f, "K beta", "3 2;");
    const char *widths[] = {"model.hidden=[5, 6]", "K=2", "beta=2"};
    assert_int_equal(load_sets(f, yaml, widths, 3), 0);
    assert_points(f, "model.hidden", "[5, 6];");
    const char *sweep_widths[] = {"model.hidden=[[5, 6], []]", "K=2", "beta=2"};
    assert_int_equal(load_sets(f, yaml, sweep_widths, 3), 0);
    assert_points(f, "model.hidden", "[5, 6];[];");
}

/* Processor time, which other tests beside this one do not stretch. */
static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The bound is loose: a sanitizer's build must pass, a quadratic search not. */
static void test_largest_grid(void **state) {
    struct fixture *f = *state;
    double start = seconds();
    load(f, "grid: {seed: {range: {from: 1, to: 1000000, step: 1}}, exclude: {seed: 5}}\n");
    assert_int_equal(f->grid.n, 999999);
    load(f,
         "grid:\n"
         "  seed: {range: {from: 1, to: 1000, step: 1}}\n"
         "  beta: {linspace: {from: 0, to: 1, count: 1000}}\n");
    assert_int_equal(f->grid.n, 1000000);
    struct settings settings;
    grid_settings(&f->grid, 999999, &settings);
    assert_int_equal(settings.job.seed, 1000);
    assert_true(settings.job.beta == 1);
    assert_true(seconds() - start < 30);
}

struct reader {
    const struct grid *grid;
    uint64_t sum;
};

static void *read_all(void *context) {
    struct reader *reader = context;
    for (size_t i = 0; i < reader->grid->n; i++) {
        struct settings settings;
        grid_settings(reader->grid, i, &settings);
        reader->sum += settings.job.seed * settings.job.K;
    }
    return NULL;
}

static void test_threads(void **state) {
    struct fixture *f = *state;
    load(f,
         "grid:\n"
         "  seed: {range: {from: 1, to: 100, step: 1}}\n"
         "  K: {range: {from: 1, to: 50, step: 1}}\n");
    struct reader readers[4];
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++) {
        readers[i] = (struct reader){&f->grid, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, read_all, &readers[i]), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(readers[i].sum, 5050 * 1275);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_one_job),
        TEST(test_product_order),
        TEST(test_every_type),
        TEST(test_range),
        TEST(test_linspace),
        TEST(test_logspace),
        TEST(test_logspace_is_clean),
        TEST(test_zip),
        TEST(test_exclude),
        TEST(test_duplicates),
        TEST(test_duplicates_of_a_method),
        TEST(test_duplicates_of_a_choice),
        TEST(test_duplicates_of_a_data_set),
        TEST(test_strings),
        TEST(test_exclude_every_type),
        TEST(test_sets),
        TEST(test_nothing_left),
        TEST(test_overrides),
        TEST(test_largest_grid),
        TEST(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
