#include "tests/bench/team.h"

#include "core/memory.h"
#include "runner/sweep/crew.h"

#include <pthread.h>
#include <stdlib.h>

struct bench_team {
    struct vib_team team; /* first: `run` is given its address */
    struct crew crew;
    atomic_bool recalled;
    size_t n; /* helpers that were started */
    pthread_t *helper;
};

static void *help(void *argument) {
    struct bench_team *team = argument;
    crew_help(&team->crew, &team->recalled);
    return NULL;
}

static void run(struct vib_team *team, size_t parts, vib_part_fn part, void *context) {
    crew_run(&((struct bench_team *)(void *)team)->crew, parts, part, context);
}

int team_new(struct vib_team **team, size_t threads, struct vib_error *err) {
    struct bench_team *made = vib_memory_new(sizeof *made); /* a crew stands on cache lines */
    pthread_t *helper = calloc(threads, sizeof *helper);
    if (made != NULL)
        *made = (struct bench_team){.team = {run}, .helper = helper};
    if (made == NULL || helper == NULL || crew_init(&made->crew) != 0) {
        free(made);
        free(helper);
        return vib_error_set(err, VIB_ENOMEM, "out of memory for a team");
    }
    for (; made->n < threads - 1; made->n++)
        if (pthread_create(&helper[made->n], NULL, help, made) != 0) {
            team_free(&made->team);
            return vib_error_set(err, VIB_ETHREAD, "cannot start a team of %zu", threads);
        }
    *team = &made->team;
    return VIB_OK;
}

void team_free(struct vib_team *team) {
    struct bench_team *made = (struct bench_team *)(void *)team;
    if (made == NULL)
        return;
    crew_recall(&made->crew, &made->recalled);
    for (size_t i = 0; i < made->n; i++)
        (void)pthread_join(made->helper[i], NULL);
    crew_release(&made->crew);
    free(made->helper);
    free(made);
}
