/* A team (core/team.h) of threads of the benchmark's own, which work together as the program's do
 * (runner/sweep/crew.h). */
#ifndef BENCH_TEAM_H
#define BENCH_TEAM_H

#include "core/error.h"
#include "core/team.h"

#include <stddef.h>

/* A team of that many threads, of which whoever calls `run` is one. Errors: VIB_ENOMEM,
 * VIB_ETHREAD; then nothing is made. */
int team_new(struct vib_team **team, size_t threads, struct vib_error *err);
void team_free(struct vib_team *team); /* NULL is harmless */

#endif
