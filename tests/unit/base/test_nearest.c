/* Which known name a mistyped one may mean. */
#include "runner/base/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static size_t distance(const char *name, const char *candidate) {
    return name_distance(name_of(name), name_of(candidate));
}

static void edits_are_counted(void **state) {
    (void)state;
    assert_int_equal(distance("figure", "figure"), 1);
    assert_int_equal(distance("FIGURE", "figure"), 1);
    assert_int_equal(distance("figre", "figure"), 3);   /* one left out */
    assert_int_equal(distance("figgure", "figure"), 3); /* one too many */
    assert_int_equal(distance("fijure", "figure"), 3);  /* another one */
    assert_int_equal(distance("figuer", "figure"), 3);  /* swapped */
    assert_int_equal(distance("fijuer", "figure"), 5);
}

static void far_is_not_near(void **state) {
    (void)state;
    assert_int_equal(distance("", "figure"), SIZE_MAX);
    assert_int_equal(distance("colour", "figure"), SIZE_MAX);
    assert_int_equal(distance("db", "dp"), SIZE_MAX); /* a half of its letters */
    char text[60];
    memset(text, 'a', sizeof text);
    const struct name fits = {text, 48}, is_long = {text, 49};
    assert_int_equal(name_distance(fits, fits), 1);
    assert_int_equal(name_distance(is_long, is_long), SIZE_MAX);
    assert_int_equal(name_distance(fits, is_long), SIZE_MAX);
}

static void the_first_of_the_best_is_taken(void **state) {
    (void)state;
    static const char *const candidates[] = {"banana", "plan", "planes", "plane", "plane2"};
    struct nearest nearest = {0};
    for (size_t i = 0; i < 5; i++)
        nearest_offer(&nearest, name_of("plany"), candidates[i]);
    assert_string_equal(nearest.best.text, "plan");
    nearest = (struct nearest){0};
    for (size_t i = 0; i < 5; i++)
        nearest_offer(&nearest, name_of("Plane"), candidates[i]);
    assert_string_equal(nearest.best.text, "plane");
    nearest = (struct nearest){0};
    nearest_offer(&nearest, name_of("plane"), "banana");
    assert_null(nearest.best.text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edits_are_counted),
        cmocka_unit_test(far_is_not_near),
        cmocka_unit_test(the_first_of_the_best_is_taken),
    };
    return cmocka_run_group_tests_name("nearest", tests, NULL, NULL);
}
