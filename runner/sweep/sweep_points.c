/* The points of the grid: the state of each, and how many are in which. */
#include "runner/sweep/sweep_internal.h"

enum point_state sweep_point_state(enum job_state state) {
    switch (state) {
    case JOB_PENDING:
        return POINT_WAITING;
    case JOB_RUNNING:
        return POINT_ELSEWHERE;
    case JOB_DONE:
        return POINT_DONE;
    case JOB_DIVERGED:
        return POINT_DIVERGED;
    default:
        return POINT_FAILED;
    }
}

static size_t *count_of(struct sweep *s, enum point_state state) {
    switch (state) {
    case POINT_WAITING:
        return &s->n_waiting;
    case POINT_RUNNING:
        return &s->n_running;
    case POINT_ELSEWHERE:
        return &s->n_elsewhere;
    case POINT_DONE:
        return &s->n_done;
    case POINT_DIVERGED:
        return &s->n_diverged;
    default:
        return &s->n_failed;
    }
}

void sweep_move(struct sweep *s, size_t i, enum point_state state) {
    struct point *point = &s->points[i];
    s->flops_waiting -= point->state == POINT_WAITING ? point->flops : 0.0;
    --*count_of(s, point->state);
    point->state = state;
    ++*count_of(s, state);
    s->flops_waiting += state == POINT_WAITING ? point->flops : 0.0;
}

/* The estimate of the first waiting point, since the order is longest first; 0 without one. */
static double longest_waiting(const struct sweep *s) {
    size_t at = s->next;
    while (at < s->grid.n && s->points[s->order[at]].state != POINT_WAITING)
        at++;
    return at < s->grid.n ? s->points[s->order[at]].flops : 0.0;
}

void sweep_count(const struct sweep *s, struct progress_counts *counts) {
    counts->total = s->grid.n + s->n_known;
    counts->done = s->n_done + s->n_known;
    counts->failed = s->n_failed + s->n_diverged;
    counts->diverged = s->n_diverged;
    counts->running = s->n_running < s->threads ? s->n_running : s->threads; /* others wait */
    counts->helping = s->n_helping;
    counts->elsewhere = s->n_elsewhere;
    counts->flops_left = s->n_waiting > 0 ? s->flops_waiting : 0.0;
    counts->longest_pending = s->n_waiting > 0 ? longest_waiting(s) : 0.0;
}
