#include "runner/sweep/ending.h"

#include "core/printable.h"
#include "runner/base/clock.h"
#include "runner/config/label.h"

#include <math.h>
#include <stdio.h>

static void describe_result(const struct ending *e, char text[ENDING_SIZE]) {
    const char *split = e->split == VIB_TEST ? "" : vib_split_name(e->split);
    char duration[32], izx[48] = "", izy[48] = "";
    label_duration(e->elapsed_s, duration, sizeof duration);
    if (!isnan(e->izx_upper))
        (void)snprintf(izx, sizeof izx, ", I(Z;X) <= %.3f bits", e->izx_upper);
    if (!isnan(e->izy_lower))
        (void)snprintf(izy, sizeof izy, ", I(Z;Y) >= %.4f bits", e->izy_lower);
    (void)snprintf(text, ENDING_SIZE, "%s%serror_mc %.2f %%%s%s, %s%s%s", split,
                   split[0] != '\0' ? " " : "", 100.0 * e->error_mc, izx, izy, duration,
                   e->message[0] != '\0' ? "; " : "", e->message);
}

void ending_text(const struct ending *e, char text[ENDING_SIZE]) {
    if (e->state == JOB_DONE && !isnan(e->error_mc))
        describe_result(e, text);
    else
        (void)snprintf(text, ENDING_SIZE, "%s: %s", job_state_name(e->state), e->message);
    vib_make_printable(text);
}

void ending_line(size_t ended, size_t total, const char *label, const char *text,
                 char line[ENDING_SIZE]) {
    char now[CLOCK_UTC_SIZE];
    clock_utc_second(now);
    (void)snprintf(line, ENDING_SIZE, "%s [%zu/%zu] %s: %s", now, ended, total, label, text);
    vib_make_printable(line);
}
