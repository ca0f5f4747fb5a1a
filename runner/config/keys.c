#include "runner/config/keys.h"

#include "core/bounds.h"
#include "core/dataset.h"

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

/* The methods that a key matters to: one, or those whose z is drawn. */
#define ONLY(method) (1u << VIB_METHOD_##method)
#define ADD_STOCHASTIC(id, name, stochastic, ...) | ((stochastic) ? ONLY(id) : 0u)
#define STOCHASTIC (0u VIB_METHOD_MAP(ADD_STOCHASTIC))
#define OF_BETA (ONLY(VIB) | ONLY(NONLINEAR_IB))

#define METHOD_HELP_VIB "z is drawn from p(z|x); J = CE + beta * u(rate), u by train.rate_function"
#define METHOD_HELP_CEB                                                                            \
    "z is drawn from p(z|x); J = CE + gamma * Re, Re = KL[p(z|x) || b(z|y)] >= I(X;Z|Y), with a "  \
    "mean and a scale of b(z|y) learned for each class"
#define METHOD_HELP_NONLINEAR_IB                                                                    \
    "z is drawn from p(z|x); J = CE + beta * u(I), I the bound on I(Z;X) by the KL divergences of " \
    "all pairs of a batch, which has no r(z) and is never above log2 of train.batch"
#define METHOD_HELP_DETERMINISTIC "z is K linear units; J = CE"
#define METHOD_HELP_DROPOUT "deterministic, with dropout of hidden units"
#define METHOD_HELP_CONFIDENCE_PENALTY "deterministic, with a reward for the entropy of q(y|z)"
#define METHOD_HELP_LABEL_SMOOTHING "deterministic, with targets that are not quite one-hot"
#define METHOD_CHOICE(id, name, ...) {name, METHOD_HELP_##id},
static const struct key_choice methods[] = {VIB_METHOD_MAP(METHOD_CHOICE){NULL, NULL}};
#undef METHOD_CHOICE

#define ESTIMATOR_HELP_RATE "the mean of KL[p(z|x) || N(0, I)]"
#define ESTIMATOR_HELP_MOMENT_MATCHED                                                              \
    "the rate, were r(z) the Gaussian of the codes' mean and covariance"
#define ESTIMATOR_HELP_MIXTURE "against the mixture of all codes; never above log2 n"
#define ESTIMATOR_HELP_LEAVE_ONE_OUT                                                               \
    "against the mixture of all other codes, in expectation over fresh x"
#define ESTIMATOR_HELP_PAIRWISE_KL "by the KL divergences of all pairs; never above log2 n"
#define ESTIMATOR_HELP_PAIRWISE_BHATTACHARYYA                                                      \
    "by the Bhattacharyya distances of all pairs; never above log2 n"
#define BOUND_LOWER "a lower bound, "
#define BOUND_UPPER "an upper bound, "
#define ESTIMATOR_CHOICE(id, name, side) {name, BOUND_##side ESTIMATOR_HELP_##id},
static const struct key_choice estimators[] = {VIB_ESTIMATOR_MAP(ESTIMATOR_CHOICE){NULL, NULL}};
#undef ESTIMATOR_CHOICE

static const struct key_choice covariances[] = {
    [VIB_DIAGONAL] = {"diagonal", "K variances"},
    [VIB_FULL] = {"full", "K (K + 1) / 2 numbers per example, for K up to 64"},
    {NULL, NULL}};
static const struct key_choice noises[] = {
    [VIB_NOISE_LEARNED] = {"learned", "by model.covariance, of each example"},
    [VIB_NOISE_FIXED] =
        {"fixed",
         "model.noise_scale^2 times I; for nonlinear_ib, whose bound is flat until codes "
         "overlap, as learned ones do not at first"},
    {NULL, NULL}};
static const struct key_choice marginals[] = {
    [VIB_MARGINAL_STANDARD] = {"standard", "N(0, I), the paper's"},
    [VIB_MARGINAL_DIAGONAL] = {"diagonal", "a Gaussian with diagonal covariance, learned"},
    [VIB_MARGINAL_MIXTURE] = {"mixture", "model.components such Gaussians; the rate is sampled"},
    [VIB_MARGINAL_VAMP] = {"vamp",
                           "the codes of model.components inputs that are learned; likewise. Codes "
                           "are narrow and far from each other at first: train.beta_warmup helps"},
    {NULL, NULL}};
static const struct key_choice rate_functions[] = {
    [VIB_RATE_LINEAR] = {"linear", "u(r) = r"},
    [VIB_RATE_POWER] = {"power", "u(r) = r^(1 + train.rate_exponent)"},
    [VIB_RATE_EXPONENTIAL] = {"exponential", "u(r) = exp(train.rate_exponent * r) - 1"},
    {NULL, NULL}};
static const struct key_choice precisions[] = {
    [VIB_F32] = {"float32", "24 significant bits"},
    [VIB_BF16] = {"bfloat16", "8 significant bits; faster where the CPU multiplies them"},
    {NULL, NULL}};
static const struct key_choice activations[] = {[VIB_RELU] = {"relu", "max(0, x)"},
                                                [VIB_TANH] = {"tanh", "the hyperbolic tangent"},
                                                {NULL, NULL}};
static const struct key_choice scales[] = {
    [VIB_SCALE_SYMMETRIC] = {"symmetric", "2 x / 255 - 1, of bytes"},
    [VIB_SCALE_UNIT] = {"unit", "x / 255, of bytes"},
    [VIB_SCALE_NONE] = {"none", "x"},
    [VIB_SCALE_STANDARDIZE] = {"standardize",
                               "(x - mean) / deviation, each input's over the training split; 0 "
                               "where all are equal"},
    [VIB_SCALE_AUTO] = {"auto", "symmetric of bytes, else standardize"},
    {NULL, NULL}};
static const struct key_choice subsets[] = {{"first", "those that the file has first"},
                                            {"random", "drawn by dataset.split_seed"},
                                            {NULL, NULL}};
static const struct key_choice shuffles[] = {
    {"false", "the true ones"},
    {"true", "as many of each class, but none belongs to its input"},
    {NULL, NULL}};
static const struct key_choice no_yes[] = {
    {"false", "no file"}, {"true", "one file for each job"}, {NULL, NULL}};
static const struct key_choice predictions[] = {
    {"false", "none"}, {"true", "by one sample, by the average, and at the mean"}, {NULL, NULL}};

_Static_assert(VIB_MAX_FULL_K == 64, "the help of `full` says so");
_Static_assert(sizeof(enum vib_method) == sizeof(int), "KEY_CHOICE stores an int");
_Static_assert(sizeof(enum vib_type) == sizeof(int), "KEY_CHOICE stores an int");
_Static_assert(sizeof(enum vib_covariance) == sizeof(int), "KEY_CHOICE stores an int");
_Static_assert(sizeof(enum vib_rate_kind) == sizeof(int), "KEY_CHOICE stores an int");
_Static_assert(sizeof(enum vib_noise) == sizeof(int), "KEY_CHOICE stores an int");
_Static_assert(sizeof(enum vib_marginal) == sizeof(int), "KEY_CHOICE stores an int");
_Static_assert(sizeof(enum vib_activation) == sizeof(int), "KEY_CHOICE stores an int");
_Static_assert(sizeof(enum vib_scale) == sizeof(int), "KEY_CHOICE stores an int");
_Static_assert(AT(job.hidden) == AT(job.n_hidden) + sizeof(size_t), "KEY_WIDTHS stores both");

/* A row for each key, in the order of `vib-sweep keys`: a line for what it is, one for what it may
 * be, one for what it means. What a row does not name is 0: no flags, no unit, of matter to every
 * method. */
/* clang-format off */
const struct key keys[] = {
    {.name = "name", .type = KEY_STRING, .field = AT(name),
     .default_text = "", .flags = KEY_SWEEP | KEY_WORD, .min = 1, .max = 200,
     .help = "name of the sweep and of its database, results/<name>.db; default: the file's "
             "base name"},
    {.name = "method", .type = KEY_CHOICE, .field = AT(job.method),
     .default_text = "vib", .choices = methods,
     .help = "what is trained: VIB, one of its family, or one of the systems that the paper "
             "compares it with, whose code is deterministic"},
    {.name = "beta", .type = KEY_REAL, .field = AT(job.beta),
     .default_text = "1e-3", .max = NO_LIMIT, .methods = KEY_TRADE_OFF,
     .help = "weight of the rate in J = CE + beta * u(rate)"},
    {.name = "K", .type = KEY_SIZE, .field = AT(job.K),
     .default_text = "256", .min = 1, .max = 65536,
     .help = "dimension of the code z"},
    {.name = "seed", .type = KEY_SEED, .field = AT(job.seed),
     .default_text = "0", .max = MAX_INTEGER,
     .help = "selects every random stream of the job"},

    {.name = "dataset.name", .type = KEY_STRING, .field = AT(data.name),
     .default_text = "mnist", .flags = KEY_DATA | KEY_PART | KEY_OF_SECTION, .min = 1, .max = 63,
     .help = "folder of the data set, or `mixture` for the built-in one; with dataset.dir any "
             "name, by default that folder's"},
    {.name = "dataset.dir", .type = KEY_STRING, .field = AT(data.dir),
     .default_text = "", .flags = KEY_DATA | KEY_SWEEP, .max = 4095,
     .help = "folder that holds the data set's files, ~/ for one in $HOME, or the one file that "
             "is the data set; empty: look for dataset.name in the usual places"},
    {.name = "dataset.files.train", .type = KEY_STRING, .field = AT(data.files[DATA_TRAIN]),
     .default_text = "", .flags = KEY_DATA | KEY_SWEEP | KEY_OF_SECTION, .max = 4095,
     .help = "training split, a file in dataset.dir (else in the current folder): CSV, .npz, or "
             "inputs as .npy or IDX; empty: by the usual names"},
    {.name = "dataset.files.train_labels", .type = KEY_STRING,
     .field = AT(data.files[DATA_TRAIN_LABELS]),
     .default_text = "", .flags = KEY_DATA | KEY_SWEEP, .max = 4095,
     .help = "training labels, where they are a file of their own (.npy, IDX)"},
    {.name = "dataset.files.validation", .type = KEY_STRING,
     .field = AT(data.files[DATA_VALIDATION]),
     .default_text = "", .flags = KEY_DATA | KEY_SWEEP, .max = 4095,
     .help = "validation split, likewise, beside dataset.files.train; empty: there is none"},
    {.name = "dataset.files.validation_labels", .type = KEY_STRING,
     .field = AT(data.files[DATA_VALIDATION_LABELS]),
     .default_text = "", .flags = KEY_DATA | KEY_SWEEP, .max = 4095,
     .help = "validation labels, where they are a file of their own"},
    {.name = "dataset.files.test", .type = KEY_STRING, .field = AT(data.files[DATA_TEST]),
     .default_text = "", .flags = KEY_DATA | KEY_SWEEP, .max = 4095,
     .help = "test split, likewise, beside dataset.files.train; empty: there is none"},
    {.name = "dataset.files.test_labels", .type = KEY_STRING,
     .field = AT(data.files[DATA_TEST_LABELS]),
     .default_text = "", .flags = KEY_DATA | KEY_SWEEP, .max = 4095,
     .help = "test labels, where they are a file of their own"},
    {.name = "dataset.label", .type = KEY_STRING, .field = AT(data.label),
     .default_text = "", .flags = KEY_DATA | KEY_SWEEP, .max = 4095,
     .help = "CSV only: column of the label; empty: the one called label, class, target or y"},
    {.name = "dataset.classes", .type = KEY_SIZE, .field = AT(data.classes),
     .default_text = "0", .flags = KEY_DATA | KEY_OR_ZERO, .min = 2, .max = VIB_MAX_CLASSES,
     .help = "number of classes, whose labels are 0, 1, ...; 0: as many as there are different "
             "labels in the files, 10 of the mixture"},
    {.name = "dataset.n_train", .type = KEY_SIZE, .field = AT(data.n_train),
     .default_text = "0", .flags = KEY_DATA | KEY_LIMIT, .max = MAX_EXAMPLES, .unit = "examples",
     .help = "training examples used, by dataset.subset, of those that dataset.test and "
             "dataset.validation leave; 0: all of a file, 10000 of the mixture"},
    {.name = "dataset.n_test", .type = KEY_SIZE, .field = AT(data.n_test),
     .default_text = "0", .flags = KEY_DATA | KEY_LIMIT, .max = MAX_EXAMPLES, .unit = "examples",
     .help = "test examples used, by dataset.subset; 0: all of a file, 10000 of the mixture"},
    {.name = "dataset.subset", .type = KEY_CHOICE, .field = AT(data.view.random_subset),
     .default_text = "first", .flags = KEY_FILES, .choices = subsets,
     .help = "which examples dataset.n_train and dataset.n_test mean"},
    {.name = "dataset.test", .type = KEY_REAL, .field = AT(data.view.test),
     .default_text = "0", .flags = KEY_SHARE, .max = MAX_EXAMPLES,
     .help = "examples of the training split, or below 1 the share of them, that become the test "
             "split of data that come in one piece: stratified, by dataset.split_seed"},
    {.name = "dataset.validation", .type = KEY_REAL, .field = AT(data.view.validation),
     .default_text = "0", .flags = KEY_SHARE, .max = MAX_EXAMPLES,
     .help = "examples of the training split, or the share of them, that are not trained on but "
             "validate: best_beta and train.patience choose by them; stratified likewise"},
    {.name = "dataset.split_seed", .type = KEY_SEED, .field = AT(data.view.seed),
     .default_text = "0", .max = MAX_INTEGER,
     .help = "selects these splits, random subsets, and what is damaged how, apart from `seed`"},
    {.name = "dataset.scale", .type = KEY_CHOICE, .field = AT(data.view.scale),
     .default_text = "auto", .before = "symmetric", .flags = KEY_FILES, .choices = scales,
     .help = "what the model sees of an input x; the mixture is seen as it is"},
    {.name = "dataset.label_noise", .type = KEY_REAL, .field = AT(data.view.label_noise),
     .default_text = "0", .max = 1,
     .help = "share of the training labels that are replaced by ones drawn from all classes"},
    {.name = "dataset.shuffle_labels", .type = KEY_CHOICE, .field = AT(data.view.shuffle_labels),
     .default_text = "false", .choices = shuffles,
     .help = "the labels of the training examples in random order"},
    {.name = "dataset.input_noise", .type = KEY_REAL, .field = AT(data.view.input_noise),
     .default_text = "0", .max = MAX_SCALE,
     .help = "standard deviation of noise on the training inputs, in units of what "
             "dataset.scale makes of them; drawn once for each example"},
    {.name = "dataset.dim", .type = KEY_SIZE, .field = AT(data.dim),
     .default_text = "16", .flags = KEY_DATA | KEY_MIXTURE, .min = 1, .max = 65536,
     .help = "mixture only: inputs per example"},
    {.name = "dataset.separation", .type = KEY_REAL, .field = AT(data.separation),
     .default_text = "4", .flags = KEY_DATA | KEY_MIXTURE, .min = MIN_SCALE, .max = MAX_SCALE,
     .help = "mixture only: root mean square distance between two class means"},
    {.name = "dataset.noise", .type = KEY_REAL, .field = AT(data.noise),
     .default_text = "1", .flags = KEY_DATA | KEY_MIXTURE, .min = MIN_SCALE, .max = MAX_SCALE,
     .help = "mixture only: standard deviation of each input within a class"},
    {.name = "dataset.seed", .type = KEY_SEED, .field = AT(data.seed),
     .default_text = "0", .flags = KEY_DATA | KEY_MIXTURE, .max = MAX_INTEGER,
     .help = "mixture only: chooses means and examples, apart from `seed`"},

    {.name = "model.hidden", .type = KEY_WIDTHS, .field = AT(job.n_hidden),
     .default_text = "[1024, 1024]", .min = 1, .max = 65536, .unit = "units",
     .help = "widths of the encoder's hidden layers"},
    {.name = "model.activation", .type = KEY_CHOICE, .field = AT(job.activation),
     .default_text = "relu", .choices = activations,
     .help = "of the hidden layers"},
    {.name = "model.covariance", .type = KEY_CHOICE, .field = AT(job.covariance),
     .default_text = "diagonal", .choices = covariances, .methods = STOCHASTIC,
     .help = "of p(z|x)"},
    {.name = "model.noise", .type = KEY_CHOICE, .field = AT(job.noise),
     .default_text = "learned", .choices = noises, .methods = STOCHASTIC,
     .help = "where the covariance of p(z|x) comes from"},
    {.name = "model.noise_scale", .type = KEY_REAL, .field = AT(job.noise_scale),
     .default_text = "1", .flags = KEY_FIXED_NOISE, .min = MIN_SCALE, .max = MAX_SCALE,
     .methods = STOCHASTIC,
     .help = "standard deviation of z about mu where model.noise is fixed"},

    {.name = "model.marginal", .type = KEY_CHOICE, .field = AT(job.marginal),
     .default_text = "standard", .choices = marginals, .methods = ONLY(VIB),
     .help = "r(z) in the rate KL[p(z|x) || r(z)]"},
    {.name = "model.components", .type = KEY_SIZE, .field = AT(job.components),
     .default_text = "10", .flags = KEY_COMPONENTS, .min = 1, .max = 4096, .methods = ONLY(VIB),
     .help = "Gaussians, or inputs, of a model.marginal that has several"},

    {.name = "train.precision", .type = KEY_CHOICE, .field = AT(job.precision),
     .default_text = "float32", .choices = precisions,
     .help = "of the operands of the large matrix products in training; sums, master "
             "weights, optimiser, loss and all evaluation are float32 either way"},
    {.name = "train.rate_function", .type = KEY_CHOICE, .field = AT(job.rate_function),
     .default_text = "linear", .choices = rate_functions, .methods = OF_BETA,
     .help = "u in J = CE + beta * u(rate), the mean rate in bits; those that bend trace the whole "
             "curve where Y is a function of X, a rate r by beta = 1 / u'(r); where beta * u' has "
             "reached 10 u goes on as a straight line"},
    {.name = "train.rate_exponent", .type = KEY_REAL, .field = AT(job.rate_exponent),
     .default_text = "1", .flags = KEY_ABOVE_MIN | KEY_EXPONENT, .max = 1000,
     .methods = OF_BETA,
     .help = "of a power or, per bit, an exponential train.rate_function"},
    {.name = "train.beta_warmup", .type = KEY_SIZE, .field = AT(job.warmup_epochs),
     .default_text = "0", .max = 1000000, .unit = "epochs", .methods = STOCHASTIC,
     .help = "epochs over which beta, or train.gamma, rises from 0, step by step"},
    {.name = "train.gamma", .type = KEY_REAL, .field = AT(job.gamma),
     .default_text = "1", .max = NO_LIMIT, .methods = KEY_TRADE_OFF,
     .help = "weight of Re in J = CE + gamma * Re; at the optimum the trade-off of beta = "
             "gamma / (1 + gamma)"},
    {.name = "train.dropout", .type = KEY_REAL, .field = AT(job.dropout),
     .default_text = "0.5", .max = BELOW_1, .methods = ONLY(DROPOUT),
     .help = "probability that a hidden unit is dropped in a training step"},
    {.name = "train.confidence_penalty", .type = KEY_REAL, .field = AT(job.confidence_penalty),
     .default_text = "1", .max = NO_LIMIT, .methods = ONLY(CONFIDENCE_PENALTY),
     .help = "weight w in J = CE - w * H(q(y|z))"},
    {.name = "train.label_smoothing", .type = KEY_REAL, .field = AT(job.label_smoothing),
     .default_text = "0.1", .max = 1, .methods = ONLY(LABEL_SMOOTHING),
     .help = "share of the target that is spread evenly over all classes"},
    {.name = "train.epochs", .type = KEY_SIZE, .field = AT(job.epochs),
     .default_text = "200", .min = 1, .max = 1000000, .unit = "epochs",
     .help = "passes over the training examples"},
    {.name = "train.batch", .type = KEY_SIZE, .field = AT(job.batch),
     .default_text = "100", .min = 1, .max = 65536, .unit = "examples",
     .help = "examples per step"},
    {.name = "train.samples", .type = KEY_SIZE, .field = AT(job.samples),
     .default_text = "1", .min = 1, .max = 4096, .methods = STOCHASTIC,
     .help = "samples of z for each example of a step"},
    {.name = "train.lr", .type = KEY_REAL, .field = AT(job.lr),
     .default_text = "1e-4", .flags = KEY_ABOVE_MIN, .max = NO_LIMIT,
     .help = "Adam's step size in the first epochs"},
    {.name = "train.lr_decay", .type = KEY_REAL, .field = AT(job.lr_decay),
     .default_text = "0.97", .flags = KEY_ABOVE_MIN, .max = 1,
     .help = "factor on the step size after every train.lr_decay_epochs"},
    {.name = "train.lr_decay_epochs", .type = KEY_SIZE, .field = AT(job.lr_decay_epochs),
     .default_text = "2", .min = 1, .max = MAX_INTEGER, .unit = "epochs",
     .help = "epochs between decays of the step size"},
    {.name = "train.adam_beta1", .type = KEY_REAL, .field = AT(job.adam_beta1),
     .default_text = "0.5", .max = BELOW_1,
     .help = "Adam's decay of the mean gradient"},
    {.name = "train.adam_beta2", .type = KEY_REAL, .field = AT(job.adam_beta2),
     .default_text = "0.999", .max = BELOW_1,
     .help = "Adam's decay of the mean squared gradient"},
    {.name = "train.adam_epsilon", .type = KEY_REAL, .field = AT(job.adam_epsilon),
     .default_text = "1e-8", .flags = KEY_ABOVE_MIN, .max = NO_LIMIT,
     .help = "Adam's guard against division by zero"},
    {.name = "train.average_decay", .type = KEY_REAL, .field = AT(job.average_decay),
     .default_text = "0.999", .max = BELOW_1,
     .help = "decay of the moving average of the weights; 0 switches it off"},

    {.name = "train.patience", .type = KEY_SIZE, .field = AT(job.patience),
     .default_text = "0", .max = MAX_INTEGER, .unit = "evaluations",
     .help = "evaluations without a better validation objective, J, that end a job early; "
             "the weights of the best one are the result; it counts from the end of "
             "train.beta_warmup on; 0: never"},

    {.name = "evaluate.every", .type = KEY_SIZE, .field = AT(job.eval_every),
     .default_text = "20", .min = 1, .max = MAX_INTEGER, .unit = "epochs",
     .help = "epochs between evaluations; the last epoch is always evaluated"},
    {.name = "evaluate.samples", .type = KEY_SIZE, .field = AT(job.eval_samples),
     .default_text = "12", .min = 1, .max = 4096, .methods = STOCHASTIC,
     .help = "samples of z per example in error_mc"},
    {.name = "evaluate.bounds", .type = KEY_SET, .field = AT(job.bounds),
     .default_text = "[rate, moment_matched, mixture, leave_one_out, pairwise_kl, "
                     "pairwise_bhattacharyya]",
     .choices = estimators, .methods = STOCHASTIC,
     .help = "estimators of I(Z;X) made at the end of a job, for table `bound`"},
    {.name = "evaluate.bounds_n", .type = KEY_SIZE, .field = AT(job.bounds_n),
     .default_text = "10000", .min = 1, .max = MAX_EXAMPLES, .unit = "examples",
     .methods = STOCHASTIC,
     .help = "examples of each split behind these estimators at most, drawn at random; the "
             "cost grows with its square"},
    {.name = "evaluate.bounds_every", .type = KEY_SIZE, .field = AT(job.bounds_every),
     .default_text = "0", .max = MAX_INTEGER, .unit = "epochs", .methods = STOCHASTIC,
     .help = "epochs between estimates along the way, by evaluate.bounds, for table "
             "`epoch_bound` and figure trajectory; a multiple of evaluate.every; 0: none"},
    {.name = "evaluate.bounds_subset", .type = KEY_SIZE, .field = AT(job.bounds_subset),
     .default_text = "1000", .flags = KEY_ALONG, .min = 1, .max = MAX_EXAMPLES,
     .unit = "examples", .methods = STOCHASTIC,
     .help = "examples of each split behind estimates along the way at most"},
    {.name = "evaluate.bounds_share", .type = KEY_REAL, .field = AT(job.bounds_share),
     .default_text = "0.1", .flags = KEY_SWEEP, .max = 1,
     .help = "share of a job's work that estimates along the way may take; a sweep with a job "
             "where they would take more is refused"},

    {.name = "checkpoint.every", .type = KEY_REAL, .field = AT(checkpoint_every_s),
     .default_text = "60", .flags = KEY_SWEEP, .max = NO_LIMIT, .unit = "s",
     .help = "time between saves of a running job; 0: only when it is interrupted"},
    {.name = "save.weights", .type = KEY_CHOICE, .field = AT(save_weights),
     .default_text = "false", .flags = KEY_SWEEP, .choices = no_yes,
     .help = "keep the final weights of every job from now on, as "
             "<database>.weights/<identity>.safetensors; a job that cannot is failed"},
    {.name = "save.predictions", .type = KEY_CHOICE, .field = AT(save_predictions),
     .default_text = "false", .flags = KEY_SWEEP, .choices = predictions,
     .help = "keep, for every job from now on, what it takes each validation and test example for, "
             "in table `prediction`"},
    {.name = "save.codes", .type = KEY_SIZE, .field = AT(save_codes),
     .default_text = "0", .flags = KEY_SWEEP, .max = MAX_CODES, .unit = "examples",
     .help = "keep, for every job from now on, the codes of the first so many test "
             "examples, in table `code`"},
};
/* clang-format on */
const size_t n_keys = sizeof keys / sizeof keys[0];
_Static_assert(sizeof keys / sizeof keys[0] <= KEYS_MAX, "room for all keys, as in names of jobs");
