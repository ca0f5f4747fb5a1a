/* vib-sweep compare DB A B: whether two points of a sweep differ in their errors, paired. */
#include "core/paired.h"
#include "runner/command.h"
#include "runner/store/store.h"
#include "runner/store/store_query.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BOOTSTRAP_REPEATS = 10000 };

struct compare_options {
    const char *database;
    size_t a, b;         /* a job of each point */
    size_t split, error; /* of their choices */
};

static const char *const splits[][2] = {{"test", "the test split"},
                                        {"validation", "the validation split"},
                                        {"train", "the training split"}};
static const char *const errors[][2] = {{"error_mc", "of the average over samples of z"},
                                        {"error", "of one sample of z"},
                                        {"error_mu", "at the mean of p(z|x)"}};

static bool list_split(size_t i, const char **name, const char **help) {
    if (i >= sizeof splits / sizeof splits[0])
        return false;
    *name = splits[i][0];
    *help = splits[i][1];
    return true;
}

static bool list_error(size_t i, const char **name, const char **help) {
    if (i >= sizeof errors / sizeof errors[0])
        return false;
    *name = errors[i][0];
    *help = errors[i][1];
    return true;
}

static const struct option_row rows[] = {
    {.argument = "DB",
     .kind = OPTION_TEXT,
     .required = true,
     .offset = offsetof(struct compare_options, database),
     .help = "the database of a sweep"},
    {.argument = "A",
     .kind = OPTION_NUMBER,
     .min = 1,
     .max = INT64_MAX,
     .required = true,
     .offset = offsetof(struct compare_options, a),
     .help = "a point, by the id of one of its jobs: column `point` of the summary, for instance"},
    {.argument = "B",
     .kind = OPTION_NUMBER,
     .min = 1,
     .max = INT64_MAX,
     .required = true,
     .offset = offsetof(struct compare_options, b),
     .help = "another"},
    {.name = "split",
     .kind = OPTION_CHOICE,
     .argument = "NAME",
     .choice = list_split,
     .offset = offsetof(struct compare_options, split),
     .help = "the examples (default: the first of these):"},
    {.name = "error",
     .kind = OPTION_CHOICE,
     .argument = "NAME",
     .choice = list_error,
     .offset = offsetof(struct compare_options, error),
     .help = "the error (default: the first of these):"},
};

/* --- pairs of jobs --- */

struct comparison {
    size_t n;           /* pairs: seeds that both points have */
    double sum, square; /* of A's error less B's */
    size_t n_paired;    /* of these, pairs whose predictions were kept, of the same labels */
    size_t n_examples;
    double *difference; /* [n_examples] how much more often A is wrong, summed over these pairs */
};

/* The next number of a JSON list of whole ones; false at its end. */
static bool next_class(const char **json, long *class) {
    char *end;
    while (**json == '[' || **json == ',')
        ++*json;
    *class = strtol(*json, &end, 10);
    const bool found = end != *json;
    *json = end;
    return found;
}

static size_t count_classes(const char *json) {
    size_t n = 0;
    long class;
    while (next_class(&json, &class))
        n++;
    return n;
}

static int begin_examples(struct comparison *c, size_t n, struct vib_error *err) {
    if (c->difference != NULL && c->n_examples == n)
        return VIB_OK;
    if (c->difference != NULL || n == 0)
        return vib_error_set(err, VIB_EDATABASE, "compare: predictions are of different lengths");
    c->n_examples = n;
    c->difference = calloc(n, sizeof *c->difference);
    return c->difference != NULL ? VIB_OK
                                 : vib_error_set(err, VIB_ENOMEM, "compare: out of memory");
}

/* The three lists, which are of the same examples. */
static int pair_examples(struct comparison *c, const char *a, const char *b, const char *labels,
                         size_t only[2], struct vib_error *err) {
    long of_a, of_b, label;
    const int rc = begin_examples(c, count_classes(labels), err);
    if (rc != VIB_OK)
        return rc;
    only[0] = only[1] = 0;
    for (size_t i = 0; i < c->n_examples; i++) {
        if (!next_class(&a, &of_a) || !next_class(&b, &of_b) || !next_class(&labels, &label))
            return vib_error_set(err, VIB_EDATABASE, "compare: a list of predictions is too short");
        const int more = (of_a != label) - (of_b != label);
        only[0] += more > 0;
        only[1] += more < 0;
        c->difference[i] += more;
    }
    c->n_paired++;
    return VIB_OK;
}

static int on_pair(void *context, struct store_row *row, struct vib_error *err) {
    struct comparison *c = context;
    const double a = store_row_real(row, 1), b = store_row_real(row, 2);
    const char *labels = store_row_text(row, 5, NULL);
    size_t only[2];
    int rc = VIB_OK;
    if (c->n++ == 0)
        puts("seed     A %     B %  A - B %  only A wrong  only B wrong  McNemar p");
    c->sum += a - b;
    c->square += (a - b) * (a - b);
    printf("%4lld  %6.2f  %6.2f  %+7.2f", (long long)store_row_integer(row, 0), 100 * a, 100 * b,
           100 * (a - b));
    if (labels == NULL) {
        printf("  %12s  %12s  %9s\n", "-", "-", "-");
        return VIB_OK;
    }
    rc = pair_examples(c, store_row_text(row, 3, NULL), store_row_text(row, 4, NULL), labels, only,
                       err);
    if (rc == VIB_OK)
        printf("  %12zu  %12zu  %9.3g\n", only[0], only[1], vib_mcnemar(only[0], only[1]));
    return rc;
}

/* --- over seeds and over examples --- */

static int take_real(void *context, struct store_row *row, struct vib_error *err) {
    (void)err;
    *(double *)context = store_row_real(row, 0);
    return VIB_OK;
}

/* Student's t of so many pairs, from the database's table. */
static int quantile(struct store *store, size_t n, double *t95, struct vib_error *err) {
    const struct store_value pairs = {.type = STORE_INTEGER, .integer = (int64_t)n};
    const struct store_query query = {
        .sql = "SELECT t95 FROM student_t WHERE df < ?1 ORDER BY df DESC LIMIT 1",
        .values = &pairs,
        .n_values = 1,
        .row = take_real,
        .context = t95};
    *t95 = (double)NAN;
    return store_query(store, &query, err);
}

static int tell_seeds(struct store *store, const struct comparison *c, struct vib_error *err) {
    const double n = (double)c->n, mean = c->sum / n;
    double t95;
    printf("A - B, mean of %zu seed%s: %+.3f %%\n", c->n, c->n == 1 ? "" : "s", 100 * mean);
    if (c->n < 2) {
        puts("one seed tells nothing of others");
        return VIB_OK;
    }
    const int rc = quantile(store, c->n, &t95, err);
    const double half = t95 * sqrt(fmax(c->square - n * mean * mean, 0.0) / (n - 1.0) / n);
    if (rc == VIB_OK)
        printf("95 %% interval over seeds, paired t: %+.3f to %+.3f %%\n", 100 * (mean - half),
               100 * (mean + half));
    return rc;
}

static int tell_examples(struct comparison *c, size_t split, struct vib_error *err) {
    double low, high;
    if (c->n_paired == 0) {
        puts(strcmp(splits[split][0], "train") == 0
                 ? "predictions of training examples are not kept, so examples are not paired"
                 : "save.predictions was not asked for, so examples are not paired");
        return VIB_OK;
    }
    for (size_t i = 0; i < c->n_examples; i++)
        c->difference[i] /= (double)c->n_paired;
    const int rc =
        vib_bootstrap_mean(c->difference, c->n_examples, BOOTSTRAP_REPEATS, 0, &low, &high, err);
    if (rc == VIB_OK)
        printf(
            "95 %% interval over examples, bootstrap of %zu with %zu seed%s: %+.3f to %+.3f %%\n",
            c->n_examples, c->n_paired, c->n_paired == 1 ? "" : "s", 100 * low, 100 * high);
    return rc;
}

/* --- what is compared --- */

/* Jobs of both points that are done, by their seed. ?1 and ?2 are A and B, ?3 the split, ?4 the
 * error. Predictions count where both saw the same labels.
 *
 * `seen` tells which examples of its data a job has in the split, and of which labels: as far as
 * core/view.h draws them, the test split first. Limits are the view's where it draws at all, and
 * of the data, which have a digest, where it does not. */
static const char pairs_sql[] =
    "WITH view AS (SELECT job, coalesce(dataset_test, 0) AS test, dataset_split_seed AS drawn,"
    "                     coalesce(dataset_validation, 0) AS validation,"
    "                     iif(dataset_subset = 'random', 1, 0) AS random,"
    "                     coalesce(dataset_n_train, 0) AS n_train,"
    "                     coalesce(dataset_n_test, 0) AS n_test,"
    "                     coalesce(dataset_label_noise, 0) AS noise,"
    "                     dataset_shuffle_labels AS shuffled"
    "              FROM setting),"
    " seen AS (SELECT job, CASE ?3"
    "             WHEN 'test' THEN json_array(test, iif(test OR validation OR random, n_test, 0),"
    "                 random AND n_test, iif(test OR random AND n_test, drawn, 0))"
    "             WHEN 'validation' THEN json_array(validation, iif(validation, test, 0),"
    "                 iif(validation, drawn, 0))"
    "             ELSE json_array(test, validation, random, n_train, drawn, noise, shuffled)"
    "             END AS drawn_ones FROM view),"
    " kept AS (SELECT job, prediction.split, labels, CASE ?4 WHEN 'error' THEN one_sample"
    "                     WHEN 'error_mu' THEN at_mean ELSE averaged END AS classes"
    "              FROM prediction WHERE split = ?3),"
    " measured AS (SELECT job_point.job, point, seed, job.dataset_digest AS digest,"
    "                     drawn_ones, CASE ?4 WHEN 'error' THEN error WHEN 'error_mu' THEN error_mu"
    "                                     ELSE error_mc END AS share"
    "              FROM job_point JOIN job ON job.id = job_point.job AND job.state = 'done'"
    "              JOIN setting ON setting.job = job_point.job"
    "              JOIN seen ON seen.job = job_point.job"
    "              JOIN result ON result.job = job_point.job AND result.split = ?3"
    "              WHERE point IN (SELECT point FROM job_point WHERE job IN (?1, ?2)))"
    " SELECT a.seed, a.share, b.share, of_a.classes, of_b.classes, label_list.labels"
    " FROM measured AS a"
    " JOIN measured AS b ON b.seed = a.seed AND b.digest = a.digest AND b.drawn_ones = a.drawn_ones"
    " LEFT JOIN kept AS of_a ON of_a.job = a.job"
    " LEFT JOIN kept AS of_b ON of_b.job = b.job AND of_b.labels = of_a.labels"
    " LEFT JOIN label_list ON label_list.digest = of_b.labels"
    " WHERE a.point = (SELECT point FROM job_point WHERE job = ?1)"
    " AND b.point = (SELECT point FROM job_point WHERE job = ?2)"
    " AND a.share IS NOT NULL AND b.share IS NOT NULL ORDER BY a.seed";

static int take_integer(void *context, struct store_row *row, struct vib_error *err) {
    (void)err;
    *(int64_t *)context = store_row_integer(row, 0);
    return VIB_OK;
}

/* The point of a job. */
static int find_point(struct store *store, const struct compare_options *options, size_t job,
                      int64_t *point, struct vib_error *err) {
    const struct store_value id = {.type = STORE_INTEGER, .integer = (int64_t)job};
    const struct store_query query = {.sql = "SELECT point FROM job_point WHERE job = ?1",
                                      .values = &id,
                                      .n_values = 1,
                                      .row = take_integer,
                                      .context = point};
    *point = 0;
    const int rc = store_query(store, &query, err);
    if (rc != VIB_OK || *point != 0)
        return rc;
    return vib_error_set(err, VIB_EDATA,
                         "compare: %s has no job %zu: columns job and point of vib-sweep export "
                         "have the numbers",
                         options->database, job);
}

static int check_points(struct store *store, const struct compare_options *options,
                        struct vib_error *err) {
    int64_t a, b;
    int rc = find_point(store, options, options->a, &a, err);
    if (rc == VIB_OK)
        rc = find_point(store, options, options->b, &b, err);
    if (rc == VIB_OK && a == b)
        rc = vib_error_set(err, VIB_EUSAGE,
                           "compare: jobs %zu and %zu of %s are of one point, whose jobs differ in "
                           "their seed alone: name jobs of two points, as vib-sweep export --table "
                           "summary lists them in column point",
                           options->a, options->b, options->database);
    return rc;
}

/* Why no pair was found. A point has one data set. */
static int refuse(struct store *store, const struct compare_options *options,
                  struct vib_error *err) {
    const struct store_value jobs[] = {{.type = STORE_INTEGER, .integer = (int64_t)options->a},
                                       {.type = STORE_INTEGER, .integer = (int64_t)options->b}};
    int64_t differ = 0;
    const struct store_query query = {
        .sql =
            "SELECT a.dataset_digest <> b.dataset_digest FROM job AS a, job AS b"
            " WHERE a.id = ?1 AND b.id = ?2",
        .values = jobs,
        .n_values = 2,
        .row = take_integer,
        .context = &differ};
    const int rc = store_query(store, &query, err);
    if (rc == VIB_OK && differ != 0)
        return vib_error_set(
            err, VIB_EDATA,
            "compare: jobs %zu and %zu have seen different data, of which a digest of all splits "
            "is kept: whether their %s examples are the same cannot be told; where dataset.n_train "
            "of files alone differs, dataset.subset: random keeps the data one",
            options->a, options->b, splits[options->split][0]);
    if (rc != VIB_OK)
        return rc;
    return vib_error_set(err, VIB_EDATA,
                         "compare: the points of jobs %zu and %zu have no seed in common whose %s "
                         "on the same examples of the %s split is known",
                         options->a, options->b, errors[options->error][0],
                         splits[options->split][0]);
}

static int compare(struct store *store, const struct compare_options *options,
                   struct vib_error *err) {
    struct comparison c = {.n = 0};
    const struct store_value values[] = {{.type = STORE_INTEGER, .integer = (int64_t)options->a},
                                         {.type = STORE_INTEGER, .integer = (int64_t)options->b},
                                         {.type = STORE_TEXT, .text = splits[options->split][0]},
                                         {.type = STORE_TEXT, .text = errors[options->error][0]}};
    const struct store_query query = {
        .sql = pairs_sql, .values = values, .n_values = 4, .row = on_pair, .context = &c};
    int rc = check_points(store, options, err);
    if (rc == VIB_OK)
        rc = store_query(store, &query, err);
    if (rc == VIB_OK && c.n == 0)
        rc = refuse(store, options, err);
    if (rc == VIB_OK)
        rc = tell_seeds(store, &c, err);
    if (rc == VIB_OK)
        rc = tell_examples(&c, options->split, err);
    free(c.difference);
    return rc;
}

static int run(int argc, char **argv, struct vib_error *err) {
    struct compare_options options = {0};
    struct store *store = NULL;
    int rc = options_read(&command_compare.options, argc, argv, &options, err);
    if (rc != 0)
        return rc;
    if ((rc = store_open_reader(&store, options.database, err)) == 0)
        rc = compare(store, &options, err);
    store_close(store);
    return rc;
}

const struct command command_compare = {
    .summary = "tell whether two points differ, by paired tests",
    .options = {.command = "compare",
                .help = "Compares the errors of two points of the sweep in DB, seed by seed: jobs "
                        "of the same seed share initial weights, batches and examples, which falls "
                        "out of their difference. Where both kept their predictions "
                        "(save.predictions), each pair has McNemar's exact test of the examples "
                        "that one of them alone takes wrongly, and the mean difference an interval "
                        "over the examples beside that over the seeds. A p says how often as great "
                        "a difference comes by chance where there is none; of many comparisons "
                        "some are small anyway.",
                .rows = rows,
                .n = sizeof rows / sizeof rows[0]},
    .run = run,
};
