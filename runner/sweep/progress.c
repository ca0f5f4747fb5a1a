#include "runner/sweep/progress.h"

#include "core/printable.h"
#include "runner/base/clock.h"
#include "runner/sweep/ending.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE = 512, NOTE = 1024 };

static const double SMOOTHING = 0.3, SAMPLE_S = 1.0;

int progress_init(struct progress *p, const struct config *config, bool quiet, double log_every_s,
                  struct vib_error *err) {
    memset(p, 0, sizeof *p);
    p->config = config;
    label_init(&p->label, config);
    p->quiet = quiet;
    p->terminal = !quiet && live_possible(STDERR_FILENO);
    p->log_every_s = log_every_s;
    p->sampled_s = p->logged_at_s = clock_s();
    return live_init(&p->live, STDERR_FILENO, err);
}

void progress_release(struct progress *p) {
    live_release(&p->live);
}

bool progress_wait(struct progress *p, unsigned seconds) {
    return live_wait(&p->live, seconds);
}

void progress_without_block(struct progress *p) {
    p->terminal = false;
}

void progress_clear(struct progress *p) {
    live_clear(&p->live);
}

void progress_note(struct progress *p, const char *format, ...) {
    va_list args;
    char now[CLOCK_UTC_SIZE], note[NOTE], line[NOTE + sizeof now + 16];
    va_start(args, format);
    if (vsnprintf(note, sizeof note, format, args) < 0)
        note[0] = '\0';
    va_end(args);
    clock_utc_second(now);
    (void)snprintf(line, sizeof line, "%s vib-sweep: %s", now, note);
    vib_make_printable(line);
    live_print(&p->live, line);
}

static const char *plural(size_t n) {
    return n == 1 ? "" : "s";
}

void progress_begin(struct progress *p, const struct progress_counts *c, size_t n_threads,
                    const char *database) {
    char now[CLOCK_UTC_SIZE], ended[96] = "", line[2 * LINE];
    if (p->quiet)
        return;
    clock_utc_second(now);
    if (c->done + c->failed > 0)
        (void)snprintf(ended, sizeof ended, " (%zu done, %zu failed before)", c->done, c->failed);
    (void)snprintf(line, sizeof line, "%s %s: %zu job%s%s on %zu thread%s, results in %s", now,
                   p->config->base.name, c->total, plural(c->total), ended, n_threads,
                   plural(n_threads), database);
    vib_make_printable(line);
    live_print(&p->live, line);
}

/* --- jobs that ended --- */

/* What one of them has to say for itself. */
static void describe_end(const struct job *job, char text[ENDING_SIZE]) {
    const struct job_result *r = &job->result;
    const double none = (double)NAN;
    struct ending ending = {r->state,  VIB_TEST, none, none, none, r->train_s + r->evaluate_s,
                            r->message};
    if (job->interrupted) {
        (void)snprintf(text, ENDING_SIZE, "interrupted: %s", r->message);
        return;
    }
    if (!job->recorded) {
        (void)snprintf(text, ENDING_SIZE,
                       "not kept: another process has the job, or somebody deleted it");
        return;
    }
    if (r->state == JOB_DONE && r->n_epochs > 0) {
        const struct vib_method_info *method = vib_method_info(job->settings.job.method);
        ending.split = job_split_shown(r->epochs[r->final].splits);
        const struct vib_evaluation *shown = &r->epochs[r->final].split[ending.split];
        ending.error_mc = shown->error_mc;
        ending.izx_upper = method->rate ? shown->rate : none;
        ending.izy_lower = job->data->split[ending.split].h_y - shown->ce;
    }
    ending_text(&ending, text);
}

void progress_finished(struct progress *p, const struct progress_job *finished,
                       const struct progress_counts *counts) {
    const struct job *job = finished->job;
    p->flops_done +=
        finished->flops * (atomic_load(&job->monitor.done) - atomic_load(&job->monitor.base));
    p->finished_examples += (double)atomic_load(&job->monitor.examples);
    bool expected = job->interrupted || (job->recorded && job->result.state == JOB_DONE);
    if (expected && job->result.message[0] == '\0' && (job->interrupted || p->quiet))
        return; /* trouble is always told: here also a checkpoint that could not be written */
    char label[LINE], end[ENDING_SIZE], line[ENDING_SIZE];
    label_job(&p->label, &job->settings, label, sizeof label);
    describe_end(job, end);
    ending_line(counts->done + counts->failed, counts->total, label, end, line);
    live_print(&p->live, line);
}

/* --- what is left --- */

double progress_time_left(double rate, double flops_left, double longest, size_t n_threads) {
    if (!(rate > 0.0) || isinf(rate) || n_threads == 0)
        return (double)NAN;
    /* Never sooner than the longest job can be done by one thread. */
    return fmax(flops_left / (rate * (double)n_threads), longest / rate);
}

static double measure_examples(struct progress *p, const struct progress_job *running, size_t n) {
    double now = clock_s(), examples = p->finished_examples;
    for (size_t i = 0; i < n; i++)
        examples += (double)atomic_load(&running[i].job->monitor.examples);
    double elapsed = now - p->sampled_s;
    if (elapsed >= SAMPLE_S) {
        /* Jobs that wait for a locked database are among neither for that time. */
        double rate = fmax(0.0, examples - p->sampled_examples) / elapsed;
        p->examples_per_s = p->examples_per_s > 0.0
                                ? (1.0 - SMOOTHING) * p->examples_per_s + SMOOTHING * rate
                                : rate;
        p->sampled_s = now;
        p->sampled_examples = examples;
    }
    return p->examples_per_s;
}

/* Time is summed over threads at work, so that the rate of one is known also when fewer are than
 * were before, as at the end of a sweep. Once some help, the longest job is helped, too. */
static double time_left(struct progress *p, const struct progress_counts *counts,
                        const struct progress_job *running, size_t n) {
    double left = counts->flops_left, longest = counts->longest_pending, flops = p->flops_done;
    for (size_t i = 0; i < n; i++) {
        double done = atomic_load(&running[i].job->monitor.done);
        double rest = running[i].flops * (1.0 - done);
        flops += running[i].flops * (done - atomic_load(&running[i].job->monitor.base));
        left += rest;
        longest = fmax(longest, rest);
    }
    const size_t threads = n > 0 ? n + counts->helping : 0;
    double now = clock_s();
    p->busy_s += p->busy_at_s > 0.0 ? (double)threads * (now - p->busy_at_s) : 0.0;
    p->busy_at_s = now;
    return progress_time_left(flops / p->busy_s, left, counts->helping > 0 ? 0.0 : longest,
                              threads);
}

/* --- jobs that run --- */

struct running {
    const struct progress *progress;
    const struct progress_job *jobs; /* [n] */
};

static uint64_t job_id(const void *context, size_t i) {
    const struct running *running = context;
    return (uint64_t)running->jobs[i].job->id;
}

static void job_row(const void *context, size_t i, struct live_row *row) {
    const struct running *running = context;
    const struct job *job = running->jobs[i].job;
    *row = (struct live_row){.epoch = atomic_load(&job->monitor.epoch),
                             .epochs = job->settings.job.epochs,
                             .step = atomic_load(&job->monitor.step),
                             .steps = atomic_load(&job->monitor.steps_per_epoch),
                             .share = atomic_load(&job->monitor.done),
                             .objective = atomic_load(&job->monitor.objective)};
    label_job(&running->progress->label, &job->settings, row->label, sizeof row->label);
    vib_make_printable(row->label);
}

static void draw(struct progress *p, const struct progress_counts *c,
                 const struct progress_job *running, size_t n, double eta_s) {
    const struct running context = {p, running};
    char name[LINE];
    double share = (double)(c->done + c->failed);
    for (size_t i = 0; i < n; i++)
        share += atomic_load(&running[i].job->monitor.done);
    (void)snprintf(name, sizeof name, "%s", p->config->base.name);
    vib_make_printable(name);
    const struct live_view view = {.name = name,
                                   .total = c->total,
                                   .done = c->done,
                                   .failed = c->failed,
                                   .running = c->running,
                                   .helping = c->helping,
                                   .elsewhere = c->elsewhere,
                                   .share = share / (double)c->total,
                                   .eta_s = eta_s,
                                   .examples_per_s = p->examples_per_s,
                                   .n_rows = n,
                                   .id = job_id,
                                   .row = job_row,
                                   .context = &context};
    live_draw(&p->live, &view);
}

/* The one that has most work left, and so perhaps the end of the sweep. */
static void describe_longest(struct progress *p, const struct progress_job *running, size_t n,
                             char text[2 * LINE]) {
    char label[LINE];
    double most = -1.0;
    size_t longest = 0;
    text[0] = '\0';
    if (n == 0)
        return;
    for (size_t i = 0; i < n; i++) {
        const double left = running[i].flops * (1.0 - atomic_load(&running[i].job->monitor.done));
        longest = left > most ? i : longest;
        most = fmax(most, left);
    }
    const struct job *job = running[longest].job;
    label_job(&p->label, &job->settings, label, sizeof label);
    (void)snprintf(text, 2 * LINE, "; most is left of %s: epoch %zu/%zu, %.0f %%", label,
                   atomic_load(&job->monitor.epoch), job->settings.job.epochs,
                   floor(100.0 * atomic_load(&job->monitor.done)));
}

static void write_log(struct progress *p, const struct progress_counts *c,
                      const struct progress_job *running, size_t n, double eta_s) {
    char now[CLOCK_UTC_SIZE], left[32] = "--", failed[48] = "", longest[2 * LINE], line[4 * LINE];
    clock_utc_second(now);
    if (isfinite(eta_s))
        label_duration(eta_s, left, sizeof left);
    if (c->failed > 0)
        (void)snprintf(failed, sizeof failed, ", %zu failed", c->failed);
    describe_longest(p, running, n, longest);
    (void)snprintf(line, sizeof line, "%s %zu/%zu done%s, %zu running, ETA %s%s", now, c->done,
                   c->total, failed, c->running, left, longest);
    vib_make_printable(line);
    live_print(&p->live, line);
}

void progress_show(struct progress *p, const struct progress_counts *counts,
                   const struct progress_job *running, size_t n_running) {
    const double now = clock_s();
    /* A moment between two jobs tells little: it passes, unless it is always one. */
    const double every_s =
        n_running > 0 || counts->running == 0 ? p->log_every_s : 2.0 * p->log_every_s;
    const bool log_due = !p->terminal && p->log_every_s > 0.0 && now - p->logged_at_s >= every_s;
    if (p->quiet)
        return;
    const double eta_s = time_left(p, counts, running, n_running);
    (void)measure_examples(p, running, n_running);
    if (p->terminal)
        draw(p, counts, running, n_running, eta_s);
    if (!log_due)
        return;
    p->logged_at_s = now;
    write_log(p, counts, running, n_running, eta_s);
}
