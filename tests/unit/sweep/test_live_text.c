/* The lines of the live block: what fits, what is left out, and that columns stand still. */
#include "core/printable.h"
#include "runner/base/text.h"
#include "tests/unit/sweep/live_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *summary(const struct live_view *view, size_t columns) {
    static char line[LIVE_LINE];
    struct live_span failed;
    live_summary(view, columns, line, &failed);
    assert_true(text_width(line, strlen(line)) <= columns || columns < 14);
    return line;
}

static void what_matters_least_is_left_out_first(void **state) {
    (void)state;
    assert_string_equal(summary(&live_made_up, 200),
                        "demo  [############............]    3/120 done, 1 failed  ETA 3 h 20 min"
                        "    10900 examples/s  2 running + 6 helping, 4 elsewhere, 5 waiting  "
                        "queue: 4 running, 0 pending");
    assert_string_equal(summary(&live_made_up, 80),
                        "demo  [####.....]    3/120 done, 1 failed  ETA 3 h 20 min"
                        "   2 running, 5 waiting");
    assert_string_equal(summary(&live_made_up, 46),
                        "demo    3/120 done, 1 failed  ETA 3 h 20 min ");
    assert_string_equal(summary(&live_made_up, 40), "  3/120 done, 1 failed  ETA 3 h 20 min ");
    assert_string_equal(summary(&live_made_up, 14), "  3/120 done");
}

/* Every line of a wider terminal has all the fields of a narrower one, as they were. */
static void a_number_is_never_cut(void **state) {
    struct live_widths widths = {0};
    struct live_row row;
    char line[LIVE_LINE];
    (void)state;
    live_made_up_row(live_jobs, 1, &row);
    row.host = "node17";
    row.age_s = 4.0;
    live_widths_learn(&widths, &row);
    for (size_t columns = 40; columns <= 200; columns++) {
        live_row(&row, &widths, columns, line);
        assert_true(text_width(line, strlen(line)) <= columns);
        assert_non_null(strstr(line, "  2 %  "));
        for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " ")) {
            static const char *const whole[] = {"2/200",      "20/600", "0.5000", "2",
                                                "%",          "4",      "s",      "node17",
                                                "beta=0.002", "K=256",  "seed=0"};
            size_t i = 0;
            while (i < sizeof whole / sizeof whole[0] && strcmp(word, whole[i]) != 0)
                i++;
            assert_true(i < sizeof whole / sizeof whole[0]);
        }
    }
    live_row(&row, &widths, 200, line);
    assert_string_equal(line,
                        "  2/200   20/600    0.5000    2 %       4 s  node17  "
                        "beta=0.002 K=256 seed=0");
    live_row(&row, &widths, 40, line);
    assert_string_equal(line, "  2/200    2 %  beta=0.002 K=256 seed=0");
    live_row(&row, &widths, 30, line);
    assert_string_equal(line, "  2 %  beta=0.002 K=256 seed=0");
    live_row(&row, &widths, 20, line);
    assert_string_equal(line, "  2 %  beta=0.002...");
}

/* As numbers grow, what is behind them stays where it was. */
static void columns_stand_still(void **state) {
    struct live_widths widths = {0};
    struct live_row row;
    char line[LIVE_LINE];
    size_t at = 0;
    (void)state;
    live_made_up_row(live_jobs, 0, &row);
    live_widths_learn(&widths, &row);
    for (size_t i = 0; i < 6; i++) {
        static const double objectives[] = {(double)NAN, -0.25, 9.5, 123.456, 98765.4, 1e200};
        static const size_t epochs[] = {0, 1, 9, 10, 199, 200};
        row.objective = objectives[i];
        row.epoch = epochs[i];
        row.share = i == 0 ? (double)NAN : (double)epochs[i] / 200.0;
        live_row(&row, &widths, 100, line);
        const char *label = strstr(line, "beta=");
        assert_non_null(label);
        assert_true(i == 0 || at == (size_t)(label - line));
        at = (size_t)(label - line);
    }
    live_header(&widths, 100, line);
    assert_true(strcmp(line + at, "job") == 0);
}

static void seconds_do_not_move_what_follows(void **state) {
    struct live_view view = live_made_up;
    size_t at = 0;
    (void)state;
    for (double eta_s = 1.0; eta_s < 1e6; eta_s *= 3.0) {
        view.eta_s = eta_s;
        const char *line = summary(&view, 120), *rate = strstr(line, " running");
        assert_non_null(rate);
        assert_true(at == 0 || at == (size_t)(rate - line));
        at = (size_t)(rate - line);
    }
}

/* However narrow it is, no character is cut and no line wraps, also of characters of two columns.
 */
static void texts_are_shortened_between_characters(void **state) {
    static const char name[] = "\u00e9t\u00e9-\u6570\u636e\u96c6-\U0001f600 seed=0 K=256";
    char text[sizeof name], printable[sizeof name];
    (void)state;
    for (size_t columns = 0; columns < 40; columns++) {
        strcpy(text, name);
        live_shorten(text, columns);
        strcpy(printable, text);
        vib_make_printable(printable);
        assert_string_equal(text, printable);
        assert_true(text_width(text, strlen(text)) <= columns);
    }
    assert_string_equal(text, name);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_matters_least_is_left_out_first),
        cmocka_unit_test(a_number_is_never_cut),
        cmocka_unit_test(columns_stand_still),
        cmocka_unit_test(seconds_do_not_move_what_follows),
        cmocka_unit_test(texts_are_shortened_between_characters),
    };
    return cmocka_run_group_tests_name("live_text", tests, NULL, NULL);
}
