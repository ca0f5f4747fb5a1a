/* All tables but jobs hold nothing that depends on when, where or in what order jobs were run: two
 * runs of one grid give the same bytes. */
#include "runner/store/store_export.h"

#include "runner/base/text.h"
#include "runner/config/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Splits in the order for people; `split` is a column of the query. */
#define PLACE "(SELECT place FROM split AS known WHERE known.name = split)"

static const char plane[] =
    "SELECT job, $values, seed, plane.split, epoch, plane.error, plane.error_mc, ce, h_y, izy_lower,"
    " izx_upper, izx_lower, izx_lower_by, izx_upper_tight, izx_upper_tight_by, izy_lower_se, ce_mc,"
    " izy_mc, plane.n, ixy, ixy_se, dim, classes, $sections, objective, identity, dataset_digest,"
    " plane.error_mu, error_se, error_mc_se, error_mu_se, izx_upper_se, izx_y_upper, izx_y_lower,"
    " izx_y_lower_by, izx_y_upper_tight, izx_y_upper_tight_by, effective_weight"
    " FROM information_plane AS plane JOIN error_deviation USING (job, split)"
    " ORDER BY job, epoch, (SELECT place FROM split AS known WHERE known.name = plane.split)";

/* Not the epochs of failed jobs: where those broke off says nothing about the grid. */
static const char epochs[] =
    "SELECT job, $values, seed, split, epoch, error, error_mc, ce, h_y, izy_lower, izx_upper,"
    " izy_lower_se, ce_mc, izy_mc, n, lr, state, identity, error_mu, izx_upper_se, izx_y_upper"
    " FROM epoch JOIN job ON job.id = epoch.job JOIN setting USING (job)"
    " WHERE state IN ('done', 'diverged') ORDER BY job, epoch, " PLACE;

static const char bounds[] =
    "SELECT job, $values, seed, quantity, split, estimator, side, n, bits, se, cap, identity"
    " FROM bound JOIN job ON job.id = bound.job JOIN setting USING (job)"
    " WHERE state = 'done' ORDER BY job, quantity, " PLACE ", side DESC, estimator";

static const char epoch_bounds[] =
    "SELECT job, $values, seed, epoch, quantity, split, estimator, side, n, bits, se, cap, identity"
    " FROM epoch_bound JOIN job ON job.id = epoch_bound.job JOIN setting USING (job)"
    " WHERE state IN ('done', 'diverged')"
    " ORDER BY job, epoch, quantity, " PLACE ", side DESC, estimator";

static const char jobs[] =
    "SELECT job.id, identity, point_identity, curve_identity, numerics, dataset_digest, $values,"
    " seed, $sections, state, attempts, run, worker, created_at, job.started_at, finished_at,"
    " train_s, evaluate_s, examples, objective, message, weights, run.host AS run_host,"
    " run.version AS run_version, run.uid AS run_uid"
    " FROM job JOIN setting ON setting.job = job.id LEFT JOIN run ON run.id = job.run"
    " ORDER BY job.id";

/* Without the seed of the point's first job. */
#define SUMMARY                                                                                    \
    "SELECT point, curve, $values, split, n_seeds, n_diverged, error_mean, error_lo, error_hi,"    \
    " error_mc_mean, error_mc_lo, error_mc_hi, izy_lower_mean, izy_lower_lo, izy_lower_hi,"        \
    " izx_upper_mean, izx_upper_lo, izx_upper_hi, izx_lower_mean, izx_lower_lo, izx_lower_hi,"     \
    " izx_upper_tight_mean, izx_upper_tight_lo, izx_upper_tight_hi, izy_mc_mean, izy_mc_lo,"       \
    " izy_mc_hi, izy_lower_se_mean, h_y, ixy, ixy_se, dim, classes, $sections, dataset_digest,"    \
    " error_mu_mean, error_mu_lo, error_mu_hi, izx_y_lower_mean, izx_y_lower_lo, izx_y_lower_hi,"  \
    " izx_y_upper_tight_mean, izx_y_upper_tight_lo, izx_y_upper_tight_hi, trade_off"

static const char summary[] = SUMMARY " FROM summary ORDER BY point, " PLACE;

static const char pareto[] =
    SUMMARY " FROM pareto ORDER BY dataset_digest, " PLACE ", izx_upper_tight_mean, point";

/* Of these the views fix the columns. */
static const char best_beta[] = "SELECT * FROM best_beta ORDER BY point";

static const char generalization_gap[] = "SELECT * FROM generalization_gap ORDER BY point";

static const char efficiency[] = "SELECT * FROM efficiency ORDER BY point, " PLACE;

const struct export_table export_tables[] = {
    {"plane", "the information plane: the final result of every job that is done, by split", plane},
    {"epochs", "the way there: every evaluation of the jobs that are done or diverged", epochs},
    {"bounds", "every estimate of I(Z;X) and I(X;Z|Y) of the jobs that are done", bounds},
    {"epoch_bounds", "such estimates along the way, where evaluate.bounds_every asked for them",
     epoch_bounds},
    {"jobs", "every job with its values, state, times and the run that carried it out", jobs},
    {"summary", "mean and 95 % t-interval over the seeds of every point, by split", summary},
    {"pareto", "the rows of summary whose point of the plane is efficient", pareto},
    {"best_beta", "the beta of the least validation error, or test error, of every curve",
     best_beta},
    {"generalization_gap", "test minus train of every point", generalization_gap},
    {"efficiency", "bits about the label per bit of code, by point and split", efficiency},
};
const size_t n_export_tables = sizeof export_tables / sizeof export_tables[0];

static void write_columns(FILE *out, bool sections) {
    char column[KEY_COLUMN_SIZE];
    bool first = true;
    for (size_t i = 0; i < n_keys; i++) {
        if (!key_has_column(&keys[i]) || (strchr(keys[i].name, '.') != NULL) != sections ||
            strcmp(keys[i].name, "seed") == 0)
            continue;
        key_column(&keys[i], column);
        (void)fprintf(out, "%s%s", first ? "" : ", ", column);
        first = false;
    }
}

static void write_sql(FILE *out, const void *context) {
    static const char values[] = "$values", sections[] = "$sections";
    for (const char *c = context; *c != '\0';) {
        if (strncmp(c, values, sizeof values - 1) == 0) {
            write_columns(out, false);
            c += sizeof values - 1;
        } else if (strncmp(c, sections, sizeof sections - 1) == 0) {
            write_columns(out, true);
            c += sizeof sections - 1;
        } else {
            (void)putc(*c++, out);
        }
    }
}

int store_export(struct store *store, const struct export_table *table,
                 int (*head)(void *context, struct store_row *row, struct vib_error *err),
                 int (*row)(void *context, struct store_row *row, struct vib_error *err),
                 void *context, struct vib_error *err) {
    char *sql = text_make(write_sql, table->sql);
    if (sql == NULL)
        return vib_error_set(err, VIB_ENOMEM, "export: out of memory");
    const struct store_query query = {.sql = sql, .head = head, .row = row, .context = context};
    const int rc = store_query(store, &query, err);
    free(sql);
    return rc;
}
