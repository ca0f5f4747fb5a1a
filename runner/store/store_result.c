/* Results: recording the end of a job as a whole, and reading it back. */
#include "runner/store/store.h"
#include "runner/store/store_internal.h"

#include <math.h>
#include <string.h>

/* The measured columns, alike in tables result and epoch, and their parameters 4 to 16. */
#define MEASURED                                                                                   \
    "n, error, error_mc, error_mu, ce, ce_mc, h_y, izy_lower, izy_lower_se, izy_mc, izx_upper,"    \
    " izx_upper_se, izx_y_upper"
#define MEASURED_VALUES "?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16"

/* What one row of either table holds. */
struct measurement {
    int64_t job;
    size_t epoch;
    enum vib_method method;
    enum vib_split_id split;
    const struct vib_split *data;
    const struct vib_evaluation *evaluation;
};

/* Every code has an I(Z;Y); izx_upper is for what has a rate, izx_y_upper for what trades by it. */
static int bind_information(sqlite3_stmt *statement, int i, const struct measurement *m) {
    const struct vib_method_info *info = vib_method_info(m->method);
    const struct vib_evaluation *e = m->evaluation;
    const double none = (double)NAN, h_y = m->data->h_y;
    int bound = store_bind_real(statement, i, h_y - e->ce);
    bound |= store_bind_real(statement, i + 1, e->ce_se);
    bound |= store_bind_real(statement, i + 2, h_y - e->ce_mc);
    bound |= store_bind_real(statement, i + 3, info->rate ? e->rate : none);
    bound |= store_bind_real(statement, i + 4, info->rate && e->rate_se > 0.0 ? e->rate_se : none);
    bound |= store_bind_real(statement, i + 5, info->residual ? e->compression : none);
    return bound;
}

static int bind_measurement(sqlite3_stmt *statement, const struct measurement *m) {
    int i = 0, bound = sqlite3_bind_int64(statement, ++i, m->job);
    bound |= store_bind_text(statement, ++i, vib_split_name(m->split));
    bound |= store_bind_size(statement, ++i, m->epoch);
    bound |= store_bind_size(statement, ++i, m->data->n);
    bound |= store_bind_real(statement, ++i, m->evaluation->error);
    bound |= store_bind_real(statement, ++i, m->evaluation->error_mc);
    bound |= store_bind_real(statement, ++i, m->evaluation->error_mu);
    bound |= store_bind_real(statement, ++i, m->evaluation->ce);
    bound |= store_bind_real(statement, ++i, m->evaluation->ce_mc);
    bound |= store_bind_real(statement, ++i, m->data->h_y);
    return bound | bind_information(statement, ++i, m);
}

static int insert_result(struct store *store, const struct measurement *m, struct vib_error *err) {
    static const char sql[] = "INSERT INTO result (job, split, epoch, " MEASURED
                              ", log2_n) VALUES (?1, ?2, ?3, " MEASURED_VALUES ", ?17)";
    sqlite3_stmt *statement;
    int rc = store_statement(store, STORE_RESULT_INSERT, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = bind_measurement(statement, m);
    bound |= store_bind_real(statement, 17, log2((double)m->data->n));
    return store_execute(store, statement, bound, "record a result", err);
}

static int insert_epoch(struct store *store, const struct measurement *m, double lr,
                        struct vib_error *err) {
    static const char sql[] = "INSERT INTO epoch (job, split, epoch, " MEASURED
                              ", lr)"
                              " VALUES (?1, ?2, ?3, " MEASURED_VALUES ", ?17)";
    sqlite3_stmt *statement;
    int rc = store_statement(store, STORE_EPOCH_INSERT, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = bind_measurement(statement, m);
    bound |= store_bind_real(statement, 17, lr);
    return store_execute(store, statement, bound, "record an epoch", err);
}

static int insert_rows(struct store *store, int64_t job, const struct vib_dataset *data,
                       const struct job_result *result, struct vib_error *err) {
    for (size_t i = 0; i < result->n_epochs; i++)
        for (int split = 0; split < VIB_SPLITS; split++) {
            const struct epoch_result *epoch = &result->epochs[i];
            const struct measurement m = {job,
                                          epoch->epoch,
                                          result->method,
                                          (enum vib_split_id)split,
                                          &data->split[split],
                                          &epoch->split[split]};
            if ((epoch->splits & 1u << split) == 0)
                continue;
            int rc = insert_epoch(store, &m, epoch->lr, err);
            if (rc == 0 && result->state == JOB_DONE && i == result->final)
                rc = insert_result(store, &m, err);
            if (rc != 0)
                return rc;
        }
    return 0;
}

/* Estimates of one quantity on one split. */
struct estimates {
    int64_t job;
    size_t epoch; /* of estimates along the way; 0: they are of the end */
    const char *quantity;
    enum vib_split_id split;
    size_t n;
    unsigned made;
    const struct vib_bound *bound; /* [VIB_ESTIMATORS] */
    double cap;
};

static int insert_bound(struct store *store, const struct estimates *of,
                        enum vib_estimator estimator, struct vib_error *err) {
    static const char at_end[] =
        "INSERT INTO bound (job, quantity, split, estimator, side, n, bits, se, cap)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    static const char along[] =
        "INSERT INTO epoch_bound (job, quantity, split, estimator, side, n, bits, se, cap, epoch)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    const struct vib_bound *estimate = &of->bound[estimator];
    sqlite3_stmt *statement;
    int i = 0, rc = of->epoch == 0
                        ? store_statement(store, STORE_BOUND_INSERT, at_end, &statement, err)
                        : store_statement(store, STORE_EPOCH_BOUND_INSERT, along, &statement, err);
    if (rc != 0)
        return rc;
    int bound = sqlite3_bind_int64(statement, ++i, of->job);
    bound |= store_bind_text(statement, ++i, of->quantity);
    bound |= store_bind_text(statement, ++i, vib_split_name(of->split));
    bound |= store_bind_text(statement, ++i, vib_estimator_name(estimator));
    bound |= store_bind_text(statement, ++i,
                             vib_estimator_side(estimator) == VIB_LOWER ? "lower" : "upper");
    bound |= store_bind_size(statement, ++i, of->n);
    bound |= store_bind_real(statement, ++i, estimate->bits);
    bound |= store_bind_real(statement, ++i, estimate->se_bits);
    bound |= store_bind_real(statement, ++i, of->cap);
    if (of->epoch > 0)
        bound |= store_bind_size(statement, ++i, of->epoch);
    return store_execute(store, statement, bound, "record a bound", err);
}

static int insert_estimates(struct store *store, const struct estimates *of,
                            struct vib_error *err) {
    int rc = 0;
    for (int e = 0; e < VIB_ESTIMATORS && rc == 0; e++)
        if ((of->made & 1u << e) != 0)
            rc = insert_bound(store, of, (enum vib_estimator)e, err);
    return rc;
}

static int insert_both(struct store *store, int64_t job, size_t epoch, enum vib_split_id split,
                       const struct vib_information *is, struct vib_error *err) {
    const struct estimates of_izx = {job, epoch, "izx", split, is->n, is->made, is->bound, is->cap};
    const struct estimates of_izx_y = {
        job, epoch, "izx_y", split, is->n, is->residual_made, is->residual, is->residual_cap};
    const int rc = insert_estimates(store, &of_izx, err);
    return rc == 0 ? insert_estimates(store, &of_izx_y, err) : rc;
}

static int insert_bounds(struct store *store, int64_t job, const struct job_result *result,
                         struct vib_error *err) {
    int rc = 0;
    for (size_t i = 0; i < result->n_along && rc == 0; i++)
        rc = insert_both(store, job, result->along[i].epoch, result->along[i].split,
                         &result->along[i].information, err);
    for (enum vib_split_id split = 0; result->state == JOB_DONE && split < VIB_SPLITS && rc == 0;
         split++)
        rc = insert_both(store, job, 0, split, &result->information[split], err);
    return rc;
}

static int finish_job(struct store *store, int64_t job, int64_t run,
                      const struct job_result *result, bool *recorded, struct vib_error *err) {
    static const char sql[] =
        "UPDATE job SET state = ?3, message = ?4, train_s = ?5,"
        " evaluate_s = ?6, examples = ?7, objective = ?8, worker = ?9, weights = ?10, effective_weight = ?11,"
        " finished_at = " STORE_NOW " WHERE id = ?1 AND run = ?2 AND state = 'running'";
    sqlite3_stmt *statement;
    int rc = store_statement(store, STORE_JOB_FINISH, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = sqlite3_bind_int64(statement, 1, job);
    bound |= sqlite3_bind_int64(statement, 2, run);
    bound |= store_bind_text(statement, 3, job_state_name(result->state));
    bound |= store_bind_text(statement, 4, result->message);
    bound |= store_bind_real(statement, 5, result->train_s);
    bound |= store_bind_real(statement, 6, result->evaluate_s);
    bound |= store_bind_size(statement, 7, result->examples);
    bound |= store_bind_real(statement, 8, result->objective);
    bound |= store_bind_size(statement, 9, result->worker);
    bound |= store_bind_text(statement, 10, result->weights);
    const bool weighs = vib_method_info(result->method)->trade_off[0] != '\0';
    bound |= store_bind_real(statement, 11, weighs ? result->weight : (double)NAN);
    if ((rc = store_execute(store, statement, bound, "record the end of a job", err)) != 0)
        return rc;
    *recorded = sqlite3_changes(store->db) == 1;
    return 0;
}

int store_finish(struct store *store, int64_t job, int64_t run, const struct vib_dataset *data,
                 const struct job_result *result, bool *recorded, struct vib_error *err) {
    bool outermost, ours = false;
    int rc = store_enter(store, &outermost, err);
    *recorded = false;
    if (rc != 0)
        return rc;
    rc = finish_job(store, job, run, result, &ours, err);
    if (rc == 0 && ours)
        rc = store_forget_progress(store, job, run, err);
    if (rc == 0 && ours)
        rc = store_forget_results(store, job, err);
    if (rc == 0 && ours)
        rc = insert_rows(store, job, data, result, err);
    if (rc == 0 && ours)
        rc = insert_bounds(store, job, result, err);
    if (rc == 0 && ours && result->state == JOB_DONE && result->codes != NULL)
        rc = store_add_codes(store, job, data, result->codes, err);
    if (rc == 0 && ours && result->state == JOB_DONE && result->predictions != NULL)
        rc = store_add_predictions(store, job, data, result->predictions, err);
    rc = store_leave(store, outermost, rc, err);
    *recorded = rc == 0 && ours;
    return rc;
}

static double column_real(sqlite3_stmt *row, int column) {
    return sqlite3_column_type(row, column) == SQLITE_NULL ? (double)NAN
                                                           : sqlite3_column_double(row, column);
}

static int read_split(struct store *store, int64_t job, enum vib_split_id split,
                      struct result_row *out, bool *found, struct vib_error *err) {
    static const char sql[] =
        "SELECT error, error_mc, izx_upper, izy_lower FROM result"
        " WHERE job = ? AND split = ?";
    sqlite3_stmt *statement;
    int rc = store_statement(store, STORE_RESULT_READ, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = sqlite3_bind_int64(statement, 1, job);
    bound |= store_bind_text(statement, 2, vib_split_name(split));
    rc = store_fetch(store, statement, bound, found, "read a result", err);
    if (rc != 0 || !*found)
        return rc;
    out->error = column_real(statement, 0);
    out->error_mc = column_real(statement, 1);
    out->izx_upper = column_real(statement, 2);
    out->izy_lower = column_real(statement, 3);
    store_reset(statement);
    return 0;
}

int store_read_result(struct store *store, int64_t job, struct result_row split[VIB_SPLITS],
                      unsigned *splits, struct vib_error *err) {
    int rc = 0;
    *splits = 0;
    for (int i = 0; rc == 0 && i < VIB_SPLITS; i++) {
        bool found = false;
        rc = read_split(store, job, (enum vib_split_id)i, &split[i], &found, err);
        *splits |= (unsigned)found << i;
    }
    return rc;
}
