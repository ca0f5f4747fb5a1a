#include "runner/page/page_keys.h"

#include "runner/base/json.h"
#include "runner/base/number.h"
#include "runner/store/store_query.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void page_keys_find(struct store_row *row, int *columns) {
    char column[KEY_COLUMN_SIZE];
    for (size_t k = 0; k < n_keys; k++) {
        columns[k] = -1;
        if (!key_has_column(&keys[k]))
            continue;
        key_column(&keys[k], column);
        columns[k] = store_row_find(row, column);
    }
}

void page_keys_put(FILE *out, struct store_row *row, int column) {
    char text[40];
    const enum store_type type = column < 0 ? STORE_NULL : store_row_type(row, column);
    const char *string = type == STORE_TEXT ? store_row_text(row, column, NULL) : NULL;
    const double real = type == STORE_REAL ? store_row_real(row, column) : (double)NAN;
    if (type == STORE_INTEGER) {
        (void)fprintf(out, "%" PRId64, store_row_integer(row, column));
    } else if (string != NULL) {
        json_string(out, string);
    } else if (isfinite(real)) {
        (void)number_format_real(real, text, sizeof text);
        (void)fputs(text, out);
    } else {
        (void)fputs("null", out);
    }
}

char *page_keys_text(struct store_row *row, int column) {
    char text[40];
    if (store_row_type(row, column) == STORE_REAL && isfinite(store_row_real(row, column))) {
        (void)number_format_real(store_row_real(row, column), text, sizeof text);
        return strdup(text);
    }
    const char *string = store_row_text(row, column, NULL);
    return string != NULL ? strdup(string) : NULL;
}

/* --- which are swept --- */

/* The first value of a key. */
struct first {
    enum store_type type;
    int64_t integer;
    double real;
};

/* A walk over the settings of all jobs of one source after another. */
struct walk {
    struct page_keys *keys;
    struct first *first; /* [n_keys]; texts stand in keys->value */
    int *columns;        /* [n_keys] */
};

static int no_memory(struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "page: out of memory");
}

static int take_first(const struct walk *walk, struct store_row *row, size_t k,
                      struct vib_error *err) {
    const int column = walk->columns[k];
    struct first *first = &walk->first[k];
    *first = (struct first){.type = column < 0 ? STORE_NULL : store_row_type(row, column)};
    if (first->type == STORE_NULL)
        return VIB_OK;
    if (first->type == STORE_INTEGER)
        first->integer = store_row_integer(row, column);
    else if (first->type == STORE_REAL)
        first->real = store_row_real(row, column);
    walk->keys->value[k] = page_keys_text(row, column);
    return walk->keys->value[k] != NULL ? VIB_OK : no_memory(err);
}

static bool differs(const struct walk *walk, struct store_row *row, size_t k) {
    const int column = walk->columns[k];
    const struct first *first = &walk->first[k];
    const enum store_type type = column < 0 ? STORE_NULL : store_row_type(row, column);
    if (type != first->type)
        return true;
    if (type == STORE_INTEGER)
        return store_row_integer(row, column) != first->integer;
    if (type == STORE_REAL)
        return !(store_row_real(row, column) == first->real);
    const char *text = type == STORE_TEXT ? store_row_text(row, column, NULL) : NULL;
    return text != NULL && strcmp(text, walk->keys->value[k]) != 0;
}

static int on_head(void *context, struct store_row *row, struct vib_error *err) {
    const struct walk *walk = context;
    (void)err;
    page_keys_find(row, walk->columns);
    walk->columns[key_find("seed") - keys] = -1;
    return VIB_OK;
}

static int on_row(void *context, struct store_row *row, struct vib_error *err) {
    const struct walk *walk = context;
    struct page_keys *found = walk->keys;
    int rc = VIB_OK;
    for (size_t k = 0; k < n_keys && rc == VIB_OK; k++) {
        if (!found->any)
            rc = take_first(walk, row, k, err);
        else if (!found->swept[k])
            found->swept[k] = differs(walk, row, k);
    }
    found->any = true;
    return rc;
}

static int read_sources(struct walk *walk, struct page *page, struct vib_error *err) {
    const struct store_query query = {
        .sql = "SELECT * FROM setting", .head = on_head, .row = on_row, .context = walk};
    int rc = VIB_OK;
    for (size_t i = 0; i < page->n && rc != VIB_ENOMEM; i++) {
        struct store *results;
        rc = page_source_results(&page->sources[i], &results, err);
        if (rc == VIB_OK)
            rc = store_query(results, &query, err);
    }
    return rc == VIB_ENOMEM ? rc : VIB_OK; /* what cannot be read is told elsewhere */
}

int page_keys_read(struct page_keys *found, struct page *page, struct vib_error *err) {
    struct walk walk = {.keys = found};
    int rc = VIB_OK;
    *found = (struct page_keys){.swept = calloc(n_keys, sizeof *found->swept),
                                .value = calloc(n_keys, sizeof *found->value)};
    walk.first = calloc(n_keys, sizeof *walk.first);
    walk.columns = calloc(n_keys, sizeof *walk.columns);
    if (found->swept == NULL || found->value == NULL || walk.first == NULL || walk.columns == NULL)
        rc = no_memory(err);
    if (rc == VIB_OK)
        rc = read_sources(&walk, page, err);
    free(walk.first);
    free(walk.columns);
    return rc;
}

void page_keys_release(struct page_keys *found) {
    for (size_t k = 0; found->value != NULL && k < n_keys; k++)
        free(found->value[k]);
    free(found->value);
    free(found->swept);
    *found = (struct page_keys){.swept = NULL};
}
