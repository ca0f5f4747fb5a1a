/* Kernels where the address space ends, as under `ulimit -v`: libxsmm then returns code in memory
 * that cannot be run, and to call it would be the end of the program. */
#include "core/kernel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

enum { COLUMNS = 16, DEPTH = 3 };

static struct vib_kernel_shape shape_of(size_t rows) {
    return (struct vib_kernel_shape){.rows = rows,
                                     .columns = COLUMNS,
                                     .depth = DEPTH,
                                     .ld_in = DEPTH,
                                     .ld_block = COLUMNS,
                                     .ld_out = COLUMNS};
}

/* What is mapped now is all that there may be. */
static void end_address_space(struct rlimit *before) {
    unsigned long pages;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%lu", &pages), 1);
    fclose(file);
    assert_int_equal(getrlimit(RLIMIT_AS, before), 0);
    const struct rlimit now = {pages * (rlim_t)sysconf(_SC_PAGESIZE), before->rlim_max};
    assert_int_equal(setrlimit(RLIMIT_AS, &now), 0);
}

static void check_ones(const struct vib_kernel *kernel) {
    float in[8 * DEPTH], block[DEPTH * COLUMNS], out[8 * COLUMNS];
    for (size_t i = 0; i < sizeof in / sizeof *in; i++)
        in[i] = 1.0f;
    for (size_t i = 0; i < sizeof block / sizeof *block; i++)
        block[i] = 1.0f;
    vib_kernel_run(kernel, in, block, out);
    for (size_t i = 0; i < kernel->shape.rows * COLUMNS; i++)
        assert_true(out[i] == (float)DEPTH);
}

static void test_no_address_space(void **state) {
    (void)state;
    const struct vib_kernel_shape first = shape_of(5), second = shape_of(7);
    struct vib_kernel made, refused;
    struct vib_error err;
    struct rlimit before;
    if (strncmp(vib_kernel_engine(), "libxsmm", strlen("libxsmm")) != 0) {
        print_message("# SKIPPED: only libxsmm takes memory for kernels\n");
        skip();
    }
    assert_int_equal(vib_kernel_init(&made, &first, &err), VIB_OK);
    end_address_space(&before);
    const int rc = vib_kernel_init(&refused, &second, &err);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    assert_int_equal(rc, VIB_ENOMEM);
    assert_string_equal(err.message, "out of memory for the code of a matrix product");
    check_ones(&made);
    assert_int_equal(vib_kernel_init(&refused, &second, &err), VIB_OK);
    check_ones(&refused);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_address_space)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
