#include "runner/sweep/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct worker {
    struct pool *pool;
    size_t number;
    pthread_t thread;
};

struct pool {
    struct pool_events events;
    pthread_mutex_t lock; /* guards ready, done, stopping */
    pthread_cond_t work;  /* ready became non-empty, or stopping */
    struct fifo ready, done;
    bool stopping;
    size_t n_workers; /* threads that run */
    struct worker *workers;
};

static void *work(void *argument) {
    struct worker *worker = argument;
    struct pool *pool = worker->pool;
    pthread_mutex_lock(&pool->lock);
    while (!pool->stopping) {
        struct fifo_item *task = fifo_pop(&pool->ready);
        if (task == NULL) {
            pthread_cond_wait(&pool->work, &pool->lock);
            continue;
        }
        pthread_mutex_unlock(&pool->lock);
        pool->events.run(task, worker->number, pool->events.context);
        pthread_mutex_lock(&pool->lock);
        fifo_push(&pool->done, task);
        /* Outside the lock: the owner may be in the middle of pool_finished. */
        pthread_mutex_unlock(&pool->lock);
        pool->events.wake(pool->events.context);
        pthread_mutex_lock(&pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Threads inherit the signal mask: signals stay with the thread that started the pool. */
static int start_workers(struct pool *pool, size_t n_threads) {
    sigset_t all, old;
    sigfillset(&all);
    int rc = pthread_sigmask(SIG_SETMASK, &all, &old);
    if (rc != 0)
        return rc;
    for (size_t i = 0; i < n_threads && rc == 0; i++) {
        struct worker *worker = &pool->workers[i];
        worker->pool = pool;
        worker->number = i;
        rc = pthread_create(&worker->thread, NULL, work, worker);
        if (rc == 0)
            pool->n_workers++;
    }
    int restored = pthread_sigmask(SIG_SETMASK, &old, NULL);
    return rc != 0 ? rc : restored;
}

int pool_new(struct pool **out, size_t n_threads, const struct pool_events *events,
             struct vib_error *err) {
    *out = NULL;
    struct pool *pool = calloc(1, sizeof *pool);
    struct worker *workers = calloc(n_threads, sizeof *workers);
    if (pool == NULL || workers == NULL || pthread_mutex_init(&pool->lock, NULL) != 0) {
        free(pool);
        free(workers);
        return vib_error_set(err, VIB_ENOMEM, "out of memory for %zu threads", n_threads);
    }
    pool->events = *events;
    pool->workers = workers;
    int rc = pthread_cond_init(&pool->work, NULL);
    if (rc != 0) {
        pthread_mutex_destroy(&pool->lock);
        free(pool);
        free(workers);
        return vib_error_set(err, VIB_ETHREAD, "cannot set up the thread pool: %s", strerror(rc));
    }
    rc = start_workers(pool, n_threads);
    if (rc != 0) {
        pool_free(pool);
        return vib_error_set(err, VIB_ETHREAD, "cannot start %zu threads: %s", n_threads,
                             strerror(rc));
    }
    *out = pool;
    return VIB_OK;
}

void pool_submit(struct pool *pool, struct fifo_item *task) {
    pthread_mutex_lock(&pool->lock);
    fifo_push(&pool->ready, task);
    pthread_cond_signal(&pool->work);
    pthread_mutex_unlock(&pool->lock);
}

struct fifo_item *pool_finished(struct pool *pool) {
    pthread_mutex_lock(&pool->lock);
    struct fifo_item *task = fifo_pop(&pool->done);
    pthread_mutex_unlock(&pool->lock);
    return task;
}

void pool_free(struct pool *pool) {
    if (pool == NULL)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (size_t i = 0; i < pool->n_workers; i++)
        pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
    free(pool->workers);
    free(pool);
}
