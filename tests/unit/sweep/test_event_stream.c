/* Lines for a reader that is slow, or gone. */
#include "runner/sweep/event_stream.h"
#include "runner/sweep/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { LINES = 20000 }; /* more than a pipe takes */

static void add(struct event_stream *stream, size_t i) {
    char line[32];
    (void)snprintf(line, sizeof line, "line %zu", i);
    event_stream_add(stream, line);
    event_stream_flush(stream, false);
}

static void init(struct event_stream *stream, int fd) {
    struct vib_error err;
    assert_int_equal(event_stream_init(stream, fd, &err), VIB_OK);
}

/* A blocking pipe that nobody reads: the test would not end if anything waited. */
static void a_slow_reader_is_not_waited_for(void **state) {
    struct event_stream stream;
    int ends[2], n = 0;
    size_t i = 0;
    (void)state;
    assert_int_equal(pipe(ends), 0);
    init(&stream, ends[1]);
    for (i = 0; i < LINES; i++)
        add(&stream, i);
    assert_true(stream.size > 0);
    assert_int_equal(stream.failure, 0);
    FILE *reader = fdopen(ends[0], "r");
    assert_non_null(reader);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    for (i = 0; i < LINES; i++) {
        while (fscanf(reader, "line %d\n", &n) != 1) {
            clearerr(reader);
            event_stream_flush(&stream, false);
        }
        assert_int_equal(n, i);
        if (i % 1000 == 0)
            event_stream_flush(&stream, false);
    }
    assert_int_equal(stream.size, 0);
    event_stream_release(&stream);
    (void)fclose(reader);
    (void)close(ends[1]);
}

static int open_terminal(int *master) {
    *master = posix_openpt(O_RDWR | O_NOCTTY);
    if (*master < 0 || grantpt(*master) != 0 || unlockpt(*master) != 0) {
        print_message("SKIPPED: no pseudo-terminals here; is /dev/pts mounted?\n");
        skip();
    }
    const int terminal = open(ptsname(*master), O_RDWR | O_NOCTTY);
    assert_true(terminal >= 0);
    return terminal;
}

/* One that is paused has room for the beginning of a line: nothing may wait for the rest. */
static void a_terminal_is_not_waited_for(void **state) {
    struct event_stream stream;
    int master;
    (void)state;
    const int terminal = open_terminal(&master);
    init(&stream, terminal);
    for (size_t i = 0; i < LINES; i++)
        add(&stream, i);
    assert_false(writer_wait(stream.writer, 0));
    assert_int_equal(stream.failure, 0);
    assert_int_equal(fcntl(terminal, F_GETFL) & O_NONBLOCK, 0); /* it is the shell's, too */
    event_stream_release(&stream);
    (void)close(master); /* which ends the write that was left to itself */
}

/* What else is written there comes between lines, although there is no room for all of them. */
static void lines_stay_whole_on_a_terminal(void **state) {
    struct event_stream stream;
    struct writer *writer;
    struct vib_error err;
    char line[64];
    int master, last = -1, n, end, others = 0;
    (void)state;
    const int terminal = open_terminal(&master);
    FILE *reader = fdopen(master, "r");
    assert_non_null(reader);
    init(&stream, terminal);
    assert_int_equal(writer_new(&writer, terminal, &err), VIB_OK);
    for (size_t i = 0; i < LINES; i++)
        add(&stream, i);
    writer_print(writer, "another");
    while (last + 1 < LINES || others < 1) {
        assert_non_null(fgets(line, sizeof line, reader));
        if (strcmp(line, "another\r\n") == 0) {
            others++;
            continue;
        }
        end = 0;
        assert_int_equal(sscanf(line, "line %d\r\n%n", &n, &end), 1);
        assert_int_equal(end, strlen(line));
        assert_int_equal(n, ++last);
    }
    assert_true(writer_wait(writer, WRITER_FOREVER));
    event_stream_flush(&stream, true);
    writer_free(writer);
    event_stream_release(&stream);
    (void)close(terminal);
    (void)fclose(reader);
}

static void one_that_is_gone_costs_no_more_than_its_lines(void **state) {
    struct event_stream stream;
    int ends[2];
    (void)state;
    assert_true(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
    assert_int_equal(pipe(ends), 0);
    init(&stream, ends[1]);
    add(&stream, 0);
    assert_int_equal(stream.size, 0);
    (void)close(ends[0]);
    add(&stream, 1);
    assert_int_equal(stream.failure, EPIPE);
    add(&stream, 2);
    event_stream_flush(&stream, true);
    assert_int_equal(stream.failure, EPIPE);
    assert_int_equal(stream.size, 0);
    event_stream_release(&stream);
    (void)close(ends[1]);
}

/* A sweep of weeks whose reader has stopped does not take all memory. */
static void one_too_far_behind_costs_its_lines_not_memory(void **state) {
    static char line[1 << 20];
    struct event_stream stream;
    int ends[2];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\0';
    init(&stream, ends[1]);
    for (size_t i = 0; i < EVENT_STREAM_MOST / sizeof line; i++)
        event_stream_add(&stream, line);
    assert_int_equal(stream.failure, 0);
    assert_int_equal(stream.size, EVENT_STREAM_MOST);
    event_stream_add(&stream, "");
    assert_int_equal(stream.failure, ENOBUFS);
    assert_int_equal(stream.size, 0);
    assert_null(stream.text);
    event_stream_flush(&stream, true);
    event_stream_release(&stream);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slow_reader_is_not_waited_for),
        cmocka_unit_test(a_terminal_is_not_waited_for),
        cmocka_unit_test(lines_stay_whole_on_a_terminal),
        cmocka_unit_test(one_that_is_gone_costs_no_more_than_its_lines),
        cmocka_unit_test(one_too_far_behind_costs_its_lines_not_memory),
    };
    return cmocka_run_group_tests_name("event_stream", tests, NULL, NULL);
}
