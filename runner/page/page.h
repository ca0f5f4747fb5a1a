/* What a browser is shown: some sources, each a database or a folder of them, and what can be asked
 * about them. Sources are only read, each question opening what it needs; results and all that is
 * made from them are read once for each version, so that what belongs together is of one moment.
 * Thread rule: a page belongs to one thread. */
#ifndef RUNNER_PAGE_PAGE_H
#define RUNNER_PAGE_PAGE_H

#include "core/dataset.h"
#include "core/error.h"
#include "runner/base/options.h"
#include "runner/status/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct merged;
struct store;

struct page_source {
    const char *path;      /* borrowed */
    const char *name;      /* the end of the path that tells it from the others */
    struct store *results; /* NULL: not read yet for this version, or not to be read */
    struct merged *merged; /* owns them, of a folder */
};

struct page {
    struct page_source *sources; /* [n], owned */
    size_t n;
    bool live;            /* it is served, and changes */
    const char *left_out; /* a sentence on what is not in a file, or NULL; borrowed */
    uint64_t version;     /* of the results, from 1 */
    uint64_t state;       /* of the sources in that version, see page_source_look */
    bool keep_version;    /* whatever the sources have by now */
    bool incomplete;      /* set: a document lacks the rows of a source that could not be read */
};

/* Paths are borrowed. Errors: VIB_ENOMEM. */
int page_init(struct page *page, const struct option_list *paths, struct vib_error *err);

/* Harmless on a zeroed one. */
void page_release(struct page *page);

/* What a source is like now. */
struct page_look {
    struct status status; /* summed */
    struct store *store;  /* its database, or NULL for a folder; the caller's to close */
};

/* To be released by page_look_release whatever the result. Errors: those of status and store. */
int page_source_look(const struct page_source *source, struct page_look *look,
                     struct vib_error *err);
void page_look_release(struct page_look *look);

/* The results of a source in this version, with views that are computed once; owned by the source.
 * Errors: as above; those of merged_new. */
int page_source_results(struct page_source *source, struct store **results, struct vib_error *err);

/* The same of source i. Error, also: VIB_EDATA, there is none. */
int page_results(struct page *page, int64_t i, struct store **results, struct vib_error *err);

/* Closes the results, so that they are read anew: also after an error of a query to them, as the
 * file may have been replaced. */
void page_source_forget(struct page_source *source);
void page_forget(struct page *page); /* of all sources */

/* Adds the splits of a store's data to *splits. Errors: those of the store. */
int page_splits(struct store *store, bool splits[VIB_SPLITS], struct vib_error *err);

/* Takes the state of the sources for that of a new version, if it is another and the version need
 * not be kept. */
void page_renew(struct page *page, uint64_t state);

#endif
