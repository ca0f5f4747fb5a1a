/* vib-sweep plot DB --figure NAME -o FILE: a figure of the results, by gnuplot. */
#include "runner/command.h"
#include "runner/plot/gnuplot.h"
#include "runner/plot/plot.h"
#include "runner/base/quote.h"
#include "runner/base/sink.h"
#include "runner/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MOST_FILTERS = 64 };

struct plot_options {
    const char *database;
    const struct plot_figure *figure;
    const char *output; /* NULL = stdout, for a script only */
    enum plot_format format;
    bool script, help;
    size_t n_filters;
    struct plot_filter filters[MOST_FILTERS];
};

static int plot_help(struct vib_error *err) {
    const char *name, *help;
    (void)fputs(
        "Usage: vib-sweep plot DB --figure NAME -o FILE.svg|.png|.pdf\n"
        "       vib-sweep plot DB --figure NAME --script [-o FILE.gp]\n\n"
        "Draws a figure of the finished jobs in the database DB by gnuplot (5.4 or newer; Debian\n"
        "package gnuplot-nox). Jobs that differ in their seed alone are averaged, with the 95 %\n"
        "interval of the mean; those that differ otherwise have panels of their own, six at most.\n"
        "A sweep may be running on DB.\n\n"
        "  -f, --figure NAME  the figure:\n",
        stdout);
    for (size_t i = 0; plot_list_figure(i, &name, &help); i++)
        (void)printf("       %-12s    %s\n", name, help);
    (void)fputs(
        "  -o, --output FILE  write to FILE, which appears when it is complete\n"
        "  --script           write the script for gnuplot, with the data in it, instead of\n"
        "                     drawing; without -o, or with -o -, to standard output. Run by\n"
        "                     gnuplot, it draws NAME.svg in the folder where it is run\n"
        "  -K, --K N, --beta B, --only KEY=VALUE\n"
        "                     show only jobs with this value; may be repeated, also for other\n"
        "                     values of one key; reals fit within 0.5 %\n"
        "  -h, --help         show this text\n",
        stdout);
    if (fflush(stdout) != 0 || ferror(stdout))
        return vib_error_set(err, VIB_EIO, "cannot write to standard output: %s", strerror(errno));
    return 0;
}

static int add_filter(struct plot_options *options, const char *key, const char *value,
                      struct vib_error *err) {
    char text[600];
    if (options->n_filters == MOST_FILTERS)
        return vib_error_set(err, VIB_EUSAGE, "plot: more than %d selections", MOST_FILTERS);
    if ((size_t)snprintf(text, sizeof text, "%s%s", key, value) >= sizeof text)
        return vib_error_set(err, VIB_EUSAGE, "plot: a selection of %zu characters is too long",
                             strlen(value));
    return plot_filter_parse(&options->filters[options->n_filters++], text, err);
}

/* What getopt found wrong, in our words: it prints nothing itself (opterr is 0). */
static int wrong_option(int option, char *const argv[], struct vib_error *err) {
    char quoted[QUOTE_SIZE];
    const char *text = argv[optind - 1];
    if (option == ':')
        return vib_error_set(err, VIB_EUSAGE, "plot: option %s needs a value", quote(quoted, text));
    if (optopt > 0 && optopt < 128 && strncmp(text, "--", 2) != 0)
        return vib_error_set(err, VIB_EUSAGE, "plot: there is no option -%c", optopt);
    return vib_error_set(err, VIB_EUSAGE, "plot: there is no option %s", quote(quoted, text));
}

/* Takes one option; more words are in argv[optind...] when getopt_long has no more. */
static int take_option(int option, char *const argv[], struct plot_options *options,
                       struct vib_error *err) {
    switch (option) {
    case 'f':
        return plot_find_figure(&options->figure, optarg, err);
    case 'o':
        options->output = optarg;
        return *optarg != '\0' ? 0 : vib_error_set(err, VIB_EUSAGE, "plot: -o needs a file's name");
    case 's':
        options->script = true;
        return 0;
    case 'K':
        return add_filter(options, "K=", optarg, err);
    case 'b':
        return add_filter(options, "beta=", optarg, err);
    case 'k':
        return add_filter(options, "", optarg, err);
    case 'h':
        options->help = true;
        return 0;
    default:
        return wrong_option(option, argv, err);
    }
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

static int check_options(int argc, char **argv, struct plot_options *options,
                         struct vib_error *err) {
    char quoted[QUOTE_SIZE];
    if (optind == argc)
        return vib_error_set(err, VIB_EUSAGE,
                             "plot: name the database: vib-sweep plot DB --figure NAME -o FILE");
    if (optind + 1 < argc)
        return vib_error_set(err, VIB_EUSAGE, "plot: takes one database; what is %s?",
                             quote(quoted, argv[optind + 1]));
    options->database = argv[optind];
    if (options->figure == NULL)
        return vib_error_set(err, VIB_EUSAGE,
                             "plot: name the figure: --figure NAME; vib-sweep plot --help lists "
                             "them");
    if (options->script) {
        if (options->output != NULL && strcmp(options->output, "-") == 0)
            options->output = NULL;
        return 0;
    }
    if (options->output == NULL)
        return vib_error_set(err, VIB_EUSAGE, "plot: name the figure's file: -o FILE.svg");
    return find_format(options, err);
}

static int parse_options(int argc, char **argv, struct plot_options *options,
                         struct vib_error *err) {
    static const struct option known[] = {
        {"figure", required_argument, NULL, 'f'}, {"output", required_argument, NULL, 'o'},
        {"script", no_argument, NULL, 's'},       {"K", required_argument, NULL, 'K'},
        {"beta", required_argument, NULL, 'b'},   {"only", required_argument, NULL, 'k'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};
    int option, rc = 0;
    memset(options, 0, sizeof *options);
    optind = 0; /* glibc: start anew, on another argv than main's */
    opterr = 0;
    while (rc == 0 && !options->help &&
           (option = getopt_long(argc, argv, ":f:o:K:h", known, NULL)) != -1)
        rc = take_option(option, argv, options, err);
    if (rc != 0 || options->help)
        return rc;
    return check_options(argc, argv, options, err);
}

/* --- from the database to the file --- */

static int make_script(const struct plot_options *options, FILE *script, struct vib_error *err) {
    const struct plot_request request = {.figure = options->figure,
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

int cmd_plot(int argc, char **argv, struct vib_error *err) {
    struct plot_options options;
    const int rc = parse_options(argc, argv, &options, err);
    if (rc != 0)
        return rc;
    /* A reader that has seen enough (`| head`) ends us as it ends other filters. */
    if (signal(SIGPIPE, SIG_DFL) == SIG_ERR)
        return vib_error_set(err, VIB_EIO, "cannot set SIGPIPE: %s", strerror(errno));
    if (options.help)
        return plot_help(err);
    /* Asked before any file is opened, which might get the number of a closed stdout. */
    if (options.output == NULL && fcntl(STDOUT_FILENO, F_GETFD) < 0)
        return vib_error_set(err, VIB_EIO, "cannot write to standard output: %s", strerror(errno));
    return draw_figure(&options, err);
}
