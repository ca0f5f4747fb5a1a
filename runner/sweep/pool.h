/* A fixed number of threads that run tasks in the order in which they were submitted.
 *
 * A task is memory of the caller's with a struct fifo_item in it: it belongs to the pool from
 * pool_submit until pool_finished returns it, so nothing is allocated and nothing can fail on the
 * way. Thread rule: submit and finished from one thread (the owner). */
#ifndef RUNNER_SWEEP_POOL_H
#define RUNNER_SWEEP_POOL_H

#include "core/error.h"
#include "runner/base/fifo.h"

#include <stddef.h>

struct pool_events {
    void (*run)(struct fifo_item *task, size_t worker, void *context); /* on a worker, 0-based */
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

/* Ends the threads after the tasks they are at; tasks not begun are dropped. NULL is harmless. */
void pool_free(struct pool *pool);

#endif
