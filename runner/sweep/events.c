#include "runner/sweep/events.h"

#include "runner/base/clock.h"
#include "runner/base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int events_init(struct events *events, bool on, int fd, struct vib_error *err) {
    *events = (struct events){.on = on};
    return on ? event_stream_init(&events->stream, fd, err) : VIB_OK;
}

void events_release(struct events *events) {
    event_stream_release(&events->stream);
}

void events_flush(struct events *events) {
    if (events->on)
        event_stream_flush(&events->stream, false);
}

/* --- lines --- */

struct line {
    FILE *out; /* NULL: nothing is written */
    char *text;
    size_t size;
};

static void begin_line(const struct events *events, struct line *line, const char *event) {
    char now[CLOCK_UTC_SIZE];
    *line = (struct line){.out = NULL};
    if (events->on)
        line->out = open_memstream(&line->text, &line->size);
    if (line->out == NULL)
        return;
    clock_utc(now);
    (void)fprintf(line->out, "{\"event\":\"%s\",\"at\":\"%s\"", event, now);
}

static void end_line(struct events *events, struct line *line, bool wait) {
    if (line->out == NULL)
        return;
    (void)fputc('}', line->out);
    if (fclose(line->out) == 0)
        event_stream_add(&events->stream, line->text);
    free(line->text);
    event_stream_flush(&events->stream, wait);
}

static void put_text(FILE *out, const char *name, const char *text) {
    (void)fprintf(out, ",\"%s\":", name);
    json_string(out, text);
}

static void put_size(FILE *out, const char *name, size_t n) {
    (void)fprintf(out, ",\"%s\":%zu", name, n);
}

static void put_real(FILE *out, const char *name, double value) {
    (void)fprintf(out, ",\"%s\":", name);
    json_real(out, value);
}

/* --- the sweep --- */

static void put_counts(FILE *out, const struct progress_counts *counts) {
    put_size(out, "jobs", counts->total);
    put_size(out, "done", counts->done);
    put_size(out, "failed", counts->failed - counts->diverged);
    put_size(out, "diverged", counts->diverged);
}

void events_start(struct events *events, const char *name, const struct progress_counts *counts,
                  size_t n_threads, const char *database) {
    struct line line;
    begin_line(events, &line, "start");
    if (line.out != NULL) {
        put_text(line.out, "name", name);
        put_counts(line.out, counts);
        put_size(line.out, "threads", n_threads);
        put_text(line.out, "database", database);
    }
    end_line(events, &line, false);
}

void events_end(struct events *events, const char *name, const struct progress_counts *counts,
                const char *database, int exit_code, const char *error) {
    struct line line;
    begin_line(events, &line, "end");
    if (line.out != NULL) {
        put_text(line.out, "name", name);
        put_counts(line.out, counts);
        put_text(line.out, "database", database);
        if (exit_code >= 0)
            (void)fprintf(line.out, ",\"exit\":%d,\"error\":null", exit_code);
        else
            put_text(line.out, "exit\":null,\"error", error);
    }
    end_line(events, &line, true);
}

/* --- its jobs --- */

/* As vib-sweep status has them. */
static void put_settings(FILE *out, const struct settings *settings) {
    const struct job_kind kind = settings_kind(settings);
    char text[KEY_TEXT_SIZE];
    const char *comma = "";
    (void)fputs(",\"settings\":{", out);
    for (size_t k = 0; k < n_keys; k++) {
        if (!key_has_column(&keys[k]) || !key_matters(&keys[k], kind))
            continue;
        (void)key_format(settings, &keys[k], text, sizeof text); /* cut, if it is that long */
        (void)fprintf(out, "%s\"%s\":", comma, keys[k].name);
        json_string(out, text);
        comma = ",";
    }
    (void)fputc('}', out);
}

static void begin_job(const struct events *events, struct line *line, const char *event,
                      const struct job *job) {
    begin_line(events, line, event);
    if (line->out == NULL)
        return;
    (void)fprintf(line->out, ",\"job\":%lld", (long long)job->id);
    put_text(line->out, "identity", job->identity);
}

static void end_job(struct events *events, struct line *line, const struct job *job) {
    if (line->out != NULL)
        put_settings(line->out, &job->settings);
    end_line(events, line, false);
}

/* The columns of table epoch. */
static void put_split(FILE *out, const struct job *job, enum vib_split_id id,
                      const struct vib_evaluation *e) {
    const struct vib_method_info *method = vib_method_info(job->settings.job.method);
    const struct vib_split *data = &job->data->split[id];
    const double none = (double)NAN, h_y = method->stochastic ? data->h_y : none;
    (void)fprintf(out, "\"%s\":{\"n\":%zu", vib_split_name(id), data->n);
    put_real(out, "error", e->error);
    put_real(out, "error_mc", e->error_mc);
    put_real(out, "ce", e->ce);
    put_real(out, "ce_mc", e->ce_mc);
    put_real(out, "h_y", data->h_y);
    put_real(out, "izy_lower", h_y - e->ce);
    put_real(out, "izy_lower_se", method->stochastic ? e->ce_se : none);
    put_real(out, "izy_mc", h_y - e->ce_mc);
    put_real(out, "izx_upper", method->rate ? e->rate : none);
    (void)fputc('}', out);
}

static void put_epoch(FILE *out, const struct job *job, const struct epoch_result *epoch) {
    const char *comma = "";
    put_size(out, "epoch", epoch->epoch);
    put_size(out, "epochs", job->settings.job.epochs);
    put_real(out, "lr", epoch->lr);
    (void)fputs(",\"splits\":{", out);
    for (enum vib_split_id id = 0; id < VIB_SPLITS; id++) {
        if ((epoch->splits & 1u << id) == 0)
            continue;
        (void)fputs(comma, out);
        put_split(out, job, id, &epoch->split[id]);
        comma = ",";
    }
    (void)fputc('}', out);
}

void events_job_started(struct events *events, const struct job *job, size_t epoch) {
    struct line line;
    begin_job(events, &line, "job_started", job);
    if (line.out != NULL) {
        put_size(line.out, "epoch", epoch);
        put_size(line.out, "epochs", job->settings.job.epochs);
    }
    end_job(events, &line, job);
}

void events_epoch(struct events *events, const struct job *job, const struct epoch_result *epoch) {
    struct line line;
    begin_job(events, &line, "epoch", job);
    if (line.out != NULL)
        put_epoch(line.out, job, epoch);
    end_job(events, &line, job);
}

void events_job_ended(struct events *events, const struct job *job) {
    const struct job_result *r = &job->result;
    const bool done = r->state == JOB_DONE;
    struct line line;
    begin_job(events, &line, done ? "job_finished" : "job_failed", job);
    if (line.out != NULL) {
        put_text(line.out, "state", job_state_name(r->state));
        put_text(line.out, "message", r->message);
        put_real(line.out, "elapsed_s", r->train_s + r->evaluate_s);
        if (done && r->n_epochs > 0)
            put_epoch(line.out, job, &r->epochs[r->final]);
    }
    end_job(events, &line, job);
}
