/* The lock of a merge: one process at a time, and a dead one is not waited for for ever. */
#include "runner/store/merge_lock.h"
#include "tests/unit/base/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    char folder[FOLDER_SIZE];
    char database[300], file[320];
    struct host self;
    char said[512]; /* the last sentence */
    struct vib_error err;
};

static int setup(void **state) {
    struct place *p = calloc(1, sizeof *p);
    assert_non_null(p);
    make_folder(p->folder);
    snprintf(p->database, sizeof p->database, "%s/all.db", p->folder);
    snprintf(p->file, sizeof p->file, "%s.merging", p->database);
    host_init(&p->self);
    *state = p;
    return 0;
}

static int teardown(void **state) {
    struct place *p = *state;
    remove_folder(p->folder);
    free(p);
    return 0;
}

static void hear(void *context, const char *sentence) {
    struct place *p = context;
    snprintf(p->said, sizeof p->said, "%s", sentence);
}

static int take(struct place *p, struct merge_lock **lock) {
    const struct merge_lock_request request = {
        .database = p->database, .self = &p->self, .watch_s = 0.3, .tell = hear, .context = p};
    return merge_lock_take(lock, &request, &p->err);
}

/* As a process leaves it that did not end in order. */
static void leave(struct place *p, const char *name, const char *identity, long long pid,
                  long long start) {
    FILE *file = fopen(p->file, "w");
    assert_non_null(file);
    fprintf(file, "%s\n%s\n%lld %lld %20d\n", name, identity, pid, start, 0);
    assert_int_equal(fclose(file), 0);
}

static void assert_taken(struct place *p) {
    struct merge_lock *lock = NULL;
    const int rc = take(p, &lock);
    if (rc != 0)
        fail_msg("%s", p->err.message);
    assert_non_null(lock);
    merge_lock_free(lock);
    assert_int_equal(access(p->file, F_OK), -1);
}

static void assert_busy(struct place *p, const char *words) {
    struct merge_lock *lock = NULL;
    assert_int_equal(take(p, &lock), VIB_EBUSY);
    assert_null(lock);
    if (strstr(p->err.message, words) == NULL)
        fail_msg("'%s' says nothing of '%s'", p->err.message, words);
    assert_int_equal(access(p->file, F_OK), 0);
}

static void one_at_a_time(void **state) {
    struct place *p = *state;
    struct merge_lock *lock = NULL;
    char words[64];
    assert_int_equal(take(p, &lock), 0);
    snprintf(words, sizeof words, "process %lld on ", (long long)p->self.pid);
    assert_busy(p, words);
    merge_lock_free(lock);
    assert_taken(p);
    assert_string_equal(p->said, "");
}

static void the_same_by_a_link(void **state) {
    struct place *p = *state;
    struct merge_lock *lock = NULL;
    char link[300];
    FILE *file = fopen(p->database, "w");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(take(p, &lock), 0);
    snprintf(link, sizeof link, "%s/link.db", p->folder);
    assert_int_equal(symlink("all.db", link), 0);
    snprintf(p->database, sizeof p->database, "%s", link);
    assert_busy(p, "all.db");
    merge_lock_free(lock);
}

/* Where locks do not hold, as on some file systems between hosts, the record does. */
static void a_living_process_without_a_lock(void **state) {
    struct place *p = *state;
    leave(p, "here", p->self.identity, p->self.pid, p->self.start);
    assert_busy(p, "on here merges into");
}

static void a_dead_process_of_this_host(void **state) {
    struct place *p = *state;
    leave(p, "here", p->self.identity, p->self.pid, p->self.start + 1);
    assert_taken(p);
    assert_string_equal(p->said, "");
}

static void a_silent_process_of_another_host(void **state) {
    struct place *p = *state;
    leave(p, "far", "a b c", 7, 7);
    assert_taken(p);
    assert_non_null(strstr(p->said, "process 7 on far began to merge"));
}

/* Another process writes the next count as soon as it is watched. */
static void a_living_process_of_another_host(void **state) {
    struct place *p = *state;
    leave(p, "far", "a b c", 7, 7);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        for (int i = 1;; i++) {
            FILE *file = fopen(p->file, "r+");
            if (file == NULL)
                _exit(0);
            fprintf(file, "far\na b c\n7 7 %20d\n", i);
            fclose(file);
            usleep(1000);
        }
    }
    assert_busy(p, "process 7 on far merges into");
    assert_int_equal(unlink(p->file), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void nonsense_is_nobody(void **state) {
    struct place *p = *state;
    FILE *file = fopen(p->file, "w");
    assert_non_null(file);
    fputs("nonsense", file);
    fclose(file);
    assert_taken(p);
}

static void no_folder(void **state) {
    struct place *p = *state;
    struct merge_lock *lock = NULL;
    snprintf(p->database, sizeof p->database, "%s/none/all.db", p->folder);
    assert_int_equal(take(p, &lock), VIB_ECREATE);
}

#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_PLACE(one_at_a_time),
        WITH_PLACE(the_same_by_a_link),
        WITH_PLACE(a_living_process_without_a_lock),
        WITH_PLACE(a_dead_process_of_this_host),
        WITH_PLACE(a_silent_process_of_another_host),
        WITH_PLACE(a_living_process_of_another_host),
        WITH_PLACE(nonsense_is_nobody),
        WITH_PLACE(no_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
