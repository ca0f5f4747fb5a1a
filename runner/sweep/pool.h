/* A fixed number of threads that run tasks in the order in which they were submitted; threads
 * without a task help with the tasks of others.
 *
 * A task is memory of the caller's with a struct fifo_item in it: it belongs to the pool from
 * pool_submit until pool_finished returns it, so nothing is allocated and nothing can fail on the
 * way. While it runs it may share its work by the team that it gets. Tasks come first: a helper
 * leaves for one that was submitted as soon as it has done the part it is at. Helpers go where the
 * most work is left for each thread. Thread rule: one thread (the owner) calls. */
#ifndef RUNNER_SWEEP_POOL_H
#define RUNNER_SWEEP_POOL_H

#include "core/error.h"
#include "core/team.h"
#include "runner/base/fifo.h"

#include <stddef.h>

struct pool_events {
    /* On a worker, 0-based. The team is the task's until this returns. */
    void (*run)(struct fifo_item *task, size_t worker, struct vib_team *team, void *context);
    /* The work that a running task has left, in any unit; on any thread, with the pool locked. */
    double (*left)(const struct fifo_item *task, void *context);
    void (*wake)(void *context); /* on a worker, after a task was put among the finished */
    void *context;
};

struct pool;

/* Starts the threads, with every signal blocked in them. Errors: VIB_ENOMEM, VIB_ETHREAD. */
int pool_new(struct pool **pool, size_t n_threads, const struct pool_events *events,
             struct vib_error *err);

void pool_submit(struct pool *pool, struct fifo_item *task);

/* A task that has run, in order of completion, or NULL when there is none just now. */
struct fifo_item *pool_finished(struct pool *pool);

/* Moves helpers to where more is left by now; to be called now and then. Returns how many threads
 * help. */
size_t pool_balance(struct pool *pool);

/* Ends the threads after the tasks they are at; tasks not begun are dropped. NULL is harmless. */
void pool_free(struct pool *pool);

#endif
