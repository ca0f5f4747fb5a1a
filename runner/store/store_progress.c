/* Table progress: how far the running jobs are. */
#include "runner/store/store.h"
#include "runner/store/store_internal.h"

int store_set_progress(struct store *store, int64_t job, int64_t run,
                       const struct job_progress *progress, struct vib_error *err) {
    static const char sql[] =
        "INSERT INTO progress (job, run, epoch, step, steps_per_epoch, share, objective, at)"
        " SELECT id, run, ?3, ?4, ?5, ?6, ?7, " STORE_NOW
        " FROM job WHERE id = ?1 AND run = ?2 AND state = 'running'"
        " ON CONFLICT (job) DO UPDATE SET run = excluded.run, epoch = excluded.epoch,"
        " step = excluded.step, steps_per_epoch = excluded.steps_per_epoch,"
        " share = excluded.share, objective = excluded.objective, at = excluded.at";
    sqlite3_stmt *statement;
    int rc = store_statement(store, STORE_PROGRESS_SET, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = sqlite3_bind_int64(statement, 1, job);
    bound |= sqlite3_bind_int64(statement, 2, run);
    bound |= store_bind_size(statement, 3, progress->epoch);
    bound |= store_bind_size(statement, 4, progress->step);
    bound |= store_bind_size(statement, 5, progress->steps_per_epoch);
    bound |= store_bind_real(statement, 6, progress->share);
    bound |= store_bind_real(statement, 7, progress->objective);
    return store_execute(store, statement, bound, "record how far a job is", err);
}

int store_forget_progress(struct store *store, int64_t job, int64_t run, struct vib_error *err) {
    static const char sql[] = "DELETE FROM progress WHERE job = ?1 AND run = ?2";
    sqlite3_stmt *statement;
    int rc = store_statement(store, STORE_PROGRESS_DELETE, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = sqlite3_bind_int64(statement, 1, job);
    bound |= sqlite3_bind_int64(statement, 2, run);
    return store_execute(store, statement, bound, "forget how far a job is", err);
}
