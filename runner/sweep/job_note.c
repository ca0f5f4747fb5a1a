/* What a job tells beside its result. */
#include "runner/sweep/job_internal.h"

#include "core/printable.h"

#include <stdio.h>
#include <string.h>

void job_add_note(struct job *job, const char *text) {
    char *notes = job->result.message;
    const size_t length = strlen(notes);
    snprintf(notes + length, sizeof job->result.message - length, "%s%s", length > 0 ? "; " : "",
             text);
    vib_make_printable(notes); /* which ends it with a whole character */
}
