/* For people: counts, what is left, a line for each running job, and what went wrong. */
#include "runner/status/status_show.h"

#include "core/printable.h"
#include "runner/base/text.h"
#include "runner/config/label.h"
#include "runner/config/value_label.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

enum { LINE = 1024, LISTED = 40 /* jobs at most */, TOLD = 3 /* runs at most */ };

struct page {
    FILE *out;
    size_t columns;
    const struct status *status;
    struct value_label label; /* how jobs are called */
};

static void put(const struct page *page, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* One line, cut to the terminal. */
static void put(const struct page *page, const char *format, ...) {
    char line[LINE];
    va_list args;
    va_start(args, format);
    if (vsnprintf(line, sizeof line, format, args) < 0)
        line[0] = '\0';
    va_end(args);
    vib_make_printable(line);
    const size_t fits = page->columns > 0 ? text_fit(line, page->columns) : strlen(line);
    (void)fprintf(page->out, "%.*s\n", (int)fits, line);
}

static const char *plural(size_t n) {
    return n == 1 ? "" : "s";
}

/* --- running jobs --- */

static void format_age(double age_s, char text[32]) {
    if (age_s >= 0.0)
        label_duration(age_s, text, 32);
    else
        (void)snprintf(text, 32, "?");
}

/* Where a name has no room beside the numbers it stands above them. */
static bool is_narrow(const struct page *page) {
    enum { ROOM = 60 };
    return page->columns > 0 && page->columns < ROOM;
}

static void put_job(const struct page *page, const struct running_status *running) {
    char name[LINE / 2], epochs[48], objective[32] = "-", share[32] = "-", age[32];
    value_label_name(&page->label, running->values, name, sizeof name);
    format_age(running->run.age_s, age);
    if (isnan(running->share))
        (void)snprintf(epochs, sizeof epochs, "-/%zu", running->epochs);
    else
        (void)snprintf(epochs, sizeof epochs, "%zu/%zu", running->epoch, running->epochs);
    if (isfinite(running->objective))
        (void)snprintf(objective, sizeof objective, "%.4f", running->objective);
    if (isfinite(running->share))
        (void)snprintf(share, sizeof share, "%.0f %%", floor(100.0 * running->share));
    if (is_narrow(page)) {
        put(page, "%s  on %s", name, running->run.host);
        put(page, "%9s %8s %6s %8s", epochs, objective, share, age);
    } else {
        put(page, "%9s %8s %6s %8s  %s  on %s", epochs, objective, share, age, name,
            running->run.host);
    }
}

static void put_running(const struct page *page) {
    const struct status *status = page->status;
    if (status->n_running == 0)
        return;
    put(page, "%s", "");
    put(page, "%9s %8s %6s %8s  %s", "epoch", "J bits", "done", "seen",
        is_narrow(page) ? "" : "job");
    for (size_t i = 0; i < status->n_running && i < LISTED; i++)
        put_job(page, &status->running[i]);
    if (status->n_running > LISTED)
        put(page, "and %zu more, which --json lists", status->n_running - LISTED);
}

/* --- the whole --- */

static void put_left(const struct page *page) {
    const struct status *status = page->status;
    char eta[96] = "end unknown", duration[32], work[32];
    if (isfinite(status->eta_s)) {
        label_duration(status->eta_s, duration, sizeof duration);
        (void)snprintf(eta, sizeof eta, "%s at this pace (%zu thread%s)", duration, status->threads,
                       plural(status->threads));
    } else if (status->n_running == 0) {
        (void)snprintf(eta, sizeof eta, "nothing runs");
    }
    if (isfinite(status->left_core_s))
        put(page, "  left      %s, %s", label_work(status->left_core_s, work, sizeof work), eta);
    else
        put(page, "  left      unknown%s", status->n_done == 0 ? " until a job is done" : "");
}

static void put_counts(const struct page *page) {
    const struct status *status = page->status;
    put(page, "%s", status->name);
    put(page, "  done      %zu of %zu", status->n_done, status->n);
    put(page, "  running   %zu", status->n_running);
    put(page, "  waiting   %zu", status->n_waiting);
    put(page, "  failed    %zu", status->n_failed);
    put(page, "  diverged  %zu", status->n_diverged);
    if (status->n_waiting + status->n_running > 0)
        put_left(page);
    if (status->queue[0] != '\0')
        put(page, "  queue     %s", status->queue);
}

/* --- what went wrong --- */

static void put_run(const struct page *page, const struct run_status *run) {
    char age[32];
    format_age(run->age_s, age);
    if (run->life == RUN_GONE)
        put(page, "crashed: run %lld (process %lld on %s), last sign %s ago", (long long)run->id,
            (long long)run->pid, run->host, age);
    else
        put(page, "silent for %s: run %lld (process %lld on %s)", age, (long long)run->id,
            (long long)run->pid, run->host);
}

/* Of runs whose jobs were done since, as in another part, there is nothing to tell. */
static void put_lost(const struct page *page) {
    const struct status *status = page->status;
    size_t n = 0;
    if (status->n_lost == 0)
        return;
    for (size_t i = 0; i < status->n_runs; i++)
        n += status->runs[i].life != RUN_LIVES;
    for (size_t i = 0; i < status->n_runs && n <= TOLD; i++)
        if (status->runs[i].life != RUN_LIVES)
            put_run(page, &status->runs[i]);
    if (n > TOLD)
        put(page, "%zu runs crashed or fell silent", n);
    put(page, "%zu of the jobs that wait had begun there", status->n_lost);
}

static void put_trouble(const struct page *page) {
    const struct status *status = page->status;
    put_lost(page);
    for (size_t i = 0; i < status->n_unreadable; i++)
        put(page, "not counted: %s", status->unreadable[i]);
    if (status->n_running > 0 || status->in_queue)
        return;
    if (status->n_waiting > 0)
        put(page, "nothing runs: the same command continues");
    else if (status->n_failed > 0)
        put(page, "nothing runs: --retry runs what failed again");
}

static void put_page(const struct page *page) {
    put_counts(page);
    put_running(page);
    put_trouble(page);
}

int status_print(FILE *out, const struct status *status, size_t columns, struct vib_error *err) {
    struct page page = {.out = out, .columns = columns, .status = status};
    int rc = VIB_OK;
    value_label_init(&page.label);
    for (size_t i = 0; i < status->n_running && rc == VIB_OK; i++)
        rc = value_label_learn(&page.label, status->running[i].values,
                               status->running[i].values_size, err);
    if (rc == VIB_OK)
        put_page(&page);
    value_label_release(&page.label);
    return rc;
}
