/* The jobs of one database that is merged: which are taken, and what they bring along. */
#include "runner/store/merge_internal.h"
#include "runner/store/store_rows.h"

#include <stdlib.h>
#include <string.h>

/* What is read of a settled job. */
static const char jobs_sql[] =
    "SELECT id, identity, point_identity, curve_identity, numerics, dataset_digest, input_scale,"
    " created_at, state, attempts, run, worker, started_at, finished_at, train_s, evaluate_s,"
    " examples, objective, message, weights, effective_weight FROM job"
    " WHERE state IN ('done', 'diverged', 'failed') ORDER BY id";
enum { ID, IDENTITY, DATASET = 5, CREATED = 7, STATE, ATTEMPTS, RUN, WORKER, WEIGHTS = 19, WEIGHT };

/* A job that both may have. */
struct match {
    sqlite3_stmt *row; /* stands on theirs */
    int64_t theirs, ours;
    enum job_state their_state, our_state;
    int64_t our_run;
    bool has_weights; /* ours */
};

/* The better stands before the worse; what is not settled comes last. */
static int rank(enum job_state state) {
    switch (state) {
    case JOB_DONE:
        return 3;
    case JOB_DIVERGED:
        return 2;
    case JOB_FAILED:
        return 1;
    case JOB_PENDING:
    case JOB_RUNNING:
        break;
    }
    return 0;
}

static enum job_state column_state(sqlite3_stmt *row, int column) {
    return job_state_of((const char *)sqlite3_column_text(row, column));
}

static const char *column_text(sqlite3_stmt *row, int column) {
    const char *text = (const char *)sqlite3_column_text(row, column);
    return text != NULL ? text : "";
}

static struct store_rows ours(const struct merge_part *part, const struct match *match) {
    return (struct store_rows){part->target, match->ours};
}

static struct store_rows theirs(const struct merge_part *part, const struct match *match) {
    return (struct store_rows){part->from, match->theirs};
}

/* --- finding and adding --- */

static int find(struct merge_part *part, struct match *match, bool *found, struct vib_error *err) {
    static const char sql[] =
        "SELECT id, state, run, weights IS NOT NULL FROM job WHERE identity = ?1";
    sqlite3_stmt *statement;
    int rc = store_statement(part->target, STORE_MERGE_FIND, sql, &statement, err);
    if (rc != 0)
        return rc;
    rc = store_fetch(part->target, statement,
                     sqlite3_bind_value(statement, 1, sqlite3_column_value(match->row, IDENTITY)),
                     found, "look for a job", err);
    if (rc != 0 || !*found)
        return rc;
    match->ours = sqlite3_column_int64(statement, 0);
    match->our_state = column_state(statement, 1);
    match->our_run = sqlite3_column_int64(statement, 2);
    match->has_weights = sqlite3_column_int(statement, 3) != 0;
    store_reset(statement);
    return 0;
}

/* As one that waits, with its settings. The target may know the data by another name. */
static int add(struct merge_part *part, struct match *match, struct vib_error *err) {
    static const char sql[] =
        "INSERT INTO job (identity, point_identity, curve_identity, numerics, dataset_digest,"
        " input_scale, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    char name[VIB_DATASET_NAME];
    sqlite3_stmt *statement;
    int rc = store_statement(part->target, STORE_MERGE_ADD, sql, &statement, err),
        bound = SQLITE_OK;
    if (rc != 0)
        return rc;
    for (int i = IDENTITY; i <= CREATED; i++)
        bound |= sqlite3_bind_value(statement, i, sqlite3_column_value(match->row, i));
    rc = store_execute(part->target, statement, bound, "add a job", err);
    if ((rc = merge_written(part, rc, err)) != 0)
        return rc;
    match->ours = sqlite3_last_insert_rowid(part->target->db);
    match->our_state = JOB_PENDING;
    rc = store_dataset_name(part->target, column_text(match->row, DATASET), name, sizeof name, err);
    if (rc != 0)
        return rc;
    rc = store_setting_copy(part->target, match->ours, part->from, match->theirs, name,
                            &part->theirs, err);
    return part->theirs ? rc : merge_written(part, rc, err);
}

/* --- what comes along --- */

static int copy_rows(struct merge_part *part, const struct match *match, enum store_row_table table,
                     struct vib_error *err) {
    const struct store_rows to = ours(part, match), from = theirs(part, match);
    const int rc = store_rows_copy(&to, &from, table, &part->theirs, err);
    return part->theirs ? rc : merge_written(part, rc, err);
}

/* *name is allocated; NULL when there are none, or, after that was told, none to be had. */
static int copy_weights(struct merge_part *part, const struct match *match, char **name,
                        struct vib_error *err) {
    struct vib_error why;
    char sentence[sizeof why.message + 128];
    *name = NULL;
    if (part->listener->temporary || sqlite3_column_type(match->row, WEIGHTS) == SQLITE_NULL)
        return 0;
    const int rc =
        merge_files_copy(part->files, part->path, column_text(match->row, WEIGHTS), name, &why);
    if (rc != 0)
        return vib_error_set(err, rc, "%s", why.message);
    if (*name != NULL)
        return 0;
    part->counts.n_weightless++;
    (void)snprintf(sentence, sizeof sentence, "job %lld comes without its weights: %s",
                   (long long)match->ours, why.message);
    part->listener->tell(part->listener->context, sentence);
    return 0;
}

/* The end of their job becomes that of ours. */
static int settle(struct merge_part *part, const struct match *match, const char *weights,
                  struct vib_error *err) {
    static const char sql[] =
        "UPDATE job SET state = ?2, attempts = ?3, run = nullif(?4, 0), worker = ?5,"
        " started_at = ?6, finished_at = ?7, train_s = ?8, evaluate_s = ?9, examples = ?10,"
        " objective = ?11, message = ?12, weights = ?13, effective_weight = ?14 WHERE id = ?1";
    sqlite3_stmt *statement;
    int rc = store_statement(part->target, STORE_MERGE_SETTLE, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = sqlite3_bind_int64(statement, 1, match->ours);
    for (int i = STATE; i < WEIGHTS; i++)
        if (i != RUN)
            bound |=
                sqlite3_bind_value(statement, i - STATE + 2, sqlite3_column_value(match->row, i));
    bound |= sqlite3_bind_int64(statement, RUN - STATE + 2,
                                merge_run_of(part, sqlite3_column_int64(match->row, RUN)));
    bound |= store_bind_text(statement, WEIGHTS - STATE + 2, weights);
    bound |=
        sqlite3_bind_value(statement, WEIGHT - STATE + 2, sqlite3_column_value(match->row, WEIGHT));
    rc = store_execute(part->target, statement, bound, "record the end of a job", err);
    return merge_written(part, rc, err);
}

/* All that their job left takes the place of what ours did. */
static int take(struct merge_part *part, const struct match *match, struct vib_error *err) {
    char *weights;
    int rc = copy_weights(part, match, &weights, err);
    if (rc == 0)
        rc = store_forget_progress(part->target, match->ours, match->our_run, err);
    if (rc == 0)
        rc = store_forget_results(part->target, match->ours, err);
    if (rc == 0)
        rc = settle(part, match, weights, err);
    for (int table = 0; table < STORE_ROW_TABLES && rc == 0; table++)
        rc = copy_rows(part, match, (enum store_row_table)table, err);
    free(weights);
    return rc;
}

/* --- jobs that both have done --- */

static int read_where(struct store *store, int64_t job, char *text, size_t size,
                      struct vib_error *err) {
    static const char sql[] =
        "SELECT host, cpu FROM run WHERE id = (SELECT run FROM job WHERE id = ?1)";
    sqlite3_stmt *statement;
    bool found;
    int rc = store_statement(store, STORE_MERGE_WHERE, sql, &statement, err);
    if (rc == 0)
        rc = store_fetch(store, statement, sqlite3_bind_int64(statement, 1, job), &found,
                         "look for a run", err);
    if (rc != 0)
        return rc;
    (void)snprintf(text, size, "%s, %s", found ? column_text(statement, 0) : "unknown host",
                   found ? column_text(statement, 1) : "unknown processor");
    if (found)
        store_reset(statement);
    return 0;
}

static int tell_disagreement(struct merge_part *part, const struct match *match,
                             struct vib_error *err) {
    char here[256], there[256], sentence[1024];
    int rc = read_where(part->target, match->ours, here, sizeof here, err);
    if (rc != 0)
        return rc;
    rc = read_where(part->from, match->theirs, there, sizeof there, err);
    part->theirs = rc != 0;
    if (rc != 0)
        return rc;
    part->counts.n_disagree++;
    (void)snprintf(
        sentence, sizeof sentence,
        "job %lld (identity %.12s...) is %s with other results in %s (%s) than here (%s), "
        "where it is %s: %s",
        (long long)match->ours, column_text(match->row, IDENTITY),
        job_state_name(match->their_state), part->path, there, here,
        job_state_name(match->our_state),
        rank(match->their_state) > rank(match->our_state) ? "those come here" : "these stay");
    part->listener->tell(part->listener->context, sentence);
    return 0;
}

static int both_have(struct merge_part *part, const struct match *match, enum store_row_table table,
                     bool *both, struct vib_error *err) {
    const struct store_rows a = ours(part, match), b = theirs(part, match);
    int rc = store_rows_any(&a, table, both, err);
    if (rc == 0 && *both) {
        rc = store_rows_any(&b, table, both, err);
        part->theirs = rc != 0;
    }
    return rc;
}

static int compare_residual(struct merge_part *part, const struct match *match, bool *same,
                            struct vib_error *err) {
    const struct store_rows a = ours(part, match), b = theirs(part, match);
    bool both = false;
    const int rc = both_have(part, match, STORE_ROWS_RESIDUAL, &both, err);
    if (rc != 0 || !both)
        return rc;
    return store_rows_compare(&a, &b, STORE_ROWS_RESIDUAL, same, &part->theirs, err);
}

/* Whether what was measured is the same, to the bit, and, where both measured I(X;Z|Y), that. */
static int compare(struct merge_part *part, const struct match *match, bool *same,
                   struct vib_error *err) {
    static const enum store_row_table tables[] = {STORE_ROWS_RESULT, STORE_ROWS_BOUND,
                                                  STORE_ROWS_EPOCH, STORE_ROWS_EPOCH_BOUND};
    const struct store_rows a = ours(part, match), b = theirs(part, match);
    int rc = 0;
    *same = true;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0] && rc == 0 && *same; i++)
        rc = store_rows_compare(&a, &b, tables[i], same, &part->theirs, err);
    return rc == 0 && *same ? compare_residual(part, match, same, err) : rc;
}

/* The table's rows that ours lacks, as it was not to keep them. */
static int complete_rows(struct merge_part *part, const struct match *match,
                         enum store_row_table table, bool *completed, struct vib_error *err) {
    const struct store_rows a = ours(part, match), b = theirs(part, match);
    bool have, lack = false;
    int rc = store_rows_any(&a, table, &have, err);
    if (rc == 0 && !have) {
        rc = store_rows_any(&b, table, &lack, err);
        part->theirs = rc != 0;
    }
    if (rc == 0 && lack)
        rc = copy_rows(part, match, table, err);
    *completed |= lack;
    return rc;
}

static int complete_weights(struct merge_part *part, const struct match *match, bool *completed,
                            struct vib_error *err) {
    static const char sql[] = "UPDATE job SET weights = ?2 WHERE id = ?1";
    sqlite3_stmt *statement;
    char *name = NULL;
    int rc = match->has_weights ? 0 : copy_weights(part, match, &name, err);
    if (rc != 0 || name == NULL)
        return rc;
    rc = store_statement(part->target, STORE_MERGE_COMPLETE, sql, &statement, err);
    if (rc == 0) {
        int bound = sqlite3_bind_int64(statement, 1, match->ours);
        bound |= store_bind_text(statement, 2, name);
        rc = store_execute(part->target, statement, bound, "record weights", err);
    }
    free(name);
    *completed = true;
    return rc;
}

/* What an older program did not measure of ours. */
static int complete_measures(struct merge_part *part, const struct match *match, bool *completed,
                             struct vib_error *err) {
    static const char sql[] =
        "UPDATE job SET effective_weight = ?2"
        " WHERE id = ?1 AND effective_weight IS NULL AND ?2 IS NOT NULL";
    const struct store_rows a = ours(part, match), b = theirs(part, match);
    sqlite3_stmt *statement;
    bool filled = false;
    int rc = store_statement(part->target, STORE_MERGE_WEIGHT, sql, &statement, err);
    if (rc == 0) {
        int bound = sqlite3_bind_int64(statement, 1, match->ours);
        bound |= sqlite3_bind_value(statement, 2, sqlite3_column_value(match->row, WEIGHT));
        rc = store_execute(part->target, statement, bound, "record a weight", err);
        *completed |= rc == 0 && sqlite3_changes(part->target->db) > 0;
    }
    for (int table = 0; table < STORE_ROW_MEASURES && rc == 0; table++) {
        rc = store_rows_fill(&a, &b, (enum store_row_table)table, &filled, &part->theirs, err);
        *completed |= filled;
    }
    return rc;
}

/* Both are done. */
static int know(struct merge_part *part, const struct match *match, struct vib_error *err) {
    static const enum store_row_table kept[] = {STORE_ROWS_CODE, STORE_ROWS_DECODER,
                                                STORE_ROWS_PREDICTION, STORE_ROWS_RESIDUAL};
    bool same, completed = false;
    int rc = compare(part, match, &same, err);
    part->counts.n_known++;
    if (rc != 0)
        return rc;
    if (!same)
        return tell_disagreement(part, match, err);
    for (size_t i = 0; i < sizeof kept / sizeof kept[0] && rc == 0; i++)
        rc = complete_rows(part, match, kept[i], &completed, err);
    if (rc == 0)
        rc = complete_measures(part, match, &completed, err);
    if (rc == 0)
        rc = complete_weights(part, match, &completed, err);
    part->counts.n_completed += completed;
    return rc;
}

/* --- one by one --- */

/* Of one identity, diverged and done are other results, too. */
static bool contradict(const struct match *match) {
    return rank(match->our_state) >= rank(JOB_DIVERGED) &&
           rank(match->their_state) >= rank(JOB_DIVERGED) && match->our_state != match->their_state;
}

static int merge_known(struct merge_part *part, const struct match *match, struct vib_error *err) {
    const int theirs_rank = rank(match->their_state), ours_rank = rank(match->our_state);
    int rc = contradict(match) ? tell_disagreement(part, match, err) : 0;
    if (rc != 0)
        return rc;
    if (theirs_rank > ours_rank) {
        *(ours_rank == 0 ? &part->counts.n_new : &part->counts.n_better) += 1;
        return take(part, match, err);
    }
    if (theirs_rank == ours_rank && match->our_state == JOB_DONE)
        return know(part, match, err);
    part->counts.n_known++;
    return 0;
}

static int merge_job(struct merge_part *part, sqlite3_stmt *row, struct vib_error *err) {
    struct match match = {.row = row,
                          .theirs = sqlite3_column_int64(row, ID),
                          .their_state = column_state(row, STATE)};
    bool found = false;
    int rc = find(part, &match, &found, err);
    if (rc == 0 && !found)
        rc = add(part, &match, err);
    return rc == 0 ? merge_known(part, &match, err) : rc;
}

static int merge_jobs(struct merge_part *part, struct vib_error *err) {
    sqlite3_stmt *jobs;
    bool row = true;
    int rc = store_statement(part->from, STORE_MERGE_JOBS, jobs_sql, &jobs, err);
    part->theirs = rc != 0;
    while (rc == 0) {
        rc = store_fetch(part->from, jobs, SQLITE_OK, &row, "read its jobs", err);
        part->theirs = rc != 0;
        if (rc != 0 || !row)
            return rc;
        rc = merge_job(part, jobs, err);
    }
    return rc;
}

int merge_part_take(struct merge_part *part, struct vib_error *err) {
    int rc = merge_take_context(part, err);
    if (rc == 0)
        rc = merge_jobs(part, err);
    free(part->runs);
    part->runs = NULL;
    part->n_runs = 0;
    return rc;
}
