/* Weights as safetensors: every byte of the layout, and files that cannot be written. */
#include "runner/sweep/weights_file.h"
#include "runner/base/version.h"
#include "tests/unit/store/store_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char identity[] = "abababababababababababababababababababababababababababababababab";
static const char digest[] = "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd";

/* 5 - 40 - 30 - full covariance of K = 2 - 4 classes; more bytes than a stream buffers */
enum { DIM = 5, CLASSES = 4, N_TENSORS = 8 };
static const struct vib_params params = {
    .K = 2, .n_hidden = 2, .hidden = {40, 30}, .covariance = VIB_FULL, .beta = 0.1, .epochs = 3};

static const struct {
    const char *name;
    size_t rows, columns; /* rows is 0 for a vector */
} shapes[N_TENSORS] = {
    {"encoder.0.weight", DIM, 40},  {"encoder.0.bias", 0, 40},      {"encoder.1.weight", 40, 30},
    {"encoder.1.bias", 0, 30},      {"encoder.head.weight", 30, 5}, {"encoder.head.bias", 0, 5},
    {"decoder.weight", 2, CLASSES}, {"decoder.bias", 0, CLASSES},
};

struct place {
    char folder[FOLDER_SIZE], database[280];
    char *path;
    struct settings settings;
    struct vib_network net;
    float *values;
    struct weights weights;
    sqlite3 *db; /* for its JSON functions */
    struct vib_error err;
};

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

static int place_new(void **state) {
    struct place *p = calloc(1, sizeof *p);
    assert_non_null(p);
    make_folder(p->folder);
    snprintf(p->database, sizeof p->database, "%s/a.db", p->folder);
    assert_non_null(p->path = weights_path(p->database, identity));
    settings_init(&p->settings);
    p->settings.job = params;
    vib_network_init(&p->net, &params, DIM, CLASSES);
    number_weights(p);
    p->weights = (struct weights){.net = &p->net,
                                  .values = p->values,
                                  .settings = &p->settings,
                                  .identity = identity,
                                  .data_digest = digest,
                                  .epochs = 3};
    assert_int_equal(sqlite3_open(":memory:", &p->db), SQLITE_OK);
    *state = p;
    return 0;
}

static int place_free(void **state) {
    struct place *p = *state;
    sqlite3_close(p->db);
    remove_folder(p->folder);
    free(p->path);
    free(p->values);
    free(p);
    return 0;
}

/* A file's bytes and, of them, the header as text; both to be freed. */
struct file {
    unsigned char *bytes;
    size_t size;
    char *header;
    size_t header_bytes;
};

static struct file read_file(const char *path) {
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

static struct file written(struct place *p) {
    assert_ok(weights_write(p->path, &p->weights, &p->err), &p->err);
    return read_file(p->path);
}

static void file_free(struct file *f) {
    free(f->bytes);
    free(f->header);
}

/* The first row of a query about ?1, the header, and ?2, some text. */
static sqlite3_stmt *ask(struct place *p, const char *sql, const struct file *f, const char *text) {
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(p->db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_bind_text(statement, 1, f->header, -1, SQLITE_STATIC), SQLITE_OK);
    if (text != NULL)
        assert_int_equal(sqlite3_bind_text(statement, 2, text, -1, SQLITE_STATIC), SQLITE_OK);
    if (sqlite3_step(statement) != SQLITE_ROW)
        fail_msg("%s: %s", sql, sqlite3_errmsg(p->db));
    return statement;
}

static size_t ask_number(struct place *p, const char *sql, const struct file *f) {
    sqlite3_stmt *statement = ask(p, sql, f, NULL);
    const size_t number = (size_t)sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

static void assert_fact(struct place *p, const struct file *f, const char *name, const char *want) {
    sqlite3_stmt *statement =
        ask(p, "SELECT json_extract(?1, '$.__metadata__.\"' || ?2 || '\"')", f, name);
    const char *got = (const char *)sqlite3_column_text(statement, 0);
    if (want == NULL)
        assert_null(got);
    else
        assert_string_equal(got != NULL ? got : "NULL", want);
    sqlite3_finalize(statement);
}

static void names_of_files(void **state) {
    char *path = weights_path("results/a.db", identity);
    (void)state;
    assert_non_null(path);
    assert_memory_equal(path, "results/a.db.weights/ab", 23);
    assert_string_equal(path + strlen(path) - 14, "ab.safetensors");
    assert_ptr_equal(weights_name(path), path + 8);
    memmove(path, path + 8, strlen(path) - 7); /* in the working directory */
    assert_ptr_equal(weights_name(path), path);
    free(path);
}

/* The row of the header's tensor i, in the order of the text. */
static void check_tensor(sqlite3_stmt *row, size_t i, size_t first, size_t last) {
    assert_string_equal((const char *)sqlite3_column_text(row, 0), shapes[i].name);
    assert_string_equal((const char *)sqlite3_column_text(row, 1), "F32");
    assert_int_equal(sqlite3_column_int(row, 2), shapes[i].rows > 0 ? 2 : 1);
    assert_int_equal(sqlite3_column_int(row, 3),
                     shapes[i].rows > 0 ? shapes[i].rows : shapes[i].columns);
    if (shapes[i].rows > 0)
        assert_int_equal(sqlite3_column_int(row, 4), shapes[i].columns);
    assert_int_equal(sqlite3_column_int64(row, 5), first);
    assert_int_equal(sqlite3_column_int64(row, 6), last);
}

static void the_header_describes_contiguous_tensors(void **state) {
    static const char sql[] =
        "SELECT key, value ->> 'dtype', json_array_length(value, '$.shape'),"
        " value ->> '$.shape[0]', value ->> '$.shape[1]', value ->> '$.data_offsets[0]',"
        " value ->> '$.data_offsets[1]' FROM json_each(?1) WHERE key <> '__metadata__'";
    struct place *p = *state;
    struct file f = written(p);
    size_t first = 0;
    assert_int_equal(f.header_bytes % 8, 0);
    assert_int_equal(f.header[0], '{');
    assert_int_equal(ask_number(p, "SELECT json_valid(?1)", &f), 1);
    sqlite3_stmt *row = ask(p, sql, &f, NULL);
    for (size_t i = 0; i < N_TENSORS; i++) {
        const size_t rows = shapes[i].rows > 0 ? shapes[i].rows : 1;
        const size_t last = first + rows * shapes[i].columns * sizeof(float);
        check_tensor(row, i, first, last);
        first = last;
        assert_int_equal(sqlite3_step(row), i + 1 < N_TENSORS ? SQLITE_ROW : SQLITE_DONE);
    }
    sqlite3_finalize(row);
    assert_int_equal(f.size, 8 + f.header_bytes + first);
    file_free(&f);
}

static void the_values_are_the_tensors_without_the_gaps(void **state) {
    struct place *p = *state;
    struct file f = written(p);
    const unsigned char *at = f.bytes + 8 + f.header_bytes;
    for (size_t l = 0; l < p->net.n_layers; l++) {
        const struct vib_layer *layer = &p->net.layer[l];
        const size_t n = layer->in * layer->out;
        assert_memory_equal(at, p->values + layer->weight, n * sizeof(float));
        at += n * sizeof(float);
        assert_memory_equal(at, p->values + layer->bias, layer->out * sizeof(float));
        at += layer->out * sizeof(float);
    }
    assert_ptr_equal(at, f.bytes + f.size);
    file_free(&f);
}

static void the_objectives_own_parameters_come_last(void **state) {
    enum { N_OWN = 21 };
    struct place *p = *state;
    struct file without = written(p);
    float *longer = realloc(p->values, (p->net.n_params + N_OWN) * sizeof *longer);
    assert_non_null(longer);
    p->weights.values = p->values = longer;
    p->net.objective.n_own = N_OWN;
    for (size_t i = 0; i < N_OWN; i++)
        p->values[p->net.own + i] = (float)i / 4;
    struct file with = written(p);
    assert_int_equal(
        ask_number(
            p, "SELECT ?1 ->> '$.objective.data_offsets[1]' - ?1 ->> '$.objective.data_offsets[0]'",
            &with),
        N_OWN * sizeof(float));
    assert_int_equal(ask_number(p, "SELECT ?1 ->> '$.objective.shape[0]'", &with), N_OWN);
    assert_int_equal(with.size - with.header_bytes,
                     without.size - without.header_bytes + N_OWN * sizeof(float));
    assert_memory_equal(with.bytes + with.size - N_OWN * sizeof(float), p->values + p->net.own,
                        N_OWN * sizeof(float));
    file_free(&without);
    file_free(&with);
}

static size_t count_keys(const struct settings *settings) {
    size_t n = 0;
    for (size_t i = 0; i < n_keys; i++)
        n += !(keys[i].flags & KEY_SWEEP) && key_matters(&keys[i], settings_kind(settings));
    return n;
}

static void the_metadata_tells_the_job(void **state) {
    struct place *p = *state;
    struct file f = written(p);
    assert_fact(p, &f, "format", "vib-sweep 1");
    assert_fact(p, &f, "version", version_program());
    assert_fact(p, &f, "identity", identity);
    assert_fact(p, &f, "dataset.digest", digest);
    assert_fact(p, &f, "epochs", "3");
    assert_fact(p, &f, "beta", "0.1");
    assert_fact(p, &f, "model.hidden", "[40, 30]");
    assert_fact(p, &f, "model.covariance", "full");
    assert_fact(p, &f, "save.weights", NULL);
    assert_int_equal(ask_number(p, "SELECT count(*) FROM json_each(?1, '$.__metadata__')", &f),
                     5 + count_keys(&p->settings));
    assert_int_equal(ask_number(p,
                                "SELECT count(*) FROM json_each(?1, '$.__metadata__')"
                                " WHERE type <> 'text'",
                                &f),
                     0);
    file_free(&f);
}

static void keys_that_do_not_matter_are_left_out(void **state) {
    struct place *p = *state;
    p->settings.job.method = VIB_METHOD_DETERMINISTIC;
    struct file f = written(p);
    assert_fact(p, &f, "method", "deterministic");
    assert_fact(p, &f, "beta", NULL);
    assert_fact(p, &f, "model.covariance", NULL);
    file_free(&f);
}

/* Any length of the header is padded, and text is escaped. */
static void metadata_of_any_text(void **state) {
    static const char *const names[] = {"m", "mn", "mni", "mnis", "mnist", "a\"b\\c\n\xc3\xa9"};
    struct place *p = *state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        p->settings.data.name = names[i];
        struct file f = written(p);
        assert_int_equal(f.header_bytes % 8, 0);
        assert_fact(p, &f, "dataset.name", names[i]);
        file_free(&f);
    }
}

static void a_file_replaces_what_was_there(void **state) {
    struct place *p = *state;
    char stale[500];
    struct file before = written(p);
    snprintf(stale, sizeof stale, "%s.tmp", p->path);
    FILE *left_by_a_kill = fopen(stale, "w");
    assert_non_null(left_by_a_kill);
    assert_true(fputs("half", left_by_a_kill) >= 0);
    assert_int_equal(fclose(left_by_a_kill), 0);
    p->values[0] += 1.0f;
    struct file after = written(p);
    assert_int_equal(before.size, after.size);
    assert_memory_not_equal(before.bytes, after.bytes, before.size);
    assert_int_not_equal(access(stale, F_OK), 0);
    file_free(&before);
    file_free(&after);
}

/* Tries to write under a limit of bytes per file, as where the disk is full. */
static int write_within(struct place *p, rlim_t bytes) {
    struct rlimit unlimited, limit;
    void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
    limit = (struct rlimit){bytes, unlimited.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    const int code = weights_write(p->path, &p->weights, &p->err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
    (void)signal(SIGXFSZ, before);
    return code;
}

static void a_full_disk_leaves_the_old_file(void **state) {
    struct place *p = *state;
    char temporary[500];
    struct file before = written(p);
    snprintf(temporary, sizeof temporary, "%s.tmp", p->path);
    p->values[0] += 1.0f;
    for (rlim_t bytes = 0; bytes < before.size; bytes += 250) {
        assert_int_equal(write_within(p, bytes), VIB_EIO);
        assert_non_null(strstr(p->err.message, p->path));
        assert_non_null(strstr(p->err.message, "too large"));
        assert_int_not_equal(access(temporary, F_OK), 0);
        struct file after = read_file(p->path);
        assert_int_equal(before.size, after.size);
        assert_memory_equal(before.bytes, after.bytes, before.size);
        file_free(&after);
    }
    assert_int_equal(write_within(p, before.size), VIB_OK);
    file_free(&before);
}

static void folders_that_cannot_be_made(void **state) {
    struct place *p = *state;
    char folder[400];
    snprintf(folder, sizeof folder, "%s.weights", p->database);
    FILE *in_its_place = fopen(folder, "w");
    assert_non_null(in_its_place);
    assert_int_equal(fclose(in_its_place), 0);
    assert_int_not_equal(weights_write(p->path, &p->weights, &p->err), 0);
    assert_non_null(strstr(p->err.message, folder));
    assert_int_equal(unlink(folder), 0);
    char *path = weights_path("no/such/a.db", identity);
    assert_non_null(path);
    assert_int_equal(weights_write(path, &p->weights, &p->err), VIB_ECREATE);
    assert_non_null(strstr(p->err.message, "no/such/a.db.weights"));
    free(path);
}

#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, place_new, place_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_files),
        WITH_PLACE(the_header_describes_contiguous_tensors),
        WITH_PLACE(the_values_are_the_tensors_without_the_gaps),
        WITH_PLACE(the_objectives_own_parameters_come_last),
        WITH_PLACE(the_metadata_tells_the_job),
        WITH_PLACE(keys_that_do_not_matter_are_left_out),
        WITH_PLACE(metadata_of_any_text),
        WITH_PLACE(a_file_replaces_what_was_there),
        WITH_PLACE(a_full_disk_leaves_the_old_file),
        WITH_PLACE(folders_that_cannot_be_made),
    };
    return cmocka_run_group_tests_name("weights_file", tests, NULL, NULL);
}
