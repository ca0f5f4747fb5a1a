/* Tables label_list and prediction. */
#include "runner/store/saved_predictions.h"
#include "runner/store/store_internal.h"

#include "core/sha256.h"
#include "runner/base/text.h"

#include <stdio.h>
#include <stdlib.h>

struct class_list {
    const uint16_t *classes;
    size_t n;
};

static void write_classes(FILE *out, const void *context) {
    const struct class_list *list = context;
    (void)putc('[', out);
    for (size_t i = 0; i < list->n; i++)
        (void)fprintf(out, "%s%u", i > 0 ? "," : "", (unsigned)list->classes[i]);
    (void)putc(']', out);
}

static int bind_classes(sqlite3_stmt *statement, int parameter, const uint16_t *classes, size_t n) {
    const struct class_list list = {classes, n};
    char *json = text_make(write_classes, &list);
    return json == NULL ? SQLITE_NOMEM : sqlite3_bind_text(statement, parameter, json, -1, free);
}

static void digest_of(const uint16_t *labels, size_t n, char digest[VIB_SHA256_TEXT]) {
    struct vib_sha256 hash;
    vib_sha256_init(&hash);
    for (size_t i = 0; i < n; i++) {
        const unsigned char bytes[2] = {(unsigned char)(labels[i] & 0xff),
                                        (unsigned char)(labels[i] >> 8)};
        vib_sha256_add(&hash, bytes, sizeof bytes);
    }
    vib_sha256_end(&hash, digest);
}

/* Once for all jobs that see the same. */
static int add_labels(struct store *store, const struct vib_split *split, const char *digest,
                      struct vib_error *err) {
    static const char sql[] =
        "INSERT INTO label_list (digest, labels) VALUES (?, ?)"
        " ON CONFLICT (digest) DO NOTHING";
    sqlite3_stmt *statement;
    int rc = store_statement(store, STORE_LABELS_INSERT, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = store_bind_text(statement, 1, digest);
    bound |= bind_classes(statement, 2, split->labels, split->n);
    return store_execute(store, statement, bound, "record labels", err);
}

static int add_split(struct store *store, int64_t job, enum vib_split_id id,
                     const struct vib_split *split, const struct vib_predictions *predictions,
                     struct vib_error *err) {
    static const char sql[] =
        "INSERT INTO prediction (job, split, labels, one_sample, averaged,"
        " at_mean) VALUES (?, ?, ?, ?, ?, ?)";
    char digest[VIB_SHA256_TEXT];
    sqlite3_stmt *statement;
    digest_of(split->labels, split->n, digest);
    int i = 0, rc = add_labels(store, split, digest, err);
    if (rc == 0)
        rc = store_statement(store, STORE_PREDICTION_INSERT, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = sqlite3_bind_int64(statement, ++i, job);
    bound |= store_bind_text(statement, ++i, vib_split_name(id));
    bound |= store_bind_text(statement, ++i, digest);
    bound |= bind_classes(statement, ++i, predictions->by[VIB_BY_SAMPLE], split->n);
    bound |= bind_classes(statement, ++i, predictions->by[VIB_BY_AVERAGE], split->n);
    bound |= bind_classes(statement, ++i, predictions->by[VIB_AT_MEAN], split->n);
    return store_execute(store, statement, bound, "record predictions", err);
}

int store_add_predictions(struct store *store, int64_t job, const struct vib_dataset *data,
                          const struct saved_predictions *saved, struct vib_error *err) {
    int rc = 0;
    for (enum vib_split_id id = 0; id < VIB_SPLITS && rc == 0; id++)
        if (saved->split[id].by[VIB_BY_SAMPLE] != NULL)
            rc = add_split(store, job, id, &data->split[id], &saved->split[id], err);
    return rc;
}
