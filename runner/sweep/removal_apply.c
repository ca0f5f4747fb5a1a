/* The transaction, and the files. */
#include "runner/sweep/removal_internal.h"

#include "runner/base/host.h"
#include "runner/store/store.h"
#include "runner/sweep/checkpoint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- what must hold --- */

/* On a file system that hosts share one of them writes, as of sweeps. */
static int check_hosts(const struct removal *r, struct store *store, const struct host *self,
                       struct vib_error *err) {
    struct store_silence other = {.run = 0};
    bool writes;
    if (store_shared(store) == NULL)
        return VIB_OK;
    const int rc = store_other_host(store, self, &other, &writes, err);
    if (rc != VIB_OK || other.run == 0)
        return rc;
    return vib_error_set(err, VIB_EBUSY,
                         "%s lies on %s, where one host at a time may write it, and run %lld "
                         "(process %lld on %s) has not ended: do it there",
                         r->options->database, store_shared(store), (long long)other.run,
                         (long long)other.pid, other.host);
}

static int refuse_running(void *context, const struct chosen_job *job, struct vib_error *err) {
    const struct removal *r = *(const struct removal **)context;
    if (job->state != JOB_RUNNING)
        return VIB_OK;
    return vib_error_set(err, VIB_EBUSY,
                         "%s: nothing was done: run %lld (process %lld on %s) is at job %lld; stop "
                         "it first, or leave out that job",
                         removal_name(r), (long long)job->run, (long long)job->pid,
                         job->host != NULL ? job->host : "?", (long long)job->id);
}

/* Of what was told a job may have been that of a dead run, which has been taken back since. */
static bool is_as_told(const struct removal_job *now, const struct removal_job *told) {
    return now->id == told->id && strcmp(now->identity, told->identity) == 0 &&
           (now->state == told->state || (now->state == JOB_PENDING && told->state == JOB_RUNNING));
}

static int check_told(const struct removal *r, struct store *store, struct vib_error *err) {
    struct removal now = {.kind = r->kind, .options = r->options, .choice = r->choice};
    int rc = removal_find(&now, store, err);
    bool same = rc == VIB_OK && now.n == r->n;
    for (size_t i = 0; same && i < r->n; i++)
        same = is_as_told(&now.jobs[i], &r->jobs[i]);
    removal_release_jobs(&now);
    if (rc != VIB_OK || same)
        return rc;
    return vib_error_set(
        err, VIB_EBUSY,
        "%s: nothing was done: these jobs have changed meanwhile; the same command "
        "tells how they are now",
        removal_name(r));
}

/* Within the transaction. */
static int check(const struct removal *r, struct store *store, struct vib_error *err) {
    const struct job_chooser running = {.job = refuse_running, .context = &r};
    struct store_silence silence;
    struct host self;
    size_t n_taken;
    host_init(&self);
    int rc = store_take_back(store, &self, &n_taken, &silence, err);
    if (rc == VIB_OK)
        rc = check_hosts(r, store, &self, err);
    if (rc == VIB_OK)
        rc = store_choose_jobs(store, &r->choice, &running, err);
    return rc == VIB_OK ? check_told(r, store, err) : rc;
}

static int change(const struct removal *r, struct store *store, struct vib_error *err) {
    int rc = store_begin(store, err);
    if (rc == VIB_OK)
        rc = check(r, store, err);
    for (size_t i = 0; i < r->n && rc == VIB_OK; i++)
        rc = r->kind == REMOVAL_FORGET ? store_delete_job(store, r->jobs[i].id, err)
                                       : store_reset_job(store, r->jobs[i].id, err);
    if (rc == VIB_OK)
        rc = store_commit(store, err);
    store_rollback(store);
    return rc;
}

/* --- files --- */

struct places {
    char *database; /* without symbolic links */
    char *checkpoints;
};

static int find_places(const struct removal *r, struct places *places, struct vib_error *err) {
    const char *named = r->options->checkpoints;
    places->database = realpath(r->options->database, NULL);
    if (places->database == NULL)
        return vib_error_set(err, errno == ENOMEM ? VIB_ENOMEM : VIB_EIO, "cannot find %s: %s",
                             r->options->database, strerror(errno));
    places->checkpoints = named != NULL ? strdup(named) : checkpoint_folder(places->database);
    return places->checkpoints != NULL
               ? VIB_OK
               : vib_error_set(err, VIB_ENOMEM, "%s: out of memory", removal_name(r));
}

static int remove_checkpoint(const struct places *places, const struct removal_job *job,
                             struct vib_error *err) {
    char *path = checkpoint_path(places->checkpoints, job->identity);
    if (path == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    const int rc = checkpoint_remove(path, err);
    free(path);
    return rc;
}

/* Nobody has begun the job since: while we hold the write lock nobody can. */
static int remove_idle(const struct places *places, struct store *store,
                       const struct removal_job *job, struct vib_error *err) {
    enum job_state state;
    bool found;
    const int rc = store_identity_state(store, job->identity, &state, &found, err);
    return rc != VIB_OK || (found && state != JOB_PENDING) ? rc
                                                           : remove_checkpoint(places, job, err);
}

/* Of all jobs, whatever happens to some: the first error is the one that is told. */
static int remove_checkpoints(const struct removal *r, const struct places *places,
                              struct store *store, struct vib_error *err) {
    struct vib_error other;
    int rc = VIB_OK;
    for (size_t i = 0; i < r->n; i++) {
        const int one = remove_idle(places, store, &r->jobs[i], rc == VIB_OK ? err : &other);
        rc = rc == VIB_OK ? one : rc;
    }
    return rc;
}

static int clean(const struct removal *r, struct store *store, struct vib_error *err) {
    struct places places = {0};
    int rc = find_places(r, &places, err);
    if (rc == VIB_OK)
        rc = store_begin(store, err);
    if (rc == VIB_OK)
        rc = remove_checkpoints(r, &places, store, err);
    store_rollback(store); /* nothing was written */
    if (rc == VIB_OK && r->options->checkpoints == NULL)
        (void)rmdir(places.checkpoints); /* it stays unless it is empty */
    free(places.database);
    free(places.checkpoints);
    return rc;
}

/* The same command may find no such jobs any more. */
static int left_behind(const struct removal *r, int rc, struct vib_error *err) {
    const struct vib_error why = *err;
    return vib_error_set(err, rc,
                         "%s: the database has changed, %zu job%s %s %s, but not all checkpoints "
                         "are deleted: %s; delete what is left of them before a sweep goes on from "
                         "there",
                         removal_name(r), r->n, r->n == 1 ? "" : "s", r->n == 1 ? "is" : "are",
                         r->kind == REMOVAL_FORGET ? "forgotten" : "to be run again", why.message);
}

int removal_apply(const struct removal *r, struct vib_error *err) {
    struct store *store = NULL;
    int rc = store_open(&store, r->options->database, err);
    if (rc == VIB_OK)
        rc = change(r, store, err);
    if (rc == VIB_OK && (rc = clean(r, store, err)) != VIB_OK)
        rc = left_behind(r, rc, err);
    store_discard(store); /* should the file have gone meanwhile, and a new one been made */
    return rc;
}
