/* What training costs on this machine and what the machine could do: `make bench`.
 *
 *   bench PROGRAM NULL_PROGRAM JSON
 * PROGRAM is vib-sweep, NULL_PROGRAM the same with tests/bench/null_trainer.c. Prints a table and
 * writes the same to the file JSON. Needs MNIST. */
#include "runner/base/clock.h"
#include "runner/sweep/data.h"
#include "runner/config/keys.h"
#include "tests/bench/plan.h"
#include "tests/bench/program.h"
#include "tests/bench/report.h"
#include "tests/bench/rows.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 5 };

static void say(const char *what) {
    fprintf(stderr, "bench: %s ...\n", what);
}

static int load(struct data_cache *cache, const struct settings *settings,
                const struct vib_dataset **data, struct singles *singles, struct vib_error *err) {
    const double start = clock_s();
    int rc = data_cache_get(cache, &settings->data, data, err);
    singles->load_s = clock_s() - start;
    return rc;
}

static int measure_program(char *const programs[2], size_t threads, struct singles *singles,
                           struct vib_error *err) {
    say("memory of the program");
    int rc = program_memory(programs[0], 1, &singles->memory_one_mb, err);
    singles->memory_all_mb = singles->memory_one_mb;
    if (rc == VIB_OK && threads > 1)
        rc = program_memory(programs[0], threads, &singles->memory_all_mb, err);
    if (rc != VIB_OK)
        return rc;
    say("jobs that do nothing");
    return program_overhead(programs[1], threads, &singles->overhead, err);
}

static int put_out(struct report *report, const struct plan *plan, const struct singles *singles,
                   const char *path, struct vib_error *err) {
    if (rows_add(report, plan, singles) != VIB_OK)
        return vib_error_set(err, VIB_ENOMEM, "out of memory for the report");
    if (report_print(report, stdout) != VIB_OK)
        return vib_error_set(err, VIB_EIO, "cannot write to stdout");
    if (report_write_json(report, path) != VIB_OK)
        return vib_error_set(err, VIB_EIO, "cannot write %s", path);
    printf("\nas JSON: %s\n", path);
    return VIB_OK;
}

static int bench(char *const programs[2], const char *path, struct vib_error *err) {
    struct report report;
    struct settings settings;
    struct singles singles;
    struct data_cache *cache = NULL;
    const struct vib_dataset *data;
    struct plan *plan = malloc(sizeof *plan);
    report_init(&report);
    settings_init(&settings);
    int rc = plan == NULL || data_cache_new(&cache) != VIB_OK
                 ? vib_error_set(err, VIB_ENOMEM, "out of memory")
                 : load(cache, &settings, &data, &singles, err);
    if (rc == VIB_OK)
        rc = measure_program(programs, report.threads, &singles, err);
    if (rc == VIB_OK) {
        plan_init(plan, &settings.job, data);
        say("the machine, training, evaluation");
        rc = series_measure(plan->series, plan->n_series, report.threads, ROUNDS, err);
    }
    if (rc == VIB_OK)
        rc = put_out(&report, plan, &singles, path, err);
    free(plan);
    data_cache_free(cache);
    report_release(&report);
    return rc;
}

int main(int argc, char **argv) {
    struct vib_error err;
    if (argc != 4) {
        fprintf(stderr, "usage: bench PROGRAM NULL_PROGRAM JSON\n");
        return 2;
    }
    if (bench(argv + 1, argv[3], &err) == VIB_OK)
        return 0;
    fprintf(stderr, "bench: %s\n", err.message);
    return 1;
}
