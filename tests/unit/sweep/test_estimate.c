/* What a grid takes, and how fast this machine is at it. */
#include "runner/sweep/estimate.h"
#include "core/trainer.h"
#include "tests/unit/store/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct planned {
    struct config config;
    struct grid grid;
    struct data_cache *cache;
    struct estimate estimate;
    struct vib_error err;
};

static int planned_new(void **state, const char *const *sets, size_t n) {
    struct planned *f = calloc(1, sizeof *f);
    assert_non_null(f);
    assert_ok(config_of_sets(&f->config, sets, n, &f->err), &f->err);
    assert_ok(grid_init(&f->grid, &f->config, &f->err), &f->err);
    assert_ok(data_cache_new(&f->cache, SIZE_MAX), &f->err);
    *state = f;
    return 0;
}

static int small(void **state) {
    static const char *const sets[] = {"name=x",
                                       "dataset.name=mixture",
                                       "dataset.dim=4",
                                       "dataset.classes=2",
                                       "dataset.n_train=100",
                                       "dataset.n_test=50",
                                       "model.hidden=[8]",
                                       "train.epochs=[2, 9, 3]",
                                       "save.codes=20"};
    return planned_new(state, sets, sizeof sets / sizeof sets[0]);
}

/* Of epochs that end at once, and no end of them. */
static int of_short_epochs(void **state) {
    static const char *const sets[] = {"name=x",
                                       "dataset.name=mixture",
                                       "dataset.dim=4",
                                       "dataset.classes=2",
                                       "train.batch=50",
                                       "dataset.n_train=50",
                                       "dataset.n_test=50",
                                       "model.hidden=[8]",
                                       "train.epochs=1000000",
                                       "evaluate.every=1000000"};
    return planned_new(state, sets, sizeof sets / sizeof sets[0]);
}

static int planned_free(void **state) {
    struct planned *f = *state;
    estimate_release(&f->estimate);
    data_cache_free(f->cache);
    grid_release(&f->grid);
    config_release(&f->config);
    free(f);
    return 0;
}

static void every_point_is_estimated(void **state) {
    struct planned *f = *state;
    double sum = 0.0;
    assert_ok(estimate_grid(&f->estimate, &f->grid, f->cache, &f->err), &f->err);
    assert_int_equal(f->estimate.n, 3);
    assert_int_equal(f->estimate.longest, 1);
    for (size_t i = 0; i < f->estimate.n; i++) {
        const struct job_estimate *job = &f->estimate.jobs[i];
        const struct vib_dataset *data;
        struct settings settings;
        char identity[IDENTITY_SIZE];
        grid_settings(&f->grid, i, &settings);
        assert_ok(data_cache_get(f->cache, &settings.data, &data, &f->err), &f->err);
        assert_ok(job_identity(&settings, data->digest, identity, &f->err), &f->err);
        assert_string_equal(job->identity, identity);
        assert_true(job->flops == vib_job_flops(&settings.job, data));
        assert_true(job->bytes > (double)vib_job_bytes(&settings.job, data)); /* and codes */
        sum += job->flops;
    }
    assert_true(f->estimate.flops == sum);
}

static int impossible(void **state) {
    static const char *const sets[] = {"name=x", "dataset.name=nowhere", "dataset.dir=/dev/null/x"};
    return planned_new(state, sets, sizeof sets / sizeof sets[0]);
}

static void a_grid_without_data_is_refused(void **state) {
    struct planned *f = *state;
    assert_int_equal(estimate_grid(&f->estimate, &f->grid, f->cache, &f->err), VIB_EDATA);
    assert_null(f->estimate.jobs);
    assert_int_equal(f->estimate.n, 0);
}

/* Between what any computer that runs this does and what none does. */
static void the_rate_is_a_rate(void **state) {
    struct planned *f = *state;
    double rate = 0.0;
    assert_ok(estimate_grid(&f->estimate, &f->grid, f->cache, &f->err), &f->err);
    assert_ok(estimate_rate(&f->estimate, &f->grid, f->cache, 2, 0.1, &rate, &f->err), &f->err);
    assert_true(rate > 1e4 && rate < 1e13);
}

/* It is that of training all the time: what is measured longer has as many more FLOPs. */
static void the_rate_does_not_fall_with_time(void **state) {
    struct planned *f = *state;
    double brief = 0.0, lasting = 0.0;
    assert_ok(estimate_grid(&f->estimate, &f->grid, f->cache, &f->err), &f->err);
    assert_ok(estimate_rate(&f->estimate, &f->grid, f->cache, 1, 0.05, &brief, &f->err), &f->err);
    assert_ok(estimate_rate(&f->estimate, &f->grid, f->cache, 1, 0.8, &lasting, &f->err), &f->err);
    assert_true(lasting > brief / 4.0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_point_is_estimated, small, planned_free),
        cmocka_unit_test_setup_teardown(a_grid_without_data_is_refused, impossible, planned_free),
        cmocka_unit_test_setup_teardown(the_rate_is_a_rate, small, planned_free),
        cmocka_unit_test_setup_teardown(the_rate_does_not_fall_with_time, of_short_epochs,
                                        planned_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
