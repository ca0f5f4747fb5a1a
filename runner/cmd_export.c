/* vib-sweep export DB [--table NAME] [-o FILE]: a table of the results as CSV. */
#include "runner/command.h"
#include "runner/base/csv.h"
#include "runner/base/sink.h"
#include "runner/store/store.h"
#include "runner/store/store_query.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

struct export_options {
    const char *database;
    const struct export_table *table;
    const char *output; /* NULL = stdout */
    bool help;
};

static int export_help(struct vib_error *err) {
    (void)fputs(
        "Usage: vib-sweep export DB [--table NAME] [-o FILE]\n\n"
        "Writes a table of the database DB as CSV (RFC 4180): a header, then one record per"
        " row;\nNULL is an empty field, and numbers read back exactly. A sweep may be"
        " running on DB.\n\n"
        "  -t, --table NAME   the table (default plane):\n",
        stdout);
    for (size_t i = 0; i < n_export_tables; i++)
        (void)printf("       %-18s  %s\n", export_tables[i].name, export_tables[i].help);
    (void)fputs(
        "  -o, --output FILE  write to FILE, which appears when it is complete; - is"
        " standard output\n"
        "  -h, --help         show this text\n",
        stdout);
    if (fflush(stdout) != 0 || ferror(stdout))
        return vib_error_set(err, VIB_EIO, "cannot write to standard output: %s", strerror(errno));
    return 0;
}

static int find_table(const char *name, const struct export_table **table, struct vib_error *err) {
    char names[128] = "";
    for (size_t i = 0; i < n_export_tables; i++) {
        if (strcmp(name, export_tables[i].name) == 0) {
            *table = &export_tables[i];
            return 0;
        }
        const size_t used = strlen(names);
        (void)snprintf(names + used, sizeof names - used, "%s%s", i > 0 ? ", " : "",
                       export_tables[i].name);
    }
    return vib_error_set(err, VIB_EUSAGE, "export: there is no table '%.64s'; the tables are: %s",
                         name, names);
}

/* What getopt found wrong, in our words: it prints nothing itself (opterr is 0). */
static int wrong_option(char option, char *const argv[], struct vib_error *err) {
    const char *text = argv[optind - 1];
    if (option == ':')
        return vib_error_set(err, VIB_EUSAGE, "export: option %.64s needs a value", text);
    if (optopt > 0 && optopt < 128 && strncmp(text, "--", 2) != 0)
        return vib_error_set(err, VIB_EUSAGE, "export: there is no option -%c", optopt);
    return vib_error_set(err, VIB_EUSAGE, "export: there is no option %.64s", text);
}

/* Takes one option; more words are in argv[optind...] when getopt_long has no more. */
static int take_option(int option, char *const argv[], struct export_options *options,
                       struct vib_error *err) {
    switch (option) {
    case 't':
        return find_table(optarg, &options->table, err);
    case 'o':
        options->output = strcmp(optarg, "-") == 0 ? NULL : optarg;
        return *optarg != '\0' ? 0
                               : vib_error_set(err, VIB_EUSAGE, "export: -o needs a file's name");
    case 'h':
        options->help = true;
        return 0;
    default:
        return wrong_option((char)option, argv, err);
    }
}

static int parse_options(int argc, char **argv, struct export_options *options,
                         struct vib_error *err) {
    static const struct option known[] = {{"table", required_argument, NULL, 't'},
                                          {"output", required_argument, NULL, 'o'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    int option, rc = 0;
    *options = (struct export_options){.table = &export_tables[0]};
    optind = 0; /* glibc: start anew, on another argv than main's */
    opterr = 0;
    while (rc == 0 && !options->help &&
           (option = getopt_long(argc, argv, ":t:o:h", known, NULL)) != -1)
        rc = take_option(option, argv, options, err);
    if (rc != 0 || options->help)
        return rc;
    if (optind == argc)
        return vib_error_set(err, VIB_EUSAGE,
                             "export: name the database: vib-sweep export DB [--table NAME]");
    if (optind + 1 < argc)
        return vib_error_set(err, VIB_EUSAGE, "export: takes one database; what is '%.64s'?",
                             argv[optind + 1]);
    options->database = argv[optind];
    return 0;
}

/* --- rows --- */

struct export_context {
    struct sink *sink;
    struct csv csv;
};

/* Ends early on a full disk rather than after the last row. */
static int end_record(struct export_context *context, struct vib_error *err) {
    csv_end_record(&context->csv);
    return ferror(context->csv.out) ? sink_failed(context->sink, err) : 0;
}

static int write_head(void *opaque, struct store_row *row, struct vib_error *err) {
    struct export_context *context = opaque;
    for (int i = 0; i < store_row_columns(row); i++) {
        const char *name = store_row_name(row, i);
        if (name == NULL)
            return vib_error_set(err, VIB_ENOMEM, "export: out of memory");
        csv_text(&context->csv, name, strlen(name));
    }
    return end_record(context, err);
}

static int write_text(struct csv *csv, struct store_row *row, int column, struct vib_error *err) {
    size_t size;
    const char *text = store_row_text(row, column, &size);
    if (text == NULL)
        return vib_error_set(err, VIB_ENOMEM, "export: out of memory");
    csv_text(csv, text, size);
    return 0;
}

static int write_row(void *opaque, struct store_row *row, struct vib_error *err) {
    struct export_context *context = opaque;
    int rc = 0;
    for (int i = 0; rc == 0 && i < store_row_columns(row); i++)
        switch (store_row_type(row, i)) {
        case STORE_NULL:
            csv_null(&context->csv);
            break;
        case STORE_INTEGER:
            csv_integer(&context->csv, store_row_integer(row, i));
            break;
        case STORE_REAL:
            csv_real(&context->csv, store_row_real(row, i));
            break;
        case STORE_TEXT:
            rc = write_text(&context->csv, row, i, err);
        }
    return rc != 0 ? rc : end_record(context, err);
}

static int export_table(struct store *store, const struct export_options *options,
                        struct vib_error *err) {
    struct sink sink;
    int rc = sink_open(&sink, options->output, options->database, "export", err);
    if (rc == 0) {
        struct export_context context = {.sink = &sink};
        csv_init(&context.csv, sink.stream);
        const struct store_query query = {
            .sql = options->table->sql, .head = write_head, .row = write_row, .context = &context};
        rc = store_query(store, &query, err);
    }
    return sink_close(&sink, rc, err);
}

int cmd_export(int argc, char **argv, struct vib_error *err) {
    struct export_options options;
    struct store *store = NULL;
    int rc = parse_options(argc, argv, &options, err);
    if (rc != 0)
        return rc;
    /* A reader that has seen enough (`| head`) ends us as it ends other filters. */
    if (signal(SIGPIPE, SIG_DFL) == SIG_ERR)
        return vib_error_set(err, VIB_EIO, "cannot set SIGPIPE: %s", strerror(errno));
    if (options.help)
        return export_help(err);
    /* Asked before the database is opened, which might get the number of a closed stdout. */
    if (options.output == NULL && fcntl(STDOUT_FILENO, F_GETFD) < 0)
        return vib_error_set(err, VIB_EIO, "cannot write to standard output: %s", strerror(errno));
    if ((rc = store_open_reader(&store, options.database, err)) == 0)
        rc = export_table(store, &options, err);
    store_close(store);
    return rc;
}
