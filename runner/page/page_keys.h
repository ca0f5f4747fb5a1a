/* Which keys tell the jobs of a page apart. Thread rule: of the page. */
#ifndef RUNNER_PAGE_PAGE_KEYS_H
#define RUNNER_PAGE_PAGE_KEYS_H

#include "core/error.h"
#include "runner/config/keys.h"
#include "runner/page/page.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct store_row;

struct page_keys {
    bool *swept;  /* [n_keys] jobs differ in it, of one source or of two; not seed */
    char **value; /* [n_keys] as text, of the others; NULL: it does not matter to any job */
    bool any;     /* there is a job */
};

/* Of the sources whose results can be read. To be released whatever the result. Error: VIB_ENOMEM.
 */
int page_keys_read(struct page_keys *keys, struct page *page, struct vib_error *err);
void page_keys_release(struct page_keys *keys);

/* Columns of a row that hold the keys' values: [n_keys], -1 where there is none. */
void page_keys_find(struct store_row *row, int *columns);

/* Writes a value as JSON that reads back to the same number or text: null, a number, or a string.
 */
void page_keys_put(FILE *out, struct store_row *row, int column);

/* The same as allocated text, NULL when out of memory. The value is not NULL. */
char *page_keys_text(struct store_row *row, int column);

#endif
