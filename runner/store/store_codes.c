/* Tables code and decoder. */
#include "runner/base/json.h"
#include "runner/base/text.h"
#include "runner/store/saved_codes.h"
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

/* rows x columns numbers as JSON. Allocated; NULL when out of memory. */
static char *json_text(const float *values, size_t rows, size_t columns, bool nested) {
    return text_make(write_json, &(struct numbers){values, rows, columns, nested});
}

/* Binds such a text, which SQLite frees; like sqlite3_bind_text. */
static int bind_json(sqlite3_stmt *statement, int parameter, char *text) {
    return text == NULL ? SQLITE_NOMEM : sqlite3_bind_text(statement, parameter, text, -1, free);
}

static int insert_code(struct store *store, int64_t job, size_t example, int label,
                       const struct saved_codes *saved, struct vib_error *err) {
    static const char sql[] =
        "INSERT INTO code (job, example, label, prediction, mu, factor) VALUES (?, ?, ?, ?, ?, ?)";
    const struct vib_codes *codes = &saved->codes;
    const size_t K = codes->posterior.K, F = vib_posterior_factor_size(&codes->posterior);
    const float *factor = F > 0 ? codes->factor + example * F : NULL;
    sqlite3_stmt *statement;
    int i = 0, rc = store_statement(store, STORE_CODE_INSERT, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = sqlite3_bind_int64(statement, ++i, job);
    bound |= store_bind_size(statement, ++i, example);
    bound |= sqlite3_bind_int(statement, ++i, label);
    bound |= sqlite3_bind_int(statement, ++i, saved->predictions[example]);
    bound |= bind_json(statement, ++i, json_text(codes->mu + example * K, 1, K, false));
    bound |= bind_json(statement, ++i, json_text(factor, 1, F, false));
    return store_execute(store, statement, bound, "record a code", err);
}

static int insert_decoder(struct store *store, int64_t job, const struct saved_codes *saved,
                          struct vib_error *err) {
    static const char sql[] = "INSERT INTO decoder (job, weight, bias) VALUES (?, ?, ?)";
    const size_t K = saved->codes.posterior.K, classes = saved->classes;
    sqlite3_stmt *statement;
    int rc = store_statement(store, STORE_DECODER_INSERT, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = sqlite3_bind_int64(statement, 1, job);
    bound |= bind_json(statement, 2, json_text(saved->decoder, K, classes, true));
    bound |= bind_json(statement, 3, json_text(saved->decoder + K * classes, 1, classes, false));
    return store_execute(store, statement, bound, "record a decoder", err);
}

int store_add_codes(struct store *store, int64_t job, const struct vib_dataset *data,
                    const struct saved_codes *saved, struct vib_error *err) {
    const uint16_t *labels = data->split[VIB_TEST].labels;
    int rc = insert_decoder(store, job, saved, err);
    for (size_t i = 0; i < saved->codes.n && rc == 0; i++)
        rc = insert_code(store, job, i, labels[i], saved, err);
    return rc;
}
