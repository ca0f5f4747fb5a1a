/* Weights as safetensors: every byte of the layout, and files that cannot be written. */
#include "tests/unit/sweep/weights_fixture.h"

#include <signal.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

enum { N_TENSORS = 8 };
static const struct {
    const char *name;
    size_t rows, columns; /* rows is 0 for a vector */
} shapes[N_TENSORS] = {
    {"encoder.0.weight", DIM, 40},  {"encoder.0.bias", 0, 40},      {"encoder.1.weight", 40, 30},
    {"encoder.1.bias", 0, 30},      {"encoder.head.weight", 30, 5}, {"encoder.head.bias", 0, 5},
    {"decoder.weight", 2, CLASSES}, {"decoder.bias", 0, CLASSES},
};

static void names_of_files(void **state) {
    char *path = weights_path("results/a.db", weights_identity);
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
    p->net.objective.n_parts = 2;
    p->net.objective.part[0] = (struct vib_own_part){"backward.mean", 2, 3};
    p->net.objective.part[1] = (struct vib_own_part){"backward.log_scale", 3, 5};
    for (size_t i = 0; i < N_OWN; i++)
        p->values[p->net.own + i] = (float)i / 4;
    struct file with = written(p);
    assert_int_equal(ask_number(p,
                                "SELECT ?1 ->> '$.\"backward.log_scale\".data_offsets[1]' -"
                                " ?1 ->> '$.\"backward.mean\".data_offsets[0]'",
                                &with),
                     N_OWN * sizeof(float));
    assert_int_equal(ask_number(p, "SELECT ?1 ->> '$.\"backward.log_scale\".shape[0]'", &with), 3);
    assert_int_equal(with.size - with.header_bytes,
                     without.size - without.header_bytes + N_OWN * sizeof(float));
    assert_memory_equal(with.bytes + with.size - N_OWN * sizeof(float), p->values + p->net.own,
                        N_OWN * sizeof(float));
    file_free(&without);
    file_free(&with);
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
    char *path = weights_path("no/such/a.db", weights_identity);
    assert_non_null(path);
    assert_int_equal(weights_write(path, &p->weights, &p->err), VIB_ECREATE);
    assert_non_null(strstr(p->err.message, "no/such/a.db.weights"));
    free(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_files),
        WITH_PLACE(the_header_describes_contiguous_tensors),
        WITH_PLACE(the_values_are_the_tensors_without_the_gaps),
        WITH_PLACE(the_objectives_own_parameters_come_last),
        WITH_PLACE(a_file_replaces_what_was_there),
        WITH_PLACE(a_full_disk_leaves_the_old_file),
        WITH_PLACE(folders_that_cannot_be_made),
    };
    return cmocka_run_group_tests_name("weights_file", tests, NULL, NULL);
}
