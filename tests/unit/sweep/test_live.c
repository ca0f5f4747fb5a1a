/* The live block on a screen: that it stands still, and leaves nothing behind. */
#include "runner/sweep/live.h"
#include "tests/unit/sweep/live_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

/* A terminal of which the test reads what was written, and a screen that it makes of it. */
enum { MAX_ROWS = 60, MAX_COLUMNS = 220 };
struct screen {
    int master, terminal;
    size_t rows, columns;
    char cell[MAX_ROWS][MAX_COLUMNS + 1];
    size_t row, column;
    size_t erased; /* sequences that clear all below */
    struct live live;
};

static void resize(struct screen *s, size_t rows, size_t columns) {
    const struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    assert_int_equal(ioctl(s->terminal, TIOCSWINSZ, &size), 0);
    s->rows = rows;
    s->columns = columns;
}

static int screen_new(void **state) {
    struct screen *s = calloc(1, sizeof *s);
    struct termios raw;
    struct vib_error err;
    assert_non_null(s);
    *state = s;
    s->master = posix_openpt(O_RDWR | O_NOCTTY);
    s->terminal = -1;
    if (s->master >= 0) {
        assert_int_equal(grantpt(s->master), 0);
        assert_int_equal(unlockpt(s->master), 0);
        s->terminal = open(ptsname(s->master), O_RDWR | O_NOCTTY);
    }
    if (s->terminal < 0)
        return 0;
    assert_int_equal(tcgetattr(s->terminal, &raw), 0);
    cfmakeraw(&raw);
    assert_int_equal(tcsetattr(s->terminal, TCSANOW, &raw), 0);
    assert_int_equal(setenv("TERM", "xterm", 1), 0);
    assert_int_equal(setenv("NO_COLOR", "1", 1), 0);
    return live_init(&s->live, s->terminal, &err);
}

static int screen_free(void **state) {
    struct screen *s = *state;
    live_release(&s->live);
    (void)close(s->terminal);
    (void)close(s->master);
    free(s);
    return 0;
}

static struct screen *on_screen(void **state, size_t rows, size_t columns) {
    struct screen *s = *state;
    if (s->terminal < 0) {
        print_message("SKIPPED: no pseudo-terminals here; is /dev/pts mounted?\n");
        skip();
    }
    assert_true(live_possible(s->terminal));
    resize(s, rows, columns);
    return s;
}

static void scroll(struct screen *s) {
    if (s->row + 1 < s->rows) {
        s->row++;
        return;
    }
    memmove(s->cell[0], s->cell[1], sizeof s->cell[0] * (s->rows - 1));
    memset(s->cell[s->rows - 1], 0, sizeof s->cell[0]);
}

static void erase(struct screen *s, bool below) {
    memset(s->cell[s->row] + s->column, 0, MAX_COLUMNS + 1 - s->column);
    for (size_t i = s->row + 1; below && i < s->rows; i++)
        memset(s->cell[i], 0, sizeof s->cell[i]);
    s->erased += below;
}

/* Escape sequences of the four sorts in use; returns where the sequence ends. */
static const char *escape(struct screen *s, const char *at) {
    char *end;
    assert_int_equal(at[1], '[');
    const size_t n = (size_t)strtoul(at + 2, &end, 10);
    assert_non_null(strchr("AJKm", *end));
    if (*end == 'A')
        s->row -= n < s->row ? n : s->row;
    else if (*end != 'm')
        erase(s, *end == 'J');
    return end;
}

/* Shows what has been written since the last time. */
static void look(struct screen *s) {
    static char text[65536];
    assert_true(live_wait(&s->live, WRITER_FOREVER));
    assert_int_equal(write(s->terminal, "\v", 1), 1);
    size_t used = 0;
    while (used == 0 || text[used - 1] != '\v') {
        const ssize_t n = read(s->master, text + used, sizeof text - 1 - used);
        assert_true(n > 0);
        used += (size_t)n;
    }
    text[used - 1] = '\0';
    s->erased = 0;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '\033') {
            at = escape(s, at);
        } else if (*at == '\n') {
            scroll(s);
            s->column = 0;
        } else if (*at == '\r') {
            s->column = 0;
        } else {
            if (s->column == s->columns) { /* it wraps */
                scroll(s);
                s->column = 0;
            }
            s->cell[s->row][s->column++] = *at;
        }
    }
}

static void draw(struct screen *s, const struct live_view *view) {
    live_draw(&s->live, view);
    look(s);
}

/* The job in a line of the screen by its id, 0 where there is none. */
static size_t job_at(const struct screen *s, size_t row) {
    const char *label = strstr(s->cell[row], "beta=0.00");
    return label != NULL ? strtoul(label + strlen("beta=0.00"), NULL, 10) : 0;
}

static void jobs_keep_their_lines(void **state) {
    struct screen *s = on_screen(state, 24, 80);
    static const uint64_t later[] = {4, 3, 1, 5};
    struct live_view view = live_made_up;
    draw(s, &view);
    assert_non_null(strstr(s->cell[0], "done"));
    assert_non_null(strstr(s->cell[1], "job"));
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(job_at(s, 2 + i), i + 1);
    view.context = later; /* 2 has ended, 4 has begun */
    draw(s, &view);
    assert_int_equal(job_at(s, 2), 1);
    assert_int_equal(job_at(s, 3), 4);
    assert_int_equal(job_at(s, 4), 3);
    view.n_rows = 1;
    draw(s, &view);
    assert_int_equal(s->row, 5); /* as high as ever */
    assert_int_equal(job_at(s, 2), 0);
    assert_int_equal(job_at(s, 3), 4);
    view.n_rows = 4;
    draw(s, &view);
    assert_int_equal(job_at(s, 5), 5);
    assert_int_equal(s->row, 6);
}

static void a_frame_overwrites_the_last_one(void **state) {
    struct screen *s = on_screen(state, 24, 80);
    draw(s, &live_made_up);
    for (size_t i = 0; i < 5; i++) {
        draw(s, &live_made_up);
        assert_int_equal(s->erased, 0); /* so that nothing flickers */
        assert_int_equal(s->row, 5);
    }
    live_print(&s->live, "above");
    look(s);
    assert_int_equal(s->erased, 1);
    assert_string_equal(s->cell[0], "above");
    assert_non_null(strstr(s->cell[1], "3/120 done"));
    assert_int_equal(job_at(s, 5), 3);
    live_clear(&s->live);
    look(s);
    assert_int_equal(s->row, 1);
    assert_string_equal(s->cell[1], "");
}

/* A long line wraps, as it would without the block, and the block is below it. */
static void long_lines_scroll_by(void **state) {
    struct screen *s = on_screen(state, 8, 40);
    char line[101] = {0};
    memset(line, 'x', 100);
    for (size_t i = 0; i < 20; i++) {
        draw(s, &live_made_up);
        live_print(&s->live, line);
        look(s);
    }
    assert_non_null(strstr(s->cell[2], "3/120 done"));
    assert_int_equal(job_at(s, 6), 3);
    assert_int_equal(strlen(s->cell[1]), 20);
    assert_int_equal(strlen(s->cell[0]), 40);
}

static void jobs_without_room_are_counted(void **state) {
    struct screen *s = on_screen(state, 8, 80);
    struct live_view view = live_made_up;
    view.n_rows = LIVE_JOBS;
    draw(s, &view);
    assert_int_equal(s->row, 6); /* the last line but one stays free */
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(job_at(s, 2 + i), i + 1);
    assert_string_equal(s->cell[5], "+3 more");
    view.n_rows = 3;
    draw(s, &view);
    assert_int_equal(s->row, 6);
    assert_string_equal(s->cell[5], "");
    resize(s, 24, 80);
    view.n_rows = LIVE_JOBS;
    draw(s, &view);
    assert_int_equal(job_at(s, 7), LIVE_JOBS);
}

/* Of every width between: no line wraps, and the lines of jobs are as many. */
static void every_width_is_filled(void **state) {
    struct screen *s = on_screen(state, 24, 40);
    for (size_t columns = 40; columns <= 200; columns++) {
        resize(s, 24, columns);
        draw(s, &live_made_up);
        assert_int_equal(s->row, 5);
        for (size_t row = 0; row < 24; row++)
            assert_true(strlen(s->cell[row]) < columns);
        assert_int_equal(job_at(s, 4), 3);
        assert_string_equal(s->cell[5], "");
    }
}

/* As terminals do that wrap lines anew: the lines that no longer fit take two, and are overwritten
 * as well. */
static void a_narrower_terminal_keeps_no_rubbish(void **state) {
    struct screen *s = on_screen(state, 24, 120);
    size_t lines = 0;
    draw(s, &live_made_up);
    for (size_t i = 0; i < 5; i++)
        lines += (strlen(s->cell[i]) + 49) / 50;
    assert_true(lines > 5);
    memset(s->cell, 0, sizeof s->cell);
    memset(s->cell, 'x', 50 * sizeof(char));
    resize(s, 24, 50);
    s->row = lines;
    draw(s, &live_made_up);
    assert_non_null(strstr(s->cell[0], "done"));
    assert_int_equal(s->row, 5);
}

/* The block of the old size is not shown again. */
static void a_line_after_a_resize(void **state) {
    struct screen *s = on_screen(state, 24, 120);
    draw(s, &live_made_up);
    s->row = s->column = 0; /* as many lines as it takes, all of them gone */
    memset(s->cell, 0, sizeof s->cell);
    resize(s, 24, 50);
    live_print(&s->live, "above");
    look(s);
    assert_string_equal(s->cell[0], "above");
    assert_int_equal(s->row, 1);
    draw(s, &live_made_up);
    assert_int_equal(s->row, 6);
    for (size_t row = 1; row < 6; row++)
        assert_true(strlen(s->cell[row]) < 50);
}

/* The shell has written where the block stood, and its cursor is below that. */
static void a_new_block_after_a_stop(void **state) {
    struct screen *s = on_screen(state, 24, 80);
    draw(s, &live_made_up);
    assert_int_equal(raise(SIGCONT), 0);
    draw(s, &live_made_up);
    assert_non_null(strstr(s->cell[0], "3/120 done"));
    assert_non_null(strstr(s->cell[5], "3/120 done"));
    assert_int_equal(s->row, 10);
    draw(s, &live_made_up);
    assert_int_equal(s->row, 10);
    assert_int_equal(raise(SIGCONT), 0);
    live_print(&s->live, "below");
    look(s);
    assert_string_equal(s->cell[10], "below");
    assert_non_null(strstr(s->cell[11], "3/120 done"));
}

static void tiny_terminals(void **state) {
    struct screen *s = on_screen(state, 1, 10);
    for (size_t rows = 1; rows < 6; rows++)
        for (size_t columns = 1; columns < 40; columns++) {
            resize(s, rows, columns);
            s->row = s->column = 0;
            live_draw(&s->live, &live_made_up);
            live_draw(&s->live, &live_made_up);
            look(s);
            assert_true(s->live.n_lines < rows || rows == 1);
            for (size_t i = 0; i < s->live.n_lines; i++)
                assert_true(s->live.width[i] < columns);
        }
}

#define SCREEN_TEST(name) cmocka_unit_test_setup_teardown(name, screen_new, screen_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        SCREEN_TEST(jobs_keep_their_lines), SCREEN_TEST(a_frame_overwrites_the_last_one),
        SCREEN_TEST(long_lines_scroll_by),  SCREEN_TEST(jobs_without_room_are_counted),
        SCREEN_TEST(every_width_is_filled), SCREEN_TEST(a_narrower_terminal_keeps_no_rubbish),
        SCREEN_TEST(a_line_after_a_resize), SCREEN_TEST(a_new_block_after_a_stop),
        SCREEN_TEST(tiny_terminals),
    };
    return cmocka_run_group_tests_name("live", tests, NULL, NULL);
}
