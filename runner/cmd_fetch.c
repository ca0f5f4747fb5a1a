/* vib-sweep fetch NAME: a public data set, to where sweeps find it. */
#include "runner/command.h"
#include "runner/base/home.h"
#include "runner/base/nearest.h"
#include "runner/base/quote.h"
#include "runner/base/text.h"
#include "runner/fetch/fetch.h"
#include "runner/fetch/fetch_progress.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = 64, COLUMN = 28 };

struct fetch_options {
    const char *name; /* NULL: list them */
    const char *from; /* NULL: their mirrors */
};

static bool list_name(size_t i, const char **name, const char **help) {
    const struct fetch_set *set = fetch_set(i);
    if (set == NULL)
        return false;
    *name = set->name;
    *help = set->help;
    return true;
}

static const struct option_row rows[] = {
    {.argument = "NAME",
     .kind = OPTION_TEXT,
     .choice = list_name,
     .offset = offsetof(struct fetch_options, name),
     .help = "the data set; without it, those that can be fetched are listed"},
    {.name = "from",
     .kind = OPTION_TEXT,
     .argument = "FOLDER|URL",
     .offset = offsetof(struct fetch_options, from),
     .help = "take the files, each as it is or with .gz, from FOLDER, where there is no network, "
             "or those with .gz from under URL (http or https) instead of the mirrors"},
};

static int list_sets(void) {
    const struct fetch_set *set;
    char entry[LINE_SIZE], size[FETCH_BYTES_SIZE];
    for (size_t i = 0; (set = fetch_set(i)) != NULL; i++) {
        (void)snprintf(entry, sizeof entry, "%-14s %s", set->name, fetch_bytes(size, set->packed));
        text_entry(stdout, entry, set->help, COLUMN);
    }
    return 0; /* a failed stdout is for main to tell */
}

static int no_set(const char *name, struct vib_error *err) {
    const struct fetch_set *set;
    struct nearest nearest = {0};
    char quoted[QUOTE_SIZE];
    for (size_t i = 0; (set = fetch_set(i)) != NULL; i++)
        nearest_offer(&nearest, name_of(name), set->name);
    if (nearest.best.text != NULL)
        return vib_error_set(err, VIB_EUSAGE, "fetch: there is no data set %s; did you mean %s?",
                             quote(quoted, name), nearest.best.text);
    return vib_error_set(err, VIB_EUSAGE,
                         "fetch: there is no data set %s; vib-sweep fetch lists those there are",
                         quote(quoted, name));
}

static int fetch(const struct fetch_set *set, const char *from, struct vib_error *err) {
    char *folder = NULL;
    bool fetched = false;
    if (home_data_folder(set->name, &folder) != 0)
        return vib_error_set(err, VIB_ENOMEM, "fetch: out of memory");
    if (folder == NULL)
        return vib_error_set(err, VIB_EUSAGE,
                             "fetch: neither $XDG_DATA_HOME nor $HOME says where to put %s",
                             set->name);
    const int rc = fetch_run(set, folder, from, &fetched, err);
    if (rc == 0) {
        fputs(set->name, stdout);
        fputs(fetched ? " is now in " : " is there, in ", stdout);
        text_show(stdout, folder);
        fputs(": every file verified\n", stdout);
    }
    free(folder);
    return rc;
}

static int run(int argc, char **argv, struct vib_error *err) {
    struct fetch_options options = {0};
    const int rc = options_read(&command_fetch.options, argc, argv, &options, err);
    if (rc != 0)
        return rc;
    if (options.name == NULL && options.from != NULL)
        return vib_error_set(err, VIB_EUSAGE, "fetch: --from needs the NAME of a data set");
    if (options.name == NULL)
        return list_sets();
    const struct fetch_set *set = fetch_find(options.name);
    if (set == NULL)
        return no_set(options.name, err);
    (void)signal(SIGPIPE, SIG_IGN); /* a connection that is gone is an error, told in words */
    return fetch(set, options.from, err);
}

const struct command command_fetch = {
    .summary = "get a public data set, or list them",
    .options = {.command = "fetch",
                .help = "Gets the data set NAME and puts it where a sweep looks for it, "
                        "$XDG_DATA_HOME/vib-sweep/NAME (default ~/.local/share). Every file is "
                        "verified by its SHA-256, and the folder appears when all are there. "
                        "Interrupted, by Ctrl-C or a dead connection, the same command goes on. "
                        "Proxies are those of http_proxy, https_proxy and no_proxy.",
                .rows = rows,
                .n = sizeof rows / sizeof rows[0]},
    .run = run,
};
