/* What the jobs of a grid take, before any of them has run, and how fast this machine is at them.
 *
 * Sums of FLOPs divided by a rate are seconds of one thread. The estimates are functions of
 * settings and data alone: equal on every machine that runs the same build. */
#ifndef RUNNER_SWEEP_ESTIMATE_H
#define RUNNER_SWEEP_ESTIMATE_H

#include "core/dataset.h"
#include "core/error.h"
#include "runner/config/grid.h"
#include "runner/config/identity.h"
#include "runner/config/keys.h"
#include "runner/sweep/data_cache.h"

#include <stddef.h>

struct job_estimate {
    char identity[IDENTITY_SIZE];
    double flops; /* floating-point operations of the whole job, as vib_job_flops has them */
    double bytes; /* as of estimate_bytes */
};

struct estimate {
    size_t n;                  /* points of the grid; twins have one identity */
    struct job_estimate *jobs; /* [n], in the grid's order; owned */
    double flops;              /* sum over the points */
    size_t longest;            /* the first point with the most FLOPs */
};

/* Bytes of memory that a job takes at its highest, with the codes that it keeps, but without the
 * data, which jobs share. */
double estimate_bytes(const struct settings *settings, const struct vib_dataset *data);

/* The settings are those of the grid; the identity is that of the job once its data are known
 * (data_complete). Errors: of job_identity. */
int estimate_job(struct job_estimate *job, const struct settings *settings,
                 const struct vib_dataset *data, struct vib_error *err);

/* Loads every data set of the grid, by the cache, and checks every job. On failure *estimate is
 * zeroed. Errors: of data_cache_get, vib_trainer_check and job_identity; VIB_ENOMEM. One thread. */
int estimate_grid(struct estimate *estimate, const struct grid *grid, struct data_cache *cache,
                  struct vib_error *err);
void estimate_release(struct estimate *estimate); /* harmless on a zeroed one */

/* FLOP/s of one thread while `threads` of them are at work, each training estimate->longest for
 * `trial_s` seconds. Nothing is kept. Errors: of data_cache_hold and vib_trainer_new;
 * VIB_ENOMEM, VIB_ETHREAD. */
int estimate_rate(const struct estimate *estimate, const struct grid *grid,
                  struct data_cache *cache, size_t threads, double trial_s, double *flops_per_s,
                  struct vib_error *err);

#endif
