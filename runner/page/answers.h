/* The documents of a page that is served, each computed for all who ask at most once in a while, so
 * that a sweep beside is never disturbed: over time they take 5 % of a core at the most, what
 * nobody has asked for before coming on top.
 *
 * The overview is computed anew when 40 times as long has passed as it took, and no sooner than
 * after a second. The others stay until there is a new version, which the overview does not tell of
 * before 40 times as long has passed as they took: who then asks for one gets it anew.
 *
 * Thread rule: of the page. */
#ifndef RUNNER_PAGE_ANSWERS_H
#define RUNNER_PAGE_ANSWERS_H

#include "core/error.h"
#include "runner/page/document.h"

#include <stddef.h>

struct answers; /* opaque */

struct answer {
    int rc;           /* VIB_OK, or why there is no such document */
    const char *text; /* [size] JSON: of an error {"error": a sentence}; until the next call */
    size_t size;
};

/* The page is borrowed, and live from now on. Error: VIB_ENOMEM. */
int answers_new(struct answers **answers, struct page *page, struct vib_error *err);
void answers_free(struct answers *answers); /* NULL is harmless */

/* The document at now_s, by clock_s. Errors, after which there is no answer: VIB_EUSAGE, the query
 * lacks something; VIB_ENOMEM. */
int answers_get(struct answers *answers, const struct document *document,
                const struct document_query *query, double now_s, struct answer *answer,
                struct vib_error *err);

/* An answer that tells an error. */
void answers_refuse(struct answers *answers, int rc, const char *sentence, struct answer *answer);

#endif
