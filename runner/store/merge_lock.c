#include "runner/store/merge_lock.h"

#include "runner/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char suffix[] = ".merging";
static const double SIGN_S = 2.0; /* between two counts */

/* What the file says. */
struct record {
    struct host owner; /* name, identity, pid, start */
    unsigned long long count;
};
enum { RECORD_SIZE = 1024 };

struct merge_lock {
    int fd;
    bool held; /* and the file is ours to delete */
    char *path;
    struct record record;
    double signed_s; /* by clock_s, of the last count */
};

/* The file of the database itself, not of a link to it. */
static char *lock_path(const char *database) {
    char *real = realpath(database, NULL), *path = NULL;
    if (asprintf(&path, "%s%s", real != NULL ? real : database, suffix) < 0)
        path = NULL;
    free(real);
    return path;
}

static int write_record(struct merge_lock *lock, struct vib_error *err) {
    const struct host *owner = &lock->record.owner;
    static const char unknown[] = "-";
    char text[RECORD_SIZE];
    /* As long each time, so that it is replaced as a whole. */
    const int length = snprintf(text, sizeof text, "%s\n%s\n%lld %lld %20llu\n",
                                *owner->name != '\0' ? owner->name : unknown,
                                *owner->identity != '\0' ? owner->identity : unknown,
                                (long long)owner->pid, (long long)owner->start, lock->record.count);
    errno = EIO;
    if (length > 0 && pwrite(lock->fd, text, (size_t)length, 0) == length &&
        ftruncate(lock->fd, length) == 0)
        return 0;
    return vib_error_set(err, VIB_EIO, "cannot write %s: %s", lock->path, strerror(errno));
}

/* *found is false when the file is empty, or says nothing that can be understood. */
static int read_record(const struct merge_lock *lock, struct record *record, bool *found,
                       struct vib_error *err) {
    char text[RECORD_SIZE];
    long long pid, start;
    const ssize_t length = pread(lock->fd, text, sizeof text - 1, 0);
    if (length < 0)
        return vib_error_set(err, VIB_EIO, "cannot read %s: %s", lock->path, strerror(errno));
    text[length] = '\0';
    *found = sscanf(text, "%255[^\n]\n%255[^\n]\n%lld %lld %llu", record->owner.name,
                    record->owner.identity, &pid, &start, &record->count) == 5;
    if (*found) {
        record->owner.pid = pid;
        record->owner.start = start;
    }
    return 0;
}

static int busy(const struct merge_lock *lock, const struct record *record, bool known,
                struct vib_error *err) {
    const int length = (int)(strlen(lock->path) - strlen(suffix));
    if (!known)
        return vib_error_set(err, VIB_EBUSY, "another process merges into %.*s: try again later",
                             length, lock->path);
    return vib_error_set(err, VIB_EBUSY,
                         "process %lld on %s merges into %.*s: try again when that has ended",
                         (long long)record->owner.pid, record->owner.name, length, lock->path);
}

/* Whether the owner, of another host, counts on. */
static int watch(const struct merge_lock *lock, const struct merge_lock_request *request,
                 const struct record *first, bool *alive, struct vib_error *err) {
    enum { PAUSE_MS = 100 };
    const double since_s = clock_s();
    char sentence[512];
    (void)snprintf(sentence, sizeof sentence,
                   "process %lld on %s began to merge and did not end it: waiting up to %.0f s "
                   "for a sign of life",
                   (long long)first->owner.pid, first->owner.name, request->watch_s);
    if (request->tell != NULL)
        request->tell(request->context, sentence);
    *alive = false;
    while (!*alive && clock_s() - since_s < request->watch_s) {
        struct record now;
        bool found = false;
        (void)poll(NULL, 0, PAUSE_MS); /* cut short by a signal it only looks sooner */
        const int rc = read_record(lock, &now, &found, err);
        if (rc != 0)
            return rc;
        *alive = found && now.count != first->count;
    }
    return 0;
}

/* Whether the one of whom the file speaks is gone: it did not delete the file. */
static int judge(const struct merge_lock *lock, const struct merge_lock_request *request,
                 struct vib_error *err) {
    struct record record;
    bool found = false, alive;
    int rc = read_record(lock, &record, &found, err);
    if (rc != 0 || !found)
        return rc;
    const int seen = host_process_alive(request->self, record.owner.identity, record.owner.pid,
                                        record.owner.start);
    alive = seen == 1;
    if (seen < 0)
        rc = watch(lock, request, &record, &alive, err);
    return rc == 0 && alive ? busy(lock, &record, true, err) : rc;
}

/* Whether the open file is still the one of its name. */
static bool is_there(const struct merge_lock *lock) {
    struct stat named, open_one;
    return stat(lock->path, &named) == 0 && fstat(lock->fd, &open_one) == 0 &&
           named.st_dev == open_one.st_dev && named.st_ino == open_one.st_ino;
}

/* Opens and locks the file; *again when its owner deleted it meanwhile. */
static int open_file(struct merge_lock *lock, bool *again, struct vib_error *err) {
    struct record record;
    bool found = false;
    *again = false;
    lock->fd = open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (lock->fd < 0)
        return vib_error_set(err, VIB_ECREATE, "cannot create %s: %s", lock->path, strerror(errno));
    if (flock(lock->fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            (void)read_record(lock, &record, &found, NULL); /* for the words alone */
            return busy(lock, &record, found, err);
        }
        if (errno != ENOLCK && errno != ENOSYS && errno != EOPNOTSUPP && errno != EINVAL)
            return vib_error_set(err, VIB_EIO, "cannot lock %s: %s", lock->path, strerror(errno));
    }
    *again = !is_there(lock);
    if (*again) {
        (void)close(lock->fd); /* nothing was written */
        lock->fd = -1;
    }
    return 0;
}

int merge_lock_take(struct merge_lock **out, const struct merge_lock_request *request,
                    struct vib_error *err) {
    struct merge_lock *lock = calloc(1, sizeof *lock);
    bool again = true;
    int rc = 0;
    *out = NULL;
    if (lock == NULL || (lock->path = lock_path(request->database)) == NULL) {
        free(lock);
        return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", request->database);
    }
    lock->fd = -1;
    lock->record.owner = *request->self;
    while (rc == 0 && again)
        rc = open_file(lock, &again, err);
    if (rc == 0)
        rc = judge(lock, request, err);
    lock->held = rc == 0;
    if (rc == 0)
        rc = write_record(lock, err);
    lock->signed_s = clock_s();
    if (rc == 0)
        *out = lock;
    else
        merge_lock_free(lock);
    return rc;
}

int merge_lock_go_on(struct merge_lock *lock, struct vib_error *err) {
    const double now_s = clock_s();
    if (now_s - lock->signed_s < SIGN_S)
        return 0;
    lock->signed_s = now_s;
    lock->record.count++;
    return write_record(lock, err);
}

void merge_lock_free(struct merge_lock *lock) {
    if (lock == NULL)
        return;
    if (lock->held)
        (void)unlink(lock->path); /* else the next to come finds that its owner is gone */
    if (lock->fd >= 0)
        (void)close(lock->fd); /* gives the lock back */
    free(lock->path);
    free(lock);
}
