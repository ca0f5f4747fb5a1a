/* What people read, on a terminal that is stopped or in a pipe that nobody reads. */
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
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { LINES = 4 * WRITER_MOST / 64 /* of 64 bytes: more than there is room for */, FRAMES = 100 };

/* A blocking pipe that is full: nothing here would end if anything waited for its reader. */
struct clogged {
    int in;
    FILE *out;
    size_t filled; /* bytes */
    struct writer *writer;
};

static int clogged_new(void **state) {
    static const char block[4096];
    struct clogged *c = calloc(1, sizeof *c);
    struct vib_error err;
    int ends[2];
    assert_non_null(c);
    assert_true(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    for (ssize_t n; (n = write(ends[1], block, sizeof block)) > 0;)
        c->filled += (size_t)n;
    assert_int_equal(fcntl(ends[1], F_SETFL, 0), 0);
    c->in = ends[1];
    c->out = fdopen(ends[0], "r");
    assert_non_null(c->out);
    assert_int_equal(writer_new(&c->writer, c->in, &err), VIB_OK);
    *state = c;
    return 0;
}

static int clogged_free(void **state) {
    struct clogged *c = *state;
    writer_free(c->writer);
    (void)fclose(c->out); /* also ends a write that was left to itself */
    (void)close(c->in);
    free(c);
    return 0;
}

static void unclog(struct clogged *c) {
    for (size_t i = 0; i < c->filled; i++)
        assert_int_equal(fgetc(c->out), '\0');
}

/* What is there is in order, and tells where how much is not. */
static void lines_without_room_are_counted(void **state) {
    struct clogged *c = *state;
    char line[256];
    size_t n = 0, left_out = 0;
    for (size_t i = 0; i < LINES; i++) {
        (void)snprintf(line, sizeof line, "line %058zu", i);
        writer_print(c->writer, line);
    }
    assert_false(writer_wait(c->writer, 0));
    unclog(c);
    while (n + left_out < LINES && fgets(line, sizeof line, c->out) != NULL) {
        size_t more = 0;
        if (strncmp(line, "line ", 5) == 0)
            assert_int_equal(strtoul(line + 5, NULL, 10), left_out + n++);
        else
            assert_int_equal(sscanf(line, "%*s vib-sweep: %zu line", &more), 1);
        left_out += more;
    }
    assert_int_equal(n + left_out, LINES);
    assert_true(n >= WRITER_MOST / 64 && left_out > 0);
    writer_print(c->writer, "later");
    assert_true(writer_wait(c->writer, WRITER_FOREVER));
    assert_non_null(fgets(line, sizeof line, c->out));
    assert_string_equal(line, "later\n");
}

/* Of many blocks those are drawn that the thread was at, and the last one, over that. */
static void blocks_that_nobody_sees_are_skipped(void **state) {
    struct clogged *c = *state;
    char text[32], line[256];
    size_t drawn = 0;
    for (size_t i = 1; i <= FRAMES; i++) {
        (void)snprintf(text, sizeof text, "block %zu\n", i);
        writer_show(c->writer, &(struct writer_block){80, 1, {8}, strdup(text)});
    }
    unclog(c);
    do {
        drawn++;
        assert_non_null(fgets(line, sizeof line, c->out));
    } while (strstr(line, "block 100\n") == NULL);
    assert_true(drawn <= 2);
    assert_true(drawn == 1 || strncmp(line, "\033[1A\r", 5) == 0);
}

static void a_write_that_nobody_takes_is_left_to_itself(void **state) {
    struct clogged *c = *state;
    writer_print(c->writer, "line");
    assert_false(writer_wait(c->writer, 0));
    writer_free(c->writer);
    c->writer = NULL;
    c->in = -1; /* is not closed, as that write may not have ended */
}

static void nothing_is_waited_for_where_all_is_written(void **state) {
    struct clogged *c = *state;
    assert_true(writer_wait(NULL, WRITER_FOREVER));
    assert_true(writer_wait(c->writer, WRITER_FOREVER));
}

/* --- in the background --- */

static void expect(int master, const char *wanted) {
    char text[256] = "";
    size_t used = 0;
    while (used < strlen(wanted)) {
        const ssize_t n = read(master, text + used, sizeof text - 1 - used);
        if (n <= 0)
            _exit(2);
        used += (size_t)n;
    }
    if (strcmp(text, wanted) != 0)
        _exit(3);
}

static void show(struct writer *writer) {
    writer_show(writer, &(struct writer_block){80, 1, {5}, strdup("block\n")});
    (void)writer_wait(writer, WRITER_FOREVER);
}

/* A terminal of its own, whose foreground another process group has, then this one. */
static void in_background(int master, const char *name) {
    struct writer *writer;
    struct vib_error err;
    const int terminal = setsid() < 0 ? -1 : open(name, O_RDWR);
    const pid_t other = fork();
    if (other == 0)
        for (;;)
            (void)pause();
    if (terminal < 0 || other < 0 || signal(SIGTTOU, SIG_IGN) == SIG_ERR ||
        setpgid(other, other) != 0 || tcsetpgrp(terminal, other) != 0 ||
        writer_new(&writer, terminal, &err) != VIB_OK)
        _exit(1);
    show(writer);
    writer_print(writer, "line");
    (void)writer_wait(writer, WRITER_FOREVER);
    expect(master, "line\r\n");
    (void)tcsetpgrp(terminal, getpgrp());
    show(writer);
    expect(master, "block\r\n");
    show(writer);
    expect(master, "\033[1A\rblock\r\n");
    writer_free(writer);
    (void)kill(other, SIGKILL);
    _exit(0);
}

static void no_block_in_the_background(void **state) {
    int status = 0;
    (void)state;
    const int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) {
        print_message("SKIPPED: no pseudo-terminals here; is /dev/pts mounted?\n");
        skip();
    }
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        in_background(master, ptsname(master));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    (void)close(master);
}

#define CLOGGED_TEST(name) cmocka_unit_test_setup_teardown(name, clogged_new, clogged_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_block_in_the_background),
        CLOGGED_TEST(lines_without_room_are_counted),
        CLOGGED_TEST(blocks_that_nobody_sees_are_skipped),
        CLOGGED_TEST(a_write_that_nobody_takes_is_left_to_itself),
        CLOGGED_TEST(nothing_is_waited_for_where_all_is_written),
    };
    return cmocka_run_group_tests_name("writer", tests, NULL, NULL);
}
