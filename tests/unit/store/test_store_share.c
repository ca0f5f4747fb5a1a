/* Several processes on one database: creating it, sharing its jobs, dying, and standing in the way.
 */
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

enum { JOBS = 200 };

/* A process that waits for its cue, so that several start at once. The child runs `work` and exits
 * with what it returns. */
struct child {
    pid_t pid;
    int cue; /* closing it starts the child */
};

static struct child start_child(struct fixture *f, int (*work)(struct fixture *f)) {
    int ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(ends[1]);
        (void)!read(ends[0], &byte, 1);
        _exit(work(f));
    }
    close(ends[0]);
    return (struct child){pid, ends[1]};
}

/* Starts both, waits, and demands that both succeed. A child holds a copy of the end that cues an
 * earlier one, so the cues are given in reverse. */
static void run_two(struct fixture *f, int (*work)(struct fixture *f)) {
    struct child children[2];
    for (int i = 0; i < 2; i++)
        children[i] = start_child(f, work);
    for (int i = 1; i >= 0; i--)
        close(children[i].cue);
    for (int i = 0; i < 2; i++) {
        int status;
        assert_int_equal(waitpid(children[i].pid, &status, 0), children[i].pid);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            fail_msg("a child ended with status %#x", (unsigned)status);
    }
}

static void close_store(struct fixture *f) {
    store_close(f->store); /* no connection may be carried through a fork */
    f->store = NULL;
}

static int create_and_add(struct fixture *f) {
    struct store *store = NULL;
    int64_t run;
    const struct run_info info = {"", "", "", "", "", "", &f->host, 1};
    int code = store_open(&store, f->path, &f->err);
    if (code == 0)
        code = store_begin_run(store, &info, &run, &f->err);
    if (code != 0)
        (void)fprintf(stderr, "%s\n", f->err.message);
    store_close(store);
    return code != 0;
}

static void test_two_create_at_once(void **state) {
    struct fixture *f = *state;
    close_store(f);
    for (int i = 0; i < 30; i++) {
        snprintf(f->path, sizeof f->path, "%s/new%d.db", f->folder, i);
        run_two(f, create_and_add);
        assert_int_equal(fixture_integer(f, "SELECT count(*) FROM run"), 2);
        assert_int_equal(fixture_integer(f, "PRAGMA user_version"), STORE_SCHEMA_VERSION);
    }
}

/* A process that writes for a moment while another wants to switch to the write-ahead log, for
 * which SQLite does not wait by itself. Should the pause be over too soon, the test passes all the
 * same. */
static pid_t write_for_a_moment(const char *path) {
    enum { PAUSE_MS = 50 };
    int ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        sqlite3 *db;
        close(ends[0]);
        int rc = sqlite3_open(path, &db);
        if (rc == SQLITE_OK)
            rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
        close(ends[1]);
        (void)sqlite3_sleep(PAUSE_MS);
        if (rc == SQLITE_OK)
            rc = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
        _exit(rc & 0xff);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 0); /* ends when the child writes */
    close(ends[0]);
    return pid;
}

static void test_switch_waits_for_a_writer(void **state) {
    struct fixture *f = *state;
    int status;
    close_store(f);
    fixture_execute(f, "PRAGMA journal_mode = DELETE");
    const pid_t pid = write_for_a_moment(f->path);
    f->store = fixture_open(f);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), SQLITE_OK);
}

/* Claims and finishes whatever is left, one job at a time. */
static int work_through(struct fixture *f) {
    struct store *store = NULL;
    struct epoch_result epochs[2];
    struct job_result result;
    struct host host;
    int64_t run = 0;
    bool claimed, recorded;
    host_init(&host);
    const struct run_info info = {"", "", "", "", "", "", &host, 1};
    int code = store_open(&store, f->path, &f->err);
    if (code == 0)
        code = store_begin_run(store, &info, &run, &f->err);
    fixture_result(&result, epochs);
    for (int64_t job = 1; code == 0 && job <= JOBS; job++) {
        code = store_claim(store, job, run, &claimed, &f->err);
        if (code != 0 || !claimed)
            continue;
        code = store_finish(store, job, run, &f->data, &result, &recorded, &f->err);
        if (code == 0 && !recorded)
            code = VIB_EINVAL;
    }
    if (code == 0)
        code = store_end_run(store, run, "complete", &f->err);
    if (code != 0)
        (void)fprintf(stderr, "%d %s\n", code, f->err.message);
    store_close(store);
    return code != 0;
}

static void test_two_share_the_work(void **state) {
    struct fixture *f = *state;
    assert_ok(store_begin(f->store, &f->err), &f->err);
    for (size_t i = 0; i < JOBS; i++)
        fixture_add_job(f, f->store, i);
    assert_ok(store_commit(f->store, &f->err), &f->err);
    close_store(f);
    run_two(f, work_through);
    assert_int_equal(fixture_integer(f,
                                     "SELECT count(*) FROM job WHERE state = 'done' AND"
                                     " attempts = 1"),
                     JOBS);
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM result"), 2 * JOBS);
    assert_int_equal(fixture_integer(f,
                                     "SELECT count(*) FROM run WHERE outcome = 'complete' AND"
                                     " ended_at IS NOT NULL"),
                     2);
}

/* --- others in the way --- */

static sqlite3 *raw_open(struct fixture *f) {
    sqlite3 *db;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    return db;
}

static void raw_execute(sqlite3 *db, const char *sql) {
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

static void test_reader_does_not_hinder(void **state) {
    struct fixture *f = *state;
    struct epoch_result epochs[2];
    struct job_result result;
    sqlite3 *reader = raw_open(f);
    fixture_result(&result, epochs);
    assert_ok(store_set_busy_ms(f->store, 0, &f->err), &f->err);
    raw_execute(reader, "BEGIN; SELECT count(*) FROM job");
    for (size_t i = 0; i < 300; i++) {
        bool claimed, recorded;
        const int64_t job = fixture_add_job(f, f->store, i);
        assert_ok(store_claim(f->store, job, f->run, &claimed, &f->err), &f->err);
        assert_ok(store_finish(f->store, job, f->run, &f->data, &result, &recorded, &f->err),
                  &f->err);
    }
    raw_execute(reader, "COMMIT");
    sqlite3_close(reader);
}

/* While another program writes, every call gives VIB_EBUSY; afterwards the same call succeeds. */
static void test_foreign_writer(void **state) {
    struct fixture *f = *state;
    struct epoch_result epochs[2];
    struct job_result result;
    bool claimed = false, recorded = true;
    struct store_silence silence;
    size_t n;
    const int64_t job = fixture_add_job(f, f->store, 0);
    assert_ok(store_claim(f->store, job, f->run, &claimed, &f->err), &f->err);
    fixture_result(&result, epochs);
    sqlite3 *writer = raw_open(f);
    raw_execute(writer, "BEGIN IMMEDIATE");
    assert_ok(store_set_busy_ms(f->store, 20, &f->err), &f->err);
    assert_int_equal(store_begin(f->store, &f->err), VIB_EBUSY);
    assert_non_null(strstr(f->err.message, f->path));
    assert_int_equal(store_heartbeat(f->store, f->run, &f->err), VIB_EBUSY);
    assert_int_equal(store_take_back(f->store, &f->host, &n, &silence, &f->err), VIB_EBUSY);
    assert_int_equal(store_release(f->store, job, f->run, true, &f->err), VIB_EBUSY);
    assert_int_equal(store_finish(f->store, job, f->run, &f->data, &result, &recorded, &f->err),
                     VIB_EBUSY);
    assert_false(recorded);
    raw_execute(writer, "COMMIT");
    sqlite3_close(writer);
    assert_ok(store_finish(f->store, job, f->run, &f->data, &result, &recorded, &f->err), &f->err);
    assert_true(recorded);
}

/* --- taking back --- */

static int64_t claim_as(struct fixture *f, size_t i, const struct host *host) {
    const int64_t job = fixture_add_job(f, f->store, i);
    const int64_t run = fixture_begin_run(f, f->store, host);
    bool claimed = false;
    assert_ok(store_claim(f->store, job, run, &claimed, &f->err), &f->err);
    assert_true(claimed);
    return job;
}

static struct store_silence silence;

static size_t take_back(struct fixture *f) {
    size_t n = 99;
    assert_ok(store_take_back(f->store, &f->host, &n, &silence, &f->err), &f->err);
    return n;
}

static enum job_state state_of(struct fixture *f, int64_t job) {
    enum job_state state;
    bool found;
    assert_ok(store_job_state(f->store, job, &state, &found, &f->err), &f->err);
    return state;
}

static int claim_and_die(struct fixture *f) {
    host_init(&f->host);
    f->store = fixture_open(f);
    claim_as(f, 0, &f->host);
    claim_as(f, 1, &f->host);
    (void)kill(getpid(), SIGKILL);
    return 1;
}

static void test_killed_process(void **state) {
    struct fixture *f = *state;
    int status;
    close_store(f);
    const struct child child = start_child(f, claim_and_die);
    close(child.cue);
    assert_int_equal(waitpid(child.pid, &status, 0), child.pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    f->store = fixture_open(f);
    assert_int_equal(state_of(f, 1), JOB_RUNNING);
    assert_int_equal(take_back(f), 2);
    assert_int_equal(state_of(f, 1), JOB_PENDING);
    assert_int_equal(state_of(f, 2), JOB_PENDING);
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM run WHERE outcome = 'lost'"), 2);
    assert_int_equal(fixture_integer(f,
                                     "SELECT count(*) FROM job WHERE message LIKE"
                                     " 'taken back from run % is gone'"),
                     2);
    assert_int_equal(take_back(f), 0);
}

static void test_live_process_keeps_its_jobs(void **state) {
    struct fixture *f = *state;
    const int64_t job = claim_as(f, 0, &f->host);
    fixture_execute(f, "UPDATE run SET heartbeat_at = '2000-01-01T00:00:00.000Z'");
    assert_int_equal(take_back(f), 0);
    assert_int_equal(state_of(f, job), JOB_RUNNING);
    assert_int_equal(fixture_integer(f, "SELECT count(outcome) FROM run"), 0);
}

static void test_reused_process_number(void **state) {
    struct fixture *f = *state;
    struct host before = f->host;
    before.start--;
    const int64_t job = claim_as(f, 0, &before);
    assert_int_equal(take_back(f), 1);
    assert_int_equal(state_of(f, job), JOB_PENDING);
}

static void test_ended_run(void **state) {
    struct fixture *f = *state;
    const int64_t job = claim_as(f, 0, &f->host);
    assert_ok(store_end_run(f->store, f->run + 1, "interrupted", &f->err), &f->err);
    assert_int_equal(take_back(f), 1);
    assert_int_equal(state_of(f, job), JOB_PENDING);
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM run WHERE outcome = 'interrupted'"),
                     1);
}

/* As if so much time had passed since the only run that is watched gave the sign that it last gave.
 */
static void let_pass(struct fixture *f, double seconds) {
    assert_int_equal(f->store->n_watched, 1);
    f->store->watched[0].since_s -= seconds;
}

/* Another machine's process is judged by how long its heartbeat is seen to be the same, whatever
 * the clocks say, and is back when that is. */
static void test_another_machine(void **state) {
    struct fixture *f = *state;
    struct host other = f->host;
    strcpy(other.identity, "elsewhere");
    const int64_t job = claim_as(f, 0, &other);
    assert_int_equal(take_back(f), 0);
    fixture_execute(f, "UPDATE run SET heartbeat_at = '2001-01-01T00:00:00.000Z' WHERE id > 1");
    assert_int_equal(take_back(f), 0);
    let_pass(f, STORE_DEAD_AFTER_S - 20);
    assert_int_equal(take_back(f), 0);
    let_pass(f, 21);
    assert_int_equal(take_back(f), 1);
    assert_int_equal(state_of(f, job), JOB_PENDING);
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM run WHERE outcome = 'lost'"), 1);
    assert_ok(store_heartbeat(f->store, f->run + 1, &f->err), &f->err);
    assert_int_equal(fixture_integer(f, "SELECT count(outcome) FROM run"), 0);
}

/* Another name space of this machine has this machine's clock. */
static void test_another_name_space(void **state) {
    struct fixture *f = *state;
    struct host other = f->host;
    char *last = strrchr(other.identity, ' ');
    assert_non_null(last);
    strcpy(last, " pid:[1]");
    const int64_t job = claim_as(f, 0, &other);
    assert_int_equal(take_back(f), 0);
    fixture_execute(f,
                    "UPDATE run SET heartbeat_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now',"
                    " '-100 seconds') WHERE id > 1");
    assert_int_equal(take_back(f), 0);
    assert_true(silence.silent_s > 99 && silence.left_s < 21);
    fixture_execute(f,
                    "UPDATE run SET heartbeat_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now',"
                    " '-130 seconds') WHERE id > 1");
    assert_int_equal(take_back(f), 1);
    assert_int_equal(state_of(f, job), JOB_PENDING);
}

/* A run of another machine is spoken of when it has missed several signs. */
static void test_silence(void **state) {
    struct fixture *f = *state;
    struct host other = f->host;
    strcpy(other.identity, "elsewhere");
    strcpy(other.name, "far");
    claim_as(f, 0, &other);
    assert_int_equal(take_back(f), 0);
    assert_int_equal(silence.run, 0);
    (void)fixture_begin_run(f, f->store, &other); /* without a job: nobody waits for it */
    let_pass(f, 100);
    assert_int_equal(take_back(f), 0);
    assert_int_equal(silence.run, f->run + 1);
    assert_string_equal(silence.host, "far");
    assert_int_equal(silence.pid, other.pid);
    assert_int_equal(silence.n_jobs, 1);
    assert_false(silence.ahead);
    assert_true(silence.silent_s > 99 && silence.left_s < 21);
    fixture_execute(f, "UPDATE run SET heartbeat_at = '2001-01-01T00:00:00.000Z' WHERE id = 2");
    assert_int_equal(take_back(f), 0);
    assert_int_equal(silence.run, 0);
}

/* The clock was set back: it is no measure, but what this process has seen is. */
static void test_heartbeat_of_a_time_to_come(void **state) {
    struct fixture *f = *state;
    struct host other = f->host;
    char *last = strrchr(other.identity, ' ');
    assert_non_null(last);
    strcpy(last, " pid:[1]");
    const int64_t job = claim_as(f, 0, &other);
    fixture_execute(f, "UPDATE run SET heartbeat_at = '2999-01-01T00:00:00.000Z' WHERE id > 1");
    assert_int_equal(take_back(f), 0);
    assert_int_equal(silence.run, f->run + 1);
    assert_true(silence.ahead && silence.left_s > STORE_DEAD_AFTER_S - 60);
    assert_int_equal(f->store->n_watched, 1);
    f->store->watched[0].since_s -= STORE_DEAD_AFTER_S; /* as if so much time had passed */
    fixture_execute(f, "UPDATE run SET heartbeat_at = '2999-01-01T00:00:05.000Z' WHERE id > 1");
    assert_int_equal(take_back(f), 0); /* it lives */
    f->store->watched[0].since_s -= STORE_DEAD_AFTER_S;
    assert_int_equal(take_back(f), 1);
    assert_int_equal(state_of(f, job), JOB_PENDING);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_new, fixture_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(test_two_create_at_once),
        WITH_FIXTURE(test_switch_waits_for_a_writer),
        WITH_FIXTURE(test_two_share_the_work),
        WITH_FIXTURE(test_reader_does_not_hinder),
        WITH_FIXTURE(test_foreign_writer),
        WITH_FIXTURE(test_killed_process),
        WITH_FIXTURE(test_live_process_keeps_its_jobs),
        WITH_FIXTURE(test_reused_process_number),
        WITH_FIXTURE(test_ended_run),
        WITH_FIXTURE(test_another_machine),
        WITH_FIXTURE(test_another_name_space),
        WITH_FIXTURE(test_silence),
        WITH_FIXTURE(test_heartbeat_of_a_time_to_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
