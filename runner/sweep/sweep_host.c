/* A database on a file system that hosts share is written by one of them at a time. */
#include "runner/sweep/sweep_internal.h"

#include "runner/sweep/signals.h"

static int refuse(const struct sweep *s, const struct store_silence *other, struct vib_error *err) {
    return vib_error_set(err, VIB_EBUSY,
                         "%s lies on %s and run %lld (process %lld on %s) writes it: only one host "
                         "at a time may; give each a part of the grid and a database of its own "
                         "with --shard I/N --db FILE",
                         s->database, store_shared(s->store), (long long)other->run,
                         (long long)other->pid, other->host);
}

void sweep_tell_shared(struct sweep *s) {
    if (store_shared(s->store) != NULL)
        progress_note(&s->progress,
                      "%s lies on %s: it has a rollback journal there, and one host at a time may "
                      "write it",
                      s->database, store_shared(s->store));
}

int sweep_await_hosts(struct sweep *s, bool *alone, struct vib_error *err) {
    static const double LOOK_S = 1.0;
    struct store_silence other = {.run = 0};
    bool writes = false;
    *alone = true;
    if (store_shared(s->store) == NULL)
        return VIB_OK;
    int rc = store_other_host(s->store, &s->host, &other, &writes, err);
    if (rc != VIB_OK || other.run == 0)
        return rc;
    *alone = false;
    store_rollback(s->store); /* or the other could not give a sign of life */
    if (writes)
        return refuse(s, &other, err);
    if (s->silence_told != other.run)
        progress_note(&s->progress,
                      "run %lld (process %lld on %s) has not ended: looking for a sign of life, "
                      "for %.0f s at most",
                      (long long)other.run, (long long)other.pid, other.host, other.left_s);
    s->silence_told = other.run;
    signals_wait(LOOK_S);
    return VIB_OK;
}
