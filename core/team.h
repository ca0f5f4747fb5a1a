/* Threads that share the parts of one piece of work.
 *
 * This module creates none: whoever has threads to spare lends them through `run`. A part may be
 * done by any thread and in any order, so parts write to memory of their own and what they make
 * does not depend on who makes it: results have the same bits with any number of threads. */
#ifndef VIB_CORE_TEAM_H
#define VIB_CORE_TEAM_H

#include <stddef.h>

typedef void (*vib_part_fn)(void *context, size_t part);

struct vib_team {
    /* Calls part(context, i) exactly once for every i in 0..parts, on threads of the team, of which
     * the calling one is one, and returns when all have returned: what they wrote can then be read,
     * and they could read whatever was written before. Never called from within a part, nor by two
     * threads at once. */
    void (*run)(struct vib_team *team, size_t parts, vib_part_fn part, void *context);
};

/* The same; with team NULL the calling thread does all parts in order. */
void vib_team_run(struct vib_team *team, size_t parts, vib_part_fn part, void *context);

#endif
