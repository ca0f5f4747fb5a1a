#include "runner/fetch/fetch.h"

#include "runner/base/home.h"
#include "runner/fetch/fetch_copy.h"
#include "runner/fetch/fetch_place.h"
#include "runner/fetch/fetch_progress.h"
#include "runner/fetch/fetch_transfer.h"
#include "runner/fetch/fetch_verify.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RESUMPTIONS = 5 }; /* of a file, from one mirror */

struct fetch {
    const struct fetch_set *set;
    const char *from;
    struct fetch_progress progress;
    struct fetch_place place;
    struct fetch_transfer transfer;
};

static int no_memory(struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "fetch: out of memory");
}

static uint64_t size_of(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 ? (uint64_t)status.st_size : 0;
}

/* The most that the file can be packed into: where gzip wins nothing it adds 5 bytes to every 16
 * KiB or so, and a name. */
static uint64_t most_packed(const struct fetch_file *file) {
    return file->size + file->size / 1000 + 1024;
}

/* Gives part its final name if it is right; else deletes it: VIB_EDATA. */
static int keep_if_right(struct fetch *f, const char *part, const char *source,
                         const struct fetch_file *file, struct vib_error *err) {
    char size[FETCH_BYTES_SIZE];
    int rc = fetch_verify(part, source, file, err);
    if (rc == VIB_EDATA)
        (void)unlink(part); /* if it stays, it is found wrong again */
    if (rc != 0)
        return rc;
    char *path = strndup(part, strlen(part) - strlen(".part"));
    if (path == NULL)
        return no_memory(err);
    (void)fetch_bytes(size, size_of(part));
    if (rename(part, path) != 0)
        rc = vib_error_set(err, VIB_EIO, "cannot rename %s: %s", part, strerror(errno));
    else
        fetch_progress_note(&f->progress, "%s: %s, verified", source, size);
    free(path);
    return rc;
}

/* A part may be of a file that another mirror packed otherwise, which the check at the end shows.
 */
static int get_url(struct fetch *f, const char *url, const char *part,
                   const struct fetch_file *file, struct vib_error *err) {
    const struct fetch_request request = {url, part, most_packed(file)};
    for (int resumed = 0;; resumed++) {
        const uint64_t before = size_of(part);
        int rc = fetch_transfer_get(&f->transfer, &request, err);
        const bool whole = rc == 0;
        if (whole)
            rc = keep_if_right(f, part, url, file, err);
        const bool hopeful = whole ? before > 0 : size_of(part) > before;
        if (rc != VIB_EDATA || !hopeful || resumed == RESUMPTIONS)
            return rc;
        fetch_progress_note(&f->progress, "%s; %s", err->message,
                            whole ? "once more, from the start" : "resuming");
    }
}

static int get_from_mirror(struct fetch *f, const char *base, const struct fetch_file *file,
                           struct vib_error *err) {
    const char *slash = base[strlen(base) - 1] == '/' ? "" : "/";
    char *url = NULL, *part = NULL;
    int rc = 0;
    if (asprintf(&url, "%s%s%s.gz", base, slash, file->name) < 0)
        url = NULL;
    if (asprintf(&part, "%s/%s.gz.part", f->place.part, file->name) < 0)
        part = NULL;
    rc = url == NULL || part == NULL ? no_memory(err) : get_url(f, url, part, file, err);
    free(url);
    free(part);
    return rc;
}

/* How to do without us, in a sentence. */
static int by_hand(const struct fetch *f, struct vib_error *err) {
    char names[256] = "";
    for (size_t i = 0, used = 0; i < f->set->n_files; i++) {
        (void)snprintf(names + used, sizeof names - used, "%s%s.gz", i > 0 ? ", " : "",
                       f->set->files[i].name);
        used = strlen(names);
    }
    return vib_error_set(err, VIB_EDATA,
                         "%s cannot be fetched from here; where there is a network, get %s from "
                         "%s, and put them into %s, or into any FOLDER for vib-sweep fetch %s "
                         "--from FOLDER",
                         f->set->name, names, f->set->mirrors[0], f->place.folder, f->set->name);
}

static int get_from_mirrors(struct fetch *f, const struct fetch_file *file, struct vib_error *err) {
    for (size_t i = 0; i < f->set->n_mirrors; i++) {
        const int rc = get_from_mirror(f, f->set->mirrors[i], file, err);
        if (rc != VIB_EDATA)
            return rc;
        fetch_progress_note(&f->progress, "%s%s", err->message,
                            i + 1 < f->set->n_mirrors ? "; trying the next mirror" : "");
    }
    return by_hand(f, err);
}

static int get_from_folder(struct fetch *f, const char *folder, const struct fetch_file *file,
                           struct vib_error *err) {
    char *source = NULL, *part = NULL;
    int rc = fetch_place_find(folder, file, &source, err);
    if (rc != 0)
        return rc;
    if (source == NULL)
        return vib_error_set(err, VIB_EDATA, "fetch: %s has neither %s nor %s.gz", folder,
                             file->name, file->name);
    if (asprintf(&part, "%s%s.part", f->place.part, strrchr(source, '/')) < 0) {
        part = NULL;
        rc = no_memory(err);
    } else if ((rc = fetch_copy(source, part, most_packed(file), err)) == 0)
        rc = keep_if_right(f, part, source, file, err);
    free(source);
    free(part);
    return rc;
}

static int get_from_given(struct fetch *f, const struct fetch_file *file, struct vib_error *err) {
    if (strstr(f->from, "://") != NULL)
        return get_from_mirror(f, f->from, file, err);
    char *folder = home_expand(f->from);
    const int rc = folder == NULL ? no_memory(err) : get_from_folder(f, folder, file, err);
    free(folder);
    return rc;
}

/* Whether an earlier fetch has gathered the file; one that is no longer right is deleted. */
static int is_gathered(struct fetch *f, const struct fetch_file *file, bool *gathered,
                       struct vib_error *err) {
    char *path = NULL;
    int rc = fetch_place_find(f->place.part, file, &path, err);
    *gathered = false;
    if (path != NULL) {
        rc = fetch_verify(path, path, file, err);
        *gathered = rc == 0;
        if (rc == VIB_EDATA)
            rc = unlink(path) == 0 ? 0 : VIB_EIO;
    }
    free(path);
    return rc;
}

static int gather(struct fetch *f, const struct fetch_file *file, struct vib_error *err) {
    bool gathered = false;
    const int rc = is_gathered(f, file, &gathered, err);
    if (rc != 0 || gathered)
        return rc;
    return f->from != NULL ? get_from_given(f, file, err) : get_from_mirrors(f, file, err);
}

/* With the lock: another process may have completed the folder while we waited. */
static int complete_folder(struct fetch *f, bool *fetched, struct vib_error *err) {
    bool complete = false;
    int rc = fetch_place_look(&f->place, &complete, err);
    if (rc != 0)
        return rc;
    if (complete)
        return 0;
    for (size_t i = 0; rc == 0 && i < f->set->n_files; i++)
        rc = f->place.missing[i] ? gather(f, &f->set->files[i], err) : 0;
    if (rc == 0)
        rc = fetch_place_install(&f->place, err);
    *fetched = rc == 0;
    return rc;
}

int fetch_run(const struct fetch_set *set, const char *folder, const char *from, bool *fetched,
              struct vib_error *err) {
    struct fetch f = {.set = set,
                      .from = from,
                      .place = {.set = set, .folder = folder, .lock_fd = -1},
                      .transfer = {.progress = &f.progress}};
    bool complete = false;
    *fetched = false;
    fetch_progress_init(&f.progress);
    int rc = fetch_place_look(&f.place, &complete, err);
    if (rc != 0 || complete)
        return rc;
    rc = fetch_place_open(&f.place, &f.progress, err);
    if (rc == 0)
        rc = complete_folder(&f, fetched, err);
    fetch_transfer_release(&f.transfer);
    fetch_place_close(&f.place);
    return rc;
}
