#include "tests/bench/rounds.h"

#include "core/trainer.h"
#include "runner/base/clock.h"

#include <stdlib.h>

enum { EMPTY_ROUNDS = 1000, EMPTY_PARTS = 3, WARM_UP = 4 };

static void do_nothing(void *context, size_t part) {
    (void)context;
    (void)part;
}

static int start_empty(const void *context, const struct worker *worker, void **state,
                       struct vib_error *err) {
    (void)context;
    (void)err;
    *state = worker->team;
    return VIB_OK;
}

static int run_empty(void *state, double *work, struct vib_error *err) {
    (void)err;
    for (int i = 0; i < EMPTY_ROUNDS; i++)
        vib_team_run(state, EMPTY_PARTS, do_nothing, NULL);
    *work = EMPTY_ROUNDS;
    return VIB_OK;
}

static void finish_empty(void *state) {
    (void)state; /* the team is its owner's */
}

static void describe_empty(const void *context, FILE *out) {
    (void)context;
    (void)out;
}

struct workload empty_rounds_workload(void) {
    return (struct workload){"empty_rounds",
                             {"rounds_per_s"},
                             describe_empty,
                             start_empty,
                             run_empty,
                             finish_empty,
                             NULL};
}

static const size_t cores[] = {2, 8, 16};
enum { CORES = sizeof cores / sizeof cores[0] };

/* A team of one thread that watches its rounds. */
struct watch {
    struct vib_team team; /* first: `run` is given its address */
    double rounds, shared_s;
    double spared_s[CORES]; /* of the rounds' time, on so many cores */
};

static void run_watched(struct vib_team *team, size_t parts, vib_part_fn part, void *context) {
    struct watch *watch = (struct watch *)team;
    const double start = clock_s();
    vib_team_run(NULL, parts, part, context);
    const double elapsed = clock_s() - start;
    watch->rounds++;
    watch->shared_s += elapsed;
    for (size_t i = 0; i < CORES; i++) {
        const size_t longest = (parts + cores[i] - 1) / cores[i];
        watch->spared_s[i] += elapsed * (1.0 - (double)longest / (double)parts);
    }
}

struct watched {
    struct watch watch;
    struct vib_trainer *trainer;
};

static void finish_watched(void *state) {
    struct watched *w = state;
    vib_trainer_free(w->trainer);
    free(w);
}

static int run_step(void *state, double *work, struct vib_error *err) {
    struct watched *w = state;
    const double start = clock_s();
    w->watch = (struct watch){.team = w->watch.team};
    int rc = vib_trainer_advance(w->trainer, 1);
    const double elapsed = clock_s() - start;
    work[0] = w->watch.rounds;
    work[1] = w->watch.shared_s;
    for (size_t i = 0; i < CORES; i++)
        work[2 + i] = elapsed - w->watch.spared_s[i];
    return rc == VIB_OK ? rc : vib_error_set(err, rc, "a step failed: %s", vib_status_text(rc));
}

static int start_watched(const void *context, const struct worker *worker, void **state,
                         struct vib_error *err) {
    const struct model *model = context;
    double work[MOST_RATES];
    (void)worker;
    struct watched *w = calloc(1, sizeof *w);
    if (w == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    w->watch.team.run = run_watched;
    int rc = vib_trainer_new(&w->trainer, &model->params, model->data, NULL, &w->watch.team, err);
    for (int i = 0; i < WARM_UP && rc == VIB_OK; i++)
        rc = run_step(w, work, err);
    if (rc != VIB_OK)
        finish_watched(w);
    else
        *state = w;
    return rc;
}

static void describe_watched(const void *context, FILE *out) {
    model_describe(context, out);
}

struct workload watched_steps_workload(const struct model *model) {
    return (struct workload){"watched_steps",
                             {"rounds_per_s", "shared", "share_on_2", "share_on_8", "share_on_16"},
                             describe_watched,
                             start_watched,
                             run_step,
                             finish_watched,
                             model};
}
