#include "tests/unit/sweep/weights_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

const char weights_identity[] = "abababababababababababababababababababababababababababababababab";
const char weights_digest[] = "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd";

static const struct vib_params params = {.K = 2,
                                         .n_hidden = 2,
                                         .hidden = {40, 30},
                                         .activation = VIB_TANH,
                                         .covariance = VIB_FULL,
                                         .beta = 0.1,
                                         .epochs = 3};

/* values[i] = i within tensors, NaN in the gaps between them. */
static void number_weights(struct place *p) {
    assert_non_null(p->values = malloc(p->net.n_params * sizeof *p->values));
    for (size_t i = 0; i < p->net.n_params; i++)
        p->values[i] = NAN;
    for (size_t l = 0; l < p->net.n_layers; l++) {
        const struct vib_layer *layer = &p->net.layer[l];
        for (size_t i = 0; i < layer->in * layer->out; i++)
            p->values[layer->weight + i] = (float)(layer->weight + i);
        for (size_t i = 0; i < layer->out; i++)
            p->values[layer->bias + i] = (float)(layer->bias + i);
    }
}

int place_new(void **state) {
    struct place *p = calloc(1, sizeof *p);
    assert_non_null(p);
    make_folder(p->folder);
    snprintf(p->database, sizeof p->database, "%s/a.db", p->folder);
    assert_non_null(p->path = weights_path(p->database, weights_identity));
    settings_init(&p->settings);
    p->settings.job = params;
    p->data = (struct vib_dataset){.dim = DIM, .classes = CLASSES};
    snprintf(p->data.digest, sizeof p->data.digest, "%s", weights_digest);
    vib_network_init(&p->net, &params, DIM, CLASSES);
    number_weights(p);
    p->weights = (struct weights){.net = &p->net,
                                  .values = p->values,
                                  .settings = &p->settings,
                                  .identity = weights_identity,
                                  .data = &p->data,
                                  .epochs = 3};
    assert_int_equal(sqlite3_open(":memory:", &p->db), SQLITE_OK);
    *state = p;
    return 0;
}

int place_free(void **state) {
    struct place *p = *state;
    sqlite3_close(p->db);
    remove_folder(p->folder);
    free(p->path);
    free(p->values);
    free(p);
    return 0;
}

struct file read_file(const char *path) {
    struct file f = {NULL, 0, NULL, 0};
    struct stat status;
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    assert_int_equal(fstat(fileno(stream), &status), 0);
    f.size = (size_t)status.st_size;
    assert_true(f.size > 8);
    assert_non_null(f.bytes = malloc(f.size));
    assert_int_equal(fread(f.bytes, 1, f.size, stream), f.size);
    fclose(stream);
    for (size_t i = 0; i < 8; i++)
        f.header_bytes |= (size_t)f.bytes[i] << 8 * i;
    assert_true(f.header_bytes <= f.size - 8);
    assert_non_null(f.header = strndup((const char *)f.bytes + 8, f.header_bytes));
    return f;
}

struct file written(struct place *p) {
    assert_ok(weights_write(p->path, &p->weights, &p->err), &p->err);
    return read_file(p->path);
}

void file_free(struct file *f) {
    free(f->bytes);
    free(f->header);
}

sqlite3_stmt *ask(struct place *p, const char *sql, const struct file *f, const char *text) {
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(p->db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_bind_text(statement, 1, f->header, -1, SQLITE_STATIC), SQLITE_OK);
    if (text != NULL)
        assert_int_equal(sqlite3_bind_text(statement, 2, text, -1, SQLITE_STATIC), SQLITE_OK);
    if (sqlite3_step(statement) != SQLITE_ROW)
        fail_msg("%s: %s", sql, sqlite3_errmsg(p->db));
    return statement;
}

size_t ask_number(struct place *p, const char *sql, const struct file *f) {
    sqlite3_stmt *statement = ask(p, sql, f, NULL);
    const size_t number = (size_t)sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

void assert_fact(struct place *p, const struct file *f, const char *name, const char *want) {
    sqlite3_stmt *statement =
        ask(p, "SELECT json_extract(?1, '$.__metadata__.\"' || ?2 || '\"')", f, name);
    const char *got = (const char *)sqlite3_column_text(statement, 0);
    if (want == NULL)
        assert_null(got);
    else
        assert_string_equal(got != NULL ? got : "NULL", want);
    sqlite3_finalize(statement);
}
