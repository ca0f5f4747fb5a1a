/* What is measured between epochs, and what patience makes of it. */
#include "runner/sweep/job_internal.h"

#include "core/objective.h"
#include "runner/base/clock.h"

#include <stdlib.h>

bool job_evaluation_due(const struct job *job, const struct vib_progress *p) {
    const struct vib_params *params = &job->settings.job;
    const struct job_result *r = &job->result;
    if (p->step != 0 || p->epoch == 0)
        return false;
    if (p->epoch % params->eval_every != 0 && p->epoch != params->epochs)
        return false;
    return r->n_epochs == 0 || r->epochs[r->n_epochs - 1].epoch < p->epoch;
}

/* What patience waits for: J on the validation split as the method trades its rate, bits. */
static double validation_objective(const struct job *job, const struct epoch_result *epoch) {
    const struct vib_evaluation *e = &epoch->split[VIB_VALIDATION];
    return vib_objective_measured(&job->settings.job, e->ce, e->compression);
}

/* The place of the first evaluation once beta has risen to its value, as before that J is not what
 * training minimises; where there is none yet, of the last one; there is one. */
static size_t first_warm(const struct job *job) {
    const struct job_result *r = &job->result;
    size_t first = 0;
    while (first + 1 < r->n_epochs && r->epochs[first].epoch < job->settings.job.warmup_epochs)
        first++;
    return first;
}

/* The place of the best evaluation from there on, of equal ones the first. */
size_t job_best_evaluation(const struct job *job) {
    const struct job_result *r = &job->result;
    size_t best = first_warm(job);
    for (size_t i = best + 1; i < r->n_epochs; i++)
        if (validation_objective(job, &r->epochs[i]) < validation_objective(job, &r->epochs[best]))
            best = i;
    return best;
}

/* Whether all evaluations that patience waits for have passed. */
bool job_lost_patience(const struct job *job) {
    const size_t patience = job->settings.job.patience, n = job->result.n_epochs;
    return patience > 0 && n > patience && n - 1 - job_best_evaluation(job) >= patience;
}

static int add_evaluation(struct job *job, const struct epoch_result *row) {
    struct job_result *r = &job->result;
    (void)pthread_mutex_lock(&job->lock);
    struct epoch_result *epochs = realloc(r->epochs, (r->n_epochs + 1) * sizeof *epochs);
    if (epochs != NULL) {
        r->epochs = epochs;
        r->epochs[r->n_epochs++] = *row;
    }
    (void)pthread_mutex_unlock(&job->lock);
    return epochs != NULL ? VIB_OK : VIB_ENOMEM;
}

/* Appends estimates on a split. That some of them are not finite is a result. */
static int estimate_along(struct job *job, struct vib_trainer *trainer, size_t epoch,
                          enum vib_split_id split) {
    struct job_result *r = &job->result;
    struct vib_error err;
    struct along_result *along = realloc(r->along, (r->n_along + 1) * sizeof *along);
    if (along == NULL)
        return VIB_ENOMEM;
    r->along = along;
    along[r->n_along] = (struct along_result){.epoch = epoch, .split = split};
    const int rc = vib_trainer_bounds_along(trainer, split, &along[r->n_along].information, &err);
    if (rc != VIB_OK && rc != VIB_EDIVERGED)
        return rc;
    r->n_along++;
    return VIB_OK;
}

/* Where they are due, on all splits or, stopped or out of memory, none. */
static int estimate_all_along(struct job *job, struct vib_trainer *trainer, size_t epoch) {
    const struct vib_params *params = &job->settings.job;
    const size_t before = job->result.n_along;
    int rc = VIB_OK;
    if (params->bounds_every == 0 || epoch % params->bounds_every != 0 ||
        !vib_method_info(params->method)->stochastic)
        return VIB_OK;
    for (enum vib_split_id id = 0; id < VIB_SPLITS && rc == VIB_OK; id++)
        if (vib_dataset_has(job->data, id))
            rc = estimate_along(job, trainer, epoch, id);
    if (rc != VIB_OK)
        job->result.n_along = before;
    return rc;
}

/* Appends an evaluation of all splits. */
int job_evaluate(struct job *job, struct vib_trainer *trainer, const struct vib_progress *p) {
    struct job_result *r = &job->result;
    struct epoch_result row = {.epoch = p->epoch, .lr = p->lr};
    double start = clock_s();
    for (enum vib_split_id id = 0; id < VIB_SPLITS; id++) {
        if (!vib_dataset_has(job->data, id))
            continue;
        int rc = vib_trainer_evaluate(trainer, id, &row.split[id]);
        if (rc != VIB_OK)
            return rc;
        row.splits |= 1u << id;
    }
    const int rc = estimate_all_along(job, trainer, p->epoch);
    if (rc != VIB_OK)
        return rc;
    r->evaluate_s += clock_s() - start;
    if (add_evaluation(job, &row) != VIB_OK)
        return VIB_ENOMEM;
    if (job->settings.job.patience > 0 && job_best_evaluation(job) == r->n_epochs - 1)
        vib_trainer_keep(trainer);
    return VIB_OK;
}
