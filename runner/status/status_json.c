/* For programs: results/README.md has the fields. */
#include "runner/status/status_show.h"

#include "runner/base/json.h"
#include "runner/config/keys.h"

#include <math.h>
#include <string.h>

static void put_real(FILE *out, const char *name, double value) {
    (void)fprintf(out, ",\"%s\":", name);
    json_real(out, value);
}

static void put_text(FILE *out, const char *name, const char *text) {
    (void)fprintf(out, "\"%s\":", name);
    json_string(out, text);
}

/* One that is negative tells of a wrong clock, and of nothing else. */
static void put_age(FILE *out, double age_s) {
    put_real(out, "age_s", age_s >= 0.0 ? age_s : (double)NAN);
}

static void put_process(FILE *out, const struct run_status *run) {
    put_text(out, "host", run->host);
    (void)fprintf(out, ",\"pid\":%lld,\"run\":", (long long)run->pid);
    json_string(out, run->uid);
    put_age(out, run->age_s);
}

static void put_values(FILE *out, const char *value) {
    const char *comma = "";
    (void)fputs(",\"settings\":{", out);
    for (size_t k = 0; k < n_keys; k++, value += strlen(value) + 1) {
        if (value[0] == '\0')
            continue;
        (void)fputs(comma, out);
        put_text(out, keys[k].name, value);
        comma = ",";
    }
    (void)fputc('}', out);
}

static void put_running(FILE *out, const struct running_status *running) {
    (void)fprintf(out, "{\"job\":%lld,\"epoch\":%zu,\"epochs\":%zu", (long long)running->job,
                  running->epoch, running->epochs);
    put_real(out, "share", running->share);
    put_real(out, "objective", running->objective);
    (void)fputc(',', out);
    put_process(out, &running->run);
    put_values(out, running->values);
    (void)fputc('}', out);
}

static void put_run(FILE *out, const struct run_status *run) {
    static const char *const lives[] = {
        [RUN_LIVES] = "lives", [RUN_SILENT] = "silent", [RUN_GONE] = "gone"};
    (void)fputc('{', out);
    put_process(out, run);
    (void)fprintf(out, ",\"threads\":%zu,\"state\":\"%s\"}", run->threads, lives[run->life]);
}

void status_print_json(FILE *out, const struct status *status) {
    (void)fputc('{', out);
    put_text(out, "name", status->name);
    (void)fprintf(out,
                  ",\"jobs\":%zu,\"done\":%zu,\"running\":%zu,\"waiting\":%zu,\"failed\":%zu,"
                  "\"diverged\":%zu,\"lost\":%zu,\"threads\":%zu",
                  status->n, status->n_done, status->n_running, status->n_waiting, status->n_failed,
                  status->n_diverged, status->n_lost, status->threads);
    put_real(out, "core_hours_left", status->left_core_s / 3600.0);
    put_real(out, "eta_s", status->eta_s);
    (void)fputs(",\"queue\":", out);
    if (status->queue[0] != '\0')
        json_string(out, status->queue);
    else
        (void)fputs("null", out);
    (void)fputs(",\"running_jobs\":[", out);
    for (size_t i = 0; i < status->n_running; i++) {
        (void)fputs(i > 0 ? "," : "", out);
        put_running(out, &status->running[i]);
    }
    (void)fputs("],\"runs\":[", out);
    for (size_t i = 0; i < status->n_runs; i++) {
        (void)fputs(i > 0 ? "," : "", out);
        put_run(out, &status->runs[i]);
    }
    (void)fputs("],\"unreadable\":[", out);
    for (size_t i = 0; i < status->n_unreadable; i++) {
        (void)fputs(i > 0 ? "," : "", out);
        json_string(out, status->unreadable[i]);
    }
    (void)fputs("]}\n", out);
}
