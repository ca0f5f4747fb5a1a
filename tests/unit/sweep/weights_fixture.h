/* What the tests of files of weights share: a small model, its file, and questions to the header.
 */
#ifndef TESTS_SWEEP_WEIGHTS_FIXTURE_H
#define TESTS_SWEEP_WEIGHTS_FIXTURE_H

#include "runner/sweep/weights_file.h"
#include "tests/unit/store/store_fixture.h"

#include <sqlite3.h>
#include <stddef.h>

/* 5 - 40 - 30 - full covariance of K = 2 - 4 classes; more bytes than a stream buffers */
enum { DIM = 5, CLASSES = 4 };

extern const char weights_identity[65], weights_digest[65];

struct place {
    char folder[FOLDER_SIZE], database[280];
    char *path;
    struct settings settings;
    struct vib_dataset data; /* its head; borrows all */
    struct vib_network net;
    float *values;
    struct weights weights;
    sqlite3 *db; /* for its JSON functions */
    struct vib_error err;
};

/* cmocka set-up and tear-down; *state is the struct place *. The values are values[i] = i within
 * tensors, NaN in the gaps between them. */
int place_new(void **state);
int place_free(void **state);

#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, place_new, place_free)

/* A file's bytes and, of them, the header as text; both to be freed. */
struct file {
    unsigned char *bytes;
    size_t size;
    char *header;
    size_t header_bytes;
};

struct file read_file(const char *path);
struct file written(struct place *p); /* the file of p->weights */
void file_free(struct file *f);

/* The first row of a query about ?1, the header, and ?2, some text. */
sqlite3_stmt *ask(struct place *p, const char *sql, const struct file *f, const char *text);
size_t ask_number(struct place *p, const char *sql, const struct file *f);

/* What the metadata say under a name; NULL: nothing. */
void assert_fact(struct place *p, const struct file *f, const char *name, const char *want);

#endif
