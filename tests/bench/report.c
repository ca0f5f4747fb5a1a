#include "tests/bench/report.h"

#include "core/gemm.h"
#include "runner/base/host.h"
#include "runner/base/version.h"
#include "tests/bench/json_writer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const struct figure no_figure = {(double)NAN, (double)NAN, (double)NAN};

void report_init(struct report *report) {
    const time_t now = time(NULL);
    struct host host;
    struct tm utc;
    memset(report, 0, sizeof *report);
    if (gmtime_r(&now, &utc) != NULL)
        strftime(report->date, sizeof report->date, "%Y-%m-%dT%H:%M:%SZ", &utc);
    host_init(&host);
    snprintf(report->cpu, sizeof report->cpu, "%s", host.cpu);
    report->threads = host_processors();
    if (getloadavg(&report->load, 1) != 1)
        report->load = (double)NAN;
    report->version = version_program();
    report->build = version_build();
    report->library = vib_gemm_backend();
}

void report_release(struct report *report) {
    free(report->rows);
    free(report->targets);
    memset(report, 0, sizeof *report);
}

int report_add_row(struct report *report, const struct report_row *row) {
    struct report_row *rows = realloc(report->rows, (report->n_rows + 1) * sizeof *rows);
    if (rows == NULL)
        return VIB_ENOMEM;
    report->rows = rows;
    rows[report->n_rows++] = *row;
    return VIB_OK;
}

int report_add_target(struct report *report, const struct report_target *target) {
    struct report_target *targets =
        realloc(report->targets, (report->n_targets + 1) * sizeof *targets);
    if (targets == NULL)
        return VIB_ENOMEM;
    report->targets = targets;
    targets[report->n_targets++] = *target;
    return VIB_OK;
}

bool report_target_met(const struct report_target *target) {
    return target->at_least ? target->measured >= target->bound : target->measured <= target->bound;
}

enum { NAME = 46, UNIT = 11, NUMBER = 9, SHARE = 8 };

/* A number with four digits that matter, or nothing. */
static void print_number(FILE *out, double value) {
    const double size = fabs(value);
    const int decimals = size >= 1000.0 ? 0 : size >= 100.0 ? 1 : size >= 10.0 ? 2 : 3;
    if (isnan(value))
        fprintf(out, "%*s", NUMBER, "");
    else
        fprintf(out, "%*.*f", NUMBER, decimals, value);
}

static void print_share(FILE *out, double share) {
    if (isnan(share))
        fprintf(out, "%*s", SHARE, "");
    else
        fprintf(out, "%*.1f %%", SHARE - 2, 100.0 * share);
}

static void print_figure(FILE *out, const struct figure *figure) {
    print_number(out, figure->median);
    print_number(out, figure->best);
    print_share(out, figure->of_peak);
}

static void print_heading(FILE *out, const struct report *report, const char *section) {
    fprintf(out, "\n%-*s%*s%*s%*s", NAME + UNIT, section, NUMBER, "1 thread", NUMBER, "best", SHARE,
            "of peak");
    if (report->threads > 1)
        fprintf(out, "%*zu thr.%*s%*s%*s", NUMBER - 5, report->threads, NUMBER, "best", SHARE,
                "of peak", SHARE, "scaling");
    fputc('\n', out);
}

static void print_row(FILE *out, const struct report *report, const struct report_row *row) {
    fprintf(out, "  %-*s%-*s", NAME - 2, row->name, UNIT, row->unit);
    print_figure(out, &row->one);
    if (report->threads > 1) {
        print_figure(out, &row->all);
        print_share(out, row->scaling);
    }
    fputc('\n', out);
}

static void print_targets(FILE *out, const struct report *report) {
    fprintf(out, "\n%-*s%*s%*s\n", NAME + UNIT, "Targets", NUMBER + 3, "target", NUMBER,
            "measured");
    for (size_t i = 0; i < report->n_targets; i++) {
        const struct report_target *t = &report->targets[i];
        fprintf(out, "  %-*s%-*s%s", NAME - 2, t->name, UNIT, t->unit, t->at_least ? " >=" : " <=");
        print_number(out, t->bound);
        print_number(out, t->measured);
        fputs(report_target_met(t) ? "  met\n" : "  MISSED\n", out);
    }
}

/* Below this the threads shared their processors with something else. */
static const double IDLE_SHARE = 0.95;

static void print_header(FILE *out, const struct report *report) {
    fprintf(
        out,
        "vib-sweep %s (%s)\n%s\n%s, threads for all processors: %zu, load average before: %.2f\n%s\n"
        "Medians over rounds in which all measurements alternate; beside them the best.\n"
        "Of peak: of the fastest multiply-adds of these operands, as measured here.\n"
        "Share of the time that one thread had a processor: %.1f %%",
        report->version, report->build, report->library, report->cpu, report->threads, report->load,
        report->date, 100.0 * report->busy_one);
    if (report->threads > 1)
        fprintf(out,
                "; that each of %zu had one: %.1f %%\n"
                "Scaling: the rate of %zu threads over %zu times the rate of one.",
                report->threads, 100.0 * report->busy_all, report->threads, report->threads);
    fputc('\n', out);
    if (!(report->busy_one >= IDLE_SHARE && report->busy_all >= IDLE_SHARE))
        fputs("The machine was BUSY with something else: these numbers are too low.\n", out);
}

int report_print(const struct report *report, FILE *out) {
    const char *section = "";
    print_header(out, report);
    for (size_t i = 0; i < report->n_rows; i++) {
        if (strcmp(section, report->rows[i].section) != 0) {
            section = report->rows[i].section;
            print_heading(out, report, section);
        }
        print_row(out, report, &report->rows[i]);
    }
    print_targets(out, report);
    return fflush(out) == 0 && !ferror(out) ? VIB_OK : VIB_EIO;
}

static void write_figure(struct json_writer *writer, const char *key, const struct figure *figure) {
    writer_open(writer, key, '{');
    writer_number(writer, "median", figure->median);
    writer_number(writer, "best", figure->best);
    writer_number(writer, "of_peak", figure->of_peak);
    writer_close(writer, '}');
}

static void write_row(struct json_writer *writer, const struct report_row *row) {
    writer_open(writer, NULL, '{');
    writer_string(writer, "section", row->section);
    writer_string(writer, "name", row->name);
    writer_string(writer, "unit", row->unit);
    write_figure(writer, "one_thread", &row->one);
    write_figure(writer, "all_threads", &row->all);
    writer_number(writer, "scaling", row->scaling);
    writer_close(writer, '}');
}

static void write_target(struct json_writer *writer, const struct report_target *target) {
    writer_open(writer, NULL, '{');
    writer_string(writer, "name", target->name);
    writer_string(writer, "unit", target->unit);
    writer_number(writer, target->at_least ? "at_least" : "at_most", target->bound);
    writer_number(writer, "measured", target->measured);
    writer_bool(writer, "met", report_target_met(target));
    writer_close(writer, '}');
}

static void write_report(struct json_writer *writer, const struct report *report) {
    writer_open(writer, NULL, '{');
    writer_string(writer, "date", report->date);
    writer_string(writer, "version", report->version);
    writer_string(writer, "build", report->build);
    writer_string(writer, "library", report->library);
    writer_string(writer, "cpu", report->cpu);
    writer_number(writer, "threads", (double)report->threads);
    writer_number(writer, "load_average_before", report->load);
    writer_number(writer, "busy_one_thread", report->busy_one);
    writer_number(writer, "busy_all_threads", report->busy_all);
    writer_open(writer, "rows", '[');
    for (size_t i = 0; i < report->n_rows; i++)
        write_row(writer, &report->rows[i]);
    writer_close(writer, ']');
    writer_open(writer, "targets", '[');
    for (size_t i = 0; i < report->n_targets; i++)
        write_target(writer, &report->targets[i]);
    writer_close(writer, ']');
    writer_close(writer, '}');
}

int report_write_json(const struct report *report, const char *path) {
    struct json_writer writer = {.out = fopen(path, "w")};
    if (writer.out == NULL)
        return VIB_EIO;
    write_report(&writer, report);
    const bool failed = ferror(writer.out) != 0;
    return fclose(writer.out) == 0 && !failed ? VIB_OK : VIB_EIO;
}
