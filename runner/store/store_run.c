/* Runs (invocations of the program): their record, their heartbeat, and jobs left by dead ones. */
#include "runner/store/store.h"
#include "runner/store/store_internal.h"

#include "runner/base/clock.h"
#include "runner/config/label.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    struct store_silence silence; /* of a process that cannot be looked at; else only who it is */
    bool alive, unseen;           /* unseen: that it lives is only to be believed */
    bool here;                    /* its clocks are those of this process */
    bool moved;                   /* it has given a sign of life since it was first looked at */
    double age_s;      /* of its last sign by the wall clocks, of two hosts unless here */
    char message[512]; /* what the jobs that are taken back will say */
};

/* Seconds for which a run's sign of life has been what it is, as far as this store has seen, and
 * whether it has seen another. */
static int watch(struct store *store, int64_t run, const char *heartbeat, double *unchanged_s,
                 bool *moved, struct vib_error *err) {
    const double now = clock_s();
    struct watched_run *watched = store->watched;
    size_t i = 0;
    while (i < store->n_watched && watched[i].run != run)
        i++;
    if (i == store->n_watched) {
        watched = realloc(watched, (i + 1) * sizeof *watched);
        if (watched == NULL)
            return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", store->path);
        store->watched = watched;
        watched[store->n_watched++] = (struct watched_run){.run = run, .since_s = now};
    }
    if (strncmp(watched[i].heartbeat, heartbeat, sizeof watched[i].heartbeat - 1) != 0) {
        watched[i].moved = watched[i].heartbeat[0] != '\0';
        (void)snprintf(watched[i].heartbeat, sizeof watched[i].heartbeat, "%s", heartbeat);
        watched[i].since_s = now;
    }
    *unchanged_s = now - watched[i].since_s;
    *moved = watched[i].moved;
    return 0;
}

/* Of a process that cannot be looked at: whether its silence has been long enough. By what was seen
 * of it; also by the clock, should this process be new, where that is one clock: two hosts' are
 * never compared. */
static int judge_silence(struct store *store, sqlite3_stmt *row, struct suspect *suspect,
                         struct vib_error *err) {
    const char *heartbeat = (const char *)sqlite3_column_text(row, 6);
    struct store_silence *silence = &suspect->silence;
    double unchanged_s = 0.0;
    int rc = watch(store, silence->run, heartbeat != NULL ? heartbeat : "", &unchanged_s,
                   &suspect->moved, err);
    silence->silent_s = suspect->here ? fmax(suspect->age_s, unchanged_s) : unchanged_s;
    silence->left_s = STORE_DEAD_AFTER_S - silence->silent_s;
    silence->ahead = suspect->here && suspect->age_s < -STORE_HEARTBEAT_S;
    suspect->unseen = silence->left_s >= 0.0;
    suspect->alive = suspect->unseen;
    return rc;
}

/* On a file system that hosts share they may be copies of one, with one machine-id: what was
 * started on another kernel than this need not be gone. */
int store_process_alive(const struct store *store, const struct host *self, const char *identity,
                        int64_t pid, int64_t start) {
    if (store->shared != NULL && !host_is_here(self, identity))
        return -1;
    return host_process_alive(self, identity, pid, start);
}

/* Judges the row that STORE_RUN_NEXT stands on. */
static int judge(struct store *store, sqlite3_stmt *row, const struct host *self,
                 struct suspect *suspect, struct vib_error *err) {
    const char *host = (const char *)sqlite3_column_text(row, 1);
    const char *text = (const char *)sqlite3_column_text(row, 2);
    const char *identity = text != NULL ? text : "";
    const int64_t pid = sqlite3_column_int64(row, 3), start = sqlite3_column_int64(row, 4);
    const bool ended = sqlite3_column_int(row, 5) != 0;
    const bool dated = sqlite3_column_type(row, 7) != SQLITE_NULL;
    const int known = store_process_alive(store, self, identity, pid, start);
    struct store_silence *silence = &suspect->silence;
    const char *why = ended        ? "which had ended"
                      : known == 0 ? "which is gone"
                                   : "which fell silent";
    *suspect = (struct suspect){.alive = !ended && known == 1,
                                .here = host_is_here(self, identity),
                                .age_s = dated ? sqlite3_column_double(row, 7) : (double)INFINITY};
    silence->run = sqlite3_column_int64(row, 0);
    silence->pid = pid;
    silence->n_jobs = (size_t)sqlite3_column_int64(row, 8);
    (void)snprintf(silence->host, sizeof silence->host, "%s", host != NULL ? host : "?");
    (void)snprintf(suspect->message, sizeof suspect->message,
                   "taken back from run %lld (process %lld on %s), %s", (long long)silence->run,
                   (long long)pid, silence->host, why);
    return !ended && known < 0 ? judge_silence(store, row, suspect, err) : 0;
}

/* The suspect with the least id above `after`. */
static int next_suspect(struct store *store, int64_t after, const struct host *self,
                        struct suspect *suspect, bool *found, struct vib_error *err) {
    static const char sql[] =
        "SELECT id, host, host_identity, pid, process_start, ended_at IS NOT NULL, heartbeat_at,"
        " (julianday('now') - julianday(heartbeat_at)) * 86400,"
        " (SELECT count(*) FROM job WHERE job.run = run.id AND state = 'running') FROM run"
        " WHERE id > ?1 AND NOT merged AND (outcome IS NULL"
        " OR id IN (SELECT run FROM job WHERE state = 'running')) ORDER BY id LIMIT 1";
    sqlite3_stmt *statement;
    int rc = store_statement(store, STORE_RUN_NEXT, sql, &statement, err);
    if (rc != 0)
        return rc;
    if ((rc = store_fetch(store, statement, sqlite3_bind_int64(statement, 1, after), found,
                          "look for dead runs", err)) != 0 ||
        !*found)
        return rc;
    rc = judge(store, statement, self, suspect, err);
    store_reset(statement);
    return rc;
}

/* How long until a run that is believed to live counts as gone for an upgrade, which a new start
 * decides at once, so that it cannot have watched it for long: by the clock, and where that is not
 * one clock with a day for the difference of two. */
static double gone_in_s(const struct suspect *suspect) {
    static const double DAY_S = 86400.0;
    return suspect->here ? suspect->silence.left_s : DAY_S - suspect->age_s;
}

static int refuse_upgrade(const struct store *store, const struct suspect *suspect,
                          struct vib_error *err) {
    const struct store_silence *silence = &suspect->silence;
    char wait[96] = "", duration[32];
    if (suspect->unseen && suspect->age_s < -STORE_HEARTBEAT_S) {
        (void)snprintf(wait, sizeof wait,
                       ", or set this machine's clock right: its last sign of life is to come");
    } else if (suspect->unseen) {
        label_duration(gone_in_s(suspect), duration, sizeof duration);
        (void)snprintf(wait, sizeof wait, ", or in %s if it is gone", duration);
    }
    return vib_error_set(err, VIB_EBUSY,
                         "%s is of an older program and cannot be brought up to date while "
                         "run %lld (process %lld on %s) uses it: try again when that has ended%s",
                         store->path, (long long)silence->run, (long long)silence->pid,
                         silence->host, wait);
}

int store_refuse_while_used(struct store *store, struct vib_error *err) {
    struct suspect suspect = {.alive = false};
    struct host self;
    bool found = true;
    int rc = 0;
    host_init(&self);
    while (rc == 0 && found) {
        rc = next_suspect(store, suspect.silence.run, &self, &suspect, &found, err);
        if (rc == 0 && found && suspect.alive && !(suspect.unseen && gone_in_s(&suspect) < 0.0))
            rc = refuse_upgrade(store, &suspect, err);
    }
    return rc;
}

/* A statement about one run, its only parameter. */
static int change_run(struct store *store, enum store_statement id, const char *sql, int64_t run,
                      const char *doing, struct vib_error *err) {
    sqlite3_stmt *statement;
    int rc = store_statement(store, id, sql, &statement, err);
    return rc != 0
               ? rc
               : store_execute(store, statement, sqlite3_bind_int64(statement, 1, run), doing, err);
}

/* Records the loss of a run and gives its running jobs back; adds their number to *n. */
static int bury(struct store *store, const struct suspect *dead, size_t *n, struct vib_error *err) {
    static const char lost[] = "UPDATE run SET outcome = 'lost' WHERE id = ? AND ended_at IS NULL";
    static const char forget[] = "DELETE FROM progress WHERE run = ?";
    static const char take[] =
        "UPDATE job SET state = 'pending', message = ?"
        " WHERE run = ? AND state = 'running'";
    sqlite3_stmt *statement;
    int rc = change_run(store, STORE_RUN_LOST, lost, dead->silence.run, "record a lost run", err);
    if (rc == 0)
        rc = change_run(store, STORE_RUN_FORGET_PROGRESS, forget, dead->silence.run,
                        "forget how far jobs were", err);
    if (rc != 0 || (rc = store_statement(store, STORE_RUN_TAKE_BACK, take, &statement, err)) != 0)
        return rc;
    int bound = store_bind_text(statement, 1, dead->message);
    bound |= sqlite3_bind_int64(statement, 2, dead->silence.run);
    if ((rc = store_execute(store, statement, bound, "take back jobs", err)) != 0)
        return rc;
    *n += (size_t)sqlite3_changes(store->db);
    return 0;
}

/* Whether a run that is believed to live is one to speak of, rather than one that has just given a
 * sign of life. */
static bool is_silent(const struct suspect *suspect) {
    enum { SIGNS = 3 }; /* that were not given */
    return suspect->unseen && suspect->silence.n_jobs > 0 &&
           (suspect->silence.ahead || suspect->silence.silent_s >= SIGNS * STORE_HEARTBEAT_S);
}

int store_take_back(struct store *store, const struct host *self, size_t *n,
                    struct store_silence *silence, struct vib_error *err) {
    struct suspect suspect = {.alive = false};
    bool outermost, found = true;
    size_t taken = 0;
    int rc = store_enter(store, &outermost, err);
    *n = 0;
    *silence = (struct store_silence){.run = 0};
    if (rc != 0)
        return rc;
    while (rc == 0 && found) {
        rc = next_suspect(store, suspect.silence.run, self, &suspect, &found, err);
        if (rc != 0 || !found)
            continue;
        if (!suspect.alive)
            rc = bury(store, &suspect, &taken, err);
        else if (is_silent(&suspect) &&
                 (silence->run == 0 || suspect.silence.left_s < silence->left_s))
            *silence = suspect.silence;
    }
    rc = store_leave(store, outermost, rc, err);
    *n = rc == 0 ? taken : 0;
    return rc;
}

int store_other_host(struct store *store, const struct host *self, struct store_silence *other,
                     bool *writes, struct vib_error *err) {
    struct suspect suspect = {.alive = false};
    bool found = true;
    int rc = 0;
    *other = (struct store_silence){.run = 0};
    *writes = false;
    while (rc == 0 && found && !*writes) {
        rc = next_suspect(store, suspect.silence.run, self, &suspect, &found, err);
        if (rc != 0 || !found || !suspect.unseen || suspect.here)
            continue;
        *other = suspect.silence;
        *writes = suspect.moved;
    }
    return rc;
}
