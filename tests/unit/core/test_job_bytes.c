/* The memory of a job: what is estimated of it against what a process that runs one takes. The
 * library of matrix products adds what it needs, so that the estimate is rather too small: the real
 * use is within 0.9 and 1.4 of it, and 4 MB. */
#include "core/kernel.h"
#include "core/view.h"
#include "tests/unit/core/trainer_fixture.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* A number of bytes in /proc/self/status. */
static double status_bytes(const char *name) {
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    double kilobytes = -1.0;
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            kilobytes = strtod(line + strlen(name), NULL);
    if (file != NULL)
        fclose(file);
    return 1024.0 * kilobytes;
}

static int run_job(const struct vib_params *params, const struct vib_dataset *data) {
    struct vib_trainer *trainer = NULL;
    struct vib_evaluation evaluation;
    struct vib_information information;
    struct vib_error err;
    int rc = vib_trainer_new(&trainer, params, data, NULL, NULL, &err);
    for (size_t epoch = 0; rc == VIB_OK && epoch < params->epochs; epoch++)
        if ((rc = vib_trainer_advance(trainer, SIZE_MAX)) == VIB_OK)
            if ((rc = vib_trainer_evaluate(trainer, VIB_TEST, &evaluation)) == VIB_OK &&
                params->patience > 0)
                vib_trainer_keep(trainer);
    if (rc == VIB_OK)
        rc = vib_trainer_bounds(trainer, VIB_TRAIN, &information, &err);
    vib_trainer_free(trainer);
    return rc;
}

/* What a process that has run a small job already grows by at the most for this one. */
static double measure(const struct vib_params *params, const struct vib_dataset *data) {
    int ends[2], status;
    double bytes = 0.0;
    assert_int_equal(pipe(ends), 0);
    fflush(stdout);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct vib_params small = *params;
        small.n_hidden = 1;
        small.hidden[0] = small.K = 16;
        small.bounds_n = 100;
        const int rc = run_job(&small, data);
        (void)malloc_trim(0);
        bytes = -status_bytes("VmRSS:");
        if (rc != VIB_OK || run_job(params, data) != VIB_OK)
            _exit(1);
        bytes += status_bytes("VmHWM:");
        _exit(write(ends[1], &bytes, sizeof bytes) == (ssize_t)sizeof bytes ? 0 : 2);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(read(ends[0], &bytes, sizeof bytes), sizeof bytes);
    close(ends[0]);
    close(ends[1]);
    return bytes;
}

static const struct vib_params base = {.beta = 1e-2,
                                       .K = 32,
                                       .seed = 1,
                                       .n_hidden = 2,
                                       .hidden = {1024, 1024},
                                       .epochs = 2,
                                       .batch = 100,
                                       .lr = 1e-4,
                                       .lr_decay_epochs = 2,
                                       PAPERS_OPTIMISER,
                                       .eval_every = 1,
                                       .eval_samples = 1,
                                       .bounds_n = 10000};

static void check(const char *name, const struct vib_params *params, size_t dim, size_t classes,
                  size_t n_train) {
    const struct vib_mixture mixture = {.dim = dim,
                                        .classes = classes,
                                        .n_train = n_train,
                                        .n_test = 100,
                                        .separation = 4.0,
                                        .noise = 1.0};
    const struct vib_view view = {.validation = params->patience > 0 ? 10 : 0,
                                  .scale = VIB_SCALE_NONE};
    struct vib_dataset whole, data;
    struct vib_error err;
    assert_int_equal(vib_dataset_make_mixture(&whole, &mixture, &err), VIB_OK);
    assert_int_equal(vib_view_make(&data, &view, &whole, &err), VIB_OK);
    const double estimate = (double)vib_job_bytes(params, &data), real = measure(params, &data);
    print_message("# %s: estimated %.1f MB, took %.1f MB\n", name, 1e-6 * estimate, 1e-6 * real);
    vib_dataset_release(&data);
    vib_dataset_release(&whole);
    assert_true(real >= 0.9 * estimate - 4e6);
    assert_true(real <= 1.4 * estimate + 4e6);
}

static void test_networks(void **state) {
    (void)state;
    skip_in_sanitizers();
    struct vib_params p = base;
    check("1024 x 1024", &p, 784, 10, 210);
    p.hidden[0] = p.hidden[1] = 2048;
    check("2048 x 2048", &p, 784, 10, 100);
    p = base;
    p.batch = 2000;
    check("a batch of 2000", &p, 784, 10, 2000);
    p = base;
    p.method = VIB_METHOD_DROPOUT;
    p.dropout = 0.5;
    check("dropout", &p, 784, 10, 210);
    p = base;
    p.samples = 1000;
    check("1000 samples", &p, 784, 10, 210);
    p = base;
    p.samples = 100;
    p.marginal = VIB_MARGINAL_MIXTURE;
    p.components = 500;
    check("a mixture of 500, 100 samples", &p, 784, 10, 210);
    p.samples = 1;
    p.marginal = VIB_MARGINAL_VAMP;
    p.components = 2000;
    check("2000 pseudo-inputs", &p, 784, 10, 210);
    p = base;
    p.patience = 1;
    check("patience", &p, 784, 10, 210);
    p = base;
    p.n_hidden = 1;
    check("10,000 classes", &p, 20, 10000, 1000);
    p = base;
    p.precision = VIB_BF16;
    if (vib_kernel_supports(VIB_BF16))
        check("bfloat16", &p, 784, 10, 210);
}

/* Where these take more than training does. */
static void test_estimates(void **state) {
    (void)state;
    skip_in_sanitizers();
    struct vib_params p = base;
    p.n_hidden = 0;
    p.K = 256;
    p.bounds = 1u << VIB_ESTIMATOR_MIXTURE | 1u << VIB_ESTIMATOR_MOMENT_MATCHED;
    check("K = 256, 10,000 codes", &p, 20, 10, 10000);
    p.K = VIB_MAX_FULL_K;
    p.covariance = VIB_FULL;
    p.bounds = 1u << VIB_ESTIMATOR_MIXTURE;
    check("full covariance, K = 64, 2000 codes", &p, 20, 10, 2000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_networks),
        cmocka_unit_test(test_estimates),
    };
    return cmocka_run_group_tests_name("job_bytes", tests, NULL, NULL);
}
