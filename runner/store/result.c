#include "runner/store/result.h"

#include <string.h>

static const char *const state_names[] = {[JOB_PENDING] = "pending",
                                          [JOB_RUNNING] = "running",
                                          [JOB_DONE] = "done",
                                          [JOB_DIVERGED] = "diverged",
                                          [JOB_FAILED] = "failed"};
enum { N_STATES = sizeof state_names / sizeof state_names[0] };

const char *job_state_name(enum job_state state) {
    return state_names[state];
}

enum job_state job_state_of(const char *name) {
    for (int i = 0; name != NULL && i < N_STATES; i++)
        if (strcmp(name, state_names[i]) == 0)
            return (enum job_state)i;
    return JOB_FAILED;
}

enum vib_split_id job_split_shown(unsigned splits) {
    static const enum vib_split_id order[] = {VIB_TEST, VIB_VALIDATION};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        if ((splits & 1u << order[i]) != 0)
            return order[i];
    return VIB_TRAIN;
}
