/* Opening a store: our databases, other files, and disks that are full. */
#include "runner/store/store.h"
#include "runner/store/store_query.h"
#include "runner/store/store_internal.h"
#include "tests/unit/store/store_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void in_folder(const struct fixture *f, const char *name, char path[400]) {
    snprintf(path, 400, "%s/%s", f->folder, name);
}

static void write_file(const char *path, const void *bytes, size_t size) {
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
}

static size_t read_whole(const char *path, char *bytes, size_t size) {
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    const size_t n = fread(bytes, 1, size, stream);
    assert_true(n < size);
    fclose(stream);
    return n;
}

/* Both ways of opening refuse the file, and leave it and its folder as they were. */
static void assert_refused(struct fixture *f, const char *path, const char *words) {
    static char before[1 << 20], after[1 << 20];
    char companion[420];
    struct store *store = NULL;
    const size_t n = read_whole(path, before, sizeof before);
    assert_int_equal(store_open(&store, path, &f->err), VIB_EIO);
    assert_null(store);
    assert_non_null(strstr(f->err.message, words));
    assert_non_null(strstr(f->err.message, path));
    assert_int_equal(store_open_reader(&store, path, &f->err), VIB_EDATA);
    assert_null(store);
    assert_int_equal(read_whole(path, after, sizeof after), n);
    assert_memory_equal(before, after, n);
    for (size_t i = 0; i < 3; i++) {
        static const char *const suffixes[] = {"-wal", "-shm", "-journal"};
        snprintf(companion, sizeof companion, "%s%s", path, suffixes[i]);
        assert_int_not_equal(access(companion, F_OK), 0);
    }
}

static void execute(const char *path, const char *sql) {
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

static void test_text_file(void **state) {
    struct fixture *f = *state;
    char path[400], text[500];
    memset(text, 'x', sizeof text);
    in_folder(f, "text", path);
    write_file(path, text, sizeof text);
    assert_refused(f, path, "not a vib-sweep database");
    write_file(path, "short", 5);
    assert_refused(f, path, "not a vib-sweep database");
}

static void test_database_of_another_program(void **state) {
    struct fixture *f = *state;
    char path[400];
    in_folder(f, "other.db", path);
    execute(path, "CREATE TABLE job (id INTEGER)");
    assert_refused(f, path, "not a vib-sweep database");
    execute(path, "PRAGMA journal_mode = WAL; PRAGMA application_id = 7");
    assert_refused(f, path, "not a vib-sweep database");
}

static void test_newer_schema(void **state) {
    struct fixture *f = *state;
    char path[400];
    struct store *store = NULL;
    in_folder(f, "newer.db", path);
    assert_ok(store_open(&store, path, &f->err), &f->err);
    store_close(store);
    execute(path, "PRAGMA user_version = 6; PRAGMA journal_mode = DELETE");
    assert_refused(f, path, "version 5");
    execute(path, "PRAGMA user_version = 1");
    assert_refused(f, path, "start a new database");
    execute(path, "PRAGMA user_version = 0");
    assert_refused(f, path, "version 0");
}

static void test_folder_and_missing_folder(void **state) {
    struct fixture *f = *state;
    char path[400];
    struct store *store = NULL;
    assert_int_equal(store_open(&store, f->folder, &f->err), VIB_EIO);
    assert_non_null(strstr(f->err.message, "folder"));
    assert_int_equal(store_open_reader(&store, f->folder, &f->err), VIB_EDATA);
    assert_int_equal(store_open(&store, "/dev/null", &f->err), VIB_EIO);
    in_folder(f, "none/toy.db", path);
    assert_int_equal(store_open(&store, path, &f->err), VIB_ECREATE);
    assert_non_null(strstr(f->err.message, "No such file"));
    in_folder(f, "toy.db/toy.db", path);
    assert_int_equal(store_open(&store, path, &f->err), VIB_ECREATE);
    assert_int_equal(store_open(&store, "", &f->err), VIB_ECREATE);
    assert_null(store);
}

static void test_empty_file_is_new(void **state) {
    struct fixture *f = *state;
    char path[400];
    struct store *store = NULL;
    in_folder(f, "empty.db", path);
    write_file(path, "", 0);
    assert_int_equal(store_open_reader(&store, path, &f->err), VIB_EDATA);
    assert_ok(store_open(&store, path, &f->err), &f->err);
    fixture_begin_run(f, store, &f->host);
    store_close(store);
}

static void test_reader_creates_nothing(void **state) {
    struct fixture *f = *state;
    char path[400];
    struct store *store = NULL;
    in_folder(f, "missing.db", path);
    assert_int_equal(store_open_reader(&store, path, &f->err), VIB_EDATA);
    assert_null(store);
    assert_int_not_equal(access(path, F_OK), 0);
}

static void test_reader_cannot_write(void **state) {
    struct fixture *f = *state;
    struct store *reader = NULL;
    int64_t run;
    const struct run_info info = {"", "", "", "", "", "", &f->host, 1};
    assert_ok(store_open_reader(&reader, f->path, &f->err), &f->err);
    assert_int_equal(store_begin_run(reader, &info, &run, &f->err), VIB_EIO);
    store_close(reader);
}

static int touch(void *context, struct store_row *row, struct vib_error *err) {
    const struct fixture *f = context;
    const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    (void)row;
    (void)err;
    return utimensat(AT_FDCWD, f->path, times, 0);
}

static int ignore(void *context, struct store_row *row, struct vib_error *err) {
    (void)context;
    (void)row;
    (void)err;
    return 0;
}

/* Without locks, as where this process may not write: what was read may be half of each. */
static void test_written_while_it_is_read(void **state) {
    struct fixture *f = *state;
    struct store *reader = NULL;
    assert_ok(store_open_reader(&reader, f->path, &f->err), &f->err);
    reader->immutable = true;
    assert_int_equal(stat(f->path, &reader->opened), 0);
    assert_ok(store_query(reader, &(struct store_query){.sql = "SELECT 1", .row = ignore}, &f->err),
              &f->err);
    assert_int_equal(
        store_query(reader, &(struct store_query){.sql = "SELECT 1", .row = touch, .context = f},
                    &f->err),
        VIB_EBUSY);
    assert_non_null(strstr(f->err.message, "written while it was read"));
    store_close(reader);
}

static void test_settings_of_the_connection(void **state) {
    struct fixture *f = *state;
    char *mode = fixture_text(f, "PRAGMA journal_mode");
    sqlite3_stmt *statement;
    assert_string_equal(mode, "wal");
    free(mode);
    assert_int_equal(fixture_integer(f, "PRAGMA application_id"), STORE_APPLICATION_ID);
    assert_int_equal(fixture_integer(f, "PRAGMA user_version"), STORE_SCHEMA_VERSION);
    assert_int_equal(sqlite3_prepare_v2(f->store->db,
                                        "SELECT s.synchronous = 2 AND f.foreign_keys = 1 FROM"
                                        " pragma_synchronous s, pragma_foreign_keys f",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(statement, 0), 1);
    sqlite3_finalize(statement);
}

/* A database whose views another version of the program made, and its user's own. */
static void test_views_of_another_version(void **state) {
    static const char views[] =
        "SELECT group_concat(name || sql) FROM (SELECT name, sql FROM sqlite_schema"
        " WHERE type = 'view' AND name <> 'mine' ORDER BY name)";
    struct fixture *f = *state;
    char *wanted = fixture_text(f, views);
    store_close(f->store);
    execute(f->path,
            "DROP VIEW pareto; DROP VIEW summary;"
            "CREATE VIEW summary AS SELECT 1 AS one;"
            "CREATE VIEW mine AS SELECT count(*) AS n FROM pareto");
    f->store = fixture_open(f);
    char *got = fixture_text(f, views);
    assert_string_equal(got, wanted);
    assert_int_equal(fixture_integer(f, "SELECT n FROM mine"), 0);
    /* Nothing is written where nothing differs. */
    const int64_t version = fixture_integer(f, "PRAGMA schema_version");
    store_close(f->store);
    f->store = fixture_open(f);
    assert_int_equal(fixture_integer(f, "PRAGMA schema_version"), version);
    free(got);
    free(wanted);
}

static void test_name_of_a_view_is_taken(void **state) {
    struct fixture *f = *state;
    struct store *store = NULL;
    execute(f->path, "DROP VIEW pareto; CREATE TABLE pareto (a INTEGER)");
    assert_int_equal(store_open(&store, f->path, &f->err), VIB_EIO);
    assert_non_null(strstr(f->err.message, "a table or an index of it is named pareto"));
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM pareto"), 0);
}

/* What a full disk looks like to SQLite: no page more. Everything before stays. */
static void test_full_disk(void **state) {
    struct fixture *f = *state;
    struct job_identities identities;
    struct settings settings;
    int64_t job;
    enum job_state job_state;
    size_t added = 0;
    int code = 0;
    assert_int_equal(sqlite3_exec(f->store->db, "PRAGMA max_page_count = 60", NULL, NULL, NULL),
                     SQLITE_OK);
    for (; code == 0 && added < 10000; added += code == 0) {
        fixture_settings(added, &settings);
        assert_int_equal(job_identities(&settings, f->data.digest, &identities, NULL), 0);
        code = store_add_job(f->store, &identities, &settings, &f->data, NULL, &job, &job_state,
                             &f->err);
    }
    assert_int_equal(code, VIB_EIO);
    assert_non_null(strstr(f->err.message, f->path));
    assert_non_null(strstr(f->err.message, "full"));
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM job"), added);
    assert_ok(store_begin(f->store, &f->err), &f->err);
    assert_int_equal(
        store_add_job(f->store, &identities, &settings, &f->data, NULL, &job, &job_state, &f->err),
        VIB_EIO);
    store_rollback(f->store); /* SQLite may have done so */
    assert_int_equal(sqlite3_exec(f->store->db, "PRAGMA max_page_count = 100000", NULL, NULL, NULL),
                     SQLITE_OK);
    fixture_add_job(f, f->store, added);
}

/* A process that is killed between two commits: the next one and a reader find what it committed.
 */
static void test_killed_writer(void **state) {
    struct fixture *f = *state;
    struct store *reader = NULL;
    int status;
    store_close(f->store);
    f->store = NULL;
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct store *store = fixture_open(f);
        fixture_add_job(f, store, 0);
        if (store_begin(store, NULL) == 0)
            fixture_add_job(f, store, 1);
        (void)kill(getpid(), SIGKILL);
        _exit(1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    char wal[420];
    snprintf(wal, sizeof wal, "%s-wal", f->path);
    assert_int_equal(access(wal, F_OK), 0);
    assert_ok(store_open_reader(&reader, f->path, &f->err), &f->err);
    enum job_state job_state;
    bool found;
    assert_ok(store_job_state(reader, 1, &job_state, &found, &f->err), &f->err);
    assert_true(found);
    assert_ok(store_job_state(reader, 2, &job_state, &found, &f->err), &f->err);
    assert_false(found);
    store_close(reader);
    f->store = fixture_open(f);
    assert_int_equal(fixture_add_job(f, f->store, 1), 2);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_new, fixture_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(test_text_file),
        WITH_FIXTURE(test_database_of_another_program),
        WITH_FIXTURE(test_newer_schema),
        WITH_FIXTURE(test_folder_and_missing_folder),
        WITH_FIXTURE(test_empty_file_is_new),
        WITH_FIXTURE(test_reader_creates_nothing),
        WITH_FIXTURE(test_reader_cannot_write),
        WITH_FIXTURE(test_views_of_another_version),
        WITH_FIXTURE(test_name_of_a_view_is_taken),
        WITH_FIXTURE(test_written_while_it_is_read),
        WITH_FIXTURE(test_settings_of_the_connection),
        WITH_FIXTURE(test_full_disk),
        WITH_FIXTURE(test_killed_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
