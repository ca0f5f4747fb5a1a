/* Sources by name, queries by path, and what stands in an HTML text. */
#include "runner/page/document.h"
#include "runner/page/page_html.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct vib_error err;

static void assert_names(const char *const *paths, const char *const *want, size_t n) {
    const char *texts[8];
    struct page page;
    memcpy(texts, paths, n * sizeof *texts);
    const struct option_list list = {.texts = texts, .n = n};
    assert_int_equal(page_init(&page, &list, &err), VIB_OK);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(page.sources[i].name, want[i]);
    page_release(&page);
}

static void test_names(void **state) {
    static const char *const one[] = {"/a/b/c.db"}, *const its_name[] = {"c.db"};
    static const char *const four[] = {"/a/b/c.db", "x/b/c.db", "c.db", "d/e/"};
    static const char *const names[] = {"a/b/c.db", "x/b/c.db", "c.db", "e/"};
    static const char *const same[] = {"a/c.db", "a/c.db"};
    (void)state;
    assert_names(one, its_name, 1);
    assert_names(four, names, 4);
    assert_names(same, same, 2);
}

static void test_paths(void **state) {
    char path[DOCUMENT_PATH_SIZE];
    struct document_query query = document_nothing();
    const struct document *point = document_find("api/point");
    (void)state;
    assert_null(document_find("api/nothing"));
    assert_int_equal(document_path(document_find("api/overview"), &query, path, &err), VIB_OK);
    assert_string_equal(path, "api/overview");
    assert_int_equal(document_set(point, &query, "point", "012", &err), VIB_OK);
    assert_int_equal(document_path(point, &query, path, &err), VIB_EUSAGE);
    assert_string_equal(err.message, "api/point needs a source and a point");
    assert_int_equal(document_set(point, &query, "source", "3", &err), VIB_OK);
    assert_int_equal(document_path(point, &query, path, &err), VIB_OK);
    assert_string_equal(path, "api/point?source=3&point=12");
    assert_int_equal(document_set(point, &query, "job", "1", &err), VIB_EUSAGE);
    assert_int_equal(document_set(point, &query, "point", "1.5", &err), VIB_EUSAGE);
    assert_int_equal(document_set(point, &query, "point", "9223372036854775808", &err), VIB_EUSAGE);
}

static int put_harm(void *context, FILE *out, struct vib_error *error) {
    static const char json[] = "{\"a\":\"</script><script>\"}";
    (void)error;
    page_html_json(out, json, strlen(json));
    return *(int *)context;
}

static char *html_file(int *rc) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    *rc = page_html_file(out, put_harm, rc, &err);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* How often `part` is in text. */
static int count(const char *text, const char *part) {
    int n = 0;
    while ((text = strstr(text, part)) != NULL) {
        n++;
        text += strlen(part);
    }
    return n;
}

static void test_a_file(void **state) {
    int rc = VIB_OK;
    char *text = html_file(&rc), policy[PAGE_POLICY_SIZE];
    (void)state;
    page_policy(false, policy);
    assert_int_equal(rc, VIB_OK);
    assert_int_equal(count(text, policy), 1);
    assert_true(strstr(text, policy) < strstr(text, "<style>"));
    assert_int_equal(count(text, "</script>"), 2); /* documents and ours */
    assert_int_equal(count(text, "{\"a\":\"\\u003c/script>\\u003cscript>\"}"), 1);
    assert_int_equal(count(text, "<!-- "), 0);
    free(text);
    rc = VIB_EDATA;
    free(html_file(&rc));
    assert_int_equal(rc, VIB_EDATA);
}

static void test_what_is_served(void **state) {
    char *text = NULL, policy[PAGE_POLICY_SIZE], served[PAGE_POLICY_SIZE];
    size_t size;
    FILE *out = open_memstream(&text, &size);
    (void)state;
    assert_non_null(out);
    page_html_serve(out);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(count(text, "</script>"), 1);
    assert_int_equal(count(text, "<style>"), 1);
    assert_int_equal(count(text, "http-equiv"), 0);
    page_policy(false, policy);
    page_policy(true, served);
    assert_true(strncmp(policy, served, strlen(policy)) == 0);
    assert_string_equal(served + strlen(policy), "; connect-src 'self'; frame-ancestors 'none'");
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_a_file),
        cmocka_unit_test(test_what_is_served),
    };
    return cmocka_run_group_tests_name("page", tests, NULL, NULL);
}
