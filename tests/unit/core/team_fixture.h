/* A team of threads for tests: parts go to whoever asks first, in an order that is shuffled anew at
 * every run, so that a result which depends on who makes a part, or when, is seen to change. */
#ifndef TESTS_CORE_TEAM_FIXTURE_H
#define TESTS_CORE_TEAM_FIXTURE_H

#include "core/team.h"

#include <stddef.h>

/* `threads` of them, at least 1, with the one that calls run. Fails the test when out of memory. */
struct vib_team *team_fixture_new(size_t threads);
void team_fixture_free(struct vib_team *team);

#endif
