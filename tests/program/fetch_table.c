/* Stands in for runner/fetch/fetch_table.c in vib-sweep-fetch: a small data set, whose files are
 * those of tests/program/fetch_server.py and whose mirrors are the words of $MIRRORS. */
#include "runner/fetch/fetch_table.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_MIRRORS = 4 };

static const struct fetch_file files[] = {
    {"made-up-images", 320000, "6e7c5c387bd73e68ab1f1d1887a1ae0638987731ca9a4bd76a03c7963a802f1a"},
    {"made-up-labels", 3200, "7bb65cc1cee0010e958ebf1cc841823132fac97d05028e536c8612801eb5d74e"},
};

static const char *mirrors[MOST_MIRRORS];

static struct fetch_set set = {.name = "made-up",
                               .help = "nothing that anybody drew",
                               .packed = 323500,
                               .n_files = 2,
                               .files = files,
                               .mirrors = mirrors};

const struct fetch_set *fetch_set(size_t i) {
    const char *words = getenv("MIRRORS");
    char *copy = i == 0 && words != NULL ? strdup(words) : NULL;
    set.n_mirrors = 0;
    for (char *word = strtok(copy, " ");
         copy != NULL && word != NULL && set.n_mirrors < MOST_MIRRORS; word = strtok(NULL, " "))
        mirrors[set.n_mirrors++] = word;
    return i == 0 ? &set : NULL;
}

const struct fetch_set *fetch_find(const char *name) {
    return strcmp(name, set.name) == 0 ? fetch_set(0) : NULL;
}
