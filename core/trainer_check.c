/* Whether there is such a job: vib_trainer_check, declared in core/trainer.h. */
#include "core/kernel.h"
#include "core/trainer_internal.h"

static int check_along(const struct vib_params *params, const struct vib_dataset *data,
                       struct vib_error *err) {
    if (params->bounds_every % params->eval_every != 0)
        return vib_error_set(err, VIB_ECONFIG,
                             "evaluate.bounds_every is %zu, which is no multiple of "
                             "evaluate.every, %zu: bounds stand beside evaluations",
                             params->bounds_every, params->eval_every);
    const double share = vib_trainer_along_flops(params, data) / vib_job_flops(params, data);
    if (share > params->bounds_share)
        return vib_error_set(err, VIB_ECONFIG,
                             "bounds along the way would take %.3g of the work of a job, and "
                             "evaluate.bounds_share is %.3g: make evaluate.bounds_subset (%zu "
                             "examples) smaller, evaluate.bounds_every (%zu epochs) greater, or "
                             "allow a greater share",
                             share, params->bounds_share, params->bounds_subset,
                             params->bounds_every);
    return VIB_OK;
}

/* Of covariances that not every method and marginal can do with. */
static int check_covariance(const struct vib_params *params, struct vib_error *err) {
    if (params->covariance != VIB_FULL)
        return VIB_OK;
    if (params->K > VIB_MAX_FULL_K)
        return vib_error_set(err, VIB_ECONFIG,
                             "model.covariance: full is for K up to %d, not %zu: the work on every "
                             "pair of codes grows as K^3; use diagonal",
                             VIB_MAX_FULL_K, params->K);
    if (params->method == VIB_METHOD_NONLINEAR_IB)
        return vib_error_set(err, VIB_ECONFIG,
                             "method: nonlinear_ib compares all codes of a batch in every step, "
                             "which it does of diagonal ones: use model.covariance: diagonal");
    if (params->method == VIB_METHOD_VIB && params->marginal == VIB_MARGINAL_VAMP)
        return vib_error_set(
            err, VIB_ECONFIG,
            "model.marginal: vamp is a mixture of codes with diagonal covariances: "
            "use model.covariance: diagonal, or mixture");
    if (params->noise == VIB_NOISE_FIXED)
        return vib_error_set(
            err, VIB_ECONFIG,
            "model.covariance: full is learned, and model.noise: fixed is not; use "
            "diagonal, or learned");
    return VIB_OK;
}

static int check_kernel(const struct vib_params *params, struct vib_error *err) {
    if (!vib_kernel_supports(VIB_F32))
        return vib_error_set(err, VIB_EBACKEND, "%s", vib_kernel_engine());
    if (!vib_kernel_supports(params->precision))
        return vib_error_set(err, VIB_ECONFIG,
                             "train.precision: bfloat16 needs a CPU with AVX512_BF16 and libxsmm "
                             "(this is %s); use float32",
                             vib_kernel_engine());
    return VIB_OK;
}

int vib_trainer_check(const struct vib_params *params, const struct vib_dataset *data,
                      struct vib_error *err) {
    if (params->batch > data->split[VIB_TRAIN].n)
        return vib_error_set(err, VIB_ECONFIG,
                             "train.batch is %zu, but the training split of %s has %zu examples",
                             params->batch, data->name, data->split[VIB_TRAIN].n);
    if (params->method == VIB_METHOD_NONLINEAR_IB && params->batch < 2)
        return vib_error_set(err, VIB_ECONFIG,
                             "method: nonlinear_ib compares the codes of a batch with each other, "
                             "and train.batch is 1, whose bound on I(Z;X) is 0 whatever the code: "
                             "use a greater train.batch");
    if (check_covariance(params, err) != VIB_OK)
        return VIB_ECONFIG;
    if (params->patience > 0 && !vib_dataset_has(data, VIB_VALIDATION))
        return vib_error_set(err, VIB_ECONFIG,
                             "train.patience is %zu, but %s has no validation split to be patient "
                             "with; dataset.validation takes one out of the training split",
                             params->patience, data->name);
    if (params->bounds_every > 0 && check_along(params, data, err) != VIB_OK)
        return VIB_ECONFIG;
    return check_kernel(params, err);
}
