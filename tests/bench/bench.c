/* What training costs on this machine and what the machine could do: `make bench`.
 *
 *   bench [--quick]
 * Prints a record for each measurement; README.md tells their fields. Needs MNIST. --quick measures
 * everything once and briefly, on a small model and the built-in data: to see that it works. */
#include "core/kernel.h"
#include "runner/base/clock.h"
#include "runner/base/host.h"
#include "runner/base/version.h"
#include "runner/config/keys.h"
#include "runner/sweep/data_cache.h"
#include "tests/bench/bandwidth.h"
#include "tests/bench/machine.h"
#include "tests/bench/plan.h"
#include "tests/bench/made_up.h"
#include "tests/bench/record.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Measurements are well above the clock's grain and the threads' start. */
enum { ROUNDS = 7, QUICK_ELEMENTS = 1 << 16 };
static const double MEASUREMENT_S = 0.25;

/* The program, the machine, and how busy it was. */
static int tell_run(size_t threads, struct vib_error *err) {
    const time_t now = time(NULL);
    struct host host;
    struct tm utc;
    char date[32] = "";
    if (gmtime_r(&now, &utc) != NULL)
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &utc);
    host_init(&host);
    record_open(stdout, "run");
    record_text(stdout, "date", date);
    record_text(stdout, "version", version_program());
    record_text(stdout, "build", version_build());
    record_text(stdout, "library", vib_kernel_engine());
    record_text(stdout, "cpu", host.cpu);
    record_number(stdout, "threads", (double)threads);
    record_number(stdout, "load_average", machine_load());
    return record_close(stdout, err);
}

static int load(struct data_cache *cache, const struct settings *settings,
                const struct vib_dataset **data, struct vib_error *err) {
    const double start = clock_s();
    int rc = data_cache_get(cache, &settings->data, data, err);
    const double loaded = clock_s();
    if (rc != VIB_OK)
        return rc;
    record_open(stdout, "load");
    record_text(stdout, "dataset", settings->data.name);
    record_number(stdout, "s", loaded - start);
    return record_close(stdout, err);
}

/* What a whole job of this model is: so many passes over so many examples. */
static int tell_job(const struct model *model, struct vib_error *err) {
    double examples = 0.0, splits = 0.0;
    for (size_t split = 0; split < VIB_SPLITS; split++) {
        examples += (double)model->data->split[split].n;
        splits += model->data->split[split].n > 0;
    }
    record_open(stdout, "job");
    model_describe(model, stdout);
    record_number(stdout, "dim", (double)model->data->dim);
    record_number(stdout, "classes", (double)model->data->classes);
    record_number(stdout, "epochs", (double)model->params.epochs);
    record_number(stdout, "evaluate_every", (double)model->params.eval_every);
    record_number(stdout, "train", (double)model->data->split[VIB_TRAIN].n);
    record_number(stdout, "examples", examples);
    record_number(stdout, "splits", splits);
    return record_close(stdout, err);
}

static int measure(const struct settings *settings, const struct bench_data *data, bool quick,
                   size_t threads, struct vib_error *err) {
    const struct effort usual = {MEASUREMENT_S, ROUNDS, triad_elements()};
    const struct effort least = {0.0, 1, QUICK_ELEMENTS};
    struct plan *plan = malloc(sizeof *plan);
    if (plan == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    plan_init(plan, &settings->job, data, quick ? &least : &usual);
    int rc = VIB_OK;
    for (size_t m = 0; m < plan->n_models && rc == VIB_OK; m++)
        rc = tell_job(&plan->model[m], err);
    if (rc == VIB_OK)
        rc = plan_measure(plan, threads, stdout, err);
    free(plan);
    return rc;
}

static void choose(struct settings *settings, bool quick) {
    settings_init(settings);
    settings->data.name = quick ? "mixture" : "mnist";
    if (!quick)
        return;
    settings->data.n_train = 1000;
    settings->data.n_test = 200;
    settings->job.n_hidden = 1;
    settings->job.hidden[0] = 32;
}

/* The shape of ImageNet's features in the paper, with no more examples than a cache cannot hold. */
static const struct made_up imagenet_like = {"imagenet-like", 1536, 1000, 20000, 1000};
static const struct made_up quick_shape = {"imagenet-like", 48, 20, 1000, 200};

static int bench_with(struct data_cache *cache, bool quick, struct vib_error *err) {
    const size_t threads = host_processors();
    struct settings settings;
    struct vib_dataset wide = {.dim = 0};
    struct bench_data data = {.wide = &wide};
    choose(&settings, quick);
    int rc = tell_run(threads, err);
    if (rc == VIB_OK)
        rc = load(cache, &settings, &data.usual, err);
    if (rc == VIB_OK)
        rc = made_up_data(&wide, quick ? &quick_shape : &imagenet_like, err);
    if (rc == VIB_OK)
        rc = measure(&settings, &data, quick, threads, err);
    vib_dataset_release(&wide);
    return rc;
}

static int bench(bool quick, struct vib_error *err) {
    struct data_cache *cache = NULL;
    if (data_cache_new(&cache, SIZE_MAX) != VIB_OK)
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    int rc = bench_with(cache, quick, err);
    data_cache_free(cache);
    return rc;
}

int main(int argc, char **argv) {
    struct vib_error err;
    const bool quick = argc == 2 && strcmp(argv[1], "--quick") == 0;
    if (argc > 1 && !quick) {
        fprintf(stderr, "usage: bench [--quick]\n");
        return 2;
    }
    if (bench(quick, &err) == VIB_OK)
        return 0;
    fprintf(stderr, "bench: %s\n", err.message);
    return 1;
}
