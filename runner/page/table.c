#include "runner/page/table.h"

#include "runner/base/json.h"
#include "runner/page/page_keys.h"

#include <stdlib.h>

/* Behind the '$' that marks JSON. */
static const char *plain_name(const struct table_column *column) {
    return column->name + (column->name[0] == '$');
}

static int on_head(void *context, struct store_row *row, struct vib_error *err) {
    struct table *table = context;
    (void)err;
    (void)fputs("\"columns\":[", table->out);
    for (size_t i = 0; i < table->n; i++) {
        table->place[i] = store_row_find(row, plain_name(&table->columns[i]));
        (void)fputs(i > 0 ? "," : "", table->out);
        json_string(table->out, plain_name(&table->columns[i]));
    }
    (void)fputs("],\"rows\":[", table->out);
    return VIB_OK;
}

static void put_json(FILE *out, struct store_row *row, int place) {
    const char *text = store_row_text(row, place, NULL);
    (void)fputs(text != NULL ? text : "null", out);
}

static void put_value(const struct table *table, struct store_row *row, size_t i) {
    const int place = table->place[i];
    if (place >= 0 && table->columns[i].name[0] == '$')
        put_json(table->out, row, place);
    else if (place >= 0 && !table->columns[i].exact && store_row_type(row, place) == STORE_REAL)
        json_rounded(table->out, store_row_real(row, place));
    else
        page_keys_put(table->out, row, place);
}

static int on_row(void *context, struct store_row *row, struct vib_error *err) {
    struct table *table = context;
    (void)err;
    (void)fputs(table->n_rows++ > 0 ? ",\n[" : "[", table->out);
    for (size_t i = 0; i < table->n; i++) {
        if (i > 0)
            (void)fputc(',', table->out);
        put_value(table, row, i);
    }
    (void)fputc(']', table->out);
    return VIB_OK;
}

int table_write(FILE *out, struct store *store, const struct store_query *query,
                const struct table_column *columns, size_t n, size_t *n_rows,
                struct vib_error *err) {
    struct table table = {
        .out = out, .columns = columns, .n = n, .place = calloc(n, sizeof *table.place)};
    const struct store_query walk = {.sql = query->sql,
                                     .values = query->values,
                                     .n_values = query->n_values,
                                     .head = on_head,
                                     .row = on_row,
                                     .context = &table};
    if (table.place == NULL)
        return vib_error_set(err, VIB_ENOMEM, "page: out of memory");
    const int rc = store_query(store, &walk, err);
    (void)fputc(']', out);
    free(table.place);
    if (n_rows != NULL)
        *n_rows = table.n_rows;
    return rc;
}
