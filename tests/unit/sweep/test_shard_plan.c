/* Plans: what is read, and what is refused with its line. */
#include "runner/sweep/shard.h"
#include "tests/unit/base/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define HEAD "shard,identity,flops\n"
#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

struct fixture {
    char folder[FOLDER_SIZE], path[300];
    struct shard_plan plan;
    struct vib_error err;
};

static int fixture_new(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    make_folder(f->folder);
    (void)snprintf(f->path, sizeof f->path, "%s/plan.csv", f->folder);
    *state = f;
    return 0;
}

static int fixture_free(void **state) {
    struct fixture *f = *state;
    shard_plan_release(&f->plan);
    remove_folder(f->folder);
    free(f);
    return 0;
}

static int read_bytes(struct fixture *f, const char *bytes, size_t size) {
    FILE *stream = fopen(f->path, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
    return shard_plan_read(&f->plan, f->path, &f->err);
}

static int read_text(struct fixture *f, const char *text) {
    return read_bytes(f, text, strlen(text));
}

static void a_plan_is_read(void **state) {
    struct fixture *f = *state;
    assert_int_equal(read_text(f, HEAD "2," B ",1.5e+12\n1," A ",7\r\n9," C ",0\n"), VIB_OK);
    assert_int_equal(f->plan.n, 3);
    assert_int_equal(f->plan.n_shards, 9);
    const struct plan_job *b = shard_plan_find(&f->plan, B);
    assert_non_null(b);
    assert_int_equal(b->shard, 2);
    assert_true(b->flops == 1.5e12);
    assert_int_equal(shard_plan_find(&f->plan, A)->shard, 1);
    assert_int_equal(shard_plan_find(&f->plan, C)->shard, 9);
    assert_null(shard_plan_find(&f->plan, "bbbb"));
}

static void a_plan_of_nothing_is_one(void **state) {
    struct fixture *f = *state;
    assert_int_equal(read_text(f, HEAD), VIB_OK);
    assert_int_equal(f->plan.n, 0);
    assert_null(shard_plan_find(&f->plan, A));
}

static void as_large_as_a_grid(void **state) {
    enum { N = 100000 };
    struct fixture *f = *state;
    char identity[IDENTITY_SIZE];
    FILE *stream = fopen(f->path, "wb");
    assert_non_null(stream);
    fputs(HEAD, stream);
    for (int i = 0; i < N; i++)
        fprintf(stream, "%d,%064x,1e9\n", 1 + i % 1000, (unsigned)i * 2654435761u);
    assert_int_equal(fclose(stream), 0);
    assert_int_equal(shard_plan_read(&f->plan, f->path, &f->err), VIB_OK);
    assert_int_equal(f->plan.n, N);
    (void)snprintf(identity, sizeof identity, "%064x", 77777u * 2654435761u);
    assert_int_equal(shard_plan_find(&f->plan, identity)->shard, 1 + 77777 % 1000);
}

static void assert_refused(struct fixture *f, int rc, const char *why) {
    if (rc != VIB_ECONFIG || strstr(f->err.message, why) == NULL ||
        strstr(f->err.message, "plan.csv:") == NULL)
        fail_msg("%d: %s", rc, f->err.message);
    assert_null(f->plan.jobs);
    assert_int_equal(f->plan.n, 0);
}

static void what_is_no_plan_is_refused(void **state) {
    static const struct {
        const char *text, *why;
    } wrong[] = {
        {"", ":1: the first line"},
        {"\n", ":1: the first line"},
        {"identity,shard,flops\n", ":1: the first line"},
        {HEAD "1," A ",1", ":2: a line without an end"},
        {HEAD "1," A, ":2: a line without an end"},
        {HEAD "\n", ":2: fewer than three"},
        {HEAD "1\n", ":2: fewer than three"},
        {HEAD "1," A "\n", ":2: fewer than three"},
        {HEAD "1," A ",1\n1," B "\n", ":3: fewer than three"},
        {HEAD "0," A ",1\n", ":2: the number of a shard"},
        {HEAD "-1," A ",1\n", ":2: the number of a shard"},
        {HEAD "," A ",1\n", ":2: the number of a shard"},
        {HEAD " 1," A ",1\n", ":2: the number of a shard"},
        {HEAD "1000001," A ",1\n", ":2: the number of a shard"},
        {HEAD "18446744073709551617," A ",1\n", ":2: the number of a shard"},
        {HEAD "1,abc,1\n", ":2: an identity"},
        {HEAD "1," A "a,1\n", ":2: an identity"},
        {HEAD "1,\"" A "\",1\n", ":2: an identity"},
        {HEAD "1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA,1\n",
         ":2: an identity"},
        {HEAD "1," A ",\n", ":2: the number of FLOPs"},
        {HEAD "1," A ",x\n", ":2: the number of FLOPs"},
        {HEAD "1," A ",nan\n", ":2: the number of FLOPs"},
        {HEAD "1," A ",-1\n", ":2: the number of FLOPs"},
        {HEAD "1," A ",1e999\n", ":2: the number of FLOPs"},
        {HEAD "1," A ",1,2\n", ":2: the number of FLOPs"},
        {HEAD "1," A ",1\n2," B ",1\n3," A ",1\n", "is there twice"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_refused(f, read_text(f, wrong[i].text), wrong[i].why);
}

static void neither_are_any_bytes(void **state) {
    static const char zeros[] = HEAD "1," A ",1\0\n";
    struct fixture *f = *state;
    char *line = calloc(1, 1 << 20);
    assert_non_null(line);
    assert_refused(f, read_bytes(f, zeros, sizeof zeros - 1), ":2: a line without an end");
    assert_refused(f, read_bytes(f, line, 1 << 20), ":1: a line without an end");
    memset(line, 'x', 1 << 20);
    assert_refused(f, read_bytes(f, line, 1 << 20), ":1: a line without an end");
    free(line);
}

static void one_that_cannot_be_read_is_no_damaged_one(void **state) {
    struct fixture *f = *state;
    assert_int_equal(shard_plan_read(&f->plan, f->path, &f->err), VIB_EDATA);
    assert_non_null(strstr(f->err.message, "No such file"));
    assert_int_equal(shard_plan_read(&f->plan, f->folder, &f->err), VIB_EDATA);
    assert_non_null(strstr(f->err.message, "directory"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_new, fixture_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_plan_is_read),        TEST(a_plan_of_nothing_is_one),
        TEST(as_large_as_a_grid),    TEST(what_is_no_plan_is_refused),
        TEST(neither_are_any_bytes), TEST(one_that_cannot_be_read_is_no_damaged_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
