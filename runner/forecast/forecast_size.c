/* What it takes of memory and disk. */
#include "runner/forecast/forecast.h"

#include "core/network.h"
#include "core/posterior.h"
#include "core/trainer.h"
#include "runner/base/atomic_file.h"
#include "runner/base/host.h"

#include <math.h>
#include <stdlib.h>
#include <sys/statvfs.h>

/* Bytes, as measured: they hold within a third. */
static const double EMPTY = 120e3; /* a database without jobs */
static const double JOB = 850.0, RESULT = 150.0, BOUND = 102.0, EPOCH = 122.0; /* of a row */
static const double NUMBER = 12.5;          /* of a float32 as JSON */
static const double CODE = 500.0;           /* of a row that goes on in pages of its own ... */
static const double PAGE = 4096.0;          /* ... of so many */
static const double WEIGHTS_HEADER = 2.5e3; /* of a file of weights */

/* --- memory --- */

static int greatest_first(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* The n greatest of values [count], which are reordered, summed. */
static double sum_greatest(double *values, size_t count, size_t n) {
    double sum = 0.0;
    if (count > 0)
        qsort(values, count, sizeof *values, greatest_first);
    for (size_t i = 0; i < count && i < n; i++)
        sum += values[i];
    return sum;
}

static double data_bytes(const struct vib_dataset *data) {
    double bytes = 0.0;
    for (int s = 0; s < VIB_SPLITS; s++) {
        const struct vib_split *split = &data->split[s];
        const double inputs = (double)split->n * (double)data->dim;
        bytes += (double)split->n * sizeof(uint16_t) +
                 inputs * (data->scale == VIB_SCALE_SYMMETRIC || data->scale == VIB_SCALE_UNIT
                               ? sizeof(uint8_t)
                               : sizeof(float));
    }
    return bytes;
}

static int find_memory(struct forecast *f, struct vib_error *err) {
    const size_t n_data = data_cache_n(f->cache), room = f->grid.n > n_data ? f->grid.n : n_data;
    double *bytes = calloc(room, sizeof *bytes);
    size_t n = 0;
    if (bytes == NULL)
        return vib_error_set(err, VIB_ENOMEM, "plan: out of memory for %zu jobs", f->grid.n);
    for (size_t i = 0; i < f->grid.n; i++)
        if (forecast_waits(f, i))
            bytes[n++] = f->estimate.jobs[i].bytes;
    f->memory.jobs = sum_greatest(bytes, n, f->threads);
    f->memory.job = n > 0 ? bytes[0] : 0.0;
    for (size_t i = 0; i < n_data; i++) {
        const struct vib_dataset *data = data_cache_at(f->cache, i);
        bytes[i] = data_bytes(data);
        if (!vib_dataset_has(data, VIB_VALIDATION) && f->unvalidated == NULL)
            f->unvalidated = data->name;
    }
    f->memory.data = sum_greatest(bytes, n_data, f->threads);
    f->memory.available = host_memory();
    free(bytes);
    return VIB_OK;
}

/* --- disk --- */

static size_t n_splits(const struct vib_dataset *data) {
    size_t n = 0;
    for (int s = 0; s < VIB_SPLITS; s++)
        n += vib_dataset_has(data, (enum vib_split_id)s);
    return n;
}

static double row_of(double bytes) {
    return bytes <= PAGE / 4 ? bytes + 20.0 : CODE + PAGE * ceil((bytes - CODE) / PAGE);
}

static double database_bytes(const struct settings *settings, const struct vib_dataset *data) {
    const struct vib_params *params = &settings->job;
    const double evaluations = ceil((double)params->epochs / (double)params->eval_every);
    /* Of I(Z;X), and of I(X;Z|Y) by all but the rate. */
    const int bounds = __builtin_popcount(params->bounds) +
                       __builtin_popcount(params->bounds & ~(1u << VIB_ESTIMATOR_RATE));
    const double along =
        params->bounds_every > 0 ? floor((double)params->epochs / (double)params->bounds_every) : 0;
    return JOB +
           (double)n_splits(data) * (RESULT + BOUND * bounds * (1.0 + along) + EPOCH * evaluations);
}

static double codes_bytes(const struct settings *settings, const struct vib_dataset *data) {
    const struct vib_posterior posterior = vib_posterior_of(&settings->job);
    const size_t all = data->split[VIB_TEST].n;
    const size_t n = settings->save_codes < all ? settings->save_codes : all;
    const double numbers = (double)(posterior.K + vib_posterior_factor_size(&posterior));
    const double decoder = (double)(posterior.K + 1) * (double)data->classes;
    return n == 0 ? 0.0 : (double)n * row_of(NUMBER * numbers) + row_of(NUMBER * decoder);
}

/* A class of each of so many examples, as JSON. */
static double classes_bytes(size_t n, size_t classes) {
    double digits = 1.0;
    for (size_t first = 10; first < classes; first *= 10)
        digits += (double)(classes - first) / (double)classes; /* a further one from there on */
    return (double)n * (digits + 1.0);
}

/* Of the splits that are not trained on, in `lists` lists each. */
static double class_lists_bytes(const struct vib_dataset *data, double lists) {
    double bytes = 0.0;
    for (int s = VIB_TRAIN + 1; s < VIB_SPLITS; s++)
        if (vib_dataset_has(data, (enum vib_split_id)s))
            bytes += row_of(lists * classes_bytes(data->split[s].n, data->classes));
    return bytes;
}

/* By one sample, by the average and at the mean. */
static double predictions_bytes(const struct settings *settings, const struct vib_dataset *data) {
    return settings->save_predictions ? class_lists_bytes(data, 3.0) : 0.0;
}

static double weights_bytes(const struct settings *settings, const struct vib_dataset *data) {
    struct vib_network net;
    if (!settings->save_weights)
        return 0.0;
    vib_network_init(&net, &settings->job, data->dim, data->classes);
    return (double)net.n_params * sizeof(float) + WEIGHTS_HEADER;
}

/* Of the disk that holds the file, or will; that of the folder above where there is none yet. */
static double free_bytes(const char *path) {
    struct statvfs status;
    char *folder = atomic_file_folder(path);
    const char *place = folder != NULL ? folder : ".";
    const bool told = statvfs(place, &status) == 0 || statvfs(".", &status) == 0;
    free(folder);
    return told ? (double)status.f_bavail * (double)status.f_frsize : (double)INFINITY;
}

static int find_disk(struct forecast *f, struct vib_error *err) {
    struct forecast_disk *disk = &f->disk;
    size_t n = 0;
    double *states = calloc(f->grid.n, sizeof *states);
    if (states == NULL)
        return vib_error_set(err, VIB_ENOMEM, "plan: out of memory for %zu jobs", f->grid.n);
    int rc = VIB_OK;
    disk->database = f->there ? 0.0 : EMPTY;
    for (size_t i = 0; i < f->grid.n && rc == VIB_OK; i++) {
        const struct vib_dataset *data;
        struct settings settings;
        if (!forecast_waits(f, i))
            continue;
        grid_settings(&f->grid, i, &settings);
        if ((rc = data_cache_get(f->cache, &settings.data, &data, err)) != VIB_OK)
            continue;
        disk->database += database_bytes(&settings, data);
        disk->codes += codes_bytes(&settings, data);
        disk->predictions += predictions_bytes(&settings, data);
        disk->weights += weights_bytes(&settings, data);
        states[n++] = (double)vib_job_state_size(&settings.job, data);
    }
    /* The labels stand beside them once. */
    for (size_t i = 0; i < data_cache_n(f->cache) && disk->predictions > 0.0; i++)
        disk->predictions += class_lists_bytes(data_cache_at(f->cache, i), 1.0);
    /* Twice: the old one stays until the new one is whole. */
    disk->checkpoints = 2.0 * sum_greatest(states, n, f->threads);
    disk->available = free_bytes(f->database);
    free(states);
    return rc;
}

int forecast_size(struct forecast *f, struct vib_error *err) {
    const int rc = find_memory(f, err);
    return rc == VIB_OK ? find_disk(f, err) : rc;
}
