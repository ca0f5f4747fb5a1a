/* At an optimum of CE + beta u(R) the gradient of VIB's CE + beta u'(R) R vanishes, and conversely:
 * on inputs whose whole distribution fits into a batch. */
#include "core/pass.h"
#include "core/random.h"
#include "tests/unit/core/trainer_fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { ROWS = 20000 };

static const struct vib_params base = {ONE_HOT_TRAINING, .lr = 2e-2, .lr_decay_epochs = 5,
                                       .eval_samples = 1};

/* A trained model, as a pass wants its weights. */
struct model {
    float *memory, *gradient; /* [n_memory] */
    double rate;              /* bits */
    double weight;            /* that training ended with */
};

static struct vib_dataset data;

static int set_up(void **state) {
    (void)state;
    one_hot_data(&data, 1000, ROWS);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    vib_dataset_release(&data);
    return 0;
}

static float *new_memory(const struct vib_network *net) {
    float *memory = aligned_alloc(64, net->n_memory * sizeof *memory);
    assert_non_null(memory);
    memset(memory, 0, net->n_memory * sizeof *memory);
    return memory;
}

static struct model train(const struct vib_params *params) {
    struct vib_trainer *trainer = trainer_for(params, &data);
    const struct vib_network *net = vib_trainer_network(trainer);
    struct model model = {.memory = new_memory(net), .gradient = new_memory(net)};
    float *plain = malloc(net->n_params * sizeof *plain);
    struct vib_evaluation evaluation;
    struct vib_progress progress;
    assert_non_null(plain);
    train_epochs(trainer, 600);
    assert_int_equal(vib_trainer_evaluate(trainer, VIB_TEST, &evaluation), VIB_OK);
    vib_trainer_progress(trainer, &progress);
    vib_trainer_weights(trainer, 0, net->n_params, plain);
    vib_network_load(net, 0, net->n_params, plain, model.memory);
    model.rate = evaluation.rate;
    model.weight = progress.weight;
    free(plain);
    vib_trainer_free(trainer);
    return model;
}

static void model_release(struct model *model) {
    free(model->memory);
    free(model->gradient);
}

static void keep(void *context, const struct vib_gradient *made) {
    memcpy((float *)context + made->offset, made->values,
           made->rows * made->columns * sizeof *made->values);
}

/* model->gradient = the gradient of params' objective on all test examples; returns its norm. */
static double differentiate(const struct vib_params *params, struct model *model) {
    const struct vib_weights w = {model->memory, model->memory};
    const struct vib_gradient_sink sink = {.apply = keep, .context = model->gradient};
    const struct vib_stream stream = {5, VIB_STREAM_TRUTH, 0, 0};
    double state[VIB_OBJECTIVE_STATE] = {0}, squares = 0.0;
    struct vib_network net;
    struct vib_pass pass;
    struct vib_error err;
    double *nats = malloc(ROWS * sizeof *nats);
    assert_non_null(nats);
    vib_network_init(&net, params, data.dim, data.classes);
    assert_int_equal(vib_pass_init_training(&pass, &net, ROWS, VIB_F32, 0.0, false, &err), VIB_OK);
    vib_dataset_gather(&data, VIB_TEST, NULL, 0, ROWS, pass.input, pass.input_ld);
    vib_random_normal(&stream, 0, ROWS * net.K, pass.eps);
    vib_encode(&pass, &w);
    vib_decode(&pass, &w);
    struct vib_objective_batch batch = vib_pass_batch(&pass, &w, data.split[VIB_TEST].labels);
    batch.state = state;
    vib_objective_forward(&net.objective, &batch, nats);
    vib_backward(&pass, &w, &net.objective, &batch, &sink);
    for (size_t i = 0; i < net.n_memory; i++)
        squares += (double)model->gradient[i] * (double)model->gradient[i];
    vib_pass_release(&pass);
    free(nats);
    return sqrt(squares);
}

/* The weight of the rate at which the gradient of CE + weight R is the least: with g0 = dCE and g1
 * = d(CE + R), -<g0, dR> / <dR, dR>. And how much of dCE is left there, as a share. */
static double balance(struct model *model, double *left) {
    struct vib_params params = base;
    struct vib_network net;
    vib_network_init(&net, &params, data.dim, data.classes);
    params.beta = 0.0;
    const double fit = differentiate(&params, model);
    float *g0 = malloc(net.n_memory * sizeof *g0);
    double product = 0.0, squares = 0.0;
    assert_non_null(g0);
    memcpy(g0, model->gradient, net.n_memory * sizeof *g0);
    params.beta = 1.0;
    differentiate(&params, model);
    for (size_t i = 0; i < net.n_memory; i++) {
        const double dr = (double)model->gradient[i] - (double)g0[i];
        product += (double)g0[i] * dr;
        squares += dr * dr;
    }
    free(g0);
    params.beta = -product / squares;
    *left = differentiate(&params, model) / fit;
    return params.beta;
}

static void check_optimum_of(enum vib_rate_kind kind, double exponent, double beta) {
    struct vib_params params = base;
    double left;
    params.beta = beta;
    params.rate_function = kind;
    params.rate_exponent = exponent;
    struct model model = train(&params);
    const struct vib_rate_function u = {kind, exponent, beta};
    const double effective = vib_rate_slope(&u, model.rate), balanced = balance(&model, &left);
    print_message(
        "# R %.3f bits: beta u'(R) %.4f, the gradient of VIB is the least at %.4f, where "
        "%.1f %% of that of CE is left\n",
        model.rate, effective, balanced, 100.0 * left);
    assert_true(fabs(balanced / effective - 1.0) <= 0.03);
    assert_true(left <= 0.1);
    assert_true(fabs(model.weight / effective - 1.0) <= 0.01); /* by the running mean */
    model_release(&model);
}

static void test_optimum_of_a_rate_function(void **state) {
    (void)state;
    check_optimum_of(VIB_RATE_POWER, 1.0, 0.03);
    check_optimum_of(VIB_RATE_EXPONENTIAL, 0.5, 0.05);
}

/* VIB's optimum at beta is one of CE + (beta / u'(R)) u(R). */
static void test_optimum_of_vib(void **state) {
    (void)state;
    struct vib_params params = base;
    params.beta = 0.3;
    struct model model = train(&params);
    const struct vib_rate_function u = {VIB_RATE_POWER, 1.5, 1e-3}; /* before its bend */
    params.beta = 0.0;
    const double fit = differentiate(&params, &model);
    params.beta = 0.3 * u.weight / vib_rate_slope(&u, model.rate);
    params.rate_function = u.kind;
    params.rate_exponent = u.exponent;
    const double at = differentiate(&params, &model) / fit;
    params.beta *= 1.5;
    const double beside = differentiate(&params, &model) / fit;
    print_message(
        "# R %.3f bits: of the gradient of CE %.1f %% is left, %.1f %% at 1.5 times the weight\n",
        model.rate, 100.0 * at, 100.0 * beside);
    assert_true(at <= 0.1 && beside >= 0.3);
    model_release(&model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_optimum_of_a_rate_function),
        cmocka_unit_test(test_optimum_of_vib),
    };
    return cmocka_run_group_tests_name("stationarity", tests, set_up, tear_down);
}
