/* Snapshots of the database for others to read, and the checkpoints that wait for them. */
#include "runner/sweep/sweep_internal.h"

#include "runner/base/atomic_file.h"
#include "runner/base/clock.h"
#include "runner/store/store_snapshot.h"
#include "runner/sweep/checkpoint.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const double PUBLISH_S = 60.0;

int sweep_check_publish(const struct sweep *s, struct vib_error *err) {
    const char *path = s->options->publish;
    struct stat status;
    if (path == NULL)
        return VIB_OK;
    char *folder = atomic_file_folder(path);
    if (folder == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    const bool found = stat(folder, &status) == 0 && S_ISDIR(status.st_mode);
    const int rc =
        found ? VIB_OK
              : vib_error_set(err, VIB_ECREATE,
                              "--publish %s: there is no folder %s: make it first", path, folder);
    free(folder);
    return rc;
}

bool sweep_publish_due(const struct publishing *p, double now_s) {
    return p->changed && now_s - p->at_s >= PUBLISH_S;
}

static void remove_checkpoint(struct sweep *s, const char *identity) {
    struct vib_error err;
    char *path = checkpoint_path(s->checkpoints, identity);
    if (path != NULL && checkpoint_remove(path, &err) != VIB_OK)
        progress_note(&s->progress, "%s", err.message);
    free(path); /* without memory for it, likewise */
}

void sweep_drop_checkpoint(struct sweep *s, const struct job *job) {
    if (s->options->publish == NULL)
        remove_checkpoint(s, job->identity);
    else /* without memory for it the file stays until sweep_clean */
        (void)job_set_add(&s->publishing.settled, job->identity, NULL);
}

int sweep_publish(struct sweep *s, struct vib_error *err) {
    struct publishing *p = &s->publishing;
    if (s->options->publish == NULL)
        return VIB_OK;
    p->at_s = clock_s();
    int rc = store_snapshot(s->store, s->options->publish, err);
    if (rc != VIB_OK)
        return rc;
    if (p->failure_told)
        progress_note(&s->progress, "%s takes snapshots again", s->options->publish);
    p->failure_told = false;
    p->changed = false;
    for (size_t i = 0; i < p->settled.n; i++)
        remove_checkpoint(s, p->settled.identities[i]);
    job_set_release(&p->settled);
    return VIB_OK;
}

void sweep_tell_unpublished(struct sweep *s, const struct vib_error *err) {
    if (!s->publishing.failure_told)
        progress_note(&s->progress, "%s; results are in %s meanwhile, trying again", err->message,
                      s->database);
    s->publishing.failure_told = true;
}

void sweep_publish_sometimes(struct sweep *s) {
    struct vib_error err;
    if (s->options->publish == NULL || !sweep_publish_due(&s->publishing, clock_s()) ||
        sweep_publish(s, &err) == VIB_OK)
        return;
    sweep_tell_unpublished(s, &err);
}
