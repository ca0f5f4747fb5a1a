/* Checkpoints: what is written is read, and nothing damaged is ever taken for whole. */
#include "runner/sweep/checkpoint.h"
#include "runner/base/atomic_file.h"
#include "tests/unit/store/store_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

static const char job_a[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
static const char job_b[] = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

enum { VERSION_AT = 8, LENGTH_AT = 12 }; /* offsets in the file */

struct place {
    char folder[FOLDER_SIZE];
    char *checkpoints; /* the folder of */
    char *path;        /* of job a's checkpoint */
    struct vib_error err;
};

static int place_new(void **state) {
    struct place *p = calloc(1, sizeof *p);
    char database[280];
    assert_non_null(p);
    make_folder(p->folder);
    snprintf(database, sizeof database, "%s/a.db", p->folder);
    assert_non_null(p->checkpoints = checkpoint_folder(database));
    assert_non_null(p->path = checkpoint_path(p->checkpoints, job_a));
    *state = p;
    return 0;
}

static int place_free(void **state) {
    struct place *p = *state;
    remove_folder(p->folder);
    free(p->checkpoints);
    free(p->path);
    free(p);
    return 0;
}

/* Writes a small checkpoint of two evaluations and 5 bytes of state. */
static void write_small(struct place *p) {
    struct epoch_result epochs[2];
    struct checkpoint checkpoint = {.state = (char[]){"state"}, .state_size = 5};
    fixture_result(&checkpoint.progress, epochs);
    epochs[0].split[0].ce = (double)NAN;
    assert_ok(checkpoint_write(p->path, job_a, &checkpoint, &p->err), &p->err);
}

static size_t file_bytes(const char *path, unsigned char *bytes, size_t size) {
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    const size_t n = fread(bytes, 1, size, stream);
    assert_true(n < size);
    fclose(stream);
    return n;
}

static void put_bytes(const char *path, const unsigned char *bytes, size_t n) {
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, n, stream), n);
    assert_int_equal(fclose(stream), 0);
}

static int read_code(struct place *p, const char *identity) {
    struct checkpoint checkpoint;
    bool found = true;
    const int code = checkpoint_read(p->path, identity, &checkpoint, &found, &p->err);
    if (code != 0) {
        assert_false(found);
        assert_null(checkpoint.state);
    }
    checkpoint_release(&checkpoint);
    return code;
}

static void test_path(void **state) {
    char *folder = checkpoint_folder("results/a.db");
    (void)state;
    assert_non_null(folder);
    char *path = checkpoint_path(folder, job_a);
    free(folder);
    assert_non_null(path);
    assert_memory_equal(path, "results/a.db.checkpoints/aaa", 28);
    assert_string_equal(path + strlen(path) - 6, "a.ckpt");
    free(path);
}

static void test_round_trip(void **state) {
    struct place *p = *state;
    struct epoch_result epochs[2];
    struct job_result want;
    struct checkpoint got;
    bool found;
    write_small(p);
    fixture_result(&want, epochs);
    assert_ok(checkpoint_read(p->path, job_a, &got, &found, &p->err), &p->err);
    assert_true(found);
    assert_int_equal(got.state_size, 5);
    assert_memory_equal(got.state, "state", 5);
    assert_string_equal(got.progress.message, want.message);
    assert_int_equal(got.progress.examples, want.examples);
    assert_true(got.progress.train_s == want.train_s && got.progress.objective == want.objective);
    assert_true(got.progress.evaluate_s == want.evaluate_s);
    assert_int_equal(got.progress.n_epochs, 2);
    assert_true(isnan(got.progress.epochs[0].split[0].ce));
    got.progress.epochs[0].split[0].ce = epochs[0].split[0].ce;
    assert_memory_equal(got.progress.epochs, epochs, sizeof epochs);
    checkpoint_release(&got);
}

/* Every epoch has the splits that it says: here train and validation, then all. */
static void test_any_splits(void **state) {
    struct place *p = *state;
    struct epoch_result epochs[2];
    struct checkpoint checkpoint = {.state = NULL}, got;
    bool found;
    fixture_result(&checkpoint.progress, epochs);
    for (size_t i = 0; i < 2; i++) {
        epochs[i].splits |= 1u << VIB_VALIDATION;
        epochs[i].split[VIB_VALIDATION] = epochs[1 - i].split[VIB_TRAIN];
    }
    epochs[0].splits &= ~(1u << VIB_TEST);
    memset(&epochs[0].split[VIB_TEST], 0, sizeof epochs[0].split[VIB_TEST]);
    assert_ok(checkpoint_write(p->path, job_a, &checkpoint, &p->err), &p->err);
    assert_ok(checkpoint_read(p->path, job_a, &got, &found, &p->err), &p->err);
    assert_int_equal(got.progress.n_epochs, 2);
    assert_memory_equal(got.progress.epochs, epochs, sizeof epochs);
    checkpoint_release(&got);
}

static void put_little(unsigned char *at, uint64_t value, size_t width) {
    for (size_t i = 0; i < width; i++)
        at[i] = (unsigned char)(value >> 8 * i & 0xff);
}

/* Of the small checkpoint: its epochs, the length of one, and where in it the set of splits is. */
enum { EPOCHS_AT = 8 + 4 + 8 + 64 + 4 + sizeof "a note" - 1 + 4 * 8 + 8 };
enum { SPLITS_AT = 8 + 8, REALS = 9, EPOCH = SPLITS_AT + 4 + 2 * REALS * 8 };

/* Writes the bytes with a length and a checksum that are right. */
static void put_checked(struct place *p, unsigned char *bytes, size_t n) {
    put_little(bytes + LENGTH_AT, n, 8);
    put_little(bytes + n - 4, crc32_z(crc32_z(0, NULL, 0), bytes, n - 4), 4);
    put_bytes(p->path, bytes, n);
}

static void leave_out(unsigned char *bytes, size_t *n, size_t at, size_t count) {
    *n -= count;
    memmove(bytes + at, bytes + at + count, *n - at);
}

/* As older programs wrote it: without estimates along the way; up to version 4 without the error at
 * the mean; up to version 3 without what came
 * after the rate; and in version 2, before there was a third split, without the sets of splits. */
static void put_old_version(struct place *p, unsigned version) {
    unsigned char bytes[4096];
    size_t n = file_bytes(p->path, bytes, sizeof bytes);
    const size_t reals = version <= 3 ? 6 : version == 4 ? 8 : REALS;
    leave_out(bytes, &n, EPOCHS_AT + 2 * EPOCH, 8);
    for (size_t at = EPOCHS_AT + EPOCH + SPLITS_AT, i = 0; i < 2; i++, at -= EPOCH) {
        assert_int_equal(bytes[at], 1u << VIB_TRAIN | 1u << VIB_TEST);
        for (size_t split = 2; split-- > 0;)
            leave_out(bytes, &n, at + 4 + (split * REALS + reals) * 8, (REALS - reals) * 8);
        if (version == 2)
            leave_out(bytes, &n, at, 4);
    }
    put_little(bytes + VERSION_AT, version, 4);
    put_checked(p, bytes, n);
}

static void test_estimates_along_the_way(void **state) {
    struct place *p = *state;
    struct epoch_result epochs[2];
    struct along_result along[2];
    struct checkpoint checkpoint = {.state = (char[]){"state"}, .state_size = 5}, got;
    unsigned char bytes[4096];
    bool found;
    memset(along, 0, sizeof along);
    for (size_t i = 0; i < 2; i++) {
        struct vib_information *is = &along[i].information;
        along[i].epoch = 5;
        along[i].split = i == 0 ? VIB_TRAIN : VIB_TEST;
        is->n = 17 + i;
        is->cap = log2(17.0);
        is->residual_cap = 1.5;
        is->made = 5;
        is->residual_made = 6;
        for (int e = 0; e < VIB_ESTIMATORS; e++) {
            is->bound[e] = (struct vib_bound){e + 0.5, 0.25 / (e + 1)};
            is->residual[e] = (struct vib_bound){e - 0.5, 0.125 / (e + 1)};
        }
    }
    fixture_result(&checkpoint.progress, epochs);
    checkpoint.progress.along = along;
    checkpoint.progress.n_along = 2;
    assert_ok(checkpoint_write(p->path, job_a, &checkpoint, &p->err), &p->err);
    assert_ok(checkpoint_read(p->path, job_a, &got, &found, &p->err), &p->err);
    assert_int_equal(got.progress.n_along, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct along_result *a = &got.progress.along[i];
        const struct vib_information *is = &a->information, *want = &along[i].information;
        assert_true(a->epoch == 5 && a->split == along[i].split && is->n == want->n);
        assert_true(is->cap == want->cap && is->residual_cap == want->residual_cap);
        assert_true(is->made == 5 && is->residual_made == 6);
        assert_memory_equal(is->bound, want->bound, sizeof is->bound);
        assert_memory_equal(is->residual, want->residual, sizeof is->residual);
    }
    assert_memory_equal(got.state, "state", 5);
    checkpoint_release(&got);
    const size_t n = file_bytes(p->path, bytes, sizeof bytes);
    bytes[EPOCHS_AT + 2 * EPOCH + 8 + 8] = VIB_SPLITS;
    put_checked(p, bytes, n);
    assert_int_equal(read_code(p, job_a), VIB_ESTATE);
}

/* From a program that knows a fourth. */
static void test_unknown_split(void **state) {
    struct place *p = *state;
    unsigned char bytes[4096];
    write_small(p);
    const size_t n = file_bytes(p->path, bytes, sizeof bytes);
    put_checked(p, bytes, n);
    assert_int_equal(read_code(p, job_a), 0);
    bytes[EPOCHS_AT + SPLITS_AT] |= 1u << VIB_SPLITS;
    put_checked(p, bytes, n);
    assert_int_equal(read_code(p, job_a), VIB_ESTATE);
}

static void check_old_version(struct place *p, unsigned version) {
    struct epoch_result epochs[2];
    struct job_result want;
    struct checkpoint got;
    bool found;
    write_small(p);
    put_old_version(p, version);
    fixture_result(&want, epochs);
    for (size_t i = 0; i < 2; i++)
        for (size_t split = 0; split < 2; split++) {
            struct vib_evaluation *e = &epochs[i].split[split];
            e->error_mu = version <= 4 ? (double)NAN : e->error_mu;
            e->rate_se = version <= 3 ? 0.0 : e->rate_se;
            e->compression = version <= 3 ? e->rate : e->compression;
        }
    assert_ok(checkpoint_read(p->path, job_a, &got, &found, &p->err), &p->err);
    assert_int_equal(got.progress.n_epochs, 2);
    assert_memory_equal(got.state, "state", 5);
    got.progress.epochs[0].split[0].ce = epochs[0].split[0].ce;
    assert_memory_equal(got.progress.epochs, epochs, sizeof epochs);
    checkpoint_release(&got);
}

static void test_old_versions(void **state) {
    check_old_version(*state, 2);
    check_old_version(*state, 3);
    check_old_version(*state, 4);
    check_old_version(*state, 5);
}

static void test_nothing_yet(void **state) {
    struct place *p = *state;
    struct checkpoint nothing = {.state = NULL}, got;
    bool found = true;
    assert_ok(checkpoint_read(p->path, job_a, &got, &found, &p->err), &p->err);
    assert_false(found);
    assert_ok(checkpoint_write(p->path, job_a, &nothing, &p->err), &p->err);
    assert_ok(checkpoint_read(p->path, job_a, &got, &found, &p->err), &p->err);
    assert_true(found && got.state_size == 0 && got.progress.n_epochs == 0);
    checkpoint_release(&got);
}

static void test_every_flipped_bit(void **state) {
    struct place *p = *state;
    unsigned char bytes[4096];
    write_small(p);
    const size_t n = file_bytes(p->path, bytes, sizeof bytes);
    for (size_t i = 0; i < 8 * n; i++) {
        bytes[i / 8] ^= (unsigned char)(1u << i % 8);
        put_bytes(p->path, bytes, n);
        if (read_code(p, job_a) != VIB_ESTATE)
            fail_msg("bit %zu of byte %zu", i % 8, i / 8);
        assert_non_null(strstr(p->err.message, p->path));
        bytes[i / 8] ^= (unsigned char)(1u << i % 8);
    }
    put_bytes(p->path, bytes, n);
    assert_int_equal(read_code(p, job_a), 0);
}

static void test_every_truncation(void **state) {
    struct place *p = *state;
    unsigned char bytes[4096];
    write_small(p);
    const size_t n = file_bytes(p->path, bytes, sizeof bytes - 1);
    for (size_t i = 0; i < n; i++) {
        put_bytes(p->path, bytes, i);
        assert_int_equal(read_code(p, job_a), VIB_ESTATE);
    }
    bytes[n] = 0;
    put_bytes(p->path, bytes, n + 1);
    assert_int_equal(read_code(p, job_a), VIB_ESTATE);
    assert_non_null(strstr(p->err.message, "too long"));
}

/* Truncated files whose length field agrees: only the sizes within can tell. */
static void test_every_consistent_truncation(void **state) {
    struct place *p = *state;
    unsigned char bytes[4096];
    write_small(p);
    const size_t n = file_bytes(p->path, bytes, sizeof bytes);
    for (size_t i = LENGTH_AT + 8; i < n; i++) {
        for (size_t k = 0; k < 8; k++)
            bytes[LENGTH_AT + k] = (unsigned char)(i >> 8 * k & 0xff);
        put_bytes(p->path, bytes, i);
        assert_int_equal(read_code(p, job_a), VIB_ESTATE);
    }
}

/* Sizes that would not fit into memory are refused by arithmetic, not by trying. */
static void test_absurd_sizes(void **state) {
    struct place *p = *state;
    unsigned char bytes[4096];
    write_small(p);
    const size_t n = file_bytes(p->path, bytes, sizeof bytes);
    for (size_t i = 0; i + 8 <= n; i++) {
        unsigned char saved[8];
        memcpy(saved, bytes + i, 8);
        memset(bytes + i, 0xff, 8);
        put_bytes(p->path, bytes, n);
        assert_int_equal(read_code(p, job_a), VIB_ESTATE);
        memcpy(bytes + i, saved, 8);
    }
}

static void test_foreign_files(void **state) {
    struct place *p = *state;
    unsigned char bytes[4096];
    write_small(p);
    assert_int_equal(read_code(p, job_b), VIB_ESTATE);
    assert_non_null(strstr(p->err.message, "another job"));
    const size_t n = file_bytes(p->path, bytes, sizeof bytes);
    bytes[VERSION_AT] = 9;
    put_bytes(p->path, bytes, n);
    assert_int_equal(read_code(p, job_a), VIB_ESTATE);
    assert_non_null(strstr(p->err.message, "format version 9"));
    put_bytes(p->path, (const unsigned char *)"hello, world", 12);
    assert_int_equal(read_code(p, job_a), VIB_ESTATE);
    assert_non_null(strstr(p->err.message, "not a checkpoint"));
}

/* A newer program's checkpoint is as good as it was, whatever is in it; an older one's is not. */
static void test_newer_version(void **state) {
    struct place *p = *state;
    unsigned char bytes[4096];
    write_small(p);
    const size_t n = file_bytes(p->path, bytes, sizeof bytes);
    bytes[VERSION_AT] = 7;
    put_checked(p, bytes, n);
    assert_int_equal(read_code(p, job_a), VIB_EDATA);
    assert_non_null(strstr(p->err.message, "format version 7; this program knows 2 to 6: cont"));
    bytes[VERSION_AT] = 1;
    put_checked(p, bytes, n);
    assert_int_equal(read_code(p, job_a), VIB_ESTATE);
}

/* Where no file can be there is none. */
static void test_impossible_places(void **state) {
    struct place *p = *state;
    struct checkpoint got;
    char *path = NULL;
    bool found = true;
    assert_true(asprintf(&path, "%s/%0300d.ckpt", p->folder, 0) > 0);
    assert_ok(checkpoint_read(path, job_a, &got, &found, &p->err), &p->err);
    assert_false(found);
    free(path);
    assert_ok(checkpoint_read("/dev/null/x.ckpt", job_a, &got, &found, &p->err), &p->err);
    assert_false(found);
}

/* The temporary name that this process writes a file under. */
static void temporary_of(const char *path, char temporary[500]) {
    char suffix[ATOMIC_FILE_SUFFIX];
    atomic_file_own_suffix(suffix);
    snprintf(temporary, 500, "%s%s", path, suffix);
}

static void test_replaces_at_once(void **state) {
    struct place *p = *state;
    struct checkpoint checkpoint = {.state = (char[]){"newer"}, .state_size = 5}, got;
    char stale[500];
    bool found;
    write_small(p);
    temporary_of(p->path, stale);
    put_bytes(stale, (const unsigned char *)"left by a kill", 14);
    assert_ok(checkpoint_write(p->path, job_a, &checkpoint, &p->err), &p->err);
    assert_int_not_equal(access(stale, F_OK), 0);
    assert_ok(checkpoint_read(p->path, job_a, &got, &found, &p->err), &p->err);
    assert_memory_equal(got.state, "newer", 5);
    checkpoint_release(&got);
}

static void test_write_failures(void **state) {
    struct place *p = *state;
    struct checkpoint checkpoint = {.state = NULL};
    char path[400], blocked[500];
    snprintf(path, sizeof path, "%s/no/such/x.ckpt", p->folder);
    assert_int_equal(checkpoint_write(path, job_a, &checkpoint, &p->err), VIB_ECREATE);
    assert_non_null(strstr(p->err.message, "no/such"));
    write_small(p);
    temporary_of(p->path, blocked);
    assert_int_equal(mkdir(blocked, 0777), 0);
    assert_int_not_equal(checkpoint_write(p->path, job_a, &checkpoint, &p->err), 0);
    assert_int_equal(rmdir(blocked), 0);
    assert_int_equal(read_code(p, job_a), 0);
    snprintf(path, sizeof path, "%s/folder", p->folder);
    assert_int_equal(mkdir(path, 0777), 0);
    assert_int_equal(checkpoint_write(path, job_a, &checkpoint, &p->err), VIB_EIO);
    temporary_of(path, blocked);
    assert_int_not_equal(access(blocked, F_OK), 0);
}

static void test_remove(void **state) {
    struct place *p = *state;
    char stale[500];
    assert_ok(checkpoint_remove(p->path, &p->err), &p->err);
    write_small(p);
    temporary_of(p->path, stale);
    put_bytes(stale, (const unsigned char *)"x", 1);
    assert_ok(checkpoint_remove(p->path, &p->err), &p->err);
    assert_int_not_equal(access(p->path, F_OK), 0);
    assert_int_not_equal(access(stale, F_OK), 0);
    assert_int_equal(access(p->checkpoints, F_OK), 0); /* others may be about to use it */
}

/* A writer that has not finished when another begins and ends: each has its own temporary file. */
static void test_two_writers(void **state) {
    struct place *p = *state;
    char theirs[500];
    write_small(p);
    snprintf(theirs, sizeof theirs, "%s.elsewhere-1.tmp", p->path);
    put_bytes(theirs, (const unsigned char *)"half", 4);
    write_small(p);
    assert_ok(checkpoint_remove(p->path, &p->err), &p->err);
    assert_int_equal(access(theirs, F_OK), 0);
}

static bool is_a(void *context, const char *identity) {
    (void)context;
    return strcmp(identity, job_a) == 0;
}

/* Also what processes of other machines left, or an older program; of settled jobs alone. */
static void test_clean(void **state) {
    static const char *const ends[] = {"", ".tmp", ".elsewhere-1.tmp"};
    struct place *p = *state;
    char name[400], other[400];
    assert_int_equal(mkdir(p->checkpoints, 0777), 0);
    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s/%s.ckpt%s", p->checkpoints, job_a, ends[i]);
        put_bytes(name, (const unsigned char *)"x", 1);
        snprintf(other, sizeof other, "%s/%s.ckpt%s", p->checkpoints, job_b, ends[i]);
        put_bytes(other, (const unsigned char *)"x", 1);
    }
    snprintf(name, sizeof name, "%s/%s.ckpt.txt", p->checkpoints, job_a);
    put_bytes(name, (const unsigned char *)"x", 1);
    checkpoint_clean(p->checkpoints, is_a, NULL);
    assert_int_equal(access(name, F_OK), 0); /* somebody else's */
    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s/%s.ckpt%s", p->checkpoints, job_a, ends[i]);
        assert_int_not_equal(access(name, F_OK), 0);
        snprintf(other, sizeof other, "%s/%s.ckpt%s", p->checkpoints, job_b, ends[i]);
        assert_int_equal(access(other, F_OK), 0);
    }
}

#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, place_new, place_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_path),
        WITH_PLACE(test_round_trip),
        WITH_PLACE(test_estimates_along_the_way),
        WITH_PLACE(test_any_splits),
        WITH_PLACE(test_old_versions),
        WITH_PLACE(test_unknown_split),
        WITH_PLACE(test_nothing_yet),
        WITH_PLACE(test_every_flipped_bit),
        WITH_PLACE(test_every_truncation),
        WITH_PLACE(test_every_consistent_truncation),
        WITH_PLACE(test_absurd_sizes),
        WITH_PLACE(test_foreign_files),
        WITH_PLACE(test_newer_version),
        WITH_PLACE(test_impossible_places),
        WITH_PLACE(test_replaces_at_once),
        WITH_PLACE(test_write_failures),
        WITH_PLACE(test_remove),
        WITH_PLACE(test_two_writers),
        WITH_PLACE(test_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
