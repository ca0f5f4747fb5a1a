/* What can be asked about the sources of a page: documents of JSON, each by its path and what that
 * takes. They are the page's own, so their fields stand in these files alone; information is in
 * bits, times are UTC, null is unknown. Nothing here knows of HTTP.
 *
 * Thread rule: of the page. */
#ifndef RUNNER_PAGE_DOCUMENT_H
#define RUNNER_PAGE_DOCUMENT_H

#include "core/error.h"
#include "runner/page/page.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What a path may take; the others are 0. */
struct document_query {
    const char *split;  /* a name of a split, a static string; NULL: not given */
    int64_t source;     /* from 0; -1: not given, as the next two */
    int64_t point, job; /* ids of the source's */
};

enum { DOCUMENT_SPLIT = 1, DOCUMENT_POINT = 2, DOCUMENT_JOB = 4 }; /* the latter with a source */

struct document {
    const char *path; /* "api/points" */
    unsigned takes;
    /* Write errors stay in the stream. Errors: VIB_EDATA, there is no such thing; those of the
     * store; VIB_ENOMEM. What was written then is of no use. */
    int (*write)(struct page *page, const struct document_query *query, FILE *out,
                 struct vib_error *err);
};

extern const struct document documents[]; /* [n_documents] */
extern const size_t n_documents;

const struct document *document_find(const char *path); /* NULL: there is none */

/* A query of which nothing is given. */
struct document_query document_nothing(void);

/* Sets what `name` is to `value`. Error: VIB_EUSAGE, it is not of this document or no such thing.
 */
int document_set(const struct document *document, struct document_query *query, const char *name,
                 const char *value, struct vib_error *err);

/* Writes the path with all that it takes ("api/point?source=0&point=12"), one text for one query.
 * Error: VIB_EUSAGE, something is not given. */
enum { DOCUMENT_PATH_SIZE = 96 };
int document_path(const struct document *document, const struct document_query *query,
                  char path[DOCUMENT_PATH_SIZE], struct vib_error *err);

/* The document as text of *size bytes, allocated. Errors: of `write`; then *text is NULL. */
int document_text(struct page *page, const struct document *document,
                  const struct document_query *query, char **text, size_t *size,
                  struct vib_error *err);

/* --- for the files of the documents --- */

int document_overview(struct page *page, const struct document_query *query, FILE *out,
                      struct vib_error *err);
int document_points(struct page *page, const struct document_query *query, FILE *out,
                    struct vib_error *err);
int document_jobs(struct page *page, const struct document_query *query, FILE *out,
                  struct vib_error *err);
int document_point(struct page *page, const struct document_query *query, FILE *out,
                   struct vib_error *err);
int document_curves(struct page *page, const struct document_query *query, FILE *out,
                    struct vib_error *err);
int document_codes(struct page *page, const struct document_query *query, FILE *out,
                   struct vib_error *err);

#endif
