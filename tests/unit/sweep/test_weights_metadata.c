/* The metadata of a file of weights: the job, and all that a prediction takes. */
#include "runner/base/version.h"
#include "tests/unit/sweep/weights_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static size_t count_keys(const struct settings *settings) {
    size_t n = 0;
    for (size_t i = 0; i < n_keys; i++)
        n += !(keys[i].flags & KEY_SWEEP) && key_matters(&keys[i], settings_kind(settings));
    return n;
}

/* Beside the keys: of the job, and of a prediction. */
enum { N_FACTS = 5 + 10 };

static void the_metadata_tells_the_job(void **state) {
    struct place *p = *state;
    struct file f = written(p);
    assert_fact(p, &f, "format", "vib-sweep 1");
    assert_fact(p, &f, "version", version_program());
    assert_fact(p, &f, "identity", weights_identity);
    assert_fact(p, &f, "dataset.digest", weights_digest);
    assert_fact(p, &f, "epochs", "3");
    assert_fact(p, &f, "beta", "0.1");
    assert_fact(p, &f, "model.hidden", "[40, 30]");
    assert_fact(p, &f, "model.covariance", "full");
    assert_fact(p, &f, "save.weights", NULL);
    assert_int_equal(ask_number(p, "SELECT count(*) FROM json_each(?1, '$.__metadata__')", &f),
                     N_FACTS + count_keys(&p->settings));
    assert_int_equal(ask_number(p,
                                "SELECT count(*) FROM json_each(?1, '$.__metadata__')"
                                " WHERE type <> 'text'",
                                &f),
                     0);
    file_free(&f);
}

static void keys_that_do_not_matter_are_left_out(void **state) {
    struct place *p = *state;
    p->settings.job.method = VIB_METHOD_DETERMINISTIC;
    struct file f = written(p);
    assert_fact(p, &f, "method", "deterministic");
    assert_fact(p, &f, "beta", NULL);
    assert_fact(p, &f, "model.covariance", NULL);
    file_free(&f);
}

static void the_metadata_tells_what_a_prediction_takes(void **state) {
    struct place *p = *state;
    struct file f = written(p);
    assert_fact(p, &f, "input.shape", "[5]");
    assert_fact(p, &f, "layers",
                "[{\"name\": \"encoder.0\", \"in\": 5, \"out\": 40, \"activation\": \"tanh\"}, "
                "{\"name\": \"encoder.1\", \"in\": 40, \"out\": 30, \"activation\": \"tanh\"}, "
                "{\"name\": \"encoder.head\", \"in\": 30, \"out\": 5, \"activation\": \"linear\"}, "
                "{\"name\": \"decoder\", \"in\": 2, \"out\": 4, \"activation\": \"linear\"}]");
    assert_fact(p, &f, "layer", "activation(in @ NAME.weight + NAME.bias); relu(a) = max(0, a)");
    assert_fact(p, &f, "decoder", "q(y|z) = softmax(z @ decoder.weight + decoder.bias)");
    assert_fact(p, &f, "units",
                "J, CE and rate in bits per example; dataset.input_noise in those of input");
    file_free(&f);
}

static void the_metadata_tells_the_code(void **state) {
    static const struct {
        enum vib_method method;
        enum vib_covariance covariance;
        enum vib_noise noise;
        const char *name, *code, *prediction;
    } cases[] = {
        {VIB_METHOD_VIB, VIB_DIAGONAL, VIB_NOISE_LEARNED, "diagonal",
         "z = mu + L @ eps, eps ~ N(0, I); mu = head[:K]; L = diag(softplus(head[K:] - 5))",
         "argmax of the mean of q(y|z) over evaluate.samples samples of z"},
        {VIB_METHOD_VIB, VIB_FULL, VIB_NOISE_LEARNED, "full",
         "z = mu + L @ eps, eps ~ N(0, I); mu = head[:K]; rho = head[K:2*K]; o = head[2*K:]; "
         "L[k,k] = softplus(rho[k] - 5); L[k,j] = 0.01 * o[k*(k-1)/2 + j] for j < k, else 0",
         "argmax of the mean of q(y|z) over evaluate.samples samples of z"},
        {VIB_METHOD_CEB, VIB_DIAGONAL, VIB_NOISE_FIXED, "diagonal",
         "z = mu + model.noise_scale * eps, eps ~ N(0, I); mu = head",
         "argmax of the mean of q(y|z) over evaluate.samples samples of z"},
        {VIB_METHOD_DROPOUT, VIB_FULL, VIB_NOISE_LEARNED, "point", "z = mu; mu = head",
         "argmax of q(y|z)"},
    };
    struct place *p = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        p->settings.job.method = cases[i].method;
        p->settings.job.covariance = cases[i].covariance;
        p->settings.job.noise = cases[i].noise;
        p->settings.job.noise_scale = 0.5;
        p->net.posterior = vib_posterior_of(&p->settings.job);
        struct file f = written(p);
        assert_fact(p, &f, "posterior", cases[i].name);
        assert_fact(p, &f, "code", cases[i].code);
        assert_fact(p, &f, "prediction", cases[i].prediction);
        file_free(&f);
    }
}

static void the_metadata_tells_what_the_objective_learned(void **state) {
    struct place *p = *state;
    const struct vib_shape shape = {.dim = p->net.dim, .classes = p->net.classes};
    p->settings.job.method = VIB_METHOD_CEB;
    vib_objective_init(&p->net.objective, &p->settings.job, shape);
    p->net.objective.n_parts = 0; /* the fixture has no values for these */
    struct file f = written(p);
    assert_fact(p, &f, "compression",
                "b(z|y) = N(backward.mean[y], diag(exp(backward.log_scale[y]))**2)");
    file_free(&f);
}

static void the_metadata_tells_the_input(void **state) {
    static const char *const equations[] = {[VIB_SCALE_SYMMETRIC] = "2 * x / 255 - 1",
                                            [VIB_SCALE_UNIT] = "x / 255",
                                            [VIB_SCALE_NONE] = "x"};
    struct place *p = *state;
    p->data.n_axes = 2;
    p->data.shape[0] = 1;
    p->data.shape[1] = DIM;
    for (int scale = VIB_SCALE_SYMMETRIC; scale <= VIB_SCALE_NONE; scale++) {
        p->data.scale = (enum vib_scale)scale;
        struct file f = written(p);
        assert_fact(p, &f, "input", equations[scale]);
        assert_fact(p, &f, "input.shape", "[1, 5]");
        file_free(&f);
    }
}

static void classes_have_the_names_of_labels(void **state) {
    char first[] = "a \"cat\"", *names[CLASSES] = {first, "", "\xc3\xa9\n", "-1"};
    struct place *p = *state;
    struct file numbered = written(p);
    assert_fact(p, &numbered, "class_names", "[\"0\", \"1\", \"2\", \"3\"]");
    p->data.class_names = names;
    struct file named = written(p);
    assert_fact(p, &named, "class_names", "[\"a \\\"cat\\\"\", \"\", \"\xc3\xa9\\u000a\", \"-1\"]");
    file_free(&numbered);
    file_free(&named);
}

static void standardized_inputs_bring_mean_and_deviation(void **state) {
    float mean[DIM] = {1, 2, 3, 4, 5}, deviation[DIM] = {0, 6, 7, 8, 9};
    struct place *p = *state;
    struct file without = written(p);
    p->data.scale = VIB_SCALE_STANDARDIZE;
    p->data.mean = mean;
    p->data.deviation = deviation;
    struct file f = written(p);
    const unsigned char *at = f.bytes + 8 + f.header_bytes;
    assert_fact(p, &f, "input", "(x - input.mean) / input.deviation, 0 where input.deviation is 0");
    assert_int_equal(ask_number(p, "SELECT ?1 ->> '$.\"input.mean\".shape[0]'", &f), DIM);
    assert_int_equal(ask_number(p, "SELECT ?1 ->> '$.\"input.mean\".data_offsets[0]'", &f), 0);
    assert_int_equal(ask_number(p, "SELECT ?1 ->> '$.\"input.deviation\".data_offsets[1]'", &f),
                     sizeof mean + sizeof deviation);
    assert_int_equal(ask_number(p, "SELECT ?1 ->> '$.\"encoder.0.weight\".data_offsets[0]'", &f),
                     sizeof mean + sizeof deviation);
    assert_memory_equal(at, mean, sizeof mean);
    assert_memory_equal(at + sizeof mean, deviation, sizeof deviation);
    assert_memory_equal(at + sizeof mean + sizeof deviation,
                        without.bytes + 8 + without.header_bytes,
                        without.size - 8 - without.header_bytes);
    assert_int_equal(f.size - 8 - f.header_bytes,
                     sizeof mean + sizeof deviation + without.size - 8 - without.header_bytes);
    file_free(&without);
    file_free(&f);
}

/* Any length of the header is padded, and text is escaped. */
static void metadata_of_any_text(void **state) {
    static const char *const names[] = {"m", "mn", "mni", "mnis", "mnist", "a\"b\\c\n\xc3\xa9"};
    struct place *p = *state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        p->settings.data.name = names[i];
        struct file f = written(p);
        assert_int_equal(f.header_bytes % 8, 0);
        assert_fact(p, &f, "dataset.name", names[i]);
        file_free(&f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_PLACE(the_metadata_tells_the_job),
        WITH_PLACE(keys_that_do_not_matter_are_left_out),
        WITH_PLACE(the_metadata_tells_what_a_prediction_takes),
        WITH_PLACE(the_metadata_tells_the_code),
        WITH_PLACE(the_metadata_tells_what_the_objective_learned),
        WITH_PLACE(the_metadata_tells_the_input),
        WITH_PLACE(classes_have_the_names_of_labels),
        WITH_PLACE(standardized_inputs_bring_mean_and_deviation),
        WITH_PLACE(metadata_of_any_text),
    };
    return cmocka_run_group_tests_name("weights_metadata", tests, NULL, NULL);
}
