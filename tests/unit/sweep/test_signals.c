/* Signals and waking, in this process; the second signal, which ends a process, in a child. */
#include "runner/sweep/signals.h"
#include "runner/base/clock.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* A wait that comes to its end has failed the test: long enough to be told from one that is ended.
 */
static const double LONG_S = 60.0;

static int setup(void **state) {
    struct vib_error err;
    (void)state;
    return signals_init(SIGNALS_PROMPT, &err);
}

static int teardown(void **state) {
    (void)state;
    signals_release();
    return 0;
}

static void assert_wait_is_ended(void) {
    double start = clock_s();
    signals_wait(LONG_S);
    assert_true(clock_s() - start < LONG_S / 2.0);
}

static void nothing_at_first(void **state) {
    (void)state;
    assert_int_equal(signals_received(), 0);
    signals_wait(0.0);
    assert_int_equal(signals_received(), 0);
}

static void a_wait_lasts_its_time(void **state) {
    double start = clock_s();
    (void)state;
    signals_wait(0.05);
    assert_true(clock_s() - start >= 0.049);
}

static void a_wake_before_the_wait_counts(void **state) {
    (void)state;
    signals_wake();
    assert_wait_is_ended();
}

static void wakes_are_used_up_together(void **state) {
    (void)state;
    for (int i = 0; i < 1000; i++)
        signals_wake();
    assert_wait_is_ended();
    double start = clock_s();
    signals_wait(0.05);
    assert_true(clock_s() - start >= 0.049);
}

/* More than a pipe holds: the writer must neither block nor fail. */
static void a_flood_of_wakes_does_not_block(void **state) {
    (void)state;
    for (int i = 0; i < 100000; i++)
        signals_wake();
    assert_wait_is_ended();
}

static void *wake_once(void *argument) {
    (void)argument;
    signals_wake();
    return NULL;
}

static void another_thread_wakes(void **state) {
    pthread_t thread;
    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, wake_once, NULL), 0);
    assert_wait_is_ended();
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void the_first_signal_is_kept(void **state) {
    const int *signal_number = *state;
    struct vib_error err;
    assert_int_equal(signals_init(SIGNALS_PROMPT, &err), VIB_OK);
    assert_int_equal(raise(*signal_number), 0);
    assert_int_equal(signals_received(), *signal_number);
    assert_wait_is_ended();
    assert_int_equal(signals_received(), *signal_number);
    signals_release();
    assert_int_equal(signals_init(SIGNALS_PROMPT, &err), VIB_OK);
    assert_int_equal(signals_received(), 0);
    signals_release();
}

static void pass_time(double seconds) {
    const double start = clock_s();
    const struct timespec little = {0, 1000000};
    while (clock_s() - start < seconds)
        (void)nanosleep(&little, NULL);
}

/* The exit status of a child that raises both, the second some time after the first, or -1; 3 when
 * the second does not end it. */
static int status_in(enum signals_manner manner, int first, double apart_s, int second) {
    int status;
    pid_t child = fork();
    if (child == 0) {
        struct vib_error err;
        if (signals_init(manner, &err) != VIB_OK)
            _exit(1);
        (void)raise(first);
        if (signals_received() != first)
            _exit(2);
        pass_time(apart_s);
        (void)raise(second);
        _exit(signals_received() == first ? 3 : 4);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

static int status_of(int first, double apart_s, int second) {
    return status_in(SIGNALS_PROMPT, first, apart_s, second);
}

static const double LATER_S = SIGNALS_TOGETHER_MS * 1e-3 + 0.01;

static void the_second_signal_ends(void **state) {
    (void)state;
    assert_int_equal(status_of(SIGINT, LATER_S, SIGINT), 128 + SIGINT);
    assert_int_equal(status_of(SIGINT, LATER_S, SIGTERM), 128 + SIGTERM);
    assert_int_equal(status_of(SIGTERM, LATER_S, SIGINT), 128 + SIGINT);
    assert_int_equal(status_of(SIGUSR1, LATER_S, SIGUSR2), 128 + SIGUSR2);
    assert_int_equal(status_of(SIGXCPU, LATER_S, SIGUSR1), 128 + SIGUSR1);
}

static void two_that_come_together_are_one(void **state) {
    (void)state;
    assert_int_equal(status_of(SIGTERM, 0.0, SIGTERM), 3);
    assert_int_equal(status_of(SIGHUP, 0.0, SIGTERM), 3);
}

/* The terminal goes meanwhile, and the processor time is over, every second anew. */
static void some_come_again_by_themselves(void **state) {
    (void)state;
    assert_int_equal(status_of(SIGINT, LATER_S, SIGHUP), 3);
    assert_int_equal(status_of(SIGXCPU, LATER_S, SIGXCPU), 3);
}

static void a_batch_system_may_say_it_twice(void **state) {
    (void)state;
    assert_int_equal(status_in(SIGNALS_PATIENT, SIGTERM, LATER_S, SIGTERM), 3);
    assert_int_equal(status_in(SIGNALS_PATIENT, SIGUSR1, LATER_S, SIGTERM), 3);
    assert_int_equal(status_in(SIGNALS_PATIENT, SIGINT, LATER_S, SIGUSR2), 3);
    assert_int_equal(status_in(SIGNALS_PATIENT, SIGTERM, LATER_S, SIGINT), 128 + SIGINT);
}

/* Between the last look at signals and the end of the process. */
static void and_once_more_when_all_is_over(void **state) {
    int status = 0;
    pid_t child = fork();
    (void)state;
    if (child == 0) {
        struct vib_error err;
        if (signals_init(SIGNALS_PATIENT, &err) != VIB_OK)
            _exit(1);
        signals_release();
        (void)raise(SIGTERM);
        (void)raise(SIGUSR1);
        _exit(3);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 3);
}

static void (*handler_of(int signal_number))(int) {
    struct sigaction action;
    assert_int_equal(sigaction(signal_number, NULL, &action), 0);
    return action.sa_handler;
}

static void what_is_ignored_stays_ignored(void **state) {
    const int *signal_number = *state;
    struct vib_error err;
    assert_true(signal(*signal_number, SIG_IGN) == SIG_DFL);
    assert_int_equal(signals_init(SIGNALS_PROMPT, &err), VIB_OK);
    assert_int_equal(raise(*signal_number), 0);
    assert_int_equal(signals_received(), 0);
    signals_release();
    assert_true(handler_of(*signal_number) == SIG_IGN);
    assert_true(signal(*signal_number, SIG_DFL) == SIG_IGN);
    assert_int_equal(signals_init(SIGNALS_PROMPT, &err), VIB_OK); /* and no longer than that */
    assert_true(handler_of(*signal_number) != SIG_IGN && handler_of(*signal_number) != SIG_DFL);
    signals_release();
    assert_true(handler_of(*signal_number) == SIG_DFL);
}

static void a_closed_pipe_is_no_death(void **state) {
    int ends[2];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_int_equal(write(ends[1], "x", 1), -1);
    close(ends[1]);
}

int main(void) {
    static int requests[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_at_first, setup, teardown),
        cmocka_unit_test_setup_teardown(a_wait_lasts_its_time, setup, teardown),
        cmocka_unit_test_setup_teardown(a_wake_before_the_wait_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(wakes_are_used_up_together, setup, teardown),
        cmocka_unit_test_setup_teardown(a_flood_of_wakes_does_not_block, setup, teardown),
        cmocka_unit_test_setup_teardown(another_thread_wakes, setup, teardown),
        cmocka_unit_test_prestate(the_first_signal_is_kept, &requests[0]),
        cmocka_unit_test_prestate(the_first_signal_is_kept, &requests[1]),
        cmocka_unit_test_prestate(the_first_signal_is_kept, &requests[2]),
        cmocka_unit_test_prestate(the_first_signal_is_kept, &requests[3]),
        cmocka_unit_test_prestate(the_first_signal_is_kept, &requests[4]),
        cmocka_unit_test_prestate(the_first_signal_is_kept, &requests[5]),
        cmocka_unit_test(the_second_signal_ends),
        cmocka_unit_test(two_that_come_together_are_one),
        cmocka_unit_test(some_come_again_by_themselves),
        cmocka_unit_test(a_batch_system_may_say_it_twice),
        cmocka_unit_test(and_once_more_when_all_is_over),
        cmocka_unit_test_prestate(what_is_ignored_stays_ignored, &requests[0]),
        cmocka_unit_test_prestate(what_is_ignored_stays_ignored, &requests[1]),
        cmocka_unit_test_prestate(what_is_ignored_stays_ignored, &requests[2]),
        cmocka_unit_test_setup_teardown(a_closed_pipe_is_no_death, setup, teardown),
    };
    return cmocka_run_group_tests_name("signals", tests, NULL, NULL);
}
