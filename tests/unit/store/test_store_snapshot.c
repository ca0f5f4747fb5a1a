/* Snapshots: whole, of what is committed, replaced at once, and never by something damaged. */
#include "runner/store/store_snapshot.h"
#include "runner/base/atomic_file.h"
#include "runner/store/store_internal.h"
#include "tests/unit/store/store_fixture.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    struct fixture *f;
    char path[400]; /* of the snapshot */
};

static int place_new(void **state) {
    struct place *p = calloc(1, sizeof *p);
    void *fixture;
    assert_non_null(p);
    assert_int_equal(fixture_new(&fixture), 0);
    p->f = fixture;
    (void)snprintf(p->path, sizeof p->path, "%s/it's a %% snapshot.db", p->f->folder);
    *state = p;
    return 0;
}

static int place_free(void **state) {
    struct place *p = *state;
    void *fixture = p->f;
    free(p);
    return fixture_free(&fixture);
}

static int64_t jobs_of(struct place *p) {
    struct store *store;
    int64_t n = -1;
    assert_ok(store_open_reader(&store, p->path, &p->f->err), &p->f->err);
    assert_ok(store_query_integer(store, "SELECT count(*) FROM job", &n, &p->f->err), &p->f->err);
    store_close(store);
    return n;
}

/* Files in the folder, but for the database and its log. */
static size_t n_others(const struct place *p) {
    DIR *folder = opendir(p->f->folder);
    const struct dirent *entry;
    size_t n = 0;
    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL)
        n += entry->d_name[0] != '.' && strcmp(entry->d_name, "toy.db") != 0 &&
             strcmp(entry->d_name, "toy.db-wal") != 0 && strcmp(entry->d_name, "toy.db-shm") != 0;
    (void)closedir(folder);
    return n;
}

static void snapshot(struct place *p) {
    assert_ok(store_snapshot(p->f->store, p->path, &p->f->err), &p->f->err);
}

static void it_holds_what_is_committed(void **state) {
    struct place *p = *state;
    snapshot(p);
    assert_int_equal(jobs_of(p), 0);
    (void)fixture_add_job(p->f, p->f->store, 1);
    assert_int_equal(jobs_of(p), 0);
    snapshot(p);
    assert_int_equal(jobs_of(p), 1);
    assert_int_equal(n_others(p), 1);
}

/* As a log needs memory shared with its writer, which other machines have not. */
static void it_needs_no_log(void **state) {
    struct place *p = *state;
    unsigned char versions[2];
    snapshot(p);
    FILE *stream = fopen(p->path, "rb");
    assert_non_null(stream);
    assert_int_equal(fseek(stream, 18, SEEK_SET), 0);
    assert_int_equal(fread(versions, 1, 2, stream), 2);
    assert_int_equal(fclose(stream), 0);
    assert_int_equal(versions[0], 1); /* sqlite.org/fileformat2.html: 1 a journal, 2 a log */
    assert_int_equal(versions[1], 1);
}

static void a_killed_process_leaves_no_obstacle(void **state) {
    struct place *p = *state;
    char suffix[ATOMIC_FILE_SUFFIX], stale[3][600];
    atomic_file_own_suffix(suffix);
    (void)snprintf(stale[0], sizeof stale[0], "%s%s", p->f->path, suffix);
    (void)snprintf(stale[1], sizeof stale[1], "%s%s-journal", p->f->path, suffix);
    (void)snprintf(stale[2], sizeof stale[2], "%s%s", p->path, suffix);
    for (size_t i = 0; i < 3; i++) {
        FILE *stream = fopen(stale[i], "wb");
        assert_non_null(stream);
        fputs("half of something", stream);
        assert_int_equal(fclose(stream), 0);
    }
    snapshot(p);
    assert_int_equal(jobs_of(p), 0);
    assert_int_equal(n_others(p), 1);
}

static void assert_fails(struct place *p, const char *why) {
    if (store_snapshot(p->f->store, p->path, &p->f->err) == 0 ||
        strstr(p->f->err.message, why) == NULL)
        fail_msg("%s", p->f->err.message);
}

static void a_place_that_cannot_be_written_is_told(void **state) {
    struct place *p = *state;
    (void)snprintf(p->path, sizeof p->path, "%s/none/x.db", p->f->folder);
    assert_fails(p, "none/x.db");
    (void)snprintf(p->path, sizeof p->path, "%s/folder", p->f->folder);
    assert_int_equal(mkdir(p->path, 0777), 0);
    assert_fails(p, "Is a directory");
    assert_int_equal(n_others(p), 1);
}

/* No file may grow: the one that is there stays. */
static void a_full_disk_leaves_the_old_one(void **state) {
    struct place *p = *state;
    struct rlimit old, low;
    snapshot(p);
    (void)fixture_add_job(p->f, p->f->store, 1);
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    low = old;
    low.rlim_cur = 20000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    const int rc = store_snapshot(p->f->store, p->path, &p->f->err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(rc, VIB_EIO);
    assert_int_equal(jobs_of(p), 0);
    assert_int_equal(n_others(p), 1);
    snapshot(p);
    assert_int_equal(jobs_of(p), 1);
}

/* Pages of table epoch become zeros behind the store's back. */
static void a_damaged_store_replaces_no_good_snapshot(void **state) {
    struct place *p = *state;
    static const char zeros[4096];
    const int64_t page =
        fixture_integer(p->f, "SELECT rootpage FROM sqlite_schema WHERE name = 'epoch'");
    snapshot(p);
    store_close(p->f->store);
    FILE *stream = fopen(p->f->path, "r+b");
    assert_non_null(stream);
    assert_int_equal(fseek(stream, (long)((page - 1) * 4096), SEEK_SET), 0);
    assert_int_equal(fwrite(zeros, 1, sizeof zeros, stream), sizeof zeros);
    assert_int_equal(fclose(stream), 0);
    p->f->store = fixture_open(p->f);
    assert_int_equal(store_snapshot(p->f->store, p->path, &p->f->err), VIB_EDATABASE);
    assert_int_equal(jobs_of(p), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, place_new, place_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(it_holds_what_is_committed),          TEST(it_needs_no_log),
        TEST(a_killed_process_leaves_no_obstacle), TEST(a_place_that_cannot_be_written_is_told),
        TEST(a_full_disk_leaves_the_old_one),      TEST(a_damaged_store_replaces_no_good_snapshot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
