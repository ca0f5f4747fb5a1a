#include "runner/config/keys.h"

#include "core/bounds.h"

#include <float.h>

#define AT(member) offsetof(struct settings, member)

/* A limit that no value reaches, and the largest double below 1. */
#define NO_LIMIT DBL_MAX
#define BELOW_1 (1 - DBL_EPSILON / 2)

/* SQLite's INTEGER ends at 2^63 - 1, example counts of IDX files and their index at 2^31. */
#define MAX_INTEGER 0x1p63
#define MAX_EXAMPLES 0x1p31

/* Codes are meant for figures. */
#define MAX_CODES 1e6

/* What vib_dataset_make_mixture takes, so that float32 holds the examples. */
#define MIN_SCALE 1e-30
#define MAX_SCALE 1e30

/* The methods that a key matters to. */
#define EVERY 0
#define ONLY(method) (1u << VIB_METHOD_##method)

#define METHOD_NAME(id, name, stochastic, rate, trade_off) name,
static const char *const methods[] = {VIB_METHOD_MAP(METHOD_NAME) NULL};
#undef METHOD_NAME
static const char *const covariances[] = {[VIB_DIAGONAL] = "diagonal", [VIB_FULL] = "full", NULL};
#define ESTIMATOR_NAME(name, text, side) text,
static const char *const estimators[] = {VIB_ESTIMATOR_MAP(ESTIMATOR_NAME) NULL};
#undef ESTIMATOR_NAME
static const char *const no_yes[] = {"false", "true", NULL};
static const char *const precisions[] = {"float32", "bfloat16", NULL};
static const char *const activations[] = {"relu", "tanh", NULL};

_Static_assert(VIB_MAX_FULL_K == 64, "the help of model.covariance says so");
_Static_assert(sizeof(enum vib_method) == sizeof(int), "KEY_CHOICE stores an int");
_Static_assert(sizeof(enum vib_type) == sizeof(int), "KEY_CHOICE stores an int");
_Static_assert(sizeof(enum vib_covariance) == sizeof(int), "KEY_CHOICE stores an int");
_Static_assert(sizeof(enum vib_activation) == sizeof(int), "KEY_CHOICE stores an int");
_Static_assert(AT(job.hidden) == AT(job.n_hidden) + sizeof(size_t), "KEY_WIDTHS stores both");

/* name, column, type, offset, flags, default, min, max, choices, unit, help, methods */
const struct key keys[] = {
    {"name", NULL, KEY_STRING, AT(name), KEY_SWEEP | KEY_WORD, "", 1, 200, NULL, "",
     "name of the sweep and of its database, results/<name>.db; default: the file's base name",
     EVERY},
    {"method", "method", KEY_CHOICE, AT(job.method), 0, "vib", 0, 0, methods, "",
     "what is trained: VIB, or one of the systems that the paper compares it with, whose code is "
     "deterministic",
     EVERY},
    {"beta", "beta", KEY_REAL, AT(job.beta), 0, "1e-3", 0, NO_LIMIT, NULL, "",
     "weight of the rate in J = CE + beta * rate", ONLY(VIB)},
    {"K", "K", KEY_SIZE, AT(job.K), 0, "256", 1, 65536, NULL, "", "dimension of the code z", EVERY},
    {"seed", "seed", KEY_SEED, AT(job.seed), 0, "0", 0, MAX_INTEGER, NULL, "",
     "selects every random stream of the job", EVERY},

    {"dataset.name", "dataset_name", KEY_STRING, AT(data.name), KEY_DATA | KEY_PART, "mnist", 1, 63,
     NULL, "", "folder of the data set, or `mixture` for the built-in one", EVERY},
    {"dataset.dir", NULL, KEY_STRING, AT(data.dir), KEY_DATA | KEY_SWEEP, "", 0, 4095, NULL, "",
     "folder that holds the data set's files; empty: look for dataset.name in the usual places",
     EVERY},
    {"dataset.classes", "dataset_classes", KEY_SIZE, AT(data.classes), KEY_DATA, "10", 2, 256, NULL,
     "", "number of classes", EVERY},
    {"dataset.n_train", "dataset_n_train", KEY_SIZE, AT(data.n_train), KEY_DATA, "0", 0,
     MAX_EXAMPLES, NULL, "examples",
     "training examples used, the first ones; 0: all of a file, 10000 of the mixture", EVERY},
    {"dataset.n_test", "dataset_n_test", KEY_SIZE, AT(data.n_test), KEY_DATA, "0", 0, MAX_EXAMPLES,
     NULL, "examples", "test examples used, the first ones; 0: all of a file, 10000 of the mixture",
     EVERY},
    {"dataset.dim", "dataset_dim", KEY_SIZE, AT(data.dim), KEY_DATA | KEY_MIXTURE, "16", 1, 65536,
     NULL, "", "mixture only: inputs per example", EVERY},
    {"dataset.separation", "dataset_separation", KEY_REAL, AT(data.separation),
     KEY_DATA | KEY_MIXTURE, "4", MIN_SCALE, MAX_SCALE, NULL, "",
     "mixture only: root mean square distance between two class means", EVERY},
    {"dataset.noise", "dataset_noise", KEY_REAL, AT(data.noise), KEY_DATA | KEY_MIXTURE, "1",
     MIN_SCALE, MAX_SCALE, NULL, "",
     "mixture only: standard deviation of each input within a class", EVERY},
    {"dataset.seed", "dataset_seed", KEY_SEED, AT(data.seed), KEY_DATA | KEY_MIXTURE, "0", 0,
     MAX_INTEGER, NULL, "", "mixture only: chooses means and examples, apart from `seed`", EVERY},

    {"model.hidden", "model_hidden", KEY_WIDTHS, AT(job.n_hidden), 0, "[1024, 1024]", 1, 65536,
     NULL, "units", "widths of the encoder's hidden layers", EVERY},
    {"model.activation", "model_activation", KEY_CHOICE, AT(job.activation), 0, "relu", 0, 0,
     activations, "", "of the hidden layers", EVERY},
    {"model.covariance", "model_covariance", KEY_CHOICE, AT(job.covariance), 0, "diagonal", 0, 0,
     covariances, "", "of p(z|x); full has K (K + 1) / 2 numbers per example and is for K up to 64",
     ONLY(VIB)},

    {"train.precision", "train_precision", KEY_CHOICE, AT(job.precision), 0, "float32", 0, 0,
     precisions, "",
     "of the operands of the large matrix products in training; sums, master weights, optimiser, "
     "loss and all evaluation are float32 either way",
     EVERY},
    {"train.dropout", "train_dropout", KEY_REAL, AT(job.dropout), 0, "0.5", 0, BELOW_1, NULL, "",
     "probability that a hidden unit is dropped in a training step", ONLY(DROPOUT)},
    {"train.confidence_penalty", "train_confidence_penalty", KEY_REAL, AT(job.confidence_penalty),
     0, "1", 0, NO_LIMIT, NULL, "", "weight w in J = CE - w * H(q(y|z))", ONLY(CONFIDENCE_PENALTY)},
    {"train.label_smoothing", "train_label_smoothing", KEY_REAL, AT(job.label_smoothing), 0, "0.1",
     0, 1, NULL, "", "share of the target that is spread evenly over all classes",
     ONLY(LABEL_SMOOTHING)},
    {"train.epochs", "train_epochs", KEY_SIZE, AT(job.epochs), 0, "200", 1, 1000000, NULL, "epochs",
     "passes over the training examples", EVERY},
    {"train.batch", "train_batch", KEY_SIZE, AT(job.batch), 0, "100", 1, 65536, NULL, "examples",
     "examples per step", EVERY},
    {"train.lr", "train_lr", KEY_REAL, AT(job.lr), KEY_ABOVE_MIN, "1e-4", 0, NO_LIMIT, NULL, "",
     "Adam's step size in the first epochs", EVERY},
    {"train.lr_decay", "train_lr_decay", KEY_REAL, AT(job.lr_decay), KEY_ABOVE_MIN, "0.97", 0, 1,
     NULL, "", "factor on the step size after every train.lr_decay_epochs", EVERY},
    {"train.lr_decay_epochs", "train_lr_decay_epochs", KEY_SIZE, AT(job.lr_decay_epochs), 0, "2", 1,
     MAX_INTEGER, NULL, "epochs", "epochs between decays of the step size", EVERY},
    {"train.adam_beta1", "train_adam_beta1", KEY_REAL, AT(job.adam_beta1), 0, "0.5", 0, BELOW_1,
     NULL, "", "Adam's decay of the mean gradient", EVERY},
    {"train.adam_beta2", "train_adam_beta2", KEY_REAL, AT(job.adam_beta2), 0, "0.999", 0, BELOW_1,
     NULL, "", "Adam's decay of the mean squared gradient", EVERY},
    {"train.adam_epsilon", "train_adam_epsilon", KEY_REAL, AT(job.adam_epsilon), KEY_ABOVE_MIN,
     "1e-8", 0, NO_LIMIT, NULL, "", "Adam's guard against division by zero", EVERY},
    {"train.average_decay", "train_average_decay", KEY_REAL, AT(job.average_decay), 0, "0.999", 0,
     BELOW_1, NULL, "", "decay of the moving average of the weights; 0 switches it off", EVERY},

    {"evaluate.every", "evaluate_every", KEY_SIZE, AT(job.eval_every), 0, "20", 1, MAX_INTEGER,
     NULL, "epochs", "epochs between evaluations; the last epoch is always evaluated", EVERY},
    {"evaluate.samples", "evaluate_samples", KEY_SIZE, AT(job.eval_samples), 0, "12", 1, 4096, NULL,
     "", "samples of z per example in error_mc", ONLY(VIB)},
    {"evaluate.bounds", "evaluate_bounds", KEY_SET, AT(job.bounds), 0,
     "[rate, moment_matched, mixture, leave_one_out, pairwise_kl, pairwise_bhattacharyya]", 0, 0,
     estimators, "", "estimators of I(Z;X) made at the end of a job, for table `bound`", ONLY(VIB)},
    {"evaluate.bounds_n", "evaluate_bounds_n", KEY_SIZE, AT(job.bounds_n), 0, "10000", 1,
     MAX_EXAMPLES, NULL, "examples",
     "examples of each split behind these estimators at most, drawn at random; the cost grows with "
     "its square",
     ONLY(VIB)},

    {"checkpoint.every", NULL, KEY_REAL, AT(checkpoint_every_s), KEY_SWEEP, "60", 0, NO_LIMIT, NULL,
     "s", "time between saves of a running job; 0: only when it is interrupted", EVERY},
    {"save.weights", NULL, KEY_CHOICE, AT(save_weights), KEY_SWEEP, "false", 0, 0, no_yes, "",
     "keep the final weights of every job from now on, as <database>.weights/<identity>.safetensors",
     EVERY},
    {"save.codes", NULL, KEY_SIZE, AT(save_codes), KEY_SWEEP, "0", 0, MAX_CODES, NULL, "examples",
     "keep, for every job from now on, the codes of the first so many test examples, in table "
     "`code`",
     EVERY},
};
const size_t n_keys = sizeof keys / sizeof keys[0];
