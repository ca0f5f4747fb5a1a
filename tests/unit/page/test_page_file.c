/* What a file has room for. */
#include "runner/page/page_file.h"
#include "tests/unit/store/views_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Two points of two seeds each, all of which have a curve: jobs 1 and 3 are the first seeds. */
static void add_jobs(struct fixture *f) {
    for (int i = 0; i < 4; i++) {
        const long long job = views_add_job(f, i < 2 ? 0.5 : 0.25, 2);
        views_give_result(f, job, "test", "error", "0.5");
        views_execute(f,
                      "INSERT INTO epoch (job, split, epoch, n, error) VALUES (%lld, 'test', 1, 10,"
                      " 0.125)",
                      job);
    }
}

/* To be freed. */
static char *write_page(struct fixture *f, size_t most_jobs) {
    const char *path = f->path;
    const struct option_list paths = {.texts = &path, .n = 1};
    struct page page;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_ok(page_init(&page, &paths, &f->err), &f->err);
    assert_ok(page_file_write(&page, most_jobs, out, &f->err), &f->err);
    assert_int_equal(fclose(out), 0);
    page_release(&page);
    return text;
}

static bool has(const char *text, const char *path) {
    char key[80];
    (void)snprintf(key, sizeof key, "\"%s\":{", path);
    return strstr(text, key) != NULL;
}

static void test_all(void **state) {
    struct fixture *f = *state;
    add_jobs(f);
    char *text = write_page(f, PAGE_FILE_MOST_JOBS);
    assert_true(has(text, "api/overview"));
    assert_true(has(text, "api/points?split=test"));
    assert_true(has(text, "api/jobs?split=test"));
    assert_true(has(text, "api/point?source=0&point=1"));
    assert_true(has(text, "api/point?source=0&point=3"));
    assert_false(has(text, "api/point?source=0&point=2"));
    for (int job = 1; job <= 4; job++) {
        char path[40];
        (void)snprintf(path, sizeof path, "api/curves?source=0&job=%d", job);
        assert_true(has(text, path));
    }
    assert_false(has(text, "api/codes?source=0&job=1")); /* none were kept */
    assert_non_null(strstr(text, "\"live\":false"));
    assert_non_null(strstr(text, "\"left_out\":null"));
    free(text);
}

/* How much the first two jobs take. */
static void test_first_seeds_first(void **state) {
    struct fixture *f = *state;
    add_jobs(f);
    size_t room = 0;
    char *text = write_page(f, room);
    assert_non_null(strstr(text, "curves and codes of 4 of 4 jobs"));
    while (!has(text, "api/curves?source=0&job=2")) {
        const bool all = has(text, "api/curves?source=0&job=3");
        assert_int_equal(has(text, "api/point?source=0&point=3"), all);
        assert_non_null(strstr(text, "\"left_out\":\"The curves and codes of "));
        assert_true(!all || strstr(text, "curves and codes of 2 of 4 jobs") != NULL);
        assert_true(has(text, "api/jobs?split=test"));
        free(text);
        room += 64;
        text = write_page(f, room);
    }
    assert_true(has(text, "api/curves?source=0&job=3"));
    free(text);
}

static void test_a_source_that_is_not_there(void **state) {
    struct fixture *f = *state;
    const char *path = "no.db";
    const struct option_list paths = {.texts = &path, .n = 1};
    struct page page;
    FILE *out = fopen("/dev/null", "w");
    assert_non_null(out);
    assert_ok(page_init(&page, &paths, &f->err), &f->err);
    assert_int_equal(page_file_write(&page, 0, out, &f->err), VIB_EDATA);
    assert_string_equal(f->err.message, "there is no database no.db");
    assert_int_equal(fclose(out), 0);
    page_release(&page);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_all, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_first_seeds_first, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_a_source_that_is_not_there, fixture_new, fixture_free),
    };
    return cmocka_run_group_tests_name("page_file", tests, NULL, NULL);
}
