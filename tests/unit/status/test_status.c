/* Counting the jobs of a sweep once each, and telling of it. */
#include "runner/config/keys.h"
#include "runner/status/status.h"
#include "runner/status/status_show.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct vib_error err;

static int new_status(void **state) {
    struct status *status = calloc(1, sizeof *status);
    assert_non_null(status);
    status_init(status);
    strcpy(status->name, "toy");
    *state = status;
    return 0;
}

static int free_status(void **state) {
    status_release(*state);
    free(*state);
    return 0;
}

/* Adds a row for job `letter`. */
static struct status_job *add(struct status *status, char letter, enum job_state state,
                              double flops) {
    char identity[IDENTITY_SIZE] = {0};
    memset(identity, letter, IDENTITY_SIZE - 1);
    assert_int_equal(status_add_planned(status, identity, flops, &err), VIB_OK);
    struct status_job *job = &status->jobs[status->n - 1];
    job->state = state;
    return job;
}

/* As of a run whose last sign is that old; the values are those of a made-up job. */
static void add_running(struct status *status, char letter, enum run_life life, double age_s,
                        double share) {
    struct running_status *more = realloc(status->running, (status->n_running + 1) * sizeof *more);
    assert_non_null(more);
    status->running = more;
    struct running_status *running = &more[status->n_running];
    *running =
        (struct running_status){.job = letter,
                                .epoch = 3,
                                .epochs = 10,
                                .share = share,
                                .objective = 0.5,
                                .values = calloc(n_keys, 8),
                                .run = {.uid = "abc", .pid = 7, .age_s = age_s, .life = life}};
    strcpy(running->run.host, "node\033");
    assert_non_null(running->values);
    char *value = running->values;
    for (size_t k = 0; k < n_keys; k++) {
        const bool shown = strcmp(keys[k].name, "beta") == 0 || strcmp(keys[k].name, "K") == 0;
        if (shown || strcmp(keys[k].name, "train.lr") == 0)
            (void)snprintf(value, 8, "%c%d", 'v', shown ? letter : 0);
        value += strlen(value) + 1;
    }
    running->values_size = (size_t)(value - running->values);
    struct status_job *job = add(status, letter, JOB_RUNNING, (double)NAN);
    job->life = life;
    job->running = status->n_running++;
}

static void add_run(struct status *status, enum run_life life, size_t threads) {
    struct run_status *runs = realloc(status->runs, (status->n_runs + 1) * sizeof *runs);
    assert_non_null(runs);
    status->runs = runs;
    runs[status->n_runs] = (struct run_status){.id = (int64_t)status->n_runs + 1,
                                               .uid = "abc",
                                               .host = "node",
                                               .pid = 7,
                                               .threads = threads,
                                               .age_s = 200,
                                               .life = life};
    status->n_runs++;
}

static void sum(struct status *status) {
    assert_int_equal(status_sum(status, &err), VIB_OK);
}

static void test_each_job_counts_once(void **state) {
    struct status *s = *state;
    const double none = (double)NAN;
    for (char job = 'a'; job <= 'h'; job++)
        add(s, job, JOB_PENDING, 100);
    add(s, 'a', JOB_FAILED, none);
    add(s, 'a', JOB_DONE, none);
    add(s, 'a', JOB_DONE, none);
    add(s, 'b', JOB_DIVERGED, none);
    add(s, 'c', JOB_FAILED, none);
    add_running(s, 'c', RUN_SILENT, 900, 0.1); /* another part, of before */
    add(s, 'd', JOB_FAILED, none);
    add_running(s, 'd', RUN_LIVES, 2, 0.25); /* tried again */
    add_running(s, 'e', RUN_GONE, 900, 0.9);
    add_running(s, 'f', RUN_LIVES, 2, 0.5);
    add_running(s, 'f', RUN_LIVES, 60, 0.2); /* an older snapshot */
    add_running(s, 'g', RUN_LIVES, 2, 0.5);
    add(s, 'g', JOB_DONE, none);
    sum(s);
    assert_int_equal(s->n, 8);
    assert_int_equal(s->n_done, 2);           /* a g */
    assert_int_equal(s->n_diverged, 1);       /* b */
    assert_int_equal(s->n_failed, 1);         /* c */
    assert_int_equal(s->n_running, 2);        /* d f */
    assert_int_equal(s->n_waiting, 2);        /* e h */
    assert_int_equal(s->n_lost, 1);           /* e */
    assert_int_equal(s->running[0].job, 'f'); /* further than d */
    assert_true(s->running[0].share == 0.5);
    assert_int_equal(s->running[1].job, 'd');
}

static void test_estimate(void **state) {
    struct status *s = *state;
    struct status_job *done = add(s, 'a', JOB_DONE, 1000);
    done->train_s = 10;
    done = add(s, 'b', JOB_DONE, 500);
    done->train_s = 5;
    add(s, 'c', JOB_PENDING, 300);
    add(s, 'd', JOB_PENDING, 100);
    add_running(s, 'd', RUN_LIVES, 1, 0.5);
    add(s, 'e', JOB_FAILED, 1e9); /* is not run again by itself */
    add_run(s, RUN_LIVES, 2);
    add_run(s, RUN_GONE, 64);
    sum(s);
    assert_int_equal(s->threads, 2);
    assert_true(fabs(s->left_core_s - 3.5) < 1e-12); /* 350 at 100 a second */
    assert_true(fabs(s->eta_s - 3.0) < 1e-12);       /* no sooner than c alone */
}

static void test_nothing_tells(void **state) {
    struct status *s = *state;
    add(s, 'a', JOB_PENDING, 100);
    add(s, 'b', JOB_PENDING, 100);
    add_running(s, 'b', RUN_LIVES, 1, 0.5);
    add_run(s, RUN_LIVES, 1);
    sum(s);
    assert_true(isnan(s->left_core_s) && isnan(s->eta_s)); /* no job is done */
}

static void test_a_job_of_unknown_size(void **state) {
    struct status *s = *state;
    add(s, 'a', JOB_DONE, 100)->train_s = 1;
    add(s, 'b', JOB_PENDING, (double)NAN);
    sum(s);
    assert_true(isnan(s->left_core_s));
}

static void test_nothing_is_left(void **state) {
    struct status *s = *state;
    add(s, 'a', JOB_DONE, (double)NAN);
    sum(s);
    assert_true(s->left_core_s == 0.0);
}

/* --- for people --- */

static char *print(const struct status *status, size_t columns, bool json) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    if (json)
        status_print_json(out, status);
    else
        assert_int_equal(status_print(out, status, columns, &err), VIB_OK);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void fill(struct status *s) {
    add(s, 'a', JOB_DONE, 3600)->train_s = 3600;
    add(s, 'b', JOB_PENDING, 7200);
    add_running(s, 'b', RUN_LIVES, 5, 0.5);
    add(s, 'c', JOB_PENDING, 3600);
    add_running(s, 'c', RUN_LIVES, -3, (double)NAN);
    add(s, 'd', JOB_PENDING, 3600);
    add_running(s, 'd', RUN_GONE, 90, 0.5);
    add_run(s, RUN_LIVES, 2);
    add_run(s, RUN_GONE, 2);
    add_run(s, RUN_SILENT, 2);
    sum(s);
}

static void test_text(void **state) {
    struct status *s = *state;
    fill(s);
    char *text = print(s, 0, false);
    assert_string_equal(text,
                        "toy\n"
                        "  done      1 of 4\n"
                        "  running   2\n"
                        "  waiting   1\n"
                        "  failed    0\n"
                        "  diverged  0\n"
                        "  left      3 core-hours, 90 min at this pace (2 threads)\n"
                        "\n"
                        "    epoch   J bits   done     seen  job\n"
                        "     3/10   0.5000   50 %      5 s  beta=v98 K=v98  on node?\n"
                        "     -/10   0.5000      -        ?  beta=v99 K=v99  on node?\n"
                        "crashed: run 2 (process 7 on node), last sign 3 min ago\n"
                        "silent for 3 min: run 3 (process 7 on node)\n"
                        "1 of the jobs that wait had begun there\n");
    free(text);
}

static void test_little_left(void **state) {
    struct status *s = *state;
    add(s, 'a', JOB_DONE, 4)->train_s = 2;
    add(s, 'b', JOB_PENDING, 6);
    sum(s);
    char *text = print(s, 0, false);
    assert_non_null(strstr(text, "  left      3 core-seconds, nothing runs\n"));
    free(text);
}

static void test_narrow_text(void **state) {
    struct status *s = *state;
    fill(s);
    char *text = print(s, 40, false), *line = text;
    for (char *end; (end = strchr(line, '\n')) != NULL; line = end + 1)
        assert_true(end - line <= 40);
    assert_non_null(
        strstr(text, "\nbeta=v98 K=v98  on node?\n     3/10   0.5000   50 %      5 s\n"));
    free(text);
}

static void test_what_to_do(void **state) {
    struct status *s = *state;
    add_running(s, 'a', RUN_SILENT, 300, 0.5);
    snprintf(s->queue, sizeof s->queue, "3 pending (Priority)");
    s->unreadable = malloc(sizeof *s->unreadable);
    assert_non_null(s->unreadable);
    s->unreadable[0] = strdup("x.db is damaged");
    s->n_unreadable = 1;
    for (int i = 0; i < 4; i++)
        add_run(s, RUN_SILENT, 1);
    sum(s);
    char *text = print(s, 0, false);
    assert_non_null(strstr(text, "  left      unknown until a job is done\n"));
    assert_non_null(strstr(text, "  queue     3 pending (Priority)\n"));
    assert_non_null(strstr(text, "4 runs crashed or fell silent\n"));
    assert_non_null(strstr(text, "not counted: x.db is damaged\n"));
    assert_non_null(strstr(text, "nothing runs: the same command continues\n"));
    free(text);
    s->jobs[0].state = JOB_FAILED;
    s->n_waiting = s->n_lost = 0;
    s->n_failed = 1;
    text = print(s, 0, false);
    assert_non_null(strstr(text, "nothing runs: --retry runs what failed again\n"));
    assert_null(strstr(text, "left"));
    assert_null(strstr(text, "silent"));
    free(text);
}

static void test_json(void **state) {
    struct status *s = *state;
    fill(s);
    char *text = print(s, 0, true);
    assert_string_equal(
        text,
        "{\"name\":\"toy\",\"jobs\":4,\"done\":1,\"running\":2,\"waiting\":1,\"failed\":0,"
        "\"diverged\":0,\"lost\":1,\"threads\":2,\"core_hours_left\":3,\"eta_s\":5400,"
        "\"queue\":null,\"running_jobs\":["
        "{\"job\":98,\"epoch\":3,\"epochs\":10,\"share\":0.5,\"objective\":0.5,"
        "\"host\":\"node\\u001b\",\"pid\":7,\"run\":\"abc\",\"age_s\":5,"
        "\"settings\":{\"beta\":\"v98\",\"K\":\"v98\",\"train.lr\":\"v0\"}},"
        "{\"job\":99,\"epoch\":3,\"epochs\":10,\"share\":null,\"objective\":0.5,"
        "\"host\":\"node\\u001b\",\"pid\":7,\"run\":\"abc\",\"age_s\":null,"
        "\"settings\":{\"beta\":\"v99\",\"K\":\"v99\",\"train.lr\":\"v0\"}}],\"runs\":["
        "{\"host\":\"node\",\"pid\":7,\"run\":\"abc\",\"age_s\":200,\"threads\":2,"
        "\"state\":\"lives\"},"
        "{\"host\":\"node\",\"pid\":7,\"run\":\"abc\",\"age_s\":200,\"threads\":2,"
        "\"state\":\"gone\"},"
        "{\"host\":\"node\",\"pid\":7,\"run\":\"abc\",\"age_s\":200,\"threads\":2,"
        "\"state\":\"silent\"}],\"unreadable\":[]}\n");
    free(text);
}

#define WITH_STATUS(test) cmocka_unit_test_setup_teardown(test, new_status, free_status)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_STATUS(test_each_job_counts_once), WITH_STATUS(test_estimate),
        WITH_STATUS(test_nothing_tells),        WITH_STATUS(test_a_job_of_unknown_size),
        WITH_STATUS(test_nothing_is_left),      WITH_STATUS(test_text),
        WITH_STATUS(test_little_left),          WITH_STATUS(test_narrow_text),
        WITH_STATUS(test_what_to_do),           WITH_STATUS(test_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
