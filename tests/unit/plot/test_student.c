/* Means and 95 % intervals of repetitions. */
#include "runner/plot/student.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_close(double got, double want, double tolerance) {
    if (!(fabs(got - want) <= tolerance))
        fail_msg("got %.9g, wanted %.9g", got, want);
}

static struct student of(const double *values, size_t n) {
    struct student student = {0};
    for (size_t i = 0; i < n; i++)
        student_add(&student, values[i]);
    return student;
}

/* From any table of Student's distribution. */
static void test_quantiles(void **state) {
    (void)state;
    assert_close(student_quantile(1), 12.7062, 1e-4);
    assert_close(student_quantile(2), 4.3027, 1e-4);
    assert_close(student_quantile(9), 2.2622, 1e-4);
    assert_close(student_quantile(30), 2.0423, 1e-4);
    assert_close(student_quantile(31), 2.0395, 1e-3);
    assert_close(student_quantile(40), 2.0211, 1e-3);
    assert_close(student_quantile(120), 1.9799, 1e-3);
    assert_close(student_quantile(1000000), 1.959964, 1e-5);
    for (size_t freedom = 1; freedom < 100; freedom++)
        assert_true(student_quantile(freedom) > student_quantile(freedom + 1));
}

/* 2, 4, 6: mean 4, standard deviation 2. */
static void test_interval(void **state) {
    static const double values[] = {2, 4, 6};
    const struct student student = of(values, 3);
    (void)state;
    assert_int_equal(student.n, 3);
    assert_close(student_mean(&student), 4, 1e-15);
    assert_close(student_half_width(&student), 4.3027 * 2 / sqrt(3), 1e-12);
}

/* The plain sum of squares would lose the differences. */
static void test_large_mean(void **state) {
    static const double values[] = {1e9 + 2, 1e9 + 4, 1e9 + 6};
    const struct student student = of(values, 3);
    (void)state;
    assert_close(student_mean(&student), 1e9 + 4, 1e-6);
    assert_close(student_half_width(&student), 4.3027 * 2 / sqrt(3), 1e-6);
}

static void test_what_is_not_finite_is_left_out(void **state) {
    const double values[] = {(double)NAN, 3, (double)INFINITY, 5, -(double)INFINITY};
    const struct student student = of(values, 5);
    (void)state;
    assert_int_equal(student.n, 2);
    assert_close(student_mean(&student), 4, 1e-15);
    assert_close(student_half_width(&student), 12.7062, 1e-12);
}

static void test_too_few(void **state) {
    static const double values[] = {7};
    struct student student = {0};
    (void)state;
    assert_true(isnan(student_mean(&student)));
    assert_true(isnan(student_half_width(&student)));
    student = of(values, 1);
    assert_close(student_mean(&student), 7, 0);
    assert_true(isnan(student_half_width(&student)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantiles),  cmocka_unit_test(test_interval),
        cmocka_unit_test(test_large_mean), cmocka_unit_test(test_what_is_not_finite_is_left_out),
        cmocka_unit_test(test_too_few),
    };
    return cmocka_run_group_tests_name("student", tests, NULL, NULL);
}
