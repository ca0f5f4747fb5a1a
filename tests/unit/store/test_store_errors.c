/* Errors that may pass and errors that stay, and jobs that run again. */
#include "runner/store/store.h"
#include "runner/store/store_internal.h"
#include "tests/unit/store/store_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static int64_t claimed_job(struct fixture *f, size_t i) {
    const int64_t job = fixture_add_job(f, f->store, i);
    bool claimed = false;
    assert_ok(store_claim(f->store, job, f->run, &claimed, &f->err), &f->err);
    assert_true(claimed);
    return job;
}

static int finish(struct fixture *f, int64_t job) {
    struct epoch_result epochs[2];
    struct job_result result;
    bool recorded;
    fixture_result(&result, epochs);
    result.information[VIB_TEST].n = 20;
    result.information[VIB_TEST].made = 1u;
    const int rc = store_finish(f->store, job, f->run, &f->data, &result, &recorded, &f->err);
    assert_int_equal(recorded, rc == 0);
    return rc;
}

/* Somebody made it pending again, and its old rows are there. */
static void test_a_job_that_runs_again_replaces_its_rows(void **state) {
    static const char *const counts[] = {
        "SELECT count(*) FROM result", "SELECT count(*) FROM epoch", "SELECT count(*) FROM bound",
        "SELECT count(*) FROM code", "SELECT count(*) FROM decoder"};
    static const int64_t wanted[] = {2, 4, 1, 0, 0};
    struct fixture *f = *state;
    const int64_t job = claimed_job(f, 0);
    bool claimed = false;
    assert_ok(finish(f, job), &f->err);
    fixture_execute(f,
                    "INSERT INTO code VALUES (1, 0, 0, 0, '[]', '[]'), (1, 7, 0, 0, '[]', '[]');"
                    "INSERT INTO decoder VALUES (1, '[]', '[]');"
                    "UPDATE result SET error = 7;"
                    "UPDATE job SET state = 'pending'");
    assert_ok(store_claim(f->store, job, f->run, &claimed, &f->err), &f->err);
    assert_true(claimed);
    assert_ok(finish(f, job), &f->err);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        assert_int_equal(fixture_integer(f, counts[i]), wanted[i]);
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM result WHERE error = 7"), 0);
}

/* Somebody deleted the last job with foreign keys off, and its rows stayed. */
static void test_ids_are_not_used_again(void **state) {
    struct fixture *f = *state;
    assert_ok(finish(f, claimed_job(f, 0)), &f->err);
    const int64_t last = claimed_job(f, 1);
    assert_ok(finish(f, last), &f->err);
    fixture_execute(f, "PRAGMA foreign_keys = OFF; DELETE FROM job WHERE id = 2");
    const int64_t again = claimed_job(f, 1);
    assert_true(again > last);
    assert_ok(finish(f, again), &f->err);
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM information_plane"), 4);
}

/* Zeros in place of the first page of a table. */
static void damage(struct fixture *f, const char *table) {
    static const char zeros[4096];
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT rootpage FROM sqlite_schema WHERE name = '%s'", table);
    const int64_t page = fixture_integer(f, sql);
    store_close(f->store); /* and with it the log */
    const int fd = open(f->path, O_WRONLY);
    assert_true(fd >= 0 && page > 1);
    assert_int_equal(pwrite(fd, zeros, sizeof zeros, (page - 1) * (off_t)sizeof zeros),
                     sizeof zeros);
    assert_int_equal(close(fd), 0);
    f->store = fixture_open(f);
}

static void test_damage_stays(void **state) {
    struct fixture *f = *state;
    const int64_t job = claimed_job(f, 0);
    damage(f, "epoch");
    assert_int_equal(finish(f, job), VIB_EDATABASE);
    assert_non_null(strstr(f->err.message, "is damaged"));
    assert_non_null(strstr(f->err.message, "malformed"));
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM job WHERE state = 'running'"), 1);
}

/* What the program cannot use, it leaves as it is: all but its first page is zeros here. */
static void test_a_damaged_file_is_not_altered(void **state) {
    static char before[1 << 20], after[1 << 20];
    struct fixture *f = *state;
    struct store *store = NULL;
    claimed_job(f, 0);
    store_close(f->store);
    f->store = NULL;
    fixture_execute(f, "PRAGMA journal_mode = DELETE");
    const int fd = open(f->path, O_RDWR);
    assert_true(fd >= 0);
    const ssize_t size = pread(fd, before, sizeof before, 0);
    assert_true(size > 4096 && size < (ssize_t)sizeof before);
    memset(before + 4096, 0, (size_t)size - 4096);
    assert_int_equal(pwrite(fd, before, (size_t)size, 0), size);
    assert_int_equal(store_open(&store, f->path, &f->err), VIB_EDATABASE);
    assert_int_equal(pread(fd, after, sizeof after, 0), size);
    assert_memory_equal(before, after, (size_t)size);
    assert_int_equal(close(fd), 0);
}

static void test_a_violated_constraint_stays(void **state) {
    struct fixture *f = *state;
    const int64_t job = claimed_job(f, 0);
    fixture_execute(f, "CREATE UNIQUE INDEX one ON epoch (job)");
    assert_int_equal(finish(f, job), VIB_EDATABASE);
    assert_non_null(strstr(f->err.message, "UNIQUE"));
    fixture_execute(f, "DROP INDEX one");
    fixture_execute(f, "DROP TABLE bound");
    assert_int_equal(finish(f, job), VIB_EDATABASE);
    assert_non_null(strstr(f->err.message, "bound"));
}

static void test_what_may_pass(void **state) {
    struct fixture *f = *state;
    const int64_t job = claimed_job(f, 0);
    fixture_execute(f,
                    "CREATE TRIGGER mine BEFORE INSERT ON result BEGIN"
                    " SELECT raise(ABORT, 'not now'); END");
    assert_int_equal(finish(f, job), VIB_EIO);
    assert_non_null(strstr(f->err.message, "not now"));
    fixture_execute(f, "DROP TRIGGER mine");
    /* A full disk: no page more. */
    assert_int_equal(sqlite3_exec(f->store->db, "PRAGMA max_page_count = 1", NULL, NULL, NULL),
                     SQLITE_OK);
    int rc = 0;
    for (size_t i = 1; i < 10000 && rc == 0; i++)
        rc = store_begin_run(f->store, &(struct run_info){"", "", "", "", "", "", &f->host, 1},
                             &f->run, &f->err);
    assert_int_equal(rc, VIB_EIO);
    assert_int_equal(sqlite3_exec(f->store->db, "PRAGMA max_page_count = 100000", NULL, NULL, NULL),
                     SQLITE_OK);
    f->run = 1;
    assert_ok(finish(f, job), &f->err);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_new, fixture_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(test_a_job_that_runs_again_replaces_its_rows),
        WITH_FIXTURE(test_ids_are_not_used_again),
        WITH_FIXTURE(test_damage_stays),
        WITH_FIXTURE(test_a_damaged_file_is_not_altered),
        WITH_FIXTURE(test_a_violated_constraint_stays),
        WITH_FIXTURE(test_what_may_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
