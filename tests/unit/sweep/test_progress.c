/* What is shown of a sweep: time left, lines where there is no terminal, the block where there is.
 */
#include "runner/base/clock.h"
#include "runner/sweep/progress.h"
#include "tests/unit/config/config_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

static void time_left_is_unknown(void **state) {
    (void)state;
    assert_true(isnan(progress_time_left(0.0, 10.0, 10.0, 2)));
    assert_true(isnan(progress_time_left((double)NAN, 10.0, 10.0, 2)));
    assert_true(isnan(progress_time_left(-1.0, 10.0, 10.0, 2)));
    assert_true(isnan(progress_time_left((double)INFINITY, 10.0, 10.0, 2))); /* no time yet */
    assert_true(isnan(progress_time_left(1.0, 10.0, 10.0, 0)));
}

static void assert_left(double rate, double flops, double longest, size_t n, double expected) {
    double left = progress_time_left(rate, flops, longest, n);
    assert_true(fabs(left - expected) <= 1e-12 * expected);
}

static void time_left(void **state) {
    (void)state;
    assert_left(2.0, 100.0, 10.0, 1, 50.0);
    assert_left(2.0, 100.0, 10.0, 5, 10.0);
    assert_left(2.0, 100.0, 40.0, 5, 20.0); /* the longest job is on one thread */
    assert_left(2.0, 40.0, 40.0, 1, 20.0);  /* the last one as fast as when others ran */
    assert_left(2.0, 0.0, 0.0, 3, 0.0);
}

/* A sweep of one swept key, a job of it, and stderr in the hands of the test. */
struct stage {
    struct config_fixture *fixture;
    struct config config;
    struct progress progress;
    struct vib_dataset data;
    struct epoch_result epoch;
    struct job job;
    int saved, out; /* the true stderr; where to read what went to it */
    char text[8192];
};

static const char yaml[] = "name: demo\ngrid:\n  beta: [0.25, 0.5]\n";
static const struct progress_counts counts = {.total = 8, .done = 3, .failed = 1, .running = 2};

static int stage_new(void **state) {
    struct stage *s = calloc(1, sizeof *s);
    struct vib_error err;
    assert_non_null(s);
    assert_int_equal(config_fixture_setup((void **)&s->fixture), 0);
    assert_int_equal(config_fixture_load(s->fixture, &s->config, yaml, strlen(yaml), &err), VIB_OK);
    s->data.split[VIB_TEST].h_y = 2.0;
    s->epoch.splits = 1u << VIB_TRAIN | 1u << VIB_TEST;
    s->epoch.split[VIB_TEST] = (struct vib_evaluation){.error_mc = 0.125, .ce = 0.5, .rate = 1.5};
    s->job.settings = s->config.base;
    s->job.settings.job.beta = 0.25;
    s->job.data = &s->data;
    s->job.recorded = true;
    s->job.result =
        (struct job_result){.state = JOB_DONE, .n_epochs = 1, .epochs = &s->epoch, .train_s = 3.0};
    s->saved = dup(STDERR_FILENO);
    assert_true(s->saved >= 0);
    *state = s;
    return 0;
}

static int stage_free(void **state) {
    struct stage *s = *state;
    progress_release(&s->progress);
    fflush(stderr);
    dup2(s->saved, STDERR_FILENO);
    close(s->saved);
    if (s->out >= 0)
        close(s->out);
    config_release(&s->config);
    config_fixture_teardown((void **)&s->fixture);
    free(s);
    return 0;
}

static void init(struct stage *s, bool quiet) {
    struct vib_error err;
    assert_int_equal(progress_init(&s->progress, &s->config, quiet, 300.0, &err), VIB_OK);
}

static void to_pipe(struct stage *s, bool quiet) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
    close(ends[1]);
    s->out = ends[0];
    init(s, quiet);
}

/* What went to stderr up to now, into s->text. */
static const char *shown(struct stage *s) {
    static const char end[] = "<END>";
    size_t used = 0;
    assert_true(progress_wait(&s->progress, WRITER_FOREVER));
    fputs(end, stderr);
    fflush(stderr);
    s->text[0] = '\0';
    while (strstr(s->text, end) == NULL && used + 1 < sizeof s->text) {
        ssize_t n = read(s->out, s->text + used, sizeof s->text - 1 - used);
        assert_true(n > 0);
        used += (size_t)n;
        s->text[used] = '\0';
    }
    char *at = strstr(s->text, end);
    assert_non_null(at);
    *at = '\0';
    return s->text;
}

/* What follows the time of day that every line begins with. */
static const char *without_time(const char *text) {
    static const char form[] = "0000-00-00T00:00:00Z ";
    if (text[0] == '\0')
        return text;
    for (size_t i = 0; i < sizeof form - 1; i++)
        assert_true(form[i] == '0' ? text[i] >= '0' && text[i] <= '9' : text[i] == form[i]);
    return text + sizeof form - 1;
}

static const char *finish_job(struct stage *s) {
    const struct progress_job job = {&s->job, 1.0};
    progress_finished(&s->progress, &job, &counts);
    return without_time(shown(s));
}

static void a_line_for_each_finished_job(void **state) {
    struct stage *s = *state;
    to_pipe(s, false);
    assert_string_equal(finish_job(s),
                        "[4/8] K=256 beta=0.25: error_mc 12.50 %, I(Z;X) <= 1.500 bits, "
                        "I(Z;Y) >= 1.5000 bits, 3 s\n");
    s->job.settings.job.method = VIB_METHOD_DROPOUT;
    assert_string_equal(strrchr(finish_job(s), ':'),
                        ": error_mc 12.50 %, I(Z;Y) >= 1.5000 bits, 3 s\n");
    strcpy(s->job.result.message, "started over: why");
    assert_non_null(strstr(finish_job(s), "3 s; started over: why\n"));
    progress_show(&s->progress, &counts, NULL, 0);
    assert_string_equal(shown(s), "");
}

static void quiet_tells_trouble_only(void **state) {
    struct stage *s = *state;
    to_pipe(s, true);
    assert_string_equal(finish_job(s), "");
    s->job.result.state = JOB_DIVERGED;
    strcpy(s->job.result.message, "in epoch 3");
    assert_string_equal(finish_job(s), "[4/8] K=256 beta=0.25: diverged: in epoch 3\n");
    s->job.result.state = JOB_FAILED;
    assert_string_equal(finish_job(s), "[4/8] K=256 beta=0.25: failed: in epoch 3\n");
    progress_note(&s->progress, "%d notes", 2);
    assert_string_equal(without_time(shown(s)), "vib-sweep: 2 notes\n");
}

static void an_interruption_is_told_when_it_lost_something(void **state) {
    struct stage *s = *state;
    to_pipe(s, true);
    s->job.result.state = JOB_PENDING;
    s->job.interrupted = true;
    assert_string_equal(finish_job(s), "");
    strcpy(s->job.result.message, "cannot write x: No space left on device");
    assert_string_equal(finish_job(s),
                        "[4/8] K=256 beta=0.25: interrupted: cannot write x: No space left "
                        "on device\n");
}

/* Of an ended job only the part that this process did counts for the measured rate. */
static void work_done_is_counted_once(void **state) {
    struct stage *s = *state;
    const struct progress_job job = {&s->job, 100.0};
    to_pipe(s, true);
    atomic_store(&s->job.monitor.base, 0.25);
    atomic_store(&s->job.monitor.done, 1.0);
    progress_finished(&s->progress, &job, &counts);
    assert_true(fabs(s->progress.flops_done - 75.0) <= 1e-9);
    atomic_store(&s->job.monitor.done, 0.5);
    s->job.result.state = JOB_DIVERGED;
    progress_finished(&s->progress, &job, &counts);
    assert_true(fabs(s->progress.flops_done - 100.0) <= 1e-9);
}

static void to_terminal(struct stage *s, unsigned short rows, unsigned short columns) {
    const struct winsize size = {.ws_row = rows, .ws_col = columns};
    struct termios raw;
    int terminal = -1;
    s->out = posix_openpt(O_RDWR | O_NOCTTY);
    if (s->out >= 0) {
        assert_int_equal(grantpt(s->out), 0);
        assert_int_equal(unlockpt(s->out), 0);
        terminal = open(ptsname(s->out), O_RDWR | O_NOCTTY);
    }
    if (terminal < 0 && (errno == ENOENT || errno == ENODEV)) {
        print_message("SKIPPED: no pseudo-terminals here; is /dev/pts mounted?\n");
        skip();
    }
    assert_true(terminal >= 0);
    assert_int_equal(tcgetattr(terminal, &raw), 0);
    cfmakeraw(&raw);
    assert_int_equal(tcsetattr(terminal, TCSANOW, &raw), 0);
    assert_int_equal(ioctl(terminal, TIOCSWINSZ, &size), 0);
    assert_true(dup2(terminal, STDERR_FILENO) >= 0);
    close(terminal);
    assert_int_equal(setenv("TERM", "xterm", 1), 0);
    assert_int_equal(setenv("NO_COLOR", "1", 1), 0);
    init(s, false);
    assert_true(s->progress.terminal);
}

/* Draws two running jobs and checks the block's size: escape sequences take no room. */
static size_t draw_counts(struct stage *s, size_t columns, const struct progress_counts *c) {
    struct job other = s->job;
    other.id = s->job.id + 1;
    const struct progress_job running[2] = {{&s->job, 1.0}, {&other, 1.0}};
    size_t lines = 0, width = 0;
    progress_show(&s->progress, c, running, 2);
    for (const char *at = shown(s); *at != '\0'; at++) {
        if (*at == '\033')
            at += strcspn(at, "AJKm"); /* how those in use end */
        else if (*at == '\n')
            lines++, width = 0;
        else if (*at != '\r')
            assert_true(++width < columns);
    }
    assert_int_equal(lines, s->progress.live.n_lines);
    return lines;
}

static size_t draw_block(struct stage *s, size_t columns) {
    return draw_counts(s, columns, &counts);
}

/* Six threads help with two jobs: eight have been at work, and more is done by them in a second. */
static void helpers_are_told_and_counted(void **state) {
    struct stage *s = *state;
    struct progress_counts helped = counts;
    helped.helping = 6;
    to_terminal(s, 24, 120);
    s->progress.busy_at_s = clock_s() - 1000.0;
    (void)draw_counts(s, 120, &helped);
    assert_non_null(strstr(s->text, "2 running + 6 helping"));
    assert_true(s->progress.busy_s >= 8 * 1000.0);
}

static void the_block_on_a_terminal(void **state) {
    struct stage *s = *state;
    to_terminal(s, 24, 120);
    atomic_store(&s->job.monitor.objective, 1.25);
    atomic_store(&s->job.monitor.step, 7);
    atomic_store(&s->job.monitor.steps_per_epoch, 600);
    assert_int_equal(draw_block(s, 120), 4); /* the sweep, a header, two jobs */
    assert_non_null(
        strstr(s->text, "demo  [############............]  3/8 done, 1 failed  ETA --"));
    assert_non_null(strstr(s->text, "2 running"));
    assert_non_null(strstr(s->text, "  7/600    1.2500    0 %  K=256 beta=0.25\033[K\n"));
    assert_int_equal(draw_block(s, 120), 4);
    assert_memory_equal(s->text, "\033[4A\r", 5); /* over the last one */
    atomic_store(&s->job.monitor.epoch, s->job.settings.job.epochs);
    assert_int_equal(draw_block(s, 120), 4);
    assert_non_null(strstr(s->text, "   eval    1.2500"));
    progress_clear(&s->progress);
    assert_string_equal(shown(s), "\033[4A\r\033[J");
}

/* The same line as in a pipe, the block below it as it was, in one go. */
static void a_finished_job_scrolls_by_above_the_block(void **state) {
    struct stage *s = *state;
    char block[sizeof s->text];
    const struct progress_job job = {&s->job, 1.0};
    to_terminal(s, 24, 120);
    (void)draw_block(s, 120);
    strcpy(block, s->text);
    progress_finished(&s->progress, &job, &counts);
    static const char over[] = "\033[4A\r\033[J";
    assert_memory_equal(shown(s), over, sizeof over - 1);
    const char *line = without_time(s->text + sizeof over - 1);
    static const char told[] =
        "[4/8] K=256 beta=0.25: error_mc 12.50 %, I(Z;X) <= 1.500 bits, "
        "I(Z;Y) >= 1.5000 bits, 3 s\n";
    assert_memory_equal(line, told, sizeof told - 1);
    assert_string_equal(line + sizeof told - 1, block);
}

static void nothing_steers_the_terminal(void **state) {
    struct stage *s = *state;
    to_pipe(s, false);
    progress_note(&s->progress, "cannot read %s", "a\033[2Jb\n");
    assert_string_equal(without_time(shown(s)), "vib-sweep: cannot read a?[2Jb?\n");
    s->job.result.state = JOB_FAILED;
    strcpy(s->job.result.message,
           "cannot read \x9b"
           "2J");
    assert_string_equal(finish_job(s), "[4/8] K=256 beta=0.25: failed: cannot read ?2J\n");
}

/* Taken over by another process, or deleted: its result is in no table. */
static void a_result_that_is_not_kept(void **state) {
    struct stage *s = *state;
    to_pipe(s, true);
    s->job.recorded = false;
    assert_non_null(strstr(finish_job(s), "not kept: another process has the job"));
    assert_null(strstr(s->text, "error_mc"));
}

/* What to do, and where it goes; then now and then how far it is, without an escape sequence. */
static void a_log_begins_and_goes_on(void **state) {
    struct stage *s = *state;
    const struct progress_job job = {&s->job, 1.0};
    to_pipe(s, false);
    progress_begin(&s->progress, &counts, 2, "results/demo.db");
    assert_string_equal(without_time(shown(s)),
                        "demo: 8 jobs (3 done, 1 failed before) on 2 "
                        "threads, results in results/demo.db\n");
    progress_show(&s->progress, &counts, &job, 1);
    assert_string_equal(shown(s), ""); /* it is not time yet */
    s->progress.logged_at_s -= 300.0;
    progress_show(&s->progress, &counts, NULL, 0);
    assert_string_equal(shown(s), ""); /* between two jobs */
    atomic_store(&s->job.monitor.done, 0.25);
    progress_show(&s->progress, &counts, &job, 1);
    assert_non_null(strstr(without_time(shown(s)), "3/8 done, 1 failed, 2 running, ETA "));
    assert_non_null(strstr(s->text, "; most is left of K=256 beta=0.25: epoch 0/"));
    assert_non_null(strstr(s->text, ", 25 %\n"));
    assert_null(strchr(s->text, '\033'));
    s->progress.log_every_s = 0.0;
    s->progress.logged_at_s -= 1e6;
    progress_show(&s->progress, &counts, &job, 1);
    assert_string_equal(shown(s), "");
}

static void a_quiet_sweep_has_no_log(void **state) {
    struct stage *s = *state;
    to_pipe(s, true);
    progress_begin(&s->progress, &counts, 2, "results/demo.db");
    s->progress.logged_at_s -= 1e6;
    progress_show(&s->progress, &counts, NULL, 0);
    assert_string_equal(shown(s), "");
}

static void a_closed_stderr_is_ignored(void **state) {
    struct stage *s = *state;
    s->out = -1;
    assert_int_equal(close(STDERR_FILENO), 0);
    init(s, false);
    const struct progress_job job = {&s->job, 1.0};
    progress_note(&s->progress, "nobody reads this");
    progress_finished(&s->progress, &job, &counts);
    progress_show(&s->progress, &counts, &job, 1);
    progress_clear(&s->progress);
    assert_true(progress_wait(&s->progress, WRITER_FOREVER));
    clearerr(stderr);
}

#define STAGE_TEST(name) cmocka_unit_test_setup_teardown(name, stage_new, stage_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_left_is_unknown),
        cmocka_unit_test(time_left),
        STAGE_TEST(a_line_for_each_finished_job),
        STAGE_TEST(quiet_tells_trouble_only),
        STAGE_TEST(an_interruption_is_told_when_it_lost_something),
        STAGE_TEST(work_done_is_counted_once),
        STAGE_TEST(helpers_are_told_and_counted),
        STAGE_TEST(the_block_on_a_terminal),
        STAGE_TEST(a_finished_job_scrolls_by_above_the_block),
        STAGE_TEST(a_log_begins_and_goes_on),
        STAGE_TEST(a_quiet_sweep_has_no_log),
        STAGE_TEST(nothing_steers_the_terminal),
        STAGE_TEST(a_result_that_is_not_kept),
        STAGE_TEST(a_closed_stderr_is_ignored),
    };
    return cmocka_run_group_tests_name("progress", tests, NULL, NULL);
}
