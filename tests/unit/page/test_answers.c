/* How often documents are computed: at a time that the test sets, counted by what they tell. */
#include "runner/page/answers.h"
#include "runner/base/clock.h"
#include "tests/unit/store/views_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A page of the fixture's database, and its answers. */
struct bench {
    struct fixture *f;
    struct option_list paths;
    struct page page;
    struct answers *answers;
    double now_s;
};

static void begin(struct bench *b, void **state) {
    static const char *path;
    *b = (struct bench){.f = *state};
    path = b->f->path;
    b->paths = (struct option_list){.texts = &path, .n = 1};
    assert_ok(page_init(&b->page, &b->paths, &b->f->err), &b->f->err);
    assert_ok(answers_new(&b->answers, &b->page, &b->f->err), &b->f->err);
}

static void end(struct bench *b) {
    answers_free(b->answers);
    page_release(&b->page);
}

static void add_result(struct fixture *f) {
    static int n;
    char value[16];
    const long long job = views_add_job(f, 0.5, 2);
    (void)snprintf(value, sizeof value, "0.%d", 1 + n++ % 8);
    views_give_result(f, job, "test", "error", value);
}

static struct answer ask(struct bench *b, const char *path, const char *split) {
    const struct document *document = document_find(path);
    struct document_query query = document_nothing();
    struct answer answer;
    query.split = split;
    assert_ok(answers_get(b->answers, document, &query, b->now_s, &answer, &b->f->err), &b->f->err);
    return answer;
}

/* The number behind a name in the overview. */
static long number(struct bench *b, const char *name) {
    const struct answer answer = ask(b, "api/overview", NULL);
    const char *at = strstr(answer.text, name);
    assert_int_equal(answer.rc, VIB_OK);
    assert_non_null(at);
    return strtol(at + strlen(name) + 1, NULL, 10);
}

static long n_rows(struct bench *b, const char *split) {
    const struct answer answer = ask(b, "api/jobs", split);
    long n = 0;
    assert_int_equal(answer.rc, VIB_OK);
    for (const char *at = strstr(answer.text, "\"rows\":"); (at = strchr(at, ']')) != NULL; at++)
        n++;
    return n - 2; /* of the rows, and of the sources */
}

static void test_the_overview_rests(void **state) {
    struct bench b;
    begin(&b, state);
    assert_int_equal(number(&b, "\"done\""), 0);
    add_result(b.f);
    b.now_s = 0.9;
    assert_int_equal(number(&b, "\"done\""), 0);
    b.now_s = 1000;
    assert_int_equal(number(&b, "\"done\""), 1);
    end(&b);
}

static void test_others_are_of_one_version(void **state) {
    struct bench b;
    begin(&b, state);
    assert_int_equal(number(&b, "\"version\""), 1);
    assert_int_equal(n_rows(&b, "test"), 0);
    add_result(b.f);
    b.now_s = 1000;
    assert_int_equal(n_rows(&b, "test"), 0); /* nobody was told of another */
    assert_int_equal(number(&b, "\"version\""), 2);
    assert_int_equal(n_rows(&b, "test"), 1);
    b.now_s = 2000;
    assert_int_equal(number(&b, "\"version\""), 2);
    end(&b);
}

/* They were asked for at 0, so that for a while there is no other version to ask for. */
static void test_versions_rest(void **state) {
    struct bench b;
    begin(&b, state);
    b.now_s = -1000;
    assert_int_equal(number(&b, "\"version\""), 1);
    add_result(b.f);
    b.now_s = 0;
    const double began_s = clock_s();
    for (int i = 0; i < 3; i++)
        (void)n_rows(&b, i == 0 ? "train" : i == 1 ? "validation" : "test");
    b.now_s = 10 * (clock_s() - began_s);
    assert_int_equal(number(&b, "\"version\""), 1);
    assert_int_equal(number(&b, "\"done\""), 1); /* what runs is told all the same */
    b.now_s = 1000;
    assert_int_equal(number(&b, "\"version\""), 2);
    end(&b);
}

static void test_an_error_is_an_answer(void **state) {
    struct bench b;
    const struct document *document = document_find("api/curves");
    struct document_query query = document_nothing();
    struct answer answer;
    begin(&b, state);
    query.source = 0;
    query.job = 7;
    assert_ok(answers_get(b.answers, document, &query, 0, &answer, &b.f->err), &b.f->err);
    assert_int_equal(answer.rc, VIB_EDATA);
    assert_string_equal(answer.text, "{\"error\":\"job 7 has no evaluations\"}\n");
    assert_int_equal(answer.size, strlen(answer.text));
    query.source = -1;
    assert_int_equal(answers_get(b.answers, document, &query, 0, &answer, &b.f->err), VIB_EUSAGE);
    answers_refuse(b.answers, VIB_EUSAGE, "a \"b\"", &answer);
    assert_string_equal(answer.text, "{\"error\":\"a \\\"b\\\"\"}\n");
    end(&b);
}

/* More of them than are kept. */
static void test_many(void **state) {
    struct bench b;
    const struct document *document = document_find("api/curves");
    struct document_query query = document_nothing();
    struct answer answer;
    char want[80];
    begin(&b, state);
    query.source = 0;
    for (query.job = 0; query.job < 300; query.job++) {
        (void)snprintf(want, sizeof want, "{\"error\":\"job %d has no evaluations\"}\n",
                       (int)query.job);
        assert_ok(answers_get(b.answers, document, &query, 0, &answer, &b.f->err), &b.f->err);
        assert_string_equal(answer.text, want);
    }
    end(&b);
}

/* What lacks a source that cannot be read is not kept for the whole version. */
static void test_what_lacks_a_source_is_asked_again(void **state) {
    struct bench b;
    char away[400];
    begin(&b, state);
    (void)snprintf(away, sizeof away, "%s.away", b.f->path);
    add_result(b.f);
    assert_int_equal(number(&b, "\"version\""), 1);
    assert_int_equal(rename(b.f->path, away), 0);
    assert_int_equal(n_rows(&b, "test"), 0);
    assert_int_equal(rename(away, b.f->path), 0);
    b.now_s = 1000;
    assert_int_equal(n_rows(&b, "test"), 1);
    end(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_overview_rests, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_others_are_of_one_version, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_versions_rest, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_an_error_is_an_answer, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_many, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_what_lacks_a_source_is_asked_again, fixture_new,
                                        fixture_free),
    };
    return cmocka_run_group_tests_name("answers", tests, NULL, NULL);
}
