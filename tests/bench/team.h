/* Threads of the benchmark's own that share the parts of one job: a team as core/team.h asks for.
 * Which parts there are, and so what is measured, is core's. */
#ifndef BENCH_TEAM_H
#define BENCH_TEAM_H

#include "core/error.h"
#include "core/team.h"

#include <stddef.h>

/* A team of that many threads, of which whoever calls `run` is one; the others look out for work
 * for some 50 us after each round, then sleep. Errors: VIB_ENOMEM, VIB_ETHREAD; then nothing is
 * made. */
int team_new(struct vib_team **team, size_t threads, struct vib_error *err);
void team_free(struct vib_team *team); /* NULL is harmless */

#endif
