/* What of the user's words and paths stands in a script, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "runner/cluster/script.h"

#include <stdlib.h>
#include <string.h>

static char *text_of(const struct script *script,
                     void (*write)(FILE *out, const struct script *script)) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    write(out, script);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void words_are_quoted(void **state) {
    static const char *const words[] = {"-p", "a b", "--comment=\"\\'$x#"};
    const struct script script = {.sweep = "s",
                                  .program = "/it's/vib-sweep",
                                  .folder = "/a 5%/\"D\"",
                                  .work = "/w",
                                  .threads = 3,
                                  .minutes = 70,
                                  .words = words,
                                  .n_words = 3};
    char *task = text_of(&script, script_write_task), *merge = text_of(&script, script_write_merge);
    (void)state;
    assert_non_null(strstr(task, "\n#SBATCH \"-p\" \"a b\" \"--comment=\\\"\\\\'$x#\"\n"));
    assert_non_null(strstr(task, "\n#SBATCH --output=\"/a 5%%/\\\"D\\\"/logs/%A_%a.log\"\n"));
    assert_non_null(strstr(task, "\nprogram='/it'\\''s/vib-sweep'\n"));
    assert_non_null(strstr(task, "\nthreads=${SLURM_CPUS_PER_TASK:-3}\n"));
    assert_non_null(strstr(task, "\n#SBATCH --time=70\n"));
    assert_non_null(strstr(merge, "\ndatabase=$folder/'s'.db\n"));
    /* In both the last words of an option count: a task's are the user's, a merge's are not. */
    assert_true(strstr(task, "--time=70") < strstr(task, "\"-p\""));
    assert_true(strstr(merge, "--time=60") > strstr(merge, "\"-p\""));
    free(task);
    free(merge);
}

static void lines_are_refused(void **state) {
    const char *const words[] = {"-p", "a\nrm"};
    struct vib_error err;
    (void)state;
    assert_int_equal(script_check_words(words, 1, &err), VIB_OK);
    assert_int_equal(script_check_words(words, 2, &err), VIB_EUSAGE);
}

static void assert_threads(const char *first, const char *second, int rc, size_t wanted) {
    const char *const words[] = {first, second};
    size_t threads = 4;
    struct vib_error err;
    assert_int_equal(script_threads(words, second != NULL ? 2 : 1, &threads, &err), rc);
    if (rc == VIB_OK)
        assert_int_equal(threads, wanted);
}

static void processors(void **state) {
    (void)state;
    assert_threads("--time=1", NULL, VIB_OK, 4);
    assert_threads("-c8", NULL, VIB_OK, 8);
    assert_threads("-c", "8", VIB_OK, 8);
    assert_threads("--cpus-per-task=8", NULL, VIB_OK, 8);
    assert_threads("--cpus-per-task", "8", VIB_OK, 8);
    assert_threads("-c8", "-c2", VIB_OK, 2);
    assert_threads("--cpus-per-gpu=8", NULL, VIB_OK, 4);
    assert_threads("-c", NULL, VIB_EUSAGE, 0);
    assert_threads("-c0", NULL, VIB_EUSAGE, 0);
    assert_threads("--cpus-per-task=", NULL, VIB_EUSAGE, 0);
    assert_threads("-c5000", NULL, VIB_EUSAGE, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_quoted),
        cmocka_unit_test(lines_are_refused),
        cmocka_unit_test(processors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
