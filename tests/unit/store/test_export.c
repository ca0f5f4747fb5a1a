/* `vib-sweep export`, called as main calls it. */
#include "runner/command.h"
#include "runner/store/store_internal.h"
#include "runner/store/store_export.h"
#include "tests/unit/store/store_fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
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

enum { MOST_ARGUMENTS = 8 };

/* Runs the command; the arguments end with NULL. */
static int run_export(struct fixture *f, const char *first, ...) {
    char *argv[MOST_ARGUMENTS + 2] = {(char[]){"export"}};
    int argc = 1;
    va_list list;
    va_start(list, first);
    for (const char *word = first; word != NULL; word = va_arg(list, const char *)) {
        assert_true(argc <= MOST_ARGUMENTS);
        assert_non_null(argv[argc++] = strdup(word));
    }
    va_end(list);
    const int code = command_export.run(argc, argv, &f->err);
    for (int i = 1; i < argc; i++)
        free(argv[i]);
    return code;
}

static void output_path(const struct fixture *f, char path[400]) {
    snprintf(path, 400, "%s/out.csv", f->folder);
}

static char *read_whole(const char *path) {
    FILE *stream = fopen(path, "rb");
    char *bytes = calloc(1, 1 << 16);
    assert_non_null(stream);
    assert_non_null(bytes);
    assert_true(fread(bytes, 1, (1 << 16) - 1, stream) < (1 << 16) - 1);
    fclose(stream);
    return bytes;
}

static void finish_job(struct fixture *f, size_t i, enum job_state state, double train_s) {
    struct epoch_result epochs[2];
    struct job_result result;
    bool claimed = false, recorded = false;
    const int64_t job = fixture_add_job(f, f->store, i);
    fixture_result(&result, epochs);
    result.state = state;
    result.train_s = train_s;
    assert_ok(store_claim(f->store, job, f->run, &claimed, &f->err), &f->err);
    assert_ok(store_finish(f->store, job, f->run, &f->data, &result, &recorded, &f->err), &f->err);
    assert_true(claimed && recorded);
}

static size_t files_in(const char *folder) {
    DIR *entries = opendir(folder);
    size_t n = 0;
    assert_non_null(entries);
    while (readdir(entries) != NULL)
        n++;
    closedir(entries);
    return n;
}

static void test_plane(void **state) {
    struct fixture *f = *state;
    char path[400];
    output_path(f, path);
    finish_job(f, 0, JOB_DONE, 1);
    fixture_add_job(f, f->store, 1);
    assert_ok(run_export(f, f->path, "-o", path, NULL), &f->err);
    char *csv = read_whole(path);
    static const char head[] =
        "job,method,beta,K,seed,split,epoch,error,error_mc,ce,h_y,"
        "izy_lower,izx_upper,izx_lower,izx_lower_by,izx_upper_tight,izx_upper_tight_by,"
        "izy_lower_se,ce_mc,izy_mc,n,ixy,ixy_se,dim,classes,dataset_name,";
    assert_memory_equal(csv, head, sizeof head - 1);
    char *train = strstr(csv, "\r\n") + 2;
    static const char train_row[] =
        "1,vib,1,256,0,train,10,0.1875,0.09375,0.6875,2,1.3125,7.1875,,,5.643856189774724,log2_n,"
        "0.0234375,"
        "0.4375,1.5625,50,";
    static const char test_row[] =
        "1,vib,1,256,0,test,10,0.21875,0.109375,0.71875,1.875,1.15625,"
        "7.21875,";
    assert_memory_equal(train, train_row, strlen(train_row));
    char *test = strstr(train, "\r\n") + 2;
    assert_memory_equal(test, test_row, strlen(test_row));
    assert_non_null(strstr(test, ",\"[1024, 1024]\","));
    assert_string_equal(strstr(test, "\r\n"), "\r\n");
    free(csv);
}

static void test_epochs_in_order(void **state) {
    struct fixture *f = *state;
    char path[400];
    output_path(f, path);
    finish_job(f, 0, JOB_FAILED, 1);
    finish_job(f, 1, JOB_DIVERGED, 1);
    assert_ok(run_export(f, "--table", "epochs", "-o", path, f->path, NULL), &f->err);
    char *csv = read_whole(path), *line = csv;
    static const char *const starts[] = {"job,", "2,vib,2,256,0,train,5,", "2,vib,2,256,0,test,5,",
                                         "2,vib,2,256,0,train,10,", "2,vib,2,256,0,test,10,"};
    for (size_t i = 0; i < 5; i++) {
        assert_memory_equal(line, starts[i], strlen(starts[i]));
        line = strstr(line, "\r\n") + 2;
    }
    assert_string_equal(line, "");
    free(csv);
}

/* Times, workers, attempts and runs leave no trace in plane and epochs. */
static void test_same_bytes_whatever_the_history(void **state) {
    struct fixture *f = *state;
    char path[400];
    char *before[2];
    static const char *const tables[] = {"plane", "epochs"};
    output_path(f, path);
    finish_job(f, 0, JOB_DONE, 1);
    finish_job(f, 1, JOB_DONE, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_ok(run_export(f, f->path, "-t", tables[i], "-o", path, NULL), &f->err);
        before[i] = read_whole(path);
    }
    fixture_execute(f,
                    "UPDATE job SET attempts = 9, worker = 7, train_s = 8, evaluate_s = 6,"
                    " created_at = 'x', started_at = 'y', finished_at = 'z', message = 'm',"
                    " run = NULL; UPDATE run SET host = 'h', threads = 64, version = 'v'");
    for (size_t i = 0; i < 2; i++) {
        assert_ok(run_export(f, f->path, "-t", tables[i], "-o", path, NULL), &f->err);
        char *after = read_whole(path);
        assert_string_equal(after, before[i]);
        free(after);
        free(before[i]);
    }
}

static void test_jobs(void **state) {
    struct fixture *f = *state;
    char path[400];
    output_path(f, path);
    finish_job(f, 0, JOB_DONE, 1.5);
    fixture_add_job(f, f->store, 1);
    assert_ok(run_export(f, f->path, "--table=jobs", "-o", path, NULL), &f->err);
    char *csv = read_whole(path);
    assert_non_null(strstr(csv, ",run_host,run_version,run_uid\r\n"));
    assert_non_null(strstr(csv, ",1.2.3,"));
    assert_non_null(strstr(csv, ",pending,0,,,"));
    free(csv);
}

static void test_usage(void **state) {
    struct fixture *f = *state;
    assert_int_equal(run_export(f, NULL), VIB_EUSAGE);
    assert_int_equal(run_export(f, f->path, "more", NULL), VIB_EUSAGE);
    assert_non_null(strstr(f->err.message, "'more'"));
    assert_int_equal(run_export(f, f->path, "--table", "plan", NULL), VIB_EUSAGE);
    assert_non_null(strstr(f->err.message, "plane, "));
    assert_int_equal(run_export(f, f->path, "--tabel", NULL), VIB_EUSAGE);
    assert_non_null(strstr(f->err.message, "--tabel"));
    assert_int_equal(run_export(f, f->path, "-x", NULL), VIB_EUSAGE);
    assert_non_null(strstr(f->err.message, "-x"));
    assert_int_equal(run_export(f, f->path, "-o", NULL), VIB_EUSAGE);
    assert_non_null(strstr(f->err.message, "needs a value"));
    assert_int_equal(run_export(f, f->path, "-o", f->path, NULL), VIB_EUSAGE);
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM run"), 1);
}

static void test_missing_database(void **state) {
    struct fixture *f = *state;
    char missing[400];
    snprintf(missing, sizeof missing, "%s/missing.db", f->folder);
    const size_t files = files_in(f->folder);
    assert_int_equal(run_export(f, missing, NULL), VIB_EDATA);
    assert_non_null(strstr(f->err.message, missing));
    assert_int_equal(files_in(f->folder), files);
}

/* A failed export leaves the old file, and nothing beside it. */
static void test_output_is_whole_or_untouched(void **state) {
    struct fixture *f = *state;
    char path[400], missing[400];
    output_path(f, path);
    finish_job(f, 0, JOB_DONE, 1);
    assert_ok(run_export(f, f->path, "-o", path, NULL), &f->err);
    char *before = read_whole(path);
    const size_t files = files_in(f->folder);
    fixture_execute(f, "ALTER TABLE decoder RENAME TO gone; DROP TABLE bound");
    assert_int_equal(run_export(f, f->path, "-o", path, NULL), VIB_EDATABASE);
    char *after = read_whole(path);
    assert_string_equal(after, before);
    assert_int_equal(files_in(f->folder), files);
    snprintf(missing, sizeof missing, "%s/none/out.csv", f->folder);
    assert_int_equal(run_export(f, f->path, "-t", "jobs", "-o", missing, NULL), VIB_ECREATE);
    assert_int_equal(run_export(f, f->path, "-t", "jobs", "-o", f->folder, NULL), VIB_ECREATE);
    free(before);
    free(after);
}

/* Devices are written to, not replaced; links are followed. */
static void test_special_outputs(void **state) {
    struct fixture *f = *state;
    char path[400], link[400];
    struct stat status;
    output_path(f, path);
    snprintf(link, sizeof link, "%s/link.csv", f->folder);
    finish_job(f, 0, JOB_DONE, 1);
    assert_int_equal(run_export(f, f->path, "-o", "/dev/full", NULL), VIB_EIO);
    assert_non_null(strstr(f->err.message, "No space"));
    assert_ok(run_export(f, f->path, "-o", "/dev/null", NULL), &f->err);
    assert_int_equal(stat("/dev/null", &status), 0);
    assert_true(S_ISCHR(status.st_mode));
    fclose(fopen(path, "w"));
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(symlink(path, link), 0);
    assert_ok(run_export(f, f->path, "-o", link, NULL), &f->err);
    assert_int_equal(lstat(link, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_int_equal(stat(path, &status), 0);
    assert_true(status.st_size > 0);
    assert_int_equal(status.st_mode & 0777, 0640);
}

/* --- standard output, in a process of its own --- */

/* Replaces descriptor 1 by `to` (-1 closes it), exports, and ends with a code of 0..125. */
static pid_t export_to(struct fixture *f, int to) {
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)signal(SIGPIPE, SIG_IGN);
        if (to < 0)
            close(STDOUT_FILENO);
        else
            (void)dup2(to, STDOUT_FILENO);
        _exit(-run_export(f, "-o", "-", "--table", "jobs", f->path, NULL));
    }
    return pid;
}

static int wait_for(pid_t pid) {
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void test_closed_and_full_stdout(void **state) {
    struct fixture *f = *state;
    const int full = open("/dev/full", O_WRONLY);
    assert_true(full >= 0);
    store_close(f->store);
    f->store = NULL;
    int status = wait_for(export_to(f, -1));
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), -VIB_EIO);
    status = wait_for(export_to(f, full));
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), -VIB_EIO);
    close(full);
}

static void test_reader_that_leaves(void **state) {
    struct fixture *f = *state;
    int ends[2];
    store_close(f->store);
    f->store = NULL;
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    const int status = wait_for(export_to(f, ends[1]));
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGPIPE);
    close(ends[1]);
}

static void test_stdout(void **state) {
    struct fixture *f = *state;
    char path[400];
    output_path(f, path);
    fixture_add_job(f, f->store, 0);
    store_close(f->store);
    f->store = NULL;
    const int fd = open(path, O_WRONLY | O_CREAT, 0666);
    assert_true(fd >= 0);
    const int status = wait_for(export_to(f, fd));
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    close(fd);
    char *csv = read_whole(path);
    assert_memory_equal(csv, "id,identity,", 12);
    assert_non_null(strstr(csv, "\r\n1,"));
    free(csv);
}

/* --- the tables, by themselves --- */

struct columns {
    char names[2048];
    size_t rows;
};

static int take_head(void *context, struct store_row *row, struct vib_error *err) {
    struct columns *columns = context;
    (void)err;
    for (int i = 0; i < store_row_columns(row); i++) {
        strcat(columns->names, " ");
        strcat(columns->names, store_row_name(row, i));
    }
    strcat(columns->names, " ");
    return 0;
}

static int take_row(void *context, struct store_row *row, struct vib_error *err) {
    (void)row;
    (void)err;
    ((struct columns *)context)->rows++;
    return 0;
}

static void test_export_tables(void **state) {
    struct fixture *f = *state;
    fixture_add_job(f, f->store, 0);
    for (size_t i = 0; i < n_export_tables; i++) {
        struct columns columns = {.rows = 0};
        const bool jobs = strcmp(export_tables[i].name, "jobs") == 0;
        assert_ok(store_export(f->store, &export_tables[i], take_head, take_row, &columns, &f->err),
                  &f->err);
        assert_int_equal(columns.rows, jobs ? 1 : 0);
        for (size_t k = 0; jobs && k < n_keys; k++) {
            char column[KEY_COLUMN_SIZE], name[80];
            key_column(&keys[k], column);
            snprintf(name, sizeof name, " %s ", column);
            if (key_has_column(&keys[k]) && strstr(columns.names, name) == NULL)
                fail_msg("table jobs lacks %s", column);
        }
    }
}

static int stop(void *context, struct store_row *row, struct vib_error *err) {
    (void)row;
    (void)err;
    ++*(size_t *)context;
    return VIB_EINVAL;
}

/* Runs a query that `stop` ends at its first row, which it counts. */
static int query_stopped(struct fixture *f, const char *sql, size_t *rows) {
    const struct store_query query = {.sql = sql, .row = stop, .context = rows};
    return store_query(f->store, &query, &f->err);
}

static void test_query_errors(void **state) {
    struct fixture *f = *state;
    size_t rows = 0;
    assert_int_equal(query_stopped(f, "SELECT * FROM job, run", &rows), 0);
    assert_int_equal(query_stopped(f, "SELECT 1 UNION SELECT 2", &rows), VIB_EINVAL);
    assert_int_equal(rows, 1);
    assert_int_equal(query_stopped(f, "SELECT nothing", &rows), VIB_EDATABASE);
}

struct values {
    enum store_type types[5];
    int64_t integer;
    double real, null_real;
    char text[8];
    size_t size;
    int missing;
};

static int take_values(void *context, struct store_row *row, struct vib_error *err) {
    struct values *v = context;
    (void)err;
    for (int i = 0; i < 5; i++)
        v->types[i] = store_row_type(row, i);
    v->integer = store_row_integer(row, 0);
    v->real = store_row_real(row, 1);
    snprintf(v->text, sizeof v->text, "%s", store_row_text(row, 2, &v->size));
    v->null_real = store_row_real(row, 3);
    v->missing = store_row_text(row, 3, NULL) == NULL ? store_row_find(row, "absent") : 0;
    return store_row_find(row, "D") == 3 ? 0 : VIB_EINVAL;
}

static void test_query_values(void **state) {
    struct fixture *f = *state;
    struct values v = {.integer = 0};
    const struct store_value values[] = {{.type = STORE_INTEGER, .integer = INT64_MAX},
                                         {.type = STORE_REAL, .real = 0.1},
                                         {.type = STORE_TEXT, .text = "it's"},
                                         {.type = STORE_NULL},
                                         {.type = STORE_REAL, .real = (double)NAN}};
    const struct store_query query = {.sql = "SELECT ?1, ?2, ?3, ?4 AS d, ?5",
                                      .values = values,
                                      .n_values = 5,
                                      .row = take_values,
                                      .context = &v};
    assert_ok(store_query(f->store, &query, &f->err), &f->err);
    const enum store_type wanted[] = {STORE_INTEGER, STORE_REAL, STORE_TEXT, STORE_NULL,
                                      STORE_NULL};
    assert_memory_equal(v.types, wanted, sizeof wanted);
    assert_true(v.integer == INT64_MAX && !(v.real < 0.1) && !(v.real > 0.1));
    assert_string_equal(v.text, "it's");
    assert_int_equal(v.size, 4);
    assert_true(isnan(v.null_real));
    assert_int_equal(v.missing, -1);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_new, fixture_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(test_export_tables),
        WITH_FIXTURE(test_query_errors),
        WITH_FIXTURE(test_query_values),
        WITH_FIXTURE(test_plane),
        WITH_FIXTURE(test_epochs_in_order),
        WITH_FIXTURE(test_same_bytes_whatever_the_history),
        WITH_FIXTURE(test_jobs),
        WITH_FIXTURE(test_usage),
        WITH_FIXTURE(test_missing_database),
        WITH_FIXTURE(test_output_is_whole_or_untouched),
        WITH_FIXTURE(test_special_outputs),
        WITH_FIXTURE(test_closed_and_full_stdout),
        WITH_FIXTURE(test_reader_that_leaves),
        WITH_FIXTURE(test_stdout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
