/* The public data sets that can be fetched: a row each, with where they are and how to know them.
 */
#ifndef RUNNER_FETCH_FETCH_TABLE_H
#define RUNNER_FETCH_FETCH_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum { FETCH_MAX_FILES = 8 };

/* A file is known by its content when unpacked, since mirrors pack it differently. */
struct fetch_file {
    const char *name;   /* unpacked; mirrors have it as name.gz */
    uint64_t size;      /* bytes, unpacked */
    const char *sha256; /* lower-case hex, unpacked */
};

struct fetch_set {
    const char *name; /* as dataset.name has it */
    const char *help; /* one line: what it is and whose */
    uint64_t packed;  /* bytes to be fetched, about */
    size_t n_files;   /* at most FETCH_MAX_FILES */
    const struct fetch_file *files;
    size_t n_mirrors;
    const char *const *mirrors; /* URLs that end in '/', tried in this order */
};

/* The i-th data set; NULL when there are no more. */
const struct fetch_set *fetch_set(size_t i);

/* The data set of that name, or NULL. */
const struct fetch_set *fetch_find(const char *name);

#endif
