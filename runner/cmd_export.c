/* vib-sweep export DB: a table of the results as CSV. */
#include "runner/command.h"
#include "runner/base/csv.h"
#include "runner/base/sink.h"
#include "runner/store/store.h"
#include "runner/store/store_export.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct export_options {
    const char *database;
    size_t table;       /* of export_tables */
    const char *output; /* NULL = stdout */
};

static bool list_table(size_t i, const char **name, const char **help) {
    if (i >= n_export_tables)
        return false;
    *name = export_tables[i].name;
    *help = export_tables[i].help;
    return true;
}

static const struct option_row rows[] = {
    {.argument = "DB",
     .kind = OPTION_TEXT,
     .required = true,
     .offset = offsetof(struct export_options, database),
     .help = "the database of a sweep"},
    {.name = "table",
     .letter = 't',
     .kind = OPTION_CHOICE,
     .argument = "NAME",
     .choice = list_table,
     .offset = offsetof(struct export_options, table),
     .help = "the table (default: the first of these):"},
    {.name = "output",
     .letter = 'o',
     .kind = OPTION_TEXT,
     .argument = "FILE",
     .offset = offsetof(struct export_options, output),
     .help = "write to FILE, which appears when it is complete; - is standard output"},
};

/* --- writing --- */

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
        rc = store_export(store, &export_tables[options->table], write_head, write_row, &context,
                          err);
    }
    return sink_close(&sink, rc, err);
}

static int run(int argc, char **argv, struct vib_error *err) {
    struct export_options options = {0};
    struct store *store = NULL;
    int rc = options_read(&command_export.options, argc, argv, &options, err);
    if (rc != 0)
        return rc;
    if (options.output != NULL && strcmp(options.output, "-") == 0)
        options.output = NULL;
    /* A reader that has seen enough (`| head`) ends us as it ends other filters. */
    if (signal(SIGPIPE, SIG_DFL) == SIG_ERR)
        return vib_error_set(err, VIB_EIO, "cannot set SIGPIPE: %s", strerror(errno));
    /* Asked before the database is opened, which might get the number of a closed stdout. */
    if (options.output == NULL && fcntl(STDOUT_FILENO, F_GETFD) < 0)
        return vib_error_set(err, VIB_EIO, "cannot write to standard output: %s", strerror(errno));
    if ((rc = store_open_reader(&store, options.database, err)) == 0)
        rc = export_table(store, &options, err);
    store_close(store);
    return rc;
}

const struct command command_export = {
    .summary = "write a table of the results as CSV",
    .options = {.command = "export",
                .help = "Writes a table of the database DB as CSV (RFC 4180): a header, then one "
                        "record per row; NULL is an empty field, and numbers read back exactly. A "
                        "sweep may be running on DB.",
                .rows = rows,
                .n = sizeof rows / sizeof rows[0]},
    .run = run,
};
