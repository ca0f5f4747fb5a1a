/* What follows training: which weights are the result, what is measured and kept of them. */
#include "runner/sweep/job_internal.h"

#include "runner/base/clock.h"
#include "runner/store/saved_codes.h"
#include "runner/store/saved_predictions.h"
#include "runner/sweep/weights_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The sentence of a failure begins with what is missing for it. */
static int lack(struct vib_error *err, int rc, const char *what) {
    const struct vib_error why = *err;
    return vib_error_set(err, rc, "%s: %s", what, why.message);
}

/* What is measured only once, on the final weights. That some of it is not finite is a result. */
static int measure_information(struct job *job, struct vib_trainer *trainer,
                               struct vib_error *err) {
    const double start = clock_s();
    int rc = VIB_OK;
    for (enum vib_split_id id = 0; id < VIB_SPLITS && rc == VIB_OK; id++) {
        char what[64];
        if (!vib_dataset_has(job->data, id))
            continue;
        rc = vib_trainer_bounds(trainer, id, &job->result.information[id], err);
        if (rc == VIB_OK || rc == VIB_ESTOPPED)
            continue;
        (void)snprintf(what, sizeof what, "estimates of I(Z;X) for %s are missing",
                       vib_split_name(id));
        lack(err, rc, what);
        if (rc != VIB_EDIVERGED)
            continue;
        job_add_note(job, err->message);
        rc = VIB_OK;
    }
    job->result.evaluate_s += clock_s() - start;
    return rc;
}

static int keep_codes(struct job *job, struct vib_trainer *trainer, struct vib_error *err) {
    const double start = clock_s();
    const int rc =
        saved_codes_new(&job->result.codes, trainer, job->data, job->settings.save_codes, err);
    job->result.evaluate_s += clock_s() - start;
    return rc == VIB_OK || rc == VIB_ESTOPPED ? rc : lack(err, rc, "no codes kept");
}

static int keep_predictions(struct job *job, struct vib_trainer *trainer, struct vib_error *err) {
    const double start = clock_s();
    const int rc = saved_predictions_new(&job->result.predictions, trainer, job->data, err);
    job->result.evaluate_s += clock_s() - start;
    return rc == VIB_OK || rc == VIB_ESTOPPED ? rc : lack(err, rc, "no predictions kept");
}

static int keep_weights(struct job *job, struct vib_trainer *trainer, struct vib_error *err) {
    const struct vib_network *net = vib_trainer_network(trainer);
    float *values = malloc(net->n_params * sizeof *values);
    if (values == NULL) {
        vib_error_set(err, VIB_ENOMEM, "out of memory for a copy of them");
        return lack(err, VIB_ENOMEM, "no weights kept");
    }
    vib_trainer_weights(trainer, 0, net->n_params, values);
    const struct weights weights = {.net = net,
                                    .values = values,
                                    .settings = &job->settings,
                                    .identity = job->identity,
                                    .data = job->data,
                                    .epochs = job->result.epochs[job->result.final].epoch};
    const int rc = weights_write(job->weights_path, &weights, err);
    free(values);
    if (rc != VIB_OK)
        return lack(err, rc, "no weights kept");
    job->result.weights = weights_name(job->weights_path);
    return VIB_OK;
}

/* Which evaluation is the result, and of which weights. */
static void choose_result(struct job *job, struct vib_trainer *trainer) {
    struct vib_progress p;
    job->result.final = job->result.n_epochs - 1;
    if (job->settings.job.patience == 0)
        return;
    job->result.final = job_best_evaluation(job);
    vib_trainer_return(trainer);
    vib_trainer_progress(trainer, &p);
    job->result.weight = p.weight;
}

/* Where hardly any codes of a batch overlap its bound on I(Z;X) is flat, and its weight does next
 * to nothing. */
static void note_flat_bound(struct job *job, const struct vib_trainer *trainer) {
    static const double FLAT = 0.01; /* bits: a hundredth of a code is another's */
    const struct job_result *r = &job->result;
    const double bits = r->epochs[r->final].split[VIB_TRAIN].compression;
    const double cap = vib_evaluation_cap(vib_trainer_network(trainer), job->data);
    char text[256];
    if (!(r->weight > 0.0 && bits > cap - FLAT))
        return;
    (void)snprintf(text, sizeof text,
                   "the bound on I(Z;X) over a batch is at its cap of %.2f bits, where hardly any "
                   "codes overlap and %s hardly acts: widen them by model.noise: fixed and a "
                   "greater model.noise_scale",
                   cap, vib_method_info(job->settings.job.method)->trade_off);
    job_add_note(job, text);
}

/* What is made of the final weights: the estimates and, where it is asked for, what is kept. */
int job_conclude(struct job *job, struct vib_trainer *trainer, struct vib_error *err) {
    choose_result(job, trainer);
    int rc = measure_information(job, trainer, err);
    if (rc == VIB_OK && job->settings.save_codes > 0 && vib_dataset_has(job->data, VIB_TEST))
        rc = keep_codes(job, trainer, err);
    if (rc == VIB_OK && job->settings.save_predictions)
        rc = keep_predictions(job, trainer, err);
    if (rc == VIB_OK && job->weights_path != NULL)
        rc = keep_weights(job, trainer, err);
    if (rc == VIB_OK)
        note_flat_bound(job, trainer);
    return rc;
}
