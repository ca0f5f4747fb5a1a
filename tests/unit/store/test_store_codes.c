/* Codes and weights in the database: what is handed over is what is read, with the job or not. */
#include "runner/store/saved_codes.h"
#include "runner/store/store.h"
#include "tests/unit/store/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N = 3, CLASSES = 4, N_TEST = 20, MAX_NUMBERS = 64 };

static uint16_t labels[N_TEST] = {3, 1, 2};
static uint16_t predictions[N_TEST] = {3, 0, 65535};

/* Numbers that a short decimal does not give back. */
static float awkward(size_t i) {
    return (i % 2 == 0 ? 1.0f : -1e-7f) / (float)(3 + i);
}

/* Codes of N examples whose numbers go on from mu to factor to decoder. */
static struct saved_codes made_up(enum vib_posterior_kind kind, size_t K) {
    static float mu[MAX_NUMBERS], factor[MAX_NUMBERS], decoder[MAX_NUMBERS];
    const struct vib_posterior posterior = {.kind = kind, .K = K};
    for (size_t i = 0; i < MAX_NUMBERS; i++) {
        mu[i] = awkward(i);
        factor[i] = awkward(100 + i);
        decoder[i] = awkward(200 + i);
    }
    return (struct saved_codes){.codes = {.posterior = posterior,
                                          .n = N,
                                          .mu = mu,
                                          .factor = kind == VIB_POSTERIOR_POINT ? NULL : factor},
                                .predictions = predictions,
                                .classes = CLASSES,
                                .decoder = decoder};
}

static int64_t claimed_job(struct fixture *f, size_t i) {
    const int64_t job = fixture_add_job(f, f->store, i);
    bool claimed;
    assert_ok(store_claim(f->store, job, f->run, &claimed, &f->err), &f->err);
    assert_true(claimed);
    f->data.split[VIB_TEST].labels = labels;
    return job;
}

static int finish(struct fixture *f, int64_t job, enum job_state state, struct saved_codes *codes,
                  const char *weights) {
    struct epoch_result epochs[2];
    struct job_result result;
    bool recorded;
    fixture_result(&result, epochs);
    result.state = state;
    result.codes = codes;
    result.weights = weights;
    return store_finish(f->store, job, f->run, &f->data, &result, &recorded, &f->err);
}

static void assert_integer(struct fixture *f, const char *sql, int64_t want) {
    const int64_t got = fixture_integer(f, sql);
    if (got != want)
        fail_msg("%s: %lld, wanted %lld", sql, (long long)got, (long long)want);
}

/* The JSON array that the query gives has the n numbers, to the bit. */
static void assert_floats(struct fixture *f, const char *sql, const float *want, size_t n) {
    char *text = fixture_text(f, sql), *at = text;
    assert_int_equal(*at, '[');
    for (size_t i = 0; i < n; i++) {
        const float got = (float)strtod(at + 1, &at);
        if (memcmp(&got, &want[i], sizeof got) != 0)
            fail_msg("%s: number %zu is %.9g, wanted %.9g", sql, i, (double)got, (double)want[i]);
    }
    assert_string_equal(n > 0 ? at : at + 1, "]");
    free(text);
}

static void rows_of_a_job(void **state) {
    struct fixture *f = *state;
    struct saved_codes saved = made_up(VIB_POSTERIOR_DIAGONAL, 2);
    assert_ok(finish(f, claimed_job(f, 0), JOB_DONE, &saved, "toy.db.weights/x"), &f->err);
    assert_integer(f, "SELECT count(*) FROM code", N);
    assert_integer(f, "SELECT count(*) FROM code WHERE job = 1 AND label = 3 AND prediction = 3",
                   1);
    assert_integer(f, "SELECT label * 1000 + prediction FROM code WHERE example = 1", 1000);
    assert_integer(f, "SELECT label * 100000 + prediction FROM code WHERE example = 2", 265535);
    assert_floats(f, "SELECT mu FROM code WHERE example = 0", saved.codes.mu, 2);
    assert_floats(f, "SELECT mu FROM code WHERE example = 2", saved.codes.mu + 4, 2);
    assert_floats(f, "SELECT factor FROM code WHERE example = 1", saved.codes.factor + 2, 2);
    char *weights = fixture_text(f, "SELECT weights FROM job");
    assert_string_equal(weights, "toy.db.weights/x");
    free(weights);
}

static void rows_of_the_decoder(void **state) {
    struct fixture *f = *state;
    struct saved_codes saved = made_up(VIB_POSTERIOR_DIAGONAL, 2);
    assert_ok(finish(f, claimed_job(f, 0), JOB_DONE, &saved, NULL), &f->err);
    assert_integer(f, "SELECT json_array_length(weight) FROM decoder WHERE job = 1", 2);
    assert_floats(f, "SELECT weight -> 0 FROM decoder", saved.decoder, CLASSES);
    assert_floats(f, "SELECT weight -> 1 FROM decoder", saved.decoder + CLASSES, CLASSES);
    assert_floats(f, "SELECT bias FROM decoder", saved.decoder + 2 * CLASSES, CLASSES);
}

static void factors_of_every_kind(void **state) {
    struct fixture *f = *state;
    struct saved_codes full = made_up(VIB_POSTERIOR_FULL, 3);
    struct saved_codes point = made_up(VIB_POSTERIOR_POINT, 1);
    assert_ok(finish(f, claimed_job(f, 0), JOB_DONE, &full, NULL), &f->err);
    assert_ok(finish(f, claimed_job(f, 1), JOB_DONE, &point, NULL), &f->err);
    assert_floats(f, "SELECT factor FROM code WHERE job = 1 AND example = 2",
                  full.codes.factor + 12, 6);
    assert_floats(f, "SELECT factor FROM code WHERE job = 2 AND example = 2", NULL, 0);
    assert_floats(f, "SELECT mu FROM code WHERE job = 2 AND example = 2", point.codes.mu + 2, 1);
    assert_integer(f, "SELECT json_array_length(weight) FROM decoder WHERE job = 2", 1);
    assert_floats(f, "SELECT weight -> 0 FROM decoder WHERE job = 2", point.decoder, CLASSES);
}

static void nothing_unless_it_is_there_and_the_job_is_done(void **state) {
    struct fixture *f = *state;
    struct saved_codes saved = made_up(VIB_POSTERIOR_DIAGONAL, 2);
    assert_ok(finish(f, claimed_job(f, 0), JOB_DONE, NULL, NULL), &f->err);
    assert_ok(finish(f, claimed_job(f, 1), JOB_FAILED, &saved, NULL), &f->err);
    const int64_t lost = fixture_add_job(f, f->store, 2); /* not claimed: not this run's */
    assert_ok(finish(f, lost, JOB_DONE, &saved, "toy.db.weights/x"), &f->err);
    assert_integer(f, "SELECT count(*) FROM code", 0);
    assert_integer(f, "SELECT count(*) FROM decoder", 0);
    assert_integer(f, "SELECT count(*) FROM job WHERE weights IS NOT NULL", 0);
}

static void all_or_nothing(void **state) {
    struct fixture *f = *state;
    struct saved_codes saved = made_up(VIB_POSTERIOR_DIAGONAL, 2);
    const int64_t job = claimed_job(f, 0);
    fixture_execute(f,
                    "CREATE TRIGGER full BEFORE INSERT ON code WHEN new.example = 2"
                    " BEGIN SELECT raise(ABORT, 'no room'); END");
    assert_int_equal(finish(f, job, JOB_DONE, &saved, "toy.db.weights/x"), VIB_EIO);
    assert_non_null(strstr(f->err.message, "cannot record a code: no room"));
    assert_integer(f, "SELECT (SELECT count(*) FROM code) + (SELECT count(*) FROM decoder)", 0);
    assert_integer(f, "SELECT (SELECT count(*) FROM result) + (SELECT count(*) FROM epoch)", 0);
    assert_integer(f, "SELECT state = 'running' AND weights IS NULL FROM job", 1);
    fixture_execute(f, "DROP TRIGGER full");
    assert_ok(finish(f, job, JOB_DONE, &saved, "toy.db.weights/x"), &f->err);
    assert_integer(f, "SELECT count(*) FROM code", N);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_new, fixture_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(rows_of_a_job),
        WITH_FIXTURE(rows_of_the_decoder),
        WITH_FIXTURE(factors_of_every_kind),
        WITH_FIXTURE(nothing_unless_it_is_there_and_the_job_is_done),
        WITH_FIXTURE(all_or_nothing),
    };
    return cmocka_run_group_tests_name("store_codes", tests, NULL, NULL);
}
