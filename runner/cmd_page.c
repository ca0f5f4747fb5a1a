/* vib-sweep page DB|D...: what `serve` shows, as one file. */
#include "runner/base/sink.h"
#include "runner/command.h"
#include "runner/page/page_file.h"

#include <string.h>
#include <sys/stat.h>

struct page_options {
    struct option_list sources;
    const char *output;
};

static const struct option_row rows[] = {
    {.argument = "DB|D",
     .kind = OPTION_LIST,
     .required = true,
     .offset = offsetof(struct page_options, sources),
     .help = "the databases of sweeps, or folders of sweeps in parts"},
    {.name = "output",
     .letter = 'o',
     .kind = OPTION_TEXT,
     .argument = "FILE",
     .required = true,
     .offset = offsetof(struct page_options, output),
     .help = "write to FILE, such as sweep.html, which appears when it is complete; - is standard "
             "output"},
};

/* A page that lacked one of its sources would look complete. */
static int check_sources(struct page *page, struct vib_error *err) {
    int rc = 0;
    for (size_t i = 0; i < page->n && rc == 0; i++) {
        struct page_look look;
        rc = page_source_look(&page->sources[i], &look, err);
        page_look_release(&look);
    }
    return rc;
}

static bool is_same(const char *a, const char *b) {
    struct stat left, right;
    return stat(a, &left) == 0 && stat(b, &right) == 0 && left.st_dev == right.st_dev &&
           left.st_ino == right.st_ino;
}

/* The source that is the output, or any. */
static const char *source_to_keep(const struct page_options *options) {
    for (size_t i = 0; options->output != NULL && i < options->sources.n; i++)
        if (is_same(options->sources.texts[i], options->output))
            return options->sources.texts[i];
    return options->sources.texts[0];
}

static int write_file(struct page *page, const struct page_options *options,
                      struct vib_error *err) {
    struct sink sink;
    int rc = sink_open(&sink, options->output, source_to_keep(options), "page", err);
    if (rc == 0)
        rc = page_file_write(page, PAGE_FILE_MOST_JOBS, sink.stream, err);
    if (rc == 0 && ferror(sink.stream))
        rc = sink_failed(&sink, err);
    return sink_close(&sink, rc, err);
}

static int run(int argc, char **argv, struct vib_error *err) {
    struct page_options options = {.output = NULL};
    struct page page = {.n = 0};
    int rc = options_read(&command_page.options, argc, argv, &options, err);
    if (rc == 0 && strcmp(options.output, "-") == 0)
        options.output = NULL;
    if (rc == 0)
        rc = page_init(&page, &options.sources, err);
    if (rc == 0)
        rc = check_sources(&page, err);
    if (rc == 0)
        rc = write_file(&page, &options, err);
    page_release(&page);
    option_list_release(&options.sources);
    return rc;
}

const struct command command_page = {
    .summary = "write results as one page for browsers",
    .options = {.command = "page",
                .help = "Writes what vib-sweep serve shows of the databases DB, and of the folders "
                        "D of sweeps in parts, as one HTML file that needs nothing else: it opens "
                        "from a disk, and can be sent to others. A sweep may be running on DB.",
                .rows = rows,
                .n = sizeof rows / sizeof rows[0]},
    .run = run,
};
