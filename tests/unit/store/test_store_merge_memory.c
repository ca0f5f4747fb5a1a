/* Out of memory at allocation after allocation until a merge succeeds: each failure is VIB_ENOMEM,
 * and leaves neither a database nor a file behind. The allocator is replaced for the whole process,
 * SQLite included; where a sanitizer has done that already there is nothing to test. */
#include "runner/store/store_merge.h"
#include "tests/unit/base/failing_malloc.h"
#include "tests/unit/store/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#ifdef CAN_REPLACE_MALLOC

static void hear(void *context, const char *sentence) {
    (void)context;
    (void)sentence;
}

/* Merges the fixture's database into a new one. */
static int merge(struct fixture *f, const char *target, struct merge_counts *counts) {
    const struct merge_listener listener = {.tell = hear};
    struct store_merge *merging = NULL;
    bool left_out = false;
    *counts = (struct merge_counts){0};
    int rc = store_merge_begin(&merging, target, &f->host, &listener, &f->err);
    if (rc == 0)
        rc = store_merge_add(merging, f->path, counts, &left_out, &f->err);
    if (rc == 0)
        rc = store_merge_commit(merging, &f->err);
    store_merge_free(merging);
    assert_false(left_out);
    return rc;
}

/* One job that is done, with codes and a file of weights. */
static void add_job(struct fixture *f) {
    struct epoch_result epochs[2];
    struct job_result result;
    char path[440];
    bool claimed, recorded;
    const int64_t job = fixture_add_job(f, f->store, 0);
    fixture_result(&result, epochs);
    result.weights = "toy.db.weights/x";
    assert_ok(store_claim(f->store, job, f->run, &claimed, &f->err), &f->err);
    assert_ok(store_finish(f->store, job, f->run, &f->data, &result, &recorded, &f->err), &f->err);
    fixture_execute(f,
                    "INSERT INTO code VALUES (1, 0, 1, 1, '[1]', '[2]');"
                    "INSERT INTO decoder VALUES (1, '[[1]]', '[0]')");
    snprintf(path, sizeof path, "%s.weights", f->path);
    assert_int_equal(mkdir(path, 0777), 0);
    snprintf(path, sizeof path, "%s.weights/x", f->path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs("numbers", file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void assert_gone(const char *target, const char *suffix) {
    char path[440];
    snprintf(path, sizeof path, "%s%s", target, suffix);
    if (access(path, F_OK) == 0)
        fail_msg("%s is left behind", path);
}

/* SQLite makes an empty file before it runs out of memory in opening it. */
static void assert_no_database(const char *target) {
    struct stat status;
    if (stat(target, &status) != 0)
        return;
    assert_int_equal(status.st_size, 0);
    assert_int_equal(unlink(target), 0);
}

static void remove_target(const char *target) {
    char path[440];
    snprintf(path, sizeof path, "%s.weights/x", target);
    assert_int_equal(unlink(path), 0);
    snprintf(path, sizeof path, "%s.weights", target);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(unlink(target), 0);
}

/* The first allocations are failed one by one, of the many later ones, which are alike, a part. */
static void test_allocations(void **state) {
    struct fixture *f = *state;
    struct merge_counts counts;
    char target[400];
    int failures = 0;
    bool all_succeeded = false;
    snprintf(target, sizeof target, "%s/all.db", f->folder);
    add_job(f);
    assert_ok(merge(f, target, &counts), &f->err); /* also what is allocated once */
    remove_target(target);
    for (long n = 0; !all_succeeded; n += n < 50 ? 1 : 97) {
        const long live = n_live;
        fail_after = n;
        const int rc = merge(f, target, &counts);
        all_succeeded = fail_after >= 0;
        fail_after = -1;
        assert_int_equal(n_live, live);
        assert_gone(target, ".merging");
        failures += rc != 0;
        if (rc == 0) { /* some failures are harmless: SQLite can do without a cache */
            assert_int_equal(counts.n_new, 1);
            assert_int_equal(counts.n_weightless, 0);
            remove_target(target);
            continue;
        }
        if (rc != VIB_ENOMEM)
            fail_msg("allocation %ld: code %d, %s", n, rc, f->err.message);
        assert_no_database(target);
        assert_gone(target, ".weights");
        assert_false(all_succeeded);
    }
    assert_true(failures > 50);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_allocations, fixture_new, fixture_free),
    };
    return cmocka_run_group_tests_name("merge memory", tests, NULL, NULL);
}

#else

int main(void) {
    puts("1..0 # skip the allocator cannot be replaced under a sanitizer");
    return 0;
}

#endif
