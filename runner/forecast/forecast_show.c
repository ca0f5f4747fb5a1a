#include "runner/forecast/forecast_show.h"

#include "core/printable.h"
#include "runner/base/json.h"
#include "runner/base/number.h"
#include "runner/base/text.h"
#include "runner/config/label.h"

#include <math.h>
#include <string.h>

enum { LABEL_SIZE = 400, BYTES_SIZE = 32 };

static void name_longest(const struct forecast *f, char name[LABEL_SIZE]) {
    struct settings settings;
    struct label label;
    grid_settings(&f->grid, f->estimate.longest, &settings);
    label_init(&label, &f->config);
    label_job(&label, &settings, name, LABEL_SIZE);
    vib_make_printable(name);
}

/* --- for people --- */

static void print_counts(FILE *out, const struct forecast *f) {
    const size_t jobs = f->grid.n - f->n[FORECAST_TWIN], known = jobs - f->n[FORECAST_NEW];
    text_show(out, f->config.base.name);
    (void)fprintf(out, ": %zu job%s, %zu of them in ", jobs, jobs == 1 ? "" : "s", known);
    text_show(out, f->database);
    (void)fputs(f->there ? "\n" : ", which is not there yet\n", out);
    (void)fprintf(out, "  done      %zu\n  running   %zu\n  waiting   %zu\n", f->n[FORECAST_DONE],
                  f->n[FORECAST_RUNNING], f->n_left);
    (void)fprintf(out, "  failed    %zu%s\n  diverged  %zu\n", f->n[FORECAST_FAILED],
                  f->n[FORECAST_FAILED] > 0 ? ", which --retry runs again" : "",
                  f->n[FORECAST_DIVERGED]);
    if (f->n_others > 0)
        (void)fprintf(out, "  others    %zu in the database that are not of this grid\n",
                      f->n_others);
}

static void print_times(FILE *out, const struct forecast *f) {
    char work[32], wall[32], longest[32], name[LABEL_SIZE];
    name_longest(f, name);
    if (!(f->rate > 0.0)) {
        (void)fprintf(out,
                      "  time      unknown: the speed could not be measured; --rate gives it\n");
        (void)fprintf(out, "  longest   %s\n", name);
        return;
    }
    label_duration(f->wall_s, wall, sizeof wall);
    label_duration(f->longest_s, longest, sizeof longest);
    (void)fprintf(out, "  time      %s, %s%s with -j %zu (%.3g GFLOP/s a thread, %s)\n",
                  label_work(f->core_s, work, sizeof work), *wall == '<' ? "" : "about ", wall,
                  f->threads, f->rate * 1e-9,
                  f->options->rate > 0.0 ? "as given" : "measured here");
    (void)fprintf(out, "  longest   %s on one thread: %s\n", longest, name);
}

/* All of it, and of that what was asked for. */
static void print_database(FILE *out, const struct forecast_disk *disk) {
    const struct {
        const char *name;
        double bytes;
    } kept[] = {{"codes", disk->codes}, {"predictions", disk->predictions}};
    char text[BYTES_SIZE];
    const char *before = " (";
    (void)fprintf(out, "\n  disk      database %s",
                  label_bytes(disk->database + disk->codes + disk->predictions, text, sizeof text));
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        if (kept[i].bytes > 0.0) {
            (void)fprintf(out, "%s%s %s", before, kept[i].name,
                          label_bytes(kept[i].bytes, text, sizeof text));
            before = ", ";
        }
    (void)fputs(*before == ',' ? ")" : "", out);
}

static void print_sizes(FILE *out, const struct forecast *f) {
    const struct forecast_memory *memory = &f->memory;
    const struct forecast_disk *disk = &f->disk;
    char a[BYTES_SIZE], b[BYTES_SIZE], c[BYTES_SIZE], d[BYTES_SIZE];
    (void)fprintf(out, "  memory    %s a job at most, %s for all that run at a time, %s of data",
                  label_bytes(memory->job, a, sizeof a), label_bytes(memory->jobs, b, sizeof b),
                  label_bytes(memory->data, c, sizeof c));
    if (isfinite(memory->available))
        (void)fprintf(out, "; %s can be had", label_bytes(memory->available, d, sizeof d));
    print_database(out, disk);
    (void)fprintf(out, ", checkpoints %s at most", label_bytes(disk->checkpoints, b, sizeof b));
    if (disk->weights > 0.0)
        (void)fprintf(out, ", weights %s", label_bytes(disk->weights, c, sizeof c));
    if (isfinite(disk->available))
        (void)fprintf(out, "; %s are free", label_bytes(disk->available, d, sizeof d));
    (void)fputc('\n', out);
}

void forecast_print(FILE *out, const struct forecast *f) {
    char warnings[FORECAST_WARNINGS][FORECAST_WARNING_SIZE];
    const size_t n = forecast_warnings(f, warnings);
    print_counts(out, f);
    if (f->n_left > 0) {
        print_times(out, f);
        print_sizes(out, f);
    } else {
        (void)fputs("nothing is left to run\n", out);
    }
    for (size_t i = 0; i < n; i++) {
        (void)fputs("note: ", out);
        text_wrap(out, warnings[i], strlen("note: "), 2);
    }
}

/* --- for programs --- */

static void put_count(FILE *out, const char *name, size_t n) {
    (void)fprintf(out, "\"%s\":%zu,", name, n);
}

static void put_real(FILE *out, const char *name, double value) {
    char text[40];
    if (isfinite(value))
        (void)number_format_real(value, text, sizeof text);
    (void)fprintf(out, "\"%s\":%s,", name, isfinite(value) ? text : "null");
}

static void put_text(FILE *out, const char *name, const char *text) {
    (void)fprintf(out, "\"%s\":", name);
    if (text != NULL)
        json_string(out, text);
    else
        (void)fputs("null", out);
    (void)fputc(',', out);
}

static void put_counts(FILE *out, const struct forecast *f) {
    put_count(out, "jobs", f->grid.n - f->n[FORECAST_TWIN]);
    put_count(out, "known", f->grid.n - f->n[FORECAST_TWIN] - f->n[FORECAST_NEW]);
    put_count(out, "done", f->n[FORECAST_DONE]);
    put_count(out, "running", f->n[FORECAST_RUNNING]);
    put_count(out, "waiting", f->n_left);
    put_count(out, "failed", f->n[FORECAST_FAILED]);
    put_count(out, "diverged", f->n[FORECAST_DIVERGED]);
    put_count(out, "others", f->n_others);
    put_count(out, "twins", f->n[FORECAST_TWIN]);
    put_count(out, "duplicates", f->grid.n_duplicates);
    put_count(out, "excluded", f->grid.n_excluded);
    put_count(out, "threads", f->threads);
}

static void put_reals(FILE *out, const struct forecast *f) {
    const struct forecast_memory *memory = &f->memory;
    const struct forecast_disk *disk = &f->disk;
    put_real(out, "flops", f->flops_left);
    put_real(out, "rate", f->rate > 0.0 ? f->rate : (double)NAN);
    put_real(out, "core_s", f->core_s);
    put_real(out, "wall_s", f->wall_s);
    put_real(out, "longest_s", f->longest_s);
    put_real(out, "memory_job_bytes", memory->job);
    put_real(out, "memory_jobs_bytes", memory->jobs);
    put_real(out, "memory_data_bytes", memory->data);
    put_real(out, "memory_available_bytes", memory->available);
    put_real(out, "disk_database_bytes", disk->database);
    put_real(out, "disk_codes_bytes", disk->codes);
    put_real(out, "disk_predictions_bytes", disk->predictions);
    put_real(out, "disk_checkpoints_bytes", disk->checkpoints);
    put_real(out, "disk_weights_bytes", disk->weights);
    put_real(out, "disk_available_bytes", disk->available);
}

void forecast_print_json(FILE *out, const struct forecast *f) {
    char warnings[FORECAST_WARNINGS][FORECAST_WARNING_SIZE], longest[LABEL_SIZE];
    const size_t n = forecast_warnings(f, warnings);
    name_longest(f, longest);
    (void)fputc('{', out);
    put_text(out, "name", f->config.base.name);
    put_text(out, "database", f->database);
    put_counts(out, f);
    put_reals(out, f);
    put_text(out, "longest", f->n_left > 0 ? longest : NULL);
    (void)fputs("\"notes\":[", out);
    for (size_t i = 0; i < n; i++) {
        (void)fputs(i > 0 ? "," : "", out);
        json_string(out, warnings[i]);
    }
    (void)fputs("]}\n", out);
}
