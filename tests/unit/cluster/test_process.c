/* Other programs: their words, their ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "runner/cluster/process.h"

#include <stdlib.h>
#include <string.h>

static struct process run(const char *script) {
    const char *const argv[] = {"sh", "-c", script, "sh", "it's $HOME", NULL};
    struct process process;
    struct vib_error err;
    if (process_run(&process, argv, &err) != VIB_OK)
        fail_msg("%s", err.message);
    return process;
}

static void words_and_status(void **state) {
    struct process process = run("echo \"$1\"; echo no >&2; exit 7");
    (void)state;
    assert_int_equal(process.status, 7);
    assert_string_equal(process.out, "it's $HOME\n");
    assert_string_equal(process.said, "no\n");
    process_release(&process);
    process_release(&process);
}

static void a_signal(void **state) {
    struct process process = run("kill -KILL $$");
    (void)state;
    assert_int_equal(process.status, 128 + 9);
    process_release(&process);
}

/* More than a pipe holds, to both, and nothing to read. */
static void many_words(void **state) {
    struct process process = run(
        "head -c 300000 /dev/zero | tr '\\0' x; head -c 300000 /dev/zero | tr '\\0' y >&2; cat");
    (void)state;
    assert_int_equal(process.status, 0);
    assert_int_equal(strlen(process.out), 300000);
    assert_int_equal(strlen(process.said), 300000);
    process_release(&process);
}

static void no_program(void **state) {
    const char *const argv[] = {"no-such-program", NULL};
    struct process process;
    struct vib_error err;
    (void)state;
    assert_int_equal(process_run(&process, argv, &err), VIB_EIO);
    assert_string_equal(err.message, "cannot run no-such-program: No such file or directory");
    assert_null(process.out);
}

static void what_failed(void **state) {
    struct process process = run("printf 'first\nlast\n\n' >&2; exit 3");
    struct vib_error err;
    (void)state;
    assert_int_equal(process_failed(&process, "sbatch", &err), VIB_EIO);
    assert_string_equal(err.message, "sbatch failed with status 3: last");
    process_release(&process);
    process = run("exit 4");
    process_failed(&process, "sbatch", &err);
    assert_string_equal(err.message, "sbatch failed with status 4");
    process_release(&process);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_status), cmocka_unit_test(a_signal),
        cmocka_unit_test(many_words),       cmocka_unit_test(no_program),
        cmocka_unit_test(what_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
