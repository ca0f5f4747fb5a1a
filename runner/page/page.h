/* What a browser is shown: some sources, each a database or a folder of them, and what can be asked
 * about them. Sources are only read. A database is open no longer than a question takes: a reader
 * that stays would keep a sweep that ends from emptying its log into the file. What is merged from
 * a folder stays as long as its version. Thread rule: a page belongs to one thread. */
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
    struct store *results; /* NULL: closed, or not to be read */
    struct merged *merged; /* owns them, of a folder */
    bool kept;             /* their views are computed (store_keep_views) */
};

struct page {
    struct page_source *sources; /* [n], owned */
    size_t n;
    bool live;            /* it is served, and changes */
    bool holds;           /* databases stay open from one question to the next */
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

/* The results of a source, owned by it until page_rest or page_forget. Errors: as above; those of
 * merged_new. */
int page_source_results(struct page_source *source, struct store **results, struct vib_error *err);

/* The same, with views that are computed once: those of the split suffice until page_rest, or of
 * all where it is NULL. */
int page_source_keep(struct page_source *source, const char *split, struct store **results,
                     struct vib_error *err);

/* The results of source i. Error, also: VIB_EDATA, there is none. */
int page_results(struct page *page, int64_t i, struct store **results, struct vib_error *err);

/* Ends a question: closes databases, unless the page holds them. */
void page_rest(struct page *page);

/* Closes all results, so that they are read anew: also after an error of a query to them, as the
 * file may have been replaced. */
void page_forget(struct page *page);

/* Adds the splits of a store's data to *splits. Errors: those of the store. */
int page_splits(struct store *store, bool splits[VIB_SPLITS], struct vib_error *err);

/* Takes the state of the sources for that of a new version, if it is another and the version need
 * not be kept. */
void page_renew(struct page *page, uint64_t state);

#endif
