/* Ten one-hot inputs, each its own class, and a learned mixture of ten as the marginal, against
 * which the rate can be the true I(Z;X). Every code is as good as any other there: J = H(Y) - R +
 * beta u(R). So a rate function that bends meets any rate r by beta = 1 / u'(r), and the linear one
 * none but the ends (Kolchinsky et al. 2019). */
#include "core/rate_function.h"
#include "tests/unit/core/trainer_fixture.h"

#include <math.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const struct vib_params base = {
    ONE_HOT_TRAINING,
    .samples = 4,
    .lr = 0.1,
    .lr_decay_epochs = 8,
    .warmup_epochs = 100, /* lest all classes are one before they are told apart */
    .eval_samples = 8,
    .marginal = VIB_MARGINAL_MIXTURE,
    .components = 10};

static struct vib_dataset data;

static int set_up(void **state) {
    (void)state;
    one_hot_data(&data, 1000, 20000);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    vib_dataset_release(&data);
    return 0;
}

static struct vib_evaluation train(const struct vib_params *params) {
    return evaluated_after(params, &data, 800);
}

static void check_targets(enum vib_rate_kind kind, double exponent, const double targets[2]) {
    const struct vib_rate_function u = {kind, exponent, 1e-3}; /* before its bend */
    for (size_t i = 0; i < 2; i++) {
        struct vib_params params = base;
        params.rate_function = kind;
        params.rate_exponent = exponent;
        params.beta = u.weight / vib_rate_slope(&u, targets[i]);
        const struct vib_evaluation e = train(&params);
        const double izy = data.split[VIB_TEST].h_y - e.ce;
        print_message("# target %.1f bits: rate %.4f +- %.4f, I(Z;Y) >= %.4f\n", targets[i], e.rate,
                      e.rate_se, izy);
        assert_true(fabs(e.rate / targets[i] - 1.0) <= 0.02);
        /* And it is I(Z;X), as I(Z;Y) is. */
        assert_true(fabs(izy - e.rate) <= 0.02 + 4.0 * (e.ce_se + e.rate_se));
    }
}

static void test_rate_functions_that_bend(void **state) {
    (void)state;
    skip_in_sanitizers();
    check_targets(VIB_RATE_POWER, 1.0, (const double[]){0.5, 3.0});
    check_targets(VIB_RATE_EXPONENTIAL, 1.0, (const double[]){1.0, 2.0});
}

static void test_linear(void **state) {
    (void)state;
    static const double betas[] = {0.8, 1.2};
    skip_in_sanitizers();
    for (size_t i = 0; i < sizeof betas / sizeof betas[0]; i++) {
        struct vib_params params = base;
        params.beta = betas[i];
        const struct vib_evaluation e = train(&params);
        print_message("# beta %.2f: rate %.4f +- %.4f, I(Z;Y) >= %.4f\n", params.beta, e.rate,
                      e.rate_se, data.split[VIB_TEST].h_y - e.ce);
        assert_true(params.beta < 1.0 ? e.rate >= 3.2 : e.rate <= 0.05);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rate_functions_that_bend),
        cmocka_unit_test(test_linear),
    };
    return cmocka_run_group_tests_name("target_rate", tests, set_up, tear_down);
}
