/* What a configuration asks for that comes to nothing. */
#include "runner/config/grid_notes.h"
#include "tests/unit/config/config_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* Fails unless these are the notes, a line each. */
static void check_notes(struct config_fixture *f, const char *yaml, const char *expected) {
    char notes[GRID_NOTES][GRID_NOTE_SIZE], all[GRID_NOTES * (GRID_NOTE_SIZE + 1)] = "";
    struct config config;
    struct grid grid;
    config_fixture_load_grid(f, &config, &grid, yaml);
    const size_t n = grid_notes(&grid, notes);
    for (size_t i = 0; i < n; i++)
        strcat(strcat(all, notes[i]), "\n");
    assert_string_equal(all, expected);
    grid_release(&grid);
    config_release(&config);
}

static void test_keys_that_some_job_uses(void **state) {
    struct config_fixture *f = *state;
    check_notes(f, "beta: 0.1\n", "");
    check_notes(f, "name: other\ncheckpoint: {every: 1}\nsave: {codes: 10}\n", "");
    check_notes(f, "method: ceb\nbeta: 1e-3\ntrain: {gamma: 0.1}\n", "");
    check_notes(f, "beta: 0.1\ntrain: {gamma: 0.1}\ngrid: {method: [vib, ceb]}\n", "");
    check_notes(f,
                "model: {components: 5}\n"
                "grid: {model.marginal: [standard, mixture], method: [dropout, vib]}\n",
                "");
}

static void test_keys_that_none_uses(void **state) {
    struct config_fixture *f = *state;
    check_notes(f, "method: ceb\nbeta: 0.1\n", "beta is given, and no job makes use of it\n");
    check_notes(f, "model: {components: 5}\n",
                "model.components is given, and no job makes use of it\n");
    check_notes(f, "grid: {train.rate_exponent: [1, 2]}\n",
                "train.rate_exponent is given, and no job makes use of it\n");
    check_notes(f, "dataset: {name: mnist, dim: 3}\nmethod: dropout\nmodel: {noise: fixed}\n",
                "dataset.dim, model.noise are given, and no job makes use of them\n");
    check_notes(f,
                "model: {components: 5, noise_scale: 2}\n"
                "train: {rate_exponent: 2, gamma: 2, dropout: 0.1, label_smoothing: 0.3}\n",
                "model.noise_scale, model.components, train.rate_exponent, train.gamma, "
                "train.dropout and 1 more are given, and no job makes use of them\n");
    /* The only job of it is left out. */
    check_notes(f,
                "train: {gamma: 0.1}\n"
                "grid: {method: [vib, ceb], exclude: [{method: ceb}]}\n",
                "train.gamma is given, and no job makes use of it\n");
}

static void test_jobs_that_end_before_they_are_warm(void **state) {
    struct config_fixture *f = *state;
    check_notes(f, "train: {epochs: 5, beta_warmup: 5}\n", "");
    check_notes(f, "train: {epochs: 5, beta_warmup: 6}\n",
                "train.beta_warmup is longer than train.epochs for 1 of 1 job: what it raises does "
                "not reach its value\n");
    check_notes(f, "train: {beta_warmup: 6}\ngrid: {train.epochs: [4, 6], K: [2, 3]}\n",
                "train.beta_warmup is longer than train.epochs for 2 of 4 jobs: what it raises "
                "does not reach its value\n");
    check_notes(f, "method: dropout\ntrain: {epochs: 5, beta_warmup: 6}\n",
                "train.beta_warmup is given, and no job makes use of it\n");
}

static void test_bounds_along_that_are_never_made(void **state) {
    struct config_fixture *f = *state;
    check_notes(f, "train: {epochs: 20}\nevaluate: {bounds_every: 20}\n", "");
    check_notes(f, "train: {epochs: 20}\nevaluate: {bounds: []}\n", "");
    check_notes(f, "evaluate: {bounds_every: 40}\ngrid: {train.epochs: [20, 40]}\n",
                "evaluate.bounds_every is longer than train.epochs for 1 of 2 jobs: no estimates "
                "are made along the way\n");
    check_notes(f, "evaluate: {bounds: [], bounds_every: 20}\n",
                "evaluate.bounds_every is given, and evaluate.bounds is empty, for 1 of 1 job: no "
                "estimates are made along the way\n");
    /* A deterministic code has none anyway. */
    check_notes(f,
                "evaluate: {bounds_every: 400}\n"
                "grid: {method: [vib, dropout], train.epochs: [20, 400]}\n",
                "evaluate.bounds_every is longer than train.epochs for 1 of 4 jobs: no estimates "
                "are made along the way\n");
}

static void test_a_rate_against_no_marginal_of_the_method(void **state) {
    struct config_fixture *f = *state;
    check_notes(f, "evaluate: {bounds: [rate]}\n", "");
    check_notes(f, "method: ceb\nevaluate: {bounds: [rate, moment_matched]}\n", "");
    check_notes(f,
                "evaluate: {bounds: [rate]}\ngrid: {method: [vib, ceb, nonlinear_ib, dropout]}\n",
                "evaluate.bounds has the rate alone, and the method no r(z), for 2 of 4 jobs: the "
                "views count no rate against another as a bound; leave_one_out is one\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        CONFIG_TEST(test_keys_that_some_job_uses),
        CONFIG_TEST(test_keys_that_none_uses),
        CONFIG_TEST(test_jobs_that_end_before_they_are_warm),
        CONFIG_TEST(test_bounds_along_that_are_never_made),
        CONFIG_TEST(test_a_rate_against_no_marginal_of_the_method),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
