/* vib-sweep plot DB: a figure of the results, by gnuplot. */
#include "runner/command.h"
#include "runner/plot/gnuplot.h"
#include "runner/plot/plot.h"
#include "runner/base/quote.h"
#include "runner/base/sink.h"
#include "runner/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct plot_options {
    const char *database;
    size_t figure;      /* of plot_list_figure */
    const char *output; /* NULL = stdout, for a script only */
    bool script;
    struct option_list K, beta, only; /* values, and KEY=VALUE */
    /* Made of these: */
    enum plot_format format;
    struct store_filter *filters; /* [n_filters], owned */
    size_t n_filters;
};

static const struct option_row rows[] = {
    {.argument = "DB",
     .kind = OPTION_TEXT,
     .required = true,
     .offset = offsetof(struct plot_options, database),
     .help = "the database of a sweep"},
    {.name = "figure",
     .letter = 'f',
     .kind = OPTION_CHOICE,
     .argument = "NAME",
     .required = true,
     .choice = plot_list_figure,
     .offset = offsetof(struct plot_options, figure),
     .help = "the figure:"},
    {.name = "output",
     .letter = 'o',
     .kind = OPTION_TEXT,
     .argument = "FILE",
     .offset = offsetof(struct plot_options, output),
     .help = "write to FILE, which appears when it is complete; its name ends in .svg, .png or "
             ".pdf"},
    {.name = "script",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct plot_options, script),
     .help = "write the script for gnuplot, with the data in it, instead of drawing; without -o, "
             "or with -o -, to standard output. Run by gnuplot, it draws NAME.svg in the folder "
             "where it is run"},
    {.name = "K",
     .letter = 'K',
     .kind = OPTION_LIST,
     .argument = "N",
     .offset = offsetof(struct plot_options, K),
     .help = "show only jobs of this K; may be repeated, for jobs of any of them"},
    {.name = "beta",
     .kind = OPTION_LIST,
     .argument = "B",
     .offset = offsetof(struct plot_options, beta),
     .help = "the same for beta; reals fit within 0.5 %"},
    {.name = "only",
     .kind = OPTION_LIST,
     .argument = "KEY=VALUE",
     .offset = offsetof(struct plot_options, only),
     .help = "the same for any key"},
};

/* One filter for each text, which `key` precedes. */
static int add_filters(struct plot_options *options, const char *key,
                       const struct option_list *values, struct vib_error *err) {
    char text[600];
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < values->n; i++) {
        if ((size_t)snprintf(text, sizeof text, "%s%s", key, values->texts[i]) >= sizeof text)
            return vib_error_set(err, VIB_EUSAGE, "plot: a selection of %zu characters is too long",
                                 strlen(values->texts[i]));
        rc = store_filter_parse(&options->filters[options->n_filters++], text, "plot", err);
    }
    return rc;
}

static int make_filters(struct plot_options *options, struct vib_error *err) {
    const size_t n = options->K.n + options->beta.n + options->only.n;
    if (n == 0)
        return 0;
    options->filters = calloc(n, sizeof *options->filters);
    if (options->filters == NULL)
        return vib_error_set(err, VIB_ENOMEM, "plot: out of memory");
    int rc = add_filters(options, "K=", &options->K, err);
    if (rc == 0)
        rc = add_filters(options, "beta=", &options->beta, err);
    if (rc == 0)
        rc = add_filters(options, "", &options->only, err);
    return rc;
}

/* The format that the file's name ends in. */
static int find_format(struct plot_options *options, struct vib_error *err) {
    static const char *const suffixes[] = {
        [PLOT_SVG] = ".svg", [PLOT_PNG] = ".png", [PLOT_PDF] = ".pdf"};
    char quoted[QUOTE_SIZE];
    const size_t length = strlen(options->output);
    for (int i = 0; i < 3; i++)
        if (length > 4 && strcmp(options->output + length - 4, suffixes[i]) == 0) {
            options->format = (enum plot_format)i;
            return 0;
        }
    return vib_error_set(
        err, VIB_EUSAGE,
        "plot: the name of the figure's file ends in .svg, .png or .pdf, not as in "
        "%s; --script writes a script",
        quote(quoted, options->output));
}

static int find_output(struct plot_options *options, struct vib_error *err) {
    if (options->script) {
        if (options->output != NULL && strcmp(options->output, "-") == 0)
            options->output = NULL;
        return 0;
    }
    if (options->output == NULL)
        return vib_error_set(err, VIB_EUSAGE, "plot: name the figure's file: -o FILE.svg");
    return find_format(options, err);
}

/* --- from the database to the file --- */

static int make_script(const struct plot_options *options, FILE *script, struct vib_error *err) {
    const struct plot_request request = {.figure = plot_figure_at(options->figure),
                                         .filters = options->filters,
                                         .n_filters = options->n_filters,
                                         .format = options->format,
                                         .to_file = options->script,
                                         .database = options->database};
    struct store *store = NULL;
    int rc = store_open_reader(&store, options->database, err);
    if (rc == 0)
        rc = plot_write(&request, store, script, err);
    if (rc == 0 && (fflush(script) != 0 || ferror(script)))
        rc = vib_error_set(err, VIB_EIO, "cannot keep the script: %s", strerror(errno));
    store_close(store);
    return rc;
}

static int copy(FILE *from, struct sink *sink, struct vib_error *err) {
    char bytes[4096];
    size_t n;
    rewind(from);
    while ((n = fread(bytes, 1, sizeof bytes, from)) > 0)
        if (fwrite(bytes, 1, n, sink->stream) != n)
            return sink_failed(sink, err);
    if (ferror(from))
        return vib_error_set(err, VIB_EIO, "cannot read the figure back: %s", strerror(errno));
    return 0;
}

static int write_output(const struct plot_options *options, FILE *from, struct vib_error *err) {
    struct sink sink;
    int rc = sink_open(&sink, options->output, options->database, "plot", err);
    if (rc == 0)
        rc = copy(from, &sink, err);
    return sink_close(&sink, rc, err);
}

static int draw_figure(const struct plot_options *options, struct vib_error *err) {
    FILE *script = gnuplot_file(), *figure = NULL;
    if (script == NULL)
        return vib_error_set(err, VIB_EIO, "cannot make a file in memory: %s", strerror(errno));
    int rc = make_script(options, script, err);
    if (rc == 0 && !options->script)
        rc = gnuplot_run(script, &figure, err);
    if (rc == 0)
        rc = write_output(options, figure != NULL ? figure : script, err);
    if (figure != NULL)
        (void)fclose(figure); /* it has been copied */
    (void)fclose(script);     /* it has been used */
    return rc;
}

static int plot(struct plot_options *options, struct vib_error *err) {
    int rc = make_filters(options, err);
    if (rc == 0)
        rc = find_output(options, err);
    if (rc != 0)
        return rc;
    /* A reader that has seen enough (`| head`) ends us as it ends other filters. */
    if (signal(SIGPIPE, SIG_DFL) == SIG_ERR)
        return vib_error_set(err, VIB_EIO, "cannot set SIGPIPE: %s", strerror(errno));
    /* Asked before any file is opened, which might get the number of a closed stdout. */
    if (options->output == NULL && fcntl(STDOUT_FILENO, F_GETFD) < 0)
        return vib_error_set(err, VIB_EIO, "cannot write to standard output: %s", strerror(errno));
    return draw_figure(options, err);
}

static int run(int argc, char **argv, struct vib_error *err) {
    struct plot_options options = {0};
    int rc = options_read(&command_plot.options, argc, argv, &options, err);
    if (rc == 0)
        rc = plot(&options, err);
    free(options.filters);
    option_list_release(&options.K);
    option_list_release(&options.beta);
    option_list_release(&options.only);
    return rc;
}

const struct command command_plot = {
    .summary = "draw a figure of the results",
    .options = {.command = "plot",
                .help = "Draws a figure of the finished jobs in the database DB by gnuplot (5.4 or "
                        "newer; Debian package gnuplot-nox). Jobs that differ in their seed alone "
                        "are averaged, with the 95 % interval of the mean. Objectives, which are "
                        "told apart by method, rate function, marginal and noise, have a colour "
                        "each, and then train and test a panel each; jobs that differ otherwise "
                        "have panels of their own, six at most. A sweep may be running on DB.",
                .rows = rows,
                .n = sizeof rows / sizeof rows[0]},
    .run = run,
};
