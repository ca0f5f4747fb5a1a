#include "runner/store/store_forget.h"

#include "runner/store/store_internal.h"
#include "runner/store/store_value.h"

#include <stdio.h>
#include <stdlib.h>

enum { ID, IDENTITY, STATE, RUN, PID, HOST };

struct walk {
    struct store *store;
    const struct job_choice *choice;
    const struct job_chooser *chooser;
    int *columns;               /* [n_keys] */
    struct store_value *values; /* [n_keys] */
    bool *found;                /* [choice->n_jobs] */
};

static int on_head(void *context, struct store_row *row, struct vib_error *err) {
    struct walk *walk = context;
    (void)err;
    store_setting_find(row, walk->columns);
    return 0;
}

/* Whether the id is among those named, if any are; marks it as found. */
static bool is_named(struct walk *walk, int64_t id) {
    bool named = walk->choice->n_jobs == 0;
    for (size_t i = 0; i < walk->choice->n_jobs; i++)
        if (walk->choice->jobs[i] == id) {
            walk->found[i] = true;
            named = true;
        }
    return named;
}

static int no_memory(const struct store *store, struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", store->path);
}

static int on_row(void *context, struct store_row *row, struct vib_error *err) {
    struct walk *walk = context;
    const struct job_choice *choice = walk->choice;
    const char *identity = store_row_text(row, IDENTITY, NULL);
    struct chosen_job job = {.id = store_row_integer(row, ID),
                             .state = job_state_of(store_row_text(row, STATE, NULL)),
                             .run = store_row_integer(row, RUN),
                             .pid = store_row_integer(row, PID),
                             .host = store_row_text(row, HOST, NULL),
                             .values = walk->values};
    if (identity == NULL)
        return no_memory(walk->store, err);
    (void)snprintf(job.identity, sizeof job.identity, "%s", identity);
    if (!is_named(walk, job.id) || (choice->failed && job.state != JOB_FAILED))
        return 0;
    for (size_t k = 0; k < n_keys; k++)
        if (!store_row_value(row, walk->columns[k], &walk->values[k]))
            return no_memory(walk->store, err);
    return store_filters_pass(choice->filters, choice->n_filters, walk->values)
               ? walk->chooser->job(walk->chooser->context, &job, err)
               : 0;
}

static int check_named(const struct walk *walk, struct vib_error *err) {
    for (size_t i = 0; i < walk->choice->n_jobs; i++)
        if (!walk->found[i])
            return vib_error_set(err, VIB_EUSAGE,
                                 "%s has no job %lld: column job of vib-sweep export has the "
                                 "numbers",
                                 walk->store->path, (long long)walk->choice->jobs[i]);
    return 0;
}

int store_choose_jobs(struct store *store, const struct job_choice *choice,
                      const struct job_chooser *chooser, struct vib_error *err) {
    static const char sql[] =
        "SELECT job.id, job.identity, job.state, run.id, run.pid, run.host, setting.*"
        " FROM job JOIN setting ON setting.job = job.id"
        " LEFT JOIN run ON job.state = 'running' AND run.id = job.run ORDER BY job.id";
    struct walk walk = {.store = store,
                        .choice = choice,
                        .chooser = chooser,
                        .columns = calloc(n_keys, sizeof *walk.columns),
                        .values = calloc(n_keys, sizeof *walk.values),
                        .found = calloc(choice->n_jobs + 1, sizeof *walk.found)};
    const struct store_query query = {.sql = sql, .head = on_head, .row = on_row, .context = &walk};
    int rc = walk.columns == NULL || walk.values == NULL || walk.found == NULL
                 ? no_memory(store, err)
                 : store_query(store, &query, err);
    if (rc == 0)
        rc = check_named(&walk, err);
    free(walk.columns);
    free(walk.values);
    free(walk.found);
    return rc;
}

static int change_job(struct store *store, enum store_statement id, const char *sql, int64_t job,
                      const char *doing, struct vib_error *err) {
    sqlite3_stmt *statement;
    const int rc = store_statement(store, id, sql, &statement, err);
    return rc != 0
               ? rc
               : store_execute(store, statement, sqlite3_bind_int64(statement, 1, job), doing, err);
}

int store_reset_job(struct store *store, int64_t job, struct vib_error *err) {
    static const char sql[] =
        "UPDATE job SET state = 'pending', attempts = 0, run = NULL, worker = NULL,"
        " started_at = NULL, finished_at = NULL, train_s = 0, evaluate_s = 0, examples = 0,"
        " objective = NULL, message = '', weights = NULL, effective_weight = NULL WHERE id = ?1";
    bool outermost;
    int rc = store_enter(store, &outermost, err);
    if (rc != 0)
        return rc;
    rc = store_forget_results(store, job, err);
    if (rc == 0)
        rc = change_job(store, STORE_JOB_RESET, sql, job, "make a job pending", err);
    return store_leave(store, outermost, rc, err);
}

int store_delete_job(struct store *store, int64_t job, struct vib_error *err) {
    return change_job(store, STORE_JOB_DELETE, "DELETE FROM job WHERE id = ?1", job, "delete a job",
                      err);
}
