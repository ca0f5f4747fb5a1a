/* Databases that a kill left half made, and new ones that are given up again. */
#include "runner/store/store.h"
#include "runner/store/store_internal.h"
#include "tests/unit/store/store_fixture.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* --- kills --- */

static int deletes_left;

static int delete_or_die(sqlite3_vfs *vfs, const char *name, int sync) {
    const sqlite3_vfs *real = vfs->pNext;
    if (--deletes_left < 0)
        (void)kill(getpid(), SIGKILL);
    return real->xDelete(vfs, name, sync);
}

/* A process that is killed where SQLite would delete the journal of its n-th commit, from 0: all
 * but that is written. */
static void die_in_commit(struct fixture *f, int n, void (*work)(struct fixture *f)) {
    int status;
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        sqlite3_vfs deadly = *sqlite3_vfs_find(NULL);
        deadly.zName = "deadly";
        deadly.pNext = sqlite3_vfs_find(NULL);
        deadly.xDelete = delete_or_die;
        deletes_left = n;
        if (sqlite3_vfs_register(&deadly, 1) == SQLITE_OK)
            work(f);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void assert_hot(const char *path) {
    char journal[420];
    snprintf(journal, sizeof journal, "%s-journal", path);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(access(journal, F_OK), 0);
}

static void in_folder(struct fixture *f, const char *name) {
    store_close(f->store);
    f->store = NULL;
    snprintf(f->path, sizeof f->path, "%s/%s", f->folder, name);
}

static void open_new(struct fixture *f) {
    struct store *store = NULL;
    (void)store_open(&store, f->path, &f->err);
}

static void test_killed_while_it_is_created(void **state) {
    struct fixture *f = *state;
    struct store *reader = NULL;
    in_folder(f, "new.db");
    die_in_commit(f, 0, open_new);
    assert_hot(f->path);
    f->store = fixture_open(f);
    fixture_begin_run(f, f->store, &f->host);
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM run"), 1);

    in_folder(f, "read.db");
    die_in_commit(f, 0, open_new);
    assert_hot(f->path);
    assert_int_equal(store_open_reader(&reader, f->path, &f->err), VIB_EDATA);
    assert_non_null(strstr(f->err.message, "is empty"));
}

/* In the change to the write-ahead log. */
static void test_killed_after_it_was_created(void **state) {
    struct fixture *f = *state;
    in_folder(f, "new.db");
    die_in_commit(f, 1, open_new);
    assert_hot(f->path);
    f->store = fixture_open(f);
    fixture_begin_run(f, f->store, &f->host);
}

static void alter(struct fixture *f) {
    fixture_execute(f, "PRAGMA user_version = 99");
}

/* An old one, to which somebody gave a rollback journal. */
static void test_killed_while_an_old_one_is_written(void **state) {
    struct fixture *f = *state;
    struct store *reader = NULL;
    store_close(f->store);
    f->store = NULL;
    fixture_execute(f, "PRAGMA journal_mode = DELETE");
    die_in_commit(f, 0, alter);
    assert_hot(f->path);
    assert_ok(store_open_reader(&reader, f->path, &f->err), &f->err);
    store_close(reader);
    die_in_commit(f, 0, alter);
    f->store = fixture_open(f);
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM run"), 1);
}

static void create_foreign(struct fixture *f) {
    sqlite3 *db;
    (void)sqlite3_open(f->path, &db);
    (void)sqlite3_exec(db, "BEGIN; PRAGMA application_id = 7; CREATE TABLE t (x); COMMIT", NULL,
                       NULL, NULL);
}

static void test_another_programs_journal_is_left_alone(void **state) {
    struct fixture *f = *state;
    struct store *store = NULL;
    in_folder(f, "other.db");
    die_in_commit(f, 0, create_foreign);
    assert_hot(f->path);
    assert_int_equal(store_open(&store, f->path, &f->err), VIB_EIO);
    assert_int_equal(store_open_reader(&store, f->path, &f->err), VIB_EDATA);
    assert_hot(f->path);
}

/* --- giving up --- */

static void assert_gone(const char *path) {
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
    char name[420];
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        assert_int_not_equal(access(name, F_OK), 0);
    }
}

static void test_discarded(void **state) {
    struct fixture *f = *state;
    in_folder(f, "new.db");
    f->store = fixture_open(f);
    assert_ok(store_begin(f->store, &f->err), &f->err);
    fixture_begin_run(f, f->store, &f->host); /* undone */
    store_discard(f->store);
    f->store = NULL;
    assert_gone(f->path);
    store_discard(NULL);
}

static void test_not_discarded(void **state) {
    struct fixture *f = *state;
    in_folder(f, "new.db");
    struct store *store = fixture_open(f), *other = fixture_open(f);
    store_discard(store); /* it is open elsewhere */
    fixture_begin_run(f, other, &f->host);
    store_close(other);
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM run"), 1);

    in_folder(f, "shared.db");
    store = fixture_open(f);
    other = fixture_open(f);
    fixture_begin_run(f, other, &f->host); /* which the first has not seen */
    store_close(other);
    store_discard(store);
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM run"), 1);

    in_folder(f, "used.db");
    store = fixture_open(f);
    fixture_begin_run(f, store, &f->host);
    store_discard(store); /* it holds a run */
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM run"), 1);
    store_discard(fixture_open(f)); /* it was there before */
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM run"), 1);
}

/* What fails in the making: there is no room for the journal. */
static int no_journal(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                      int *out_flags) {
    const sqlite3_vfs *real = vfs->pNext;
    if (flags & SQLITE_OPEN_MAIN_JOURNAL)
        return SQLITE_CANTOPEN;
    return real->xOpen(vfs, name, file, flags, out_flags);
}

static void test_what_cannot_be_made_leaves_nothing(void **state) {
    struct fixture *f = *state;
    struct store *store = NULL;
    sqlite3_vfs full = *sqlite3_vfs_find(NULL);
    in_folder(f, "new.db");
    full.zName = "full";
    full.pNext = sqlite3_vfs_find(NULL);
    full.xOpen = no_journal;
    assert_int_equal(sqlite3_vfs_register(&full, 1), SQLITE_OK);
    const int rc = store_open(&store, f->path, &f->err);
    assert_int_equal(sqlite3_vfs_unregister(&full), SQLITE_OK);
    assert_int_equal(rc, VIB_EIO);
    assert_null(store);
    assert_gone(f->path);
}

/* Two processes, of which one gives up while the other begins. */
static int begin_or_give_up(struct fixture *f, bool begin) {
    struct store *store = NULL;
    int64_t run;
    const struct run_info info = {"", "", "", "", "", "", &f->host, 1};
    int rc = store_open(&store, f->path, &f->err);
    if (rc == 0 && begin)
        rc = store_begin_run(store, &info, &run, &f->err);
    if (rc == 0 && begin)
        rc = store_heartbeat(store, run, &f->err); /* which looks for the file */
    if (rc != 0)
        (void)fprintf(stderr, "%s\n", f->err.message);
    if (begin)
        store_close(store);
    else
        store_discard(store);
    return rc != 0;
}

static void test_given_up_beside_one_that_begins(void **state) {
    enum { ROUNDS = 40 };
    struct fixture *f = *state;
    for (int i = 0; i < ROUNDS; i++) {
        char name[32];
        int status;
        snprintf(name, sizeof name, "new%d.db", i);
        in_folder(f, name);
        const pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            _exit(begin_or_give_up(f, false));
        assert_int_equal(begin_or_give_up(f, true), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        assert_int_equal(fixture_integer(f, "SELECT count(*) FROM run"), 1);
    }
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_new, fixture_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(test_killed_while_it_is_created),
        WITH_FIXTURE(test_killed_after_it_was_created),
        WITH_FIXTURE(test_killed_while_an_old_one_is_written),
        WITH_FIXTURE(test_another_programs_journal_is_left_alone),
        WITH_FIXTURE(test_discarded),
        WITH_FIXTURE(test_not_discarded),
        WITH_FIXTURE(test_what_cannot_be_made_leaves_nothing),
        WITH_FIXTURE(test_given_up_beside_one_that_begins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
