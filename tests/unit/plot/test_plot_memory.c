/* Out of memory at allocation after allocation until a figure's script is made: each failure is
 * VIB_ENOMEM, and leaves nothing behind. The allocator is replaced for the whole process, SQLite
 * included; where a sanitizer has done that already there is nothing to test. */
#include "runner/plot/gnuplot.h"
#include "runner/plot/plot.h"
#include "tests/unit/base/failing_malloc.h"
#include "tests/unit/plot/plot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#ifdef CAN_REPLACE_MALLOC

/* Two finished jobs of K = 2 with their codes. */
static void add_jobs(struct fixture *f) {
    (void)plot_add_job(f, "K=2 beta=1", 0.25, 1);
    (void)plot_add_job(f, "K=2 beta=2", 0.5, 1);
    fixture_execute(f,
                    "INSERT INTO code SELECT id, 0, 1, 1, '[0.5, -1]', '[0.1, 0.2]' FROM job;"
                    "INSERT INTO code SELECT id, 1, 0, 1, '[0.5, 1]', '[0.1, 0.2, 0.05]' FROM job;"
                    "INSERT INTO decoder SELECT id, '[[1, -1], [0.5, 2]]', '[0, 0.5]' FROM job");
}

/* *size is that of the script, 0 without one. */
static int make(const char *path, size_t figure, long *size, struct vib_error *err) {
    const struct plot_request request = {.figure = plot_figure_at(figure), .database = "toy"};
    struct store *store = NULL;
    FILE *script = gnuplot_file();
    *size = 0;
    if (script == NULL)
        return VIB_ENOMEM;
    int rc = store_open_reader(&store, path, err);
    if (rc == 0)
        rc = plot_write(&request, store, script, err);
    if (rc == 0 && (fflush(script) != 0 || ferror(script)))
        rc = VIB_ENOMEM;
    if (rc == 0)
        *size = ftell(script);
    store_close(store);
    assert_int_equal(fclose(script), 0);
    return rc;
}

/* The first allocations are failed one by one, of the many later ones, which are alike, a part. */
static int fail_in_turn(struct fixture *f, size_t figure) {
    long whole, size;
    int failures = 0;
    bool all_succeeded = false;
    assert_ok(make(f->path, figure, &whole, &f->err), &f->err); /* also what is allocated once */
    for (long n = 0; !all_succeeded; n += n < 50 ? 1 : 7) {
        const long live = n_live;
        fail_after = n;
        const int rc = make(f->path, figure, &size, &f->err);
        all_succeeded = fail_after >= 0;
        fail_after = -1;
        /* Some failures are harmless: SQLite can do without a cache. */
        if (rc != 0)
            assert_int_equal(rc, VIB_ENOMEM);
        else
            assert_int_equal(size, whole);
        failures += rc != 0;
        assert_true(rc == 0 || !all_succeeded);
        assert_int_equal(n_live, live);
    }
    return failures;
}

static void test_allocations(void **state) {
    struct fixture *f = *state;
    add_jobs(f);
    for (size_t i = 0; plot_figure_at(i) != NULL; i++)
        assert_true(fail_in_turn(f, i) > 50);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_allocations, fixture_new, fixture_free),
    };
    return cmocka_run_group_tests_name("plot memory", tests, NULL, NULL);
}

#else

int main(void) {
    puts("1..0 # skip the allocator cannot be replaced under a sanitizer");
    return 0;
}

#endif
