/* A job has the same bits whoever shares its work: state, evaluation, estimates, predictions. */
#include "tests/unit/core/team_fixture.h"
#include "tests/unit/core/trainer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* 6 steps of 45 and one of 31 in an epoch; widths that fill no block. */
enum { N_TRAIN = 301, N_TEST = 149, TEAMS = 4 /* of no thread but the caller's, 1, 2, 3 */ };

static const struct vib_params base = {.beta = 1e-2,
                                       .gamma = 0.5,
                                       .K = 5,
                                       .seed = 3,
                                       .n_hidden = 2,
                                       .hidden = {150, 70},
                                       .epochs = 3,
                                       .batch = 45,
                                       .lr = 1e-3,
                                       .lr_decay_epochs = 2,
                                       PAPERS_OPTIMISER,
                                       .eval_every = 1,
                                       .eval_samples = 3,
                                       .bounds = (1u << VIB_ESTIMATORS) - 1,
                                       .bounds_n = N_TRAIN};

static struct vib_dataset data;
static struct vib_team *teams[TEAMS];

static int set_up(void **state) {
    const struct vib_mixture mixture = {.dim = 23,
                                        .classes = 11,
                                        .n_train = N_TRAIN,
                                        .n_test = N_TEST,
                                        .separation = 3.0,
                                        .noise = 1.0};
    struct vib_error err;
    (void)state;
    assert_int_equal(vib_dataset_make_mixture(&data, &mixture, &err), VIB_OK);
    for (size_t i = 1; i < TEAMS; i++)
        teams[i] = team_fixture_new(i);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    for (size_t i = 1; i < TEAMS; i++)
        team_fixture_free(teams[i]);
    vib_dataset_release(&data);
    return 0;
}

/* A team that is one of `teams` at a time. */
struct changing {
    struct vib_team team;
    struct vib_team *now;
};

static void run_now(struct vib_team *team, size_t parts, vib_part_fn part, void *context) {
    vib_team_run(((struct changing *)(void *)team)->now, parts, part, context);
}

/* All that a job gives. */
struct result {
    void *state;
    size_t size;
    struct vib_evaluation evaluation[2];
    struct vib_information information[2];
    uint16_t predictions[VIB_PREDICTORS][N_TEST];
};

static void measure(struct vib_trainer *trainer, struct result *r) {
    struct vib_error err;
    for (enum vib_split_id split = VIB_TRAIN; split <= VIB_TEST; split++) {
        assert_int_equal(vib_trainer_evaluate(trainer, split, &r->evaluation[split]), VIB_OK);
        assert_int_equal(vib_trainer_bounds(trainer, split, &r->information[split], &err), VIB_OK);
    }
    struct vib_predictions wanted;
    for (int by = 0; by < VIB_PREDICTORS; by++)
        wanted.by[by] = r->predictions[by];
    assert_int_equal(vib_trainer_predict(trainer, VIB_TEST, &wanted), VIB_OK);
}

static void read_state(const struct vib_trainer *trainer, struct result *r) {
    r->size = vib_trainer_state_size(trainer);
    r->state = malloc(r->size);
    assert_non_null(r->state);
    vib_trainer_read_state(trainer, 0, r->size, r->state);
}

/* The result of all epochs, with the state one step before the end, which gives up half of it. With
 * `changing`, which is the team then, every step has another one. */
static struct result job(const struct vib_params *params, struct vib_team *team,
                         struct changing *changing) {
    const size_t steps = (N_TRAIN + params->batch - 1) / params->batch * params->epochs;
    struct vib_trainer *trainer;
    struct vib_error err;
    struct result r = {0};
    assert_int_equal(vib_trainer_new(&trainer, params, &data, NULL, team, &err), VIB_OK);
    for (size_t step = 0; step < steps; step++) {
        if (changing != NULL)
            changing->now = teams[step % TEAMS];
        if (step + 1 == steps)
            read_state(trainer, &r);
        assert_int_equal(vib_trainer_advance(trainer, 1), VIB_OK);
    }
    measure(trainer, &r);
    vib_trainer_free(trainer);
    return r;
}

static void assert_same(const struct result *got, const struct result *want) {
    assert_int_equal(got->size, want->size);
    assert_memory_equal(got->state, want->state, want->size);
    for (size_t split = VIB_TRAIN; split <= VIB_TEST; split++) {
        const struct vib_information *a = &got->information[split], *b = &want->information[split];
        assert_memory_equal(&got->evaluation[split], &want->evaluation[split],
                            sizeof got->evaluation[split]);
        assert_int_equal(a->n, b->n);
        assert_int_equal(a->made, b->made);
        assert_memory_equal(a->bound, b->bound, sizeof a->bound);
    }
    assert_memory_equal(got->predictions, want->predictions, sizeof got->predictions);
}

static void check(const struct vib_params *params) {
    struct changing changing = {.team = {run_now}};
    struct result want = job(params, NULL, NULL);
    for (size_t i = 1; i <= TEAMS; i++) {
        struct result got =
            i < TEAMS ? job(params, teams[i], NULL) : job(params, &changing.team, &changing);
        assert_same(&got, &want);
        free(got.state);
    }
    free(want.state);
}

static void check_types(struct vib_params params) {
    check(&params);
    params.precision = VIB_BF16;
    if (vib_kernel_supports(VIB_BF16))
        check(&params);
    else
        print_message("# SKIPPED: bfloat16, not on this machine\n");
}

static void test_diagonal(void **state) {
    (void)state;
    check_types(base);
}

static void test_full_covariance(void **state) {
    (void)state;
    struct vib_params params = base;
    params.covariance = VIB_FULL;
    params.activation = VIB_TANH;
    check_types(params);
}

static void test_dropout(void **state) {
    (void)state;
    struct vib_params params = base;
    params.method = VIB_METHOD_DROPOUT;
    params.dropout = 0.3;
    check_types(params);
}

static void test_samples(void **state) {
    (void)state;
    struct vib_params params = base;
    params.samples = 3;
    check_types(params);
}

static void test_fixed_noise(void **state) {
    (void)state;
    struct vib_params params = base;
    params.noise = VIB_NOISE_FIXED;
    params.noise_scale = 0.5;
    check_types(params);
}

static void test_marginals(void **state) {
    (void)state;
    struct vib_params params = base;
    params.marginal = VIB_MARGINAL_DIAGONAL;
    check_types(params);
    params.marginal = VIB_MARGINAL_MIXTURE;
    params.components = 4;
    params.samples = 2;
    check_types(params);
    params.marginal = VIB_MARGINAL_VAMP;
    params.components = 21; /* in more than one part */
    check_types(params);
}

static void test_nonlinear_ib(void **state) {
    (void)state;
    struct vib_params params = base;
    params.method = VIB_METHOD_NONLINEAR_IB;
    params.rate_function = VIB_RATE_POWER;
    params.rate_exponent = 1.0;
    check_types(params);
}

static void test_ceb(void **state) {
    (void)state;
    struct vib_params params = base;
    params.method = VIB_METHOD_CEB;
    check_types(params);
}

/* Whole blocks, several parts of everything, and no average. */
static void test_larger(void **state) {
    (void)state;
    struct vib_params params = base;
    params.K = 64;
    params.hidden[0] = 640;
    params.hidden[1] = 128;
    params.batch = 131;
    params.epochs = 1;
    params.average_decay = 0.0;
    check_types(params);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diagonal),     cmocka_unit_test(test_full_covariance),
        cmocka_unit_test(test_dropout),      cmocka_unit_test(test_samples),
        cmocka_unit_test(test_fixed_noise),  cmocka_unit_test(test_marginals),
        cmocka_unit_test(test_nonlinear_ib), cmocka_unit_test(test_ceb),
        cmocka_unit_test(test_larger),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
