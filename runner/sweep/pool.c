#include "runner/sweep/pool.h"

#include "runner/sweep/crew.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Of a worker's stack: a part of a job's work has up to some hundred kilobytes of it. */
enum { STACK_BYTES = 4 << 20 };

/* A worker is free, runs a task or helps another. Its crew stays when the task ends: a helper that
 * has yet to leave finds no rounds in it, or those of the next task. */
struct worker {
    struct vib_team team; /* first: the team of a task is the worker that runs it */
    struct pool *pool;
    size_t number;
    pthread_t thread;
    struct crew crew;     /* who helps with its task */
    atomic_bool recalled; /* from the crew that it is in */
    /* Guarded by pool->lock: */
    struct fifo_item *task; /* that it runs; NULL = none */
    bool shares;            /* the task has begun to share its work; written by this worker only */
    struct worker *helps;   /* whom, or whom next; NULL = nobody */
    size_t n_helpers;       /* who help it */
};

struct pool {
    struct pool_events events;
    pthread_mutex_t lock; /* guards ready to n_helping, and of the workers what is said there; may
                             be held while a crew's is taken */
    pthread_cond_t work;  /* for free workers: there is a task, somebody to help, or the end */
    struct fifo ready, done;
    bool stopping;
    size_t n_ready, n_free, n_helping; /* tasks; workers */
    size_t n_workers;                  /* threads that run */
    struct worker *workers;
};

/* --- who helps whom; the pool is locked --- */

/* The work left of a worker's task for each thread, if so many worked on it. */
static double share(const struct worker *worker, size_t threads) {
    const struct pool_events *events = &worker->pool->events;
    return events->left(worker->task, events->context) / (double)threads;
}

/* The worker with the most left for each thread; NULL when no task shares its work. */
static struct worker *neediest(struct pool *pool) {
    struct worker *found = NULL;
    double most = 0.0;
    for (size_t i = 0; i < pool->n_workers; i++) {
        struct worker *worker = &pool->workers[i];
        if (!worker->shares)
            continue;
        const double left = share(worker, 1 + worker->n_helpers);
        if (found == NULL || left > most) {
            found = worker;
            most = left;
        }
    }
    return found;
}

/* The worker that would have the least left for each thread with a helper less; NULL when nobody
 * helps. */
static struct worker *least_needy(struct pool *pool) {
    struct worker *found = NULL;
    double least = 0.0;
    for (size_t i = 0; i < pool->n_workers && pool->n_helping > 0; i++) {
        struct worker *worker = &pool->workers[i];
        if (worker->n_helpers == 0)
            continue;
        const double left = share(worker, worker->n_helpers);
        if (found == NULL || left < least) {
            found = worker;
            least = left;
        }
    }
    return found;
}

/* Says whom a worker without a task helps. */
static void assign(struct worker *worker, struct worker *helped) {
    struct pool *pool = worker->pool;
    if (worker->helps != NULL) {
        worker->helps->n_helpers--;
        pool->n_helping--;
        pool->n_free++;
    }
    worker->helps = helped;
    if (helped != NULL) {
        helped->n_helpers++;
        pool->n_helping++;
        pool->n_free--;
    }
}

/* Sends a helper of `from` to another, or to look for a task. */
static void send_one(struct worker *from, struct worker *to) {
    struct worker *helper = from->pool->workers;
    while (helper->helps != from)
        helper++;
    assign(helper, to);
    crew_recall(&from->crew, &helper->recalled);
}

/* Every move makes the largest share smaller or rarer; the bound is for a `left` that changes. */
static void balance(struct pool *pool) {
    for (size_t i = 0; i < pool->n_workers && pool->n_helping > 0; i++) {
        struct worker *from = least_needy(pool), *to = neediest(pool);
        if (from == to || !(share(from, from->n_helpers) < share(to, 1 + to->n_helpers)))
            return;
        send_one(from, to);
    }
}

/* --- workers --- */

/* As vib_team.run. A task that never gets here is never helped, and costs nothing more. */
static void run_parts(struct vib_team *team, size_t parts, vib_part_fn part, void *context) {
    struct worker *worker = (struct worker *)team;
    if (!worker->shares) {
        struct pool *pool = worker->pool;
        pthread_mutex_lock(&pool->lock);
        worker->shares = true;
        balance(pool);
        if (pool->n_free > 0)
            pthread_cond_broadcast(&pool->work);
        pthread_mutex_unlock(&pool->lock);
    }
    crew_run(&worker->crew, parts, part, context);
}

static void run_task(struct worker *worker, struct fifo_item *task) {
    struct pool *pool = worker->pool;
    assign(worker, NULL);
    pool->n_free--;
    worker->task = task;
    pthread_mutex_unlock(&pool->lock);
    pool->events.run(task, worker->number, &worker->team, pool->events.context);
    pthread_mutex_lock(&pool->lock);
    worker->shares = false;
    while (worker->n_helpers > 0)
        send_one(worker, NULL);
    worker->task = NULL;
    pool->n_free++;
    fifo_push(&pool->done, task);
    /* Outside the lock: the owner may be in the middle of pool_finished. */
    pthread_mutex_unlock(&pool->lock);
    pool->events.wake(pool->events.context);
    pthread_mutex_lock(&pool->lock);
}

/* Whoever recalls a worker has said before, under the lock, what it is to do next. */
static void help(struct worker *worker) {
    struct pool *pool = worker->pool;
    struct crew *crew = &worker->helps->crew;
    pthread_mutex_unlock(&pool->lock);
    crew_help(crew, &worker->recalled);
    pthread_mutex_lock(&pool->lock);
    atomic_store(&worker->recalled, false);
}

static void *work(void *argument) {
    struct worker *worker = argument;
    struct pool *pool = worker->pool;
    pthread_mutex_lock(&pool->lock);
    while (!pool->stopping) {
        struct fifo_item *task = fifo_pop(&pool->ready);
        if (task != NULL) {
            pool->n_ready--;
            run_task(worker, task);
            continue;
        }
        if (worker->helps == NULL)
            assign(worker, neediest(pool));
        if (worker->helps != NULL)
            help(worker);
        else
            pthread_cond_wait(&pool->work, &pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* --- the owner --- */

static int start_worker(struct pool *pool, const pthread_attr_t *attributes) {
    struct worker *worker = &pool->workers[pool->n_workers];
    worker->team.run = run_parts;
    worker->pool = pool;
    worker->number = pool->n_workers;
    atomic_init(&worker->recalled, false);
    int rc = crew_init(&worker->crew);
    if (rc != 0)
        return rc;
    rc = pthread_create(&worker->thread, attributes, work, worker);
    if (rc != 0) {
        crew_release(&worker->crew);
        return rc;
    }
    pool->n_workers++;
    pool->n_free++;
    return 0;
}

/* The first ones wait for the lock until all are there. */
static int start_workers(struct pool *pool, size_t n_threads) {
    pthread_attr_t attributes;
    int rc = pthread_attr_init(&attributes);
    if (rc != 0)
        return rc;
    rc = pthread_attr_setstacksize(&attributes, STACK_BYTES);
    pthread_mutex_lock(&pool->lock);
    for (size_t i = 0; i < n_threads && rc == 0; i++)
        rc = start_worker(pool, &attributes);
    pthread_mutex_unlock(&pool->lock);
    pthread_attr_destroy(&attributes);
    return rc;
}

/* Threads inherit the signal mask: signals stay with the thread that started the pool. */
static int start_without_signals(struct pool *pool, size_t n_threads) {
    sigset_t all, old;
    sigfillset(&all);
    int rc = pthread_sigmask(SIG_SETMASK, &all, &old);
    if (rc != 0)
        return rc;
    rc = start_workers(pool, n_threads);
    int restored = pthread_sigmask(SIG_SETMASK, &old, NULL);
    return rc != 0 ? rc : restored;
}

/* Zeros, each on cache lines of its own. */
static struct worker *new_workers(size_t n) {
    struct worker *workers = aligned_alloc(_Alignof(struct worker), n * sizeof *workers);
    if (workers != NULL)
        memset(workers, 0, n * sizeof *workers);
    return workers;
}

int pool_new(struct pool **out, size_t n_threads, const struct pool_events *events,
             struct vib_error *err) {
    *out = NULL;
    struct pool *pool = calloc(1, sizeof *pool);
    struct worker *workers = new_workers(n_threads);
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
    rc = start_without_signals(pool, n_threads);
    if (rc != 0) {
        pool_free(pool);
        return vib_error_set(err, VIB_ETHREAD, "cannot start %zu threads: %s", n_threads,
                             strerror(rc));
    }
    *out = pool;
    return VIB_OK;
}

/* A helper is called where no free worker is left for the task. */
void pool_submit(struct pool *pool, struct fifo_item *task) {
    pthread_mutex_lock(&pool->lock);
    fifo_push(&pool->ready, task);
    pool->n_ready++;
    if (pool->n_ready > pool->n_free && pool->n_helping > 0)
        send_one(least_needy(pool), NULL);
    else
        pthread_cond_signal(&pool->work);
    pthread_mutex_unlock(&pool->lock);
}

struct fifo_item *pool_finished(struct pool *pool) {
    pthread_mutex_lock(&pool->lock);
    struct fifo_item *task = fifo_pop(&pool->done);
    pthread_mutex_unlock(&pool->lock);
    return task;
}

size_t pool_balance(struct pool *pool) {
    pthread_mutex_lock(&pool->lock);
    balance(pool);
    const size_t n = pool->n_helping;
    pthread_mutex_unlock(&pool->lock);
    return n;
}

/* Helpers stay with the tasks under way, whose ends recall them. */
void pool_free(struct pool *pool) {
    if (pool == NULL)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (size_t i = 0; i < pool->n_workers; i++)
        pthread_join(pool->workers[i].thread, NULL);
    for (size_t i = 0; i < pool->n_workers; i++)
        crew_release(&pool->workers[i].crew);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
    free(pool->workers);
    free(pool);
}
