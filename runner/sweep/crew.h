/* Threads that share the work of one job, round after round.
 *
 * A round is a number of parts. The owner, whose job it is, begins one by crew_run; others do parts
 * of whatever round there is for as long as they are in crew_help. Parts are claimed one at a time,
 * so who comes late, or loses its processor, merely does fewer. Between rounds nobody touches what
 * the parts work on, so helpers may come and go at any time.
 *
 * Who has nothing to do watches for some microseconds, in which the next round usually begins or
 * this one ends, and then sleeps: no processor is kept from others for longer.
 *
 * Thread rule: crew_run is one thread's, crew_help and crew_recall are for any. */
#ifndef RUNNER_SWEEP_CREW_H
#define RUNNER_SWEEP_CREW_H

#include "core/team.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    CREW_LINE = 64 /* bytes of a cache line: counters that many threads write have their own */
};

/* Private but for its size. */
struct crew {
    pthread_mutex_t lock;   /* for going to sleep and waking */
    pthread_cond_t begun;   /* a round, or somebody was recalled */
    pthread_cond_t ended;   /* the round */
    atomic_size_t sleeping; /* helpers that wait for `begun` */
    atomic_bool owner_sleeps;
    /* The round. Written by the owner while no part of it is open; read by who claimed a part. */
    size_t parts;
    vib_part_fn part;
    void *context;
    _Alignas(CREW_LINE) atomic_size_t left; /* parts that nobody has claimed: the last ones */
    _Alignas(CREW_LINE) atomic_size_t open; /* parts that are not done, as far as was told */
};

/* Returns 0 or an errno value, and then there is nothing to release. */
int crew_init(struct crew *crew);

/* Nobody is in the crew any more. */
void crew_release(struct crew *crew);

/* As vib_team.run. Cost: 10 ns a part, with helpers at work 30 ns; where they sleep some 10 us to
 * wake them, and they begin 30 us later. */
void crew_run(struct crew *crew, size_t parts, vib_part_fn part, void *context);

/* Does parts of one round after the other until *recalled, and then at most the part it is at. */
void crew_help(struct crew *crew, const atomic_bool *recalled);

/* Sets *recalled for a thread that is in crew_help, or on its way there. */
void crew_recall(struct crew *crew, atomic_bool *recalled);

#endif
