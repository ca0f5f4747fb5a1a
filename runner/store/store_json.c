/* Arrays of numbers as JSON in columns. */
#include "runner/base/json.h"
#include "runner/base/text.h"
#include "runner/store/store_internal.h"

#include <stdio.h>
#include <stdlib.h>

struct numbers {
    const float *values;
    size_t rows, columns;
    bool nested; /* an array of one for each row */
};

static void write_json(FILE *out, const void *context) {
    const struct numbers *n = context;
    if (n->nested)
        (void)putc('[', out);
    for (size_t i = 0; i < n->rows; i++) {
        if (i > 0)
            (void)putc(',', out);
        json_floats(out, n->values + i * n->columns, n->columns);
    }
    if (n->nested)
        (void)putc(']', out);
}

static int bind(sqlite3_stmt *statement, int parameter, const struct numbers *numbers) {
    char *text = text_make(write_json, numbers);
    return text == NULL ? SQLITE_NOMEM : sqlite3_bind_text(statement, parameter, text, -1, free);
}

int store_bind_floats(sqlite3_stmt *statement, int parameter, const float *values, size_t n) {
    return bind(statement, parameter, &(struct numbers){values, 1, n, false});
}

int store_bind_matrix(sqlite3_stmt *statement, int parameter, const float *values, size_t rows,
                      size_t columns) {
    return bind(statement, parameter, &(struct numbers){values, rows, columns, true});
}
