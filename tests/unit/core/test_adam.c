/* The update against its equations, step by step in double precision. */
#include "core/adam.h"

#include <math.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { N = 37, STEPS = 9 };

struct reference {
    double w[N], m[N], v[N], a[N];
};

static float gradient_at(size_t i, uint64_t t) {
    return (float)(sin((double)(i + 1) * (double)t) * pow(10.0, (double)(i % 5) - 3.0));
}

static void reference_step(struct reference *r, const struct vib_params *p, double lr, uint64_t t) {
    double step = (double)t;
    double rate = lr * sqrt(1.0 - pow(p->adam_beta2, step)) / (1.0 - pow(p->adam_beta1, step));
    for (size_t i = 0; i < N; i++) {
        double g = (double)gradient_at(i, t);
        r->m[i] = p->adam_beta1 * r->m[i] + (1.0 - p->adam_beta1) * g;
        r->v[i] = p->adam_beta2 * r->v[i] + (1.0 - p->adam_beta2) * g * g;
        r->w[i] -= rate * r->m[i] / (sqrt(r->v[i]) + p->adam_epsilon);
        r->a[i] = p->average_decay * r->a[i] + (1.0 - p->average_decay) * r->w[i];
    }
}

static void assert_near(double got, double want) {
    if (!(fabs(got - want) <= 1e-6 + 1e-5 * fabs(want)))
        fail_msg("got %.9g, want %.9g", got, want);
}

static void check_steps(double average_decay) {
    const struct vib_params params = {.adam_beta1 = 0.5,
                                      .adam_beta2 = 0.999,
                                      .adam_epsilon = 1e-8,
                                      .average_decay = average_decay};
    float w[N], m[N] = {0}, v[N] = {0}, a[N] = {0}, g[N], average[N];
    struct reference r = {{0}, {0}, {0}, {0}};
    struct vib_adam adam = {.w = w, .m = m, .v = v, .a = a};
    for (size_t i = 0; i < N; i++)
        r.w[i] = (double)(w[i] = (float)i / N - 0.5f);
    for (uint64_t t = 1; t <= STEPS; t++) {
        double lr = 1e-2 / (double)t;
        for (size_t i = 0; i < N; i++)
            g[i] = gradient_at(i, t);
        vib_adam_begin(&adam, &params, lr, t);
        const struct vib_gradient first = {.rows = 2, .columns = 10, .values = g};
        const struct vib_gradient second = {
            .offset = 20, .rows = 1, .columns = N - 20, .values = g + 20};
        vib_adam_apply(&adam, &first);
        vib_adam_expect(&adam, second.offset, second.columns);
        vib_adam_apply(&adam, &second);
        reference_step(&r, &params, lr, t);
        vib_adam_average(&adam, average_decay, t, N, average);
        for (size_t i = 0; i < N; i++) {
            assert_near((double)w[i], r.w[i]);
            assert_near((double)average[i],
                        r.a[i] / (1.0 - pow(average_decay, (double)t))); /* after odd steps too */
        }
    }
}

static void test_steps(void **state) {
    (void)state;
    check_steps(0.999);
    check_steps(0.5);
}

static void test_no_averaging(void **state) {
    (void)state;
    check_steps(0.0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_no_averaging),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
