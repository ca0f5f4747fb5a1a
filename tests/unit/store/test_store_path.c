/* Where a database may lie: names that are no file's, and files of which another holds a part. */
#include "runner/store/store.h"
#include "runner/store/store_internal.h"
#include "tests/unit/store/store_fixture.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static size_t entries(const char *folder) {
    DIR *stream = opendir(folder);
    size_t n = 0;
    assert_non_null(stream);
    while (readdir(stream) != NULL)
        n++;
    closedir(stream);
    return n;
}

/* In the fixture's folder, so that a relative name would be created there. */
static void assert_no_name(struct fixture *f, const char *name, const char *words) {
    struct store *store = NULL;
    char before[4096];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(f->folder), 0);
    const size_t n = entries(".");
    assert_int_equal(store_open(&store, name, &f->err), VIB_ECREATE);
    assert_null(store);
    if (strstr(f->err.message, words) == NULL)
        fail_msg("%s", f->err.message);
    assert_int_equal(store_open_reader(&store, name, &f->err), VIB_EDATA);
    assert_null(store);
    assert_int_equal(entries("."), n);
    assert_int_equal(chdir(before), 0);
}

static void test_no_names_of_files(void **state) {
    struct fixture *f = *state;
    assert_no_name(f, "", "is empty");
    assert_no_name(f, "results/", "results/ is the name of a folder");
    assert_no_name(f, "none/results/", "folder");
    assert_no_name(f, "toy.db/", "Not a directory");
    assert_no_name(f, "file:x.db", "./file:x.db for a file");
    assert_no_name(f, "file:toy.db?mode=memory", "is a URI");
    assert_no_name(f, ":memory:", "needs a file");
}

/* What SQLite gives a meaning is a name like any other behind a folder's. */
static void test_names_with_a_folder(void **state) {
    static const char *const names[] = {"file:x.db", ":memory:", "a?mode=memory", "b%41.db"};
    struct fixture *f = *state;
    char path[400];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct store *store = NULL;
        snprintf(path, sizeof path, "%s/%s", f->folder, names[i]);
        assert_ok(store_open(&store, path, &f->err), &f->err);
        assert_int_equal(access(path, F_OK), 0);
        store_close(store);
        assert_ok(store_open_reader(&store, path, &f->err), &f->err);
        store_close(store);
    }
}

static void test_long_names(void **state) {
    struct fixture *f = *state;
    struct store *store = NULL;
    char path[8000], name[300];
    memset(name, 'x', sizeof name);
    name[244] = '\0'; /* with .checkpoints one more than a file system takes */
    snprintf(path, sizeof path, "%s/%s", f->folder, name);
    assert_int_equal(store_open(&store, path, &f->err), VIB_ECREATE);
    assert_non_null(strstr(f->err.message, "244 bytes, where 243"));
    assert_int_not_equal(access(path, F_OK), 0);
    name[243] = '\0';
    snprintf(path, sizeof path, "%s/%s", f->folder, name);
    assert_ok(store_open(&store, path, &f->err), &f->err);
    store_close(store);
    assert_ok(store_open_reader(&store, path, &f->err), &f->err);
    store_close(store);
}

static void test_long_paths(void **state) {
    struct fixture *f = *state;
    char path[8001];
    for (size_t i = 0; i < sizeof path - 1; i++)
        path[i] = i % 2 == 0 ? 'd' : '/';
    path[sizeof path - 1] = '\0';
    path[sizeof path - 2] = 'x';
    assert_no_name(f, path, "SQLite takes");
    assert_non_null(strstr(f->err.message, "too long"));
    path[400] = '\0'; /* a path that may be, but for its folders */
    path[399] = 'x';
    assert_no_name(f, path, "No such file");
}

static void assert_uri(const char *path, const char *wanted) {
    char *uri = store_path_immutable(path);
    assert_non_null(uri);
    assert_string_equal(uri, wanted);
    free(uri);
}

static void test_uri(void **state) {
    (void)state;
    assert_uri("a b.db", "file:a%20b.db?immutable=1");
    assert_uri("/tmp/a.db", "file:///tmp/a.db?immutable=1");
    assert_uri("//tmp/?.db", "file:////tmp/%3f.db?immutable=1");
}

static void put(const char *path, const char *text) {
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    assert_true(fputs(text, stream) >= 0);
    assert_int_equal(fclose(stream), 0);
}

/* A log lies beside the database, not beside a link to it; an empty one holds nothing. */
static void test_log(void **state) {
    struct fixture *f = *state;
    char path[400], link_path[400], beside[420];
    snprintf(path, sizeof path, "%s/a.db", f->folder);
    snprintf(link_path, sizeof link_path, "%s/link.db", f->folder);
    put(path, "");
    assert_int_equal(symlink("a.db", link_path), 0);
    assert_null(store_path_log(path));
    snprintf(beside, sizeof beside, "%s-wal", path);
    put(beside, "");
    assert_null(store_path_log(link_path));
    put(beside, "log");
    assert_string_equal(store_path_log(link_path), "-wal");
    assert_int_equal(unlink(beside), 0);
    snprintf(beside, sizeof beside, "%s-journal", path);
    put(beside, "journal");
    assert_string_equal(store_path_log(link_path), "-journal");
    assert_false(store_path_at_rest(path));
}

/* Names of files are bytes, but TEXT is UTF-8. */
static void test_bytes_are_escaped(void **state) {
    struct fixture *f = *state;
    const struct run_info info = {"", "l\xe9/\xc3\xa9.yaml", "", "", "", "", &f->host, 1};
    int64_t run;
    assert_ok(store_begin_run(f->store, &info, &run, &f->err), &f->err);
    char *path = fixture_text(f, "SELECT config_path FROM run WHERE id = 2");
    assert_string_equal(path, "l\\xe9/\xc3\xa9.yaml");
    free(path);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_new, fixture_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(test_no_names_of_files),
        WITH_FIXTURE(test_names_with_a_folder),
        WITH_FIXTURE(test_long_names),
        WITH_FIXTURE(test_long_paths),
        cmocka_unit_test(test_uri),
        WITH_FIXTURE(test_bytes_are_escaped),
        WITH_FIXTURE(test_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
