/* Runs (invocations of the program): their record, their heartbeat, and jobs left by dead ones. */
#include "runner/store/store.h"
#include "runner/store/store_internal.h"

#include <stdio.h>

int store_begin_run(struct store *store, const struct run_info *info, int64_t *run,
                    struct vib_error *err) {
    static const char sql[] =
        "INSERT INTO run (sweep, config_path, config_text, version, build, libraries, host,"
        " host_identity, cpu, threads, pid, process_start, started_at, heartbeat_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, " STORE_NOW ", " STORE_NOW ")";
    const char *const texts[] = {info->sweep,      info->config_path,    info->config_text,
                                 info->version,    info->build,          info->libraries,
                                 info->host->name, info->host->identity, info->host->cpu};
    sqlite3_stmt *statement;
    int parameter = 0, bound = SQLITE_OK;
    int rc = store_statement(store, STORE_RUN_INSERT, sql, &statement, err);
    if (rc != 0)
        return rc;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        bound |= store_bind_text(statement, ++parameter, texts[i]);
    bound |= store_bind_size(statement, ++parameter, info->threads);
    bound |= sqlite3_bind_int64(statement, ++parameter, info->host->pid);
    bound |= sqlite3_bind_int64(statement, ++parameter, info->host->start);
    if ((rc = store_execute(store, statement, bound, "record the run", err)) != 0)
        return rc;
    *run = sqlite3_last_insert_rowid(store->db);
    return 0;
}

static int check_place(const struct store *store, struct vib_error *err) {
    if (!store_moved(store))
        return 0;
    return vib_error_set(err, VIB_EDATA,
                         "%s was deleted or replaced while it was in use, and its results with "
                         "it; the same command begins a new one",
                         store->path);
}

int store_heartbeat(struct store *store, int64_t run, struct vib_error *err) {
    /* A run that was given up for lost (its machine slept, say) is back with its next sign. */
    static const char sql[] = "UPDATE run SET heartbeat_at = " STORE_NOW
                              ", outcome = NULL"
                              " WHERE id = ? AND ended_at IS NULL";
    sqlite3_stmt *statement;
    int rc = check_place(store, err);
    if (rc != 0 || (rc = store_statement(store, STORE_RUN_HEARTBEAT, sql, &statement, err)) != 0)
        return rc;
    return store_execute(store, statement, sqlite3_bind_int64(statement, 1, run),
                         "record a sign of life", err);
}

int store_end_run(struct store *store, int64_t run, const char *outcome, struct vib_error *err) {
    static const char sql[] = "UPDATE run SET outcome = ?, heartbeat_at = " STORE_NOW
                              ", ended_at = " STORE_NOW " WHERE id = ?";
    sqlite3_stmt *statement;
    int rc = check_place(store, err);
    if (rc != 0 || (rc = store_statement(store, STORE_RUN_END, sql, &statement, err)) != 0)
        return rc;
    int bound = store_bind_text(statement, 1, outcome);
    bound |= sqlite3_bind_int64(statement, 2, run);
    return store_execute(store, statement, bound, "record the end of the run", err);
}

/* A run that has not ended, or has left jobs behind all the same. */
struct suspect {
    int64_t run, pid;
    char host[256];
    bool alive;
    char message[512]; /* what the jobs that are taken back will say */
};

/* Judges the row that STORE_RUN_NEXT stands on. */
static void judge(sqlite3_stmt *row, const struct host *self, struct suspect *suspect) {
    const char *host = (const char *)sqlite3_column_text(row, 1);
    const char *identity = (const char *)sqlite3_column_text(row, 2);
    const int64_t pid = sqlite3_column_int64(row, 3), start = sqlite3_column_int64(row, 4);
    const bool ended = sqlite3_column_int(row, 5) != 0, silent = sqlite3_column_int(row, 6) != 0;
    const int known = host_process_alive(self, identity != NULL ? identity : "", pid, start);
    const char *why = ended        ? "which had ended"
                      : known == 0 ? "which is gone"
                                   : "which fell silent";
    suspect->run = sqlite3_column_int64(row, 0);
    suspect->pid = pid;
    (void)snprintf(suspect->host, sizeof suspect->host, "%s", host != NULL ? host : "?");
    suspect->alive = !ended && (known < 0 ? !silent : known == 1);
    (void)snprintf(suspect->message, sizeof suspect->message,
                   "taken back from run %lld (process %lld on %s), %s", (long long)suspect->run,
                   (long long)pid, host != NULL ? host : "?", why);
}

/* The suspect with the least id above `after`. */
static int next_suspect(struct store *store, int64_t after, const struct host *self,
                        struct suspect *suspect, bool *found, struct vib_error *err) {
    static const char sql[] =
        "SELECT id, host, host_identity, pid, process_start, ended_at IS NOT NULL,"
        " coalesce((julianday('now') - julianday(heartbeat_at)) * 86400 > ?2, 1) FROM run"
        " WHERE id > ?1 AND (outcome IS NULL"
        " OR id IN (SELECT run FROM job WHERE state = 'running')) ORDER BY id LIMIT 1";
    sqlite3_stmt *statement;
    int rc = store_statement(store, STORE_RUN_NEXT, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = sqlite3_bind_int64(statement, 1, after);
    bound |= sqlite3_bind_int(statement, 2, STORE_DEAD_AFTER_S);
    if ((rc = store_fetch(store, statement, bound, found, "look for dead runs", err)) != 0 ||
        !*found)
        return rc;
    judge(statement, self, suspect);
    store_reset(statement);
    return 0;
}

int store_refuse_while_used(struct store *store, struct vib_error *err) {
    struct suspect suspect = {.run = 0};
    struct host self;
    bool found = true;
    int rc = 0;
    host_init(&self);
    while (rc == 0 && found) {
        rc = next_suspect(store, suspect.run, &self, &suspect, &found, err);
        if (rc == 0 && found && suspect.alive)
            rc = vib_error_set(
                err, VIB_EBUSY,
                "%s is of an older program and cannot be brought up to date while "
                "run %lld (process %lld on %s) uses it: try again when that has ended",
                store->path, (long long)suspect.run, (long long)suspect.pid, suspect.host);
    }
    return rc;
}

/* Records the loss of a run and gives its running jobs back; adds their number to *n. */
static int bury(struct store *store, const struct suspect *dead, size_t *n, struct vib_error *err) {
    static const char lost[] = "UPDATE run SET outcome = 'lost' WHERE id = ? AND ended_at IS NULL";
    static const char take[] =
        "UPDATE job SET state = 'pending', message = ?"
        " WHERE run = ? AND state = 'running'";
    sqlite3_stmt *statement;
    int rc = store_statement(store, STORE_RUN_LOST, lost, &statement, err);
    if (rc != 0 ||
        (rc = store_execute(store, statement, sqlite3_bind_int64(statement, 1, dead->run),
                            "record a lost run", err)) != 0)
        return rc;
    if ((rc = store_statement(store, STORE_RUN_TAKE_BACK, take, &statement, err)) != 0)
        return rc;
    int bound = store_bind_text(statement, 1, dead->message);
    bound |= sqlite3_bind_int64(statement, 2, dead->run);
    if ((rc = store_execute(store, statement, bound, "take back jobs", err)) != 0)
        return rc;
    *n += (size_t)sqlite3_changes(store->db);
    return 0;
}

int store_take_back(struct store *store, const struct host *self, size_t *n,
                    struct vib_error *err) {
    struct suspect suspect = {.run = 0};
    bool outermost, found = true;
    size_t taken = 0;
    int rc = store_enter(store, &outermost, err);
    if (rc != 0)
        return rc;
    while (rc == 0 && found) {
        rc = next_suspect(store, suspect.run, self, &suspect, &found, err);
        if (rc == 0 && found && !suspect.alive)
            rc = bury(store, &suspect, &taken, err);
    }
    rc = store_leave(store, outermost, rc, err);
    *n = rc == 0 ? taken : 0;
    return rc;
}
