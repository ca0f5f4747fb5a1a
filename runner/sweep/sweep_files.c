/* Where the files of a sweep lie: its database, and the checkpoints of its jobs. */
#include "runner/sweep/sweep_internal.h"

#include "runner/base/atomic_file.h"
#include "runner/sweep/checkpoint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOOP_BUSY_MS = 200 };

static int choose_database(struct sweep *s, struct vib_error *err) {
    if (s->options->database != NULL) {
        s->database = strdup(s->options->database);
    } else {
        s->made_folder = mkdir("results", 0777) == 0;
        if (!s->made_folder && errno != EEXIST)
            return vib_error_set(err, VIB_ECREATE, "cannot create the folder results: %s",
                                 strerror(errno));
        if (asprintf(&s->database, "results/%s.db", s->config.base.name) < 0)
            s->database = NULL;
    }
    return s->database == NULL ? vib_error_set(err, VIB_ENOMEM, "out of memory") : VIB_OK;
}

/* The open database's own path: checkpoints and weights lie beside it, whatever link led here. */
static int find_place(struct sweep *s, struct vib_error *err) {
    s->place = realpath(s->database, NULL);
    if (s->place != NULL)
        return VIB_OK;
    return vib_error_set(err, errno == ENOMEM ? VIB_ENOMEM : VIB_EIO, "cannot find %s: %s",
                         s->database, strerror(errno));
}

/* A folder that is named is made here, so that one that cannot be had is known before jobs run; the
 * other when the first checkpoint is written. */
static int choose_checkpoints(struct sweep *s, struct vib_error *err) {
    const char *named = s->options->checkpoints;
    struct stat status;
    s->checkpoints = named != NULL ? strdup(named) : checkpoint_folder(s->place);
    if (s->checkpoints == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    if (named == NULL)
        return VIB_OK;
    if (mkdir(named, 0777) != 0) {
        const int reason = errno;
        if (stat(named, &status) != 0 || !S_ISDIR(status.st_mode))
            return vib_error_set(err, VIB_ECREATE,
                                 "cannot create the folder %s of --checkpoints: %s", named,
                                 strerror(reason));
    } else if (atomic_file_sync_folder(named) != 0) {
        return vib_error_set(err, VIB_EIO, "cannot sync the folder of %s", named);
    }
    return VIB_OK;
}

/* Weights lie beside the database that others get to see. */
static int choose_weights(struct sweep *s, struct vib_error *err) {
    const char *publish = s->options->publish;
    struct stat ours, theirs;
    if (publish != NULL && stat(s->place, &ours) == 0 && stat(publish, &theirs) == 0 &&
        ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino)
        return vib_error_set(err, VIB_EUSAGE,
                             "--publish %s is the database itself: name another file", publish);
    s->weights_place = strdup(publish != NULL ? publish : s->place);
    return s->weights_place == NULL ? vib_error_set(err, VIB_ENOMEM, "out of memory") : VIB_OK;
}

int sweep_open_files(struct sweep *s, struct vib_error *err) {
    int rc = choose_database(s, err);
    if (rc == VIB_OK)
        rc = store_open(&s->store, s->database, err);
    if (rc == VIB_OK)
        rc = find_place(s, err);
    if (rc == VIB_OK)
        rc = choose_weights(s, err);
    if (rc == VIB_OK)
        rc = choose_checkpoints(s, err);
    /* From here on this thread waits where it also hears signals and draws. */
    if (rc == VIB_OK)
        rc = store_set_busy_ms(s->store, LOOP_BUSY_MS, err);
    return rc;
}

static bool is_known(void *sweep, const char *identity) {
    const struct sweep *s = sweep;
    return job_set_has(&s->known, identity);
}

/* Whether a job's checkpoint is of no more use: that of a failed one is, for --retry. */
static bool is_settled(void *sweep, const char *identity) {
    const struct sweep *s = sweep;
    enum job_state state;
    bool found;
    struct vib_error ignored;
    return is_known(sweep, identity) ||
           (store_identity_state(s->store, identity, &state, &found, &ignored) == VIB_OK && found &&
            (state == JOB_DONE || state == JOB_DIVERGED));
}

/* A folder that was named stays: other machines may be about to write into it. */
void sweep_clean(struct sweep *s, bool ours) {
    checkpoint_clean(s->checkpoints, ours ? is_settled : is_known, s);
    if (s->options->checkpoints == NULL)
        (void)rmdir(s->checkpoints); /* stays unless it is empty */
}
