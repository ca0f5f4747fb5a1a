/* The tables that leave as CSV. All but jobs hold nothing that depends on when, where or in what
 * order jobs were run: two runs of one grid give the same bytes. */
#include "runner/store/store.h"

/* split DESC puts train before test. */
static const char plane[] =
    "SELECT job, method, beta, K, seed, split, epoch, error, error_mc, ce, h_y, izy_lower,"
    " izx_upper, izx_lower, izx_lower_by, izx_upper_tight, izx_upper_tight_by, izy_lower_se, ce_mc,"
    " izy_mc, n, dataset_name, ixy, ixy_se, dataset_classes, dataset_n_train,"
    " dataset_n_test, dataset_dim, dataset_separation, dataset_noise, dataset_seed, model_hidden,"
    " model_activation, model_covariance, train_dropout, train_confidence_penalty,"
    " train_label_smoothing, train_precision, train_epochs, train_batch, train_lr, train_lr_decay,"
    " train_lr_decay_epochs, train_adam_beta1, train_adam_beta2, train_adam_epsilon,"
    " train_average_decay, evaluate_every, evaluate_samples, evaluate_bounds, evaluate_bounds_n,"
    " objective, identity, dataset_digest"
    " FROM information_plane ORDER BY job, epoch, split DESC";

/* Not the epochs of failed jobs: where those broke off says nothing about the grid. */
static const char epochs[] =
    "SELECT epoch.job, job.method, job.beta, job.K, job.seed, epoch.split, epoch.epoch,"
    " epoch.error, epoch.error_mc, epoch.ce, epoch.h_y, epoch.izy_lower, epoch.izx_upper,"
    " epoch.izy_lower_se, epoch.ce_mc, epoch.izy_mc, epoch.n, epoch.lr, job.state, job.identity"
    " FROM epoch JOIN job ON job.id = epoch.job WHERE job.state IN ('done', 'diverged')"
    " ORDER BY epoch.job, epoch.epoch, epoch.split DESC";

static const char bounds[] =
    "SELECT bound.job, job.beta, job.K, job.seed, bound.split, bound.estimator, bound.side, bound.n,"
    " bound.bits, bound.se, bound.cap, job.identity"
    " FROM bound JOIN job ON job.id = bound.job WHERE job.state = 'done'"
    " ORDER BY bound.job, bound.split DESC, bound.side DESC, bound.estimator";

static const char jobs[] =
    "SELECT job.id, job.identity, job.dataset_digest, method, beta, K, seed, dataset_name,"
    " dataset_classes, dataset_n_train, dataset_n_test, dataset_dim, dataset_separation,"
    " dataset_noise, dataset_seed, model_hidden, model_activation, model_covariance,"
    " train_precision, train_dropout, train_confidence_penalty, train_label_smoothing,"
    " train_epochs, train_batch, train_lr, train_lr_decay, train_lr_decay_epochs,"
    " train_adam_beta1, train_adam_beta2,"
    " train_adam_epsilon, train_average_decay, evaluate_every, evaluate_samples,"
    " evaluate_bounds, evaluate_bounds_n, state, attempts,"
    " run, worker, created_at, job.started_at, finished_at, train_s, evaluate_s, examples,"
    " objective, message, weights, run.host AS run_host, run.version AS run_version"
    " FROM job LEFT JOIN run ON run.id = job.run ORDER BY job.id";

/* Of these the views fix the columns. */
static const char summary[] = "SELECT * FROM summary ORDER BY point, split DESC";

static const char pareto[] =
    "SELECT * FROM pareto ORDER BY dataset_digest, split DESC, izx_upper_mean, point";

static const char best_beta[] = "SELECT * FROM best_beta ORDER BY point";

static const char generalization_gap[] = "SELECT * FROM generalization_gap ORDER BY point";

static const char efficiency[] = "SELECT * FROM efficiency ORDER BY point, split DESC";

const struct export_table export_tables[] = {
    {"plane", "the information plane: the final result of every job that is done, by split", plane},
    {"epochs", "the way there: every evaluation of the jobs that are done or diverged", epochs},
    {"bounds", "every estimate of I(Z;X) of the jobs that are done", bounds},
    {"jobs", "every job with its values, state, times and the run that carried it out", jobs},
    {"summary", "mean and 95 % t-interval over the seeds of every point, by split", summary},
    {"pareto", "the rows of summary whose point of the plane is efficient", pareto},
    {"best_beta", "the beta of the least test error of every curve", best_beta},
    {"generalization_gap", "test minus train of every point", generalization_gap},
    {"efficiency", "bits about the label per bit of code, by point and split", efficiency},
};
const size_t n_export_tables = sizeof export_tables / sizeof export_tables[0];
