/* A database on a file system that hosts share: no log beside it, and one host at a time. */
#include "runner/store/store.h"
#include "runner/store/store_internal.h"
#include "tests/unit/store/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cmocka.h>

enum { NFS = 0x6969, EXT4 = 0xef53 };

static int type = NFS;

/* In place of the C library's. */
int statfs(const char *path, struct statfs *found) {
    (void)path;
    memset(found, 0, sizeof *found);
    found->f_type = type;
    return 0;
}

static int on_network(void **state) {
    type = NFS;
    return fixture_new(state);
}

static bool is_beside(struct fixture *f, const char *suffix) {
    char name[400];
    snprintf(name, sizeof name, "%s%s", f->path, suffix);
    return access(name, F_OK) == 0;
}

static void reopen(struct fixture *f, int on) {
    store_close(f->store);
    f->store = NULL;
    type = on;
    f->store = fixture_open(f);
}

static void assert_mode(struct fixture *f, const char *mode) {
    char *found = fixture_text(f, "PRAGMA journal_mode");
    assert_string_equal(found, mode);
    free(found);
}

static void test_rollback_journal(void **state) {
    struct fixture *f = *state;
    assert_string_equal(store_shared(f->store), "NFS");
    fixture_add_job(f, f->store, 0);
    assert_false(is_beside(f, "-wal"));
    assert_false(is_beside(f, "-shm"));
    assert_true(is_beside(f, "-journal")); /* emptied, not deleted */
    assert_mode(f, "delete");              /* that of a connection that says nothing */
    store_close(f->store);
    f->store = NULL;
    assert_false(is_beside(f, "-journal"));
}

static void test_it_moves_to_another_disk(void **state) {
    struct fixture *f = *state;
    fixture_add_job(f, f->store, 0);
    reopen(f, EXT4);
    assert_null(store_shared(f->store));
    assert_mode(f, "wal");
    fixture_add_job(f, f->store, 1);
    reopen(f, NFS);
    assert_mode(f, "delete");
    assert_false(is_beside(f, "-wal"));
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM job"), 2);
}

/* Nothing appears beside a file that a log was used for, and that several hosts may read. */
static void test_reader(void **state) {
    struct fixture *f = *state;
    struct store *reader = NULL;
    int64_t n = 0;
    fixture_add_job(f, f->store, 0);
    reopen(f, EXT4);
    store_close(f->store);
    f->store = NULL;
    for (int i = 0; i < 2; i++) {
        type = i == 0 ? NFS : EXT4;
        assert_ok(store_open_reader(&reader, f->path, &f->err), &f->err);
        assert_ok(store_query_integer(reader, "SELECT count(*) FROM job", &n, &f->err), &f->err);
        assert_int_equal(n, 1);
        assert_int_equal(is_beside(f, "-shm"), type == EXT4);
        store_close(reader);
    }
}

/* Of which the writer that is in its way is waited for, and which waits for it. */
static void test_reader_beside_a_writer(void **state) {
    struct fixture *f = *state;
    struct store *reader = NULL;
    int64_t n = 0;
    assert_ok(store_set_busy_ms(f->store, 0, &f->err), &f->err);
    assert_ok(store_begin(f->store, &f->err), &f->err);
    fixture_add_job(f, f->store, 0);
    assert_ok(store_open_reader(&reader, f->path, &f->err), &f->err);
    assert_ok(store_query_integer(reader, "SELECT count(*) FROM job", &n, &f->err), &f->err);
    assert_int_equal(n, 0);
    assert_int_equal(sqlite3_exec(reader->db, "BEGIN; SELECT * FROM run", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(store_commit(f->store, &f->err), VIB_EBUSY);
    assert_int_equal(sqlite3_exec(reader->db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    assert_ok(store_commit(f->store, &f->err), &f->err);
    assert_ok(store_query_integer(reader, "SELECT count(*) FROM job", &n, &f->err), &f->err);
    assert_int_equal(n, 1);
    store_close(reader);
}

/* --- hosts --- */

/* A run of another host, by the second word of its identity another kernel, and a job of its. */
static int64_t begin_elsewhere(struct fixture *f) {
    struct host other = f->host;
    char machine[256];
    bool claimed = false;
    assert_int_equal(sscanf(f->host.identity, "%255s", machine), 1);
    snprintf(other.identity, sizeof other.identity, "%.100s another pid:[1]", machine);
    strcpy(other.name, "far");
    const int64_t run = fixture_begin_run(f, f->store, &other);
    const int64_t job = fixture_add_job(f, f->store, 0);
    assert_ok(store_claim(f->store, job, run, &claimed, &f->err), &f->err);
    assert_true(claimed);
    return run;
}

static size_t take_back(struct fixture *f) {
    struct store_silence silence;
    size_t n = 99;
    assert_ok(store_take_back(f->store, &f->host, &n, &silence, &f->err), &f->err);
    return n;
}

static int64_t look(struct fixture *f, bool *writes) {
    struct store_silence other;
    assert_ok(store_other_host(f->store, &f->host, &other, writes, &f->err), &f->err);
    if (other.run != 0)
        assert_string_equal(other.host, "far");
    return other.run;
}

static void test_no_other_host(void **state) {
    struct fixture *f = *state;
    struct host space = f->host;
    bool writes = true;
    char *last = strrchr(space.identity, ' ');
    assert_non_null(last);
    strcpy(last, " pid:[1]");
    (void)fixture_begin_run(f, f->store, &space); /* another name space of this host */
    assert_int_equal(look(f, &writes), 0);
    assert_false(writes);
}

static void test_other_host_lives(void **state) {
    struct fixture *f = *state;
    bool writes = true;
    const int64_t run = begin_elsewhere(f);
    assert_int_equal(look(f, &writes), run);
    assert_false(writes); /* as far as is known */
    /* However wrong the other's clock is: */
    fixture_execute(f, "UPDATE run SET heartbeat_at = '2001-01-01T00:00:00.000Z' WHERE id > 1");
    assert_int_equal(look(f, &writes), run);
    assert_true(writes);
    assert_int_equal(take_back(f), 0);
}

static void test_other_host_is_gone(void **state) {
    struct fixture *f = *state;
    bool writes = true;
    const int64_t run = begin_elsewhere(f);
    assert_int_equal(take_back(f), 0);
    assert_int_equal(look(f, &writes), run);
    assert_int_equal(f->store->n_watched, 1);
    f->store->watched[0].since_s -= STORE_DEAD_AFTER_S + 1; /* as if so much time had passed */
    assert_int_equal(take_back(f), 1);
    assert_int_equal(look(f, &writes), 0);
}

static void test_other_host_ended(void **state) {
    struct fixture *f = *state;
    bool writes = true;
    const int64_t run = begin_elsewhere(f);
    assert_ok(store_end_run(f->store, run, "interrupted", &f->err), &f->err);
    assert_int_equal(look(f, &writes), 0);
}

/* One machine-id on a local disk is one machine, which was started anew since; on a network's they
 * may be copies. */
static void test_copied_machines(void **state) {
    struct fixture *f = *state;
    if (f->host.identity[0] == '-' || f->host.identity[0] == '\0') {
        print_message("no machine-id here: not tried\n");
        skip();
    }
    begin_elsewhere(f);
    assert_int_equal(take_back(f), 0);
    reopen(f, EXT4);
    assert_int_equal(take_back(f), 1);
}

/* Writes while a row of a reader stands. */
static int write_beside(void *context, struct store_row *row, struct vib_error *err) {
    struct fixture *f = context;
    (void)row;
    int rc = store_set_busy_ms(f->store, 0, err);
    return rc == 0 ? store_heartbeat(f->store, f->run, err) : rc;
}

static int read_beside(struct fixture *f, struct store *reader) {
    const struct store_query query = {
        .sql = "SELECT * FROM setting", .row = write_beside, .context = f};
    return store_query(reader, &query, &f->err);
}

static void test_readers_of_a_copy_keep_nobody_waiting(void **state) {
    struct fixture *f = *state;
    struct store *reader = NULL;
    fixture_add_job(f, f->store, 0);
    assert_ok(store_open_reader(&reader, f->path, &f->err), &f->err);
    assert_int_equal(read_beside(f, reader), VIB_EBUSY);
    assert_ok(store_copy_shared(reader, &f->err), &f->err);
    assert_ok(read_beside(f, reader), &f->err);
    store_close(reader);
}

static void test_a_local_file_is_not_copied(void **state) {
    struct fixture *f = *state;
    struct store *reader = NULL;
    reopen(f, EXT4);
    fixture_add_job(f, f->store, 0);
    assert_ok(store_open_reader(&reader, f->path, &f->err), &f->err);
    const sqlite3 *before = reader->db;
    assert_ok(store_copy_shared(reader, &f->err), &f->err);
    assert_ptr_equal(reader->db, before);
    store_close(reader);
}

#define ON_NETWORK(test) cmocka_unit_test_setup_teardown(test, on_network, fixture_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        ON_NETWORK(test_rollback_journal),
        ON_NETWORK(test_it_moves_to_another_disk),
        ON_NETWORK(test_reader),
        ON_NETWORK(test_reader_beside_a_writer),
        ON_NETWORK(test_no_other_host),
        ON_NETWORK(test_other_host_lives),
        ON_NETWORK(test_other_host_is_gone),
        ON_NETWORK(test_other_host_ended),
        ON_NETWORK(test_copied_machines),
        ON_NETWORK(test_readers_of_a_copy_keep_nobody_waiting),
        ON_NETWORK(test_a_local_file_is_not_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
