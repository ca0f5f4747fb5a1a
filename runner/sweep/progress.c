#include "runner/sweep/progress.h"

#include "core/printable.h"
#include "runner/base/clock.h"
#include "runner/base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BAR_WIDTH = 24, BAR_MIN_WIDTH = 6, LINE = 512, NOTE = 1024 };

static const double SMOOTHING = 0.3, SAMPLE_S = 1.0;

void progress_init(struct progress *p, const struct config *config, bool quiet) {
    const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
    memset(p, 0, sizeof *p);
    p->config = config;
    label_init(&p->label, config);
    p->quiet = quiet;
    p->terminal = !quiet && isatty(STDERR_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
    p->colour = p->terminal && (no_color == NULL || no_color[0] == '\0');
    p->sampled_s = clock_s();
}

static void terminal_size(size_t *rows, size_t *columns) {
    struct winsize size;
    bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    *rows = known ? size.ws_row : 24;
    *columns = known ? size.ws_col : 80;
}

/* One line, cut so that the terminal never wraps it: a wrapped line would break the redraw. */
static void put_line(struct progress *p, const char *text, size_t columns) {
    fprintf(stderr, "%.*s\033[K\n", (int)text_fit(text, columns - 1), text);
    p->drawn++;
}

void progress_clear(struct progress *p) {
    if (p->drawn > 0)
        fprintf(stderr, "\033[%zuA\r\033[J", p->drawn);
    p->drawn = 0;
    fflush(stderr);
}

void progress_note(struct progress *p, const char *format, ...) {
    va_list args;
    char note[NOTE];
    progress_clear(p);
    va_start(args, format);
    if (vsnprintf(note, sizeof note, format, args) < 0)
        note[0] = '\0';
    va_end(args);
    vib_make_printable(note);
    fprintf(stderr, "vib-sweep: %s\n", note);
    fflush(stderr);
}

/* What one finished job has to say for itself. */
static void describe_end(const struct job *job, char *text, size_t size) {
    const struct job_result *r = &job->result;
    if (job->interrupted) {
        snprintf(text, size, "interrupted: %s", r->message);
        return;
    }
    if (!job->recorded) {
        snprintf(text, size, "not kept: another process has the job, or somebody deleted it");
        return;
    }
    if (r->state != JOB_DONE || r->n_epochs == 0) {
        snprintf(text, size, "%s: %s", job_state_name(r->state), r->message);
        return;
    }
    const struct vib_method_info *method = vib_method_info(job->settings.job.method);
    const enum vib_split_id split = job_split_shown(r->epochs[r->final].splits);
    const struct vib_evaluation *shown = &r->epochs[r->final].split[split];
    char duration[32];
    label_duration(r->train_s + r->evaluate_s, duration, sizeof duration);
    char izx[48] = "", izy[48] = "";
    if (method->rate)
        snprintf(izx, sizeof izx, ", I(Z;X) <= %.3f bits", shown->rate);
    if (method->stochastic)
        snprintf(izy, sizeof izy, ", I(Z;Y) >= %.4f bits", job->data->split[split].h_y - shown->ce);
    snprintf(text, size, "%s%serror_mc %.2f %%%s%s, %s%s%s",
             split == VIB_TEST ? "" : vib_split_name(split), split == VIB_TEST ? "" : " ",
             100.0 * shown->error_mc, izx, izy, duration, r->message[0] != '\0' ? "; " : "",
             r->message);
}

void progress_finished(struct progress *p, const struct progress_job *finished,
                       const struct progress_counts *counts) {
    const struct job *job = finished->job;
    p->flops_done +=
        finished->flops * (atomic_load(&job->monitor.done) - atomic_load(&job->monitor.base));
    p->finished_examples += (double)atomic_load(&job->monitor.examples);
    bool expected = job->interrupted || (job->recorded && job->result.state == JOB_DONE);
    bool silent = job->interrupted || p->quiet || p->terminal; /* where the bar tells it */
    if (expected && job->result.message[0] == '\0' && silent)
        return; /* trouble is always told: here also a checkpoint that could not be written */
    char label[LINE], end[LINE + sizeof job->result.message];
    label_job(&p->label, &job->settings, label, sizeof label);
    vib_make_printable(label);
    describe_end(job, end, sizeof end);
    vib_make_printable(end);
    progress_clear(p);
    fprintf(stderr, "[%zu/%zu] %s: %s\n", counts->done + counts->failed, counts->total, label, end);
    fflush(stderr);
}

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

/* "[####....] " of the share done, or nothing where there is no room for one. */
static void make_bar(double share, size_t room, char text[BAR_WIDTH + 4]) {
    text[0] = '\0';
    if (room < BAR_MIN_WIDTH + 3)
        return;
    size_t width = room - 3 < BAR_WIDTH ? room - 3 : BAR_WIDTH;
    size_t filled = share < 1.0 ? (size_t)(share * (double)width) : width;
    text[0] = '[';
    memset(text + 1, '#', filled);
    memset(text + 1 + filled, '.', width - filled);
    memcpy(text + 1 + width, "] ", sizeof "] ");
}

/* What matters least comes last, since a narrow terminal cuts the end. */
static void state_facts(struct progress *p, const struct progress_counts *c,
                        const struct progress_job *running, size_t n, char *text, size_t size) {
    char left[32] = "--", rate[48] = "", helping[48] = "", elsewhere[48] = "", failed[48] = "";
    double seconds = time_left(p, c, running, n), examples = measure_examples(p, running, n);
    if (isfinite(seconds))
        label_duration(seconds, left, sizeof left);
    if (examples > 0.0)
        snprintf(rate, sizeof rate, "  %.0f examples/s", examples);
    if (c->helping > 0)
        snprintf(helping, sizeof helping, " + %zu helping", c->helping);
    if (c->elsewhere > 0)
        snprintf(elsewhere, sizeof elsewhere, ", %zu elsewhere", c->elsewhere);
    if (c->failed > 0)
        snprintf(failed, sizeof failed, ", %zu failed", c->failed);
    snprintf(text, size, "%zu/%zu done%s, %zu running%s%s  ETA %s%s", c->done, c->total, failed,
             c->running, helping, elsewhere, left, rate);
}

static void draw_summary(struct progress *p, const struct progress_counts *c,
                         const struct progress_job *running, size_t n, size_t columns) {
    char name[LINE], bar[BAR_WIDTH + 4], facts[LINE], line[2 * LINE];
    double share = (double)(c->done + c->failed);
    for (size_t i = 0; i < n; i++)
        share += atomic_load(&running[i].job->monitor.done);
    state_facts(p, c, running, n, facts, sizeof facts);
    snprintf(name, sizeof name, "%s", p->config->base.name);
    vib_make_printable(name);
    size_t used = text_width(name, strlen(name)) + 1 + strlen(facts) + 1;
    make_bar(share / (double)c->total, columns > used ? columns - used : 0, bar);
    if (used <= columns)
        snprintf(line, sizeof line, "%s %s%s", name, bar, facts);
    else
        snprintf(line, sizeof line, "%s", facts);
    if (p->colour && c->failed > 0)
        fputs("\033[31m", stderr);
    put_line(p, line, columns);
    if (p->colour && c->failed > 0)
        fputs("\033[0m", stderr);
}

static void draw_job(struct progress *p, const struct job *job, size_t columns) {
    char label[LINE / 2], line[LINE], objective[32] = "";
    const double J = atomic_load(&job->monitor.objective);
    const size_t epoch = atomic_load(&job->monitor.epoch), epochs = job->settings.job.epochs;
    label_job(&p->label, &job->settings, label, sizeof label);
    vib_make_printable(label);
    if (epoch == epochs)
        snprintf(objective, sizeof objective, "  last evaluation");
    else if (isfinite(J))
        snprintf(objective, sizeof objective, "  J %.4f bits", J);
    snprintf(line, sizeof line, "  %s  epoch %zu/%zu%s", label, epoch, epochs, objective);
    put_line(p, line, columns);
}

void progress_draw(struct progress *p, const struct progress_counts *counts,
                   const struct progress_job *running, size_t n_running) {
    size_t rows, columns;
    if (!p->terminal)
        return;
    terminal_size(&rows, &columns);
    /* Up over the last block, then overwrite line by line: no flicker. */
    if (p->drawn > 0)
        fprintf(stderr, "\033[%zuA\r", p->drawn);
    size_t before = p->drawn, room = rows > 3 ? rows - 3 : 0;
    p->drawn = 0;
    draw_summary(p, counts, running, n_running, columns);
    for (size_t i = 0; i < n_running && i < room; i++)
        draw_job(p, running[i].job, columns);
    if (before > p->drawn)
        fputs("\033[J", stderr);
    fflush(stderr);
}
