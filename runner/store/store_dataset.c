/* Data sets: adding them with what belongs to them, and what they are called. A name is for people,
 * the digest is what tells them apart. */
#include "runner/store/store.h"
#include "runner/store/store_internal.h"

#include <stdio.h>

static int add_split(struct store *store, const struct vib_dataset *data, enum vib_split_id id,
                     struct vib_error *err) {
    static const char sql[] =
        "INSERT INTO dataset_split (dataset_digest, split, n, h_y) VALUES (?, ?, ?, ?)";
    sqlite3_stmt *statement;
    int i = 0, rc = store_statement(store, STORE_DATASET_SPLIT_INSERT, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = store_bind_text(statement, ++i, data->digest);
    bound |= store_bind_text(statement, ++i, vib_split_name(id));
    bound |= store_bind_size(statement, ++i, data->split[id].n);
    bound |= store_bind_real(statement, ++i, data->split[id].h_y);
    return store_execute(store, statement, bound, "record a split", err);
}

int store_lacks_classes(struct store *store, const char *digest, bool *lacks,
                        struct vib_error *err) {
    static const char sql[] =
        "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM dataset_class WHERE dataset_digest = ?)";
    sqlite3_stmt *statement;
    int rc = store_statement(store, STORE_DATASET_LACKS_CLASSES, sql, &statement, err);
    if (rc == 0)
        rc = store_fetch(store, statement, store_bind_text(statement, 1, digest), lacks,
                         "look for the classes of a data set", err);
    if (rc == 0 && *lacks)
        store_reset(statement);
    return rc;
}

static int add_class(struct store *store, const char *digest, size_t class, const char *name,
                     struct vib_error *err) {
    static const char sql[] =
        "INSERT INTO dataset_class (dataset_digest, class, name) VALUES (?, ?, ?)";
    sqlite3_stmt *statement;
    int i = 0, rc = store_statement(store, STORE_DATASET_CLASS_INSERT, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = store_bind_text(statement, ++i, digest);
    bound |= store_bind_size(statement, ++i, class);
    bound |= store_bind_text(statement, ++i, name);
    return store_execute(store, statement, bound, "record a class", err);
}

/* Also of a data set that an older program recorded without them. */
static int add_classes(struct store *store, const struct vib_dataset *data, struct vib_error *err) {
    bool lacks = false;
    if (data->class_names == NULL)
        return 0;
    int rc = store_lacks_classes(store, data->digest, &lacks, err);
    for (size_t class = 0; lacks && class < data->classes && rc == 0; class ++)
        rc = add_class(store, data->digest, class, data->class_names[class], err);
    return rc;
}

static int add_dataset(struct store *store, const struct vib_dataset *data, struct vib_error *err) {
    static const char sql[] =
        "INSERT INTO dataset (digest, name, dim, classes, ixy, ixy_se) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (digest) DO NOTHING";
    sqlite3_stmt *statement;
    int i = 0, rc = store_statement(store, STORE_DATASET_INSERT, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = store_bind_text(statement, ++i, data->digest);
    bound |= store_bind_text(statement, ++i, data->name);
    bound |= store_bind_size(statement, ++i, data->dim);
    bound |= store_bind_size(statement, ++i, data->classes);
    bound |= store_bind_real(statement, ++i, data->ixy);
    bound |= store_bind_real(statement, ++i, data->ixy_se);
    rc = store_execute(store, statement, bound, "record the data set", err);
    const bool added = rc == 0 && sqlite3_changes(store->db) == 1;
    for (int id = 0; id < VIB_SPLITS && added && rc == 0; id++)
        if (data->split[id].n > 0)
            rc = add_split(store, data, (enum vib_split_id)id, err);
    return rc;
}

int store_add_dataset(struct store *store, const struct vib_dataset *data, struct vib_error *err) {
    bool outermost;
    int rc = store_enter(store, &outermost, err);
    if (rc != 0)
        return rc;
    data = vib_dataset_base(data);
    rc = add_dataset(store, data, err);
    if (rc == 0)
        rc = add_classes(store, data, err);
    return store_leave(store, outermost, rc, err);
}

int store_add_input_scale(struct store *store, const char *digest, const float *mean,
                          const float *deviation, size_t dim, struct vib_error *err) {
    static const char sql[] =
        "INSERT INTO input_scale (digest, mean, deviation) VALUES (?, ?, ?)"
        " ON CONFLICT (digest) DO NOTHING";
    sqlite3_stmt *statement;
    int i = 0, rc = store_statement(store, STORE_INPUT_SCALE_INSERT, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = store_bind_text(statement, ++i, digest);
    bound |= store_bind_floats(statement, ++i, mean, dim);
    bound |= store_bind_floats(statement, ++i, deviation, dim);
    return store_execute(store, statement, bound, "record the scale of the inputs", err);
}

int store_dataset_name(struct store *store, const char *digest, char *name, size_t size,
                       struct vib_error *err) {
    static const char sql[] = "SELECT name FROM dataset WHERE digest = ?";
    sqlite3_stmt *statement;
    bool found;
    int rc = store_statement(store, STORE_DATASET_NAME, sql, &statement, err);
    if (rc == 0)
        rc = store_fetch(store, statement, store_bind_text(statement, 1, digest), &found,
                         "look for a data set", err);
    if (rc != 0)
        return rc;
    const char *text = found ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    (void)snprintf(name, size, "%s", text != NULL ? text : "");
    if (found)
        store_reset(statement);
    return 0;
}

static int rename_by(struct store *store, enum store_statement id, const char *sql,
                     const char *digest, const char *name, struct vib_error *err) {
    sqlite3_stmt *statement;
    int rc = store_statement(store, id, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = store_bind_text(statement, 1, digest);
    bound |= store_bind_text(statement, 2, name);
    return store_execute(store, statement, bound, "rename a data set", err);
}

int store_rename_dataset(struct store *store, const char *digest, const char *name,
                         struct vib_error *err) {
    static const char data[] = "UPDATE dataset SET name = ?2 WHERE digest = ?1";
    static const char jobs[] =
        "UPDATE setting SET dataset_name = ?2"
        " WHERE job IN (SELECT id FROM job WHERE dataset_digest = ?1)";
    bool outermost;
    int rc = store_enter(store, &outermost, err);
    if (rc != 0)
        return rc;
    rc = rename_by(store, STORE_DATASET_RENAME, data, digest, name, err);
    if (rc == 0)
        rc = rename_by(store, STORE_DATASET_RENAME_JOBS, jobs, digest, name, err);
    return store_leave(store, outermost, rc, err);
}
