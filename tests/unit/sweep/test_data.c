/* Where data sets are looked for, what is said when there are none, and the cache. */
#include "runner/sweep/data_cache.h"
#include "tests/unit/core/idx_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct data_cache *cache;
    char *folder;
};

/* An environment in which no data set can be found but under fixture.folder. */
static int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    fixture->folder = folder_new();
    assert_int_equal(data_cache_new(&fixture->cache, SIZE_MAX), 0);
    assert_int_equal(unsetenv("VIB_SWEEP_DATA"), 0);
    assert_int_equal(unsetenv("XDG_DATA_HOME"), 0);
    assert_int_equal(unsetenv("HOME"), 0);
    *state = fixture;
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    data_cache_free(fixture->cache);
    folder_remove(fixture->folder);
    free(fixture);
    return 0;
}

static struct data_spec files(const char *name, const char *dir) {
    return (struct data_spec){
        .name = name, .dir = dir, .label = "", .files = {"", "", "", "", "", ""}, .classes = 10};
}

static struct data_spec mixture(void) {
    return (struct data_spec){.name = "mixture",
                              .dir = "",
                              .label = "",
                              .files = {"", "", "", "", "", ""},
                              .classes = 3,
                              .n_train = 40,
                              .n_test = 30,
                              .dim = 2,
                              .separation = 2,
                              .noise = 1,
                              .seed = 1};
}

static const struct vib_dataset *get(struct fixture *fixture, struct data_spec spec) {
    struct vib_error err = {0};
    const struct vib_dataset *data = NULL;
    if (data_cache_get(fixture->cache, &spec, &data, &err) != 0)
        fail_msg("%s", err.message);
    return data;
}

/* The call must fail as VIB_EDATA with each of the texts (up to NULL) in its message. */
static void expect_failure(struct fixture *fixture, struct data_spec spec, ...) {
    struct vib_error err = {0};
    const struct vib_dataset *data = NULL;
    assert_int_equal(data_cache_get(fixture->cache, &spec, &data, &err), VIB_EDATA);
    assert_null(data);
    va_list texts;
    va_start(texts, spec);
    for (const char *text; (text = va_arg(texts, const char *)) != NULL;)
        if (strstr(err.message, text) == NULL)
            fail_msg("'%s' does not say '%s'", err.message, text);
    va_end(texts);
}

/* Makes folder/part/part... for a relative path and writes a data set of n examples there. */
static void write_set(const char *folder, const char *relative, uint32_t n) {
    char *path = folder_path(folder, relative);
    for (char *slash = path + strlen(folder) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        (void)mkdir(path, 0700); /* may be there from an earlier call */
        *slash = '/';
    }
    assert_int_equal(mkdir(path, 0700), 0);
    idx_set_write(path, n, n, true);
    free(path);
}

static void set_variable(const char *name, const char *folder, const char *relative) {
    char *path = folder_path(folder, relative);
    assert_int_equal(setenv(name, path, 1), 0);
    free(path);
}

static void test_search_order(void **state) {
    struct fixture *fixture = *state;
    write_set(fixture->folder, "dir", 11);
    write_set(fixture->folder, "own/set", 12);
    write_set(fixture->folder, "xdg/vib-sweep/set", 13);
    write_set(fixture->folder, "home/.local/share/vib-sweep/set", 14);
    write_set(fixture->folder, "home/.local/share/vib-sweep/other", 15);
    char *dir = folder_path(fixture->folder, "dir");

    /* The cache would answer from memory, so every step asks for another limit. */
    struct data_spec spec = files("set", "");
    set_variable("HOME", fixture->folder, "home");
    spec.n_train = 1;
    assert_int_equal(get(fixture, spec)->split[VIB_TEST].n, 14);
    set_variable("XDG_DATA_HOME", fixture->folder, "xdg");
    spec.n_train = 2;
    assert_int_equal(get(fixture, spec)->split[VIB_TEST].n, 13);
    set_variable("VIB_SWEEP_DATA", fixture->folder, "own");
    spec.n_train = 3;
    assert_int_equal(get(fixture, spec)->split[VIB_TEST].n, 12);
    spec.dir = dir;
    assert_int_equal(get(fixture, spec)->split[VIB_TEST].n, 11);
    assert_string_equal(get(fixture, spec)->name, "set");

    /* XDG_DATA_HOME replaces ~/.local/share, and an empty variable is none. */
    expect_failure(fixture, files("other", ""), "other", NULL);
    assert_int_equal(setenv("XDG_DATA_HOME", "", 1), 0);
    assert_int_equal(setenv("VIB_SWEEP_DATA", "", 1), 0);
    assert_int_equal(get(fixture, files("other", ""))->split[VIB_TEST].n, 15);
    free(dir);
}

/* As a shell leaves ~/ in a configuration, in --set dataset.dir=~/mn and between quotes. */
static void test_home(void **state) {
    struct fixture *fixture = *state;
    write_set(fixture->folder, "home/mn", 12);
    write_set(fixture->folder, "home/own/set", 13);
    expect_failure(fixture, files("set", "~/mn"), "there is no ~/mn in /", "only the ~ of ~/",
                   NULL);
    set_variable("HOME", fixture->folder, "home");
    assert_int_equal(get(fixture, files("set", "~/mn"))->split[VIB_TRAIN].n, 12);
    expect_failure(fixture, files("set", "~"), "home holds no data set: no train-images", NULL);
    expect_failure(fixture, files("set", "~mn"), "there is no ~mn in /", NULL);
    assert_int_equal(setenv("VIB_SWEEP_DATA", "~/own", 1), 0);
    assert_int_equal(get(fixture, files("set", ""))->split[VIB_TRAIN].n, 13);
}

static void test_skips_places_without_the_set(void **state) {
    struct fixture *fixture = *state;
    write_set(fixture->folder, "own/other", 12);
    write_set(fixture->folder, "xdg/vib-sweep/set", 13);
    set_variable("VIB_SWEEP_DATA", fixture->folder, "own");
    set_variable("XDG_DATA_HOME", fixture->folder, "xdg");
    assert_int_equal(get(fixture, files("set", ""))->split[VIB_TRAIN].n, 13);
}

static void test_missing_set_names_every_place(void **state) {
    struct fixture *fixture = *state;
    expect_failure(fixture, files("no-such-set", ""), "data set 'no-such-set' not found",
                   "$VIB_SWEEP_DATA (not set)", "$HOME (not set)",
                   "/usr/share/datasets/no-such-set", "four IDX files", "train-images-idx3-ubyte",
                   "x_train.npy", ".npz", "train.csv", "dataset.dir", NULL);
    assert_int_equal(setenv("VIB_SWEEP_DATA", "/no/own", 1), 0);
    assert_int_equal(setenv("HOME", "/no/home", 1), 0);
    expect_failure(fixture, files("no-such-set", ""), "/no/own/no-such-set",
                   "/no/home/.local/share/vib-sweep/no-such-set", NULL);
    assert_int_equal(setenv("XDG_DATA_HOME", "/no/xdg", 1), 0);
    expect_failure(fixture, files("no-such-set", ""), "/no/xdg/vib-sweep/no-such-set", NULL);
}

/* In an explicit folder that lacks the files, so that it does not matter what is installed. */
static void test_says_how_to_get_it(void **state) {
    struct fixture *fixture = *state;
    expect_failure(fixture, files("fashion-mnist", fixture->folder),
                   "vib-sweep fetch fashion-mnist", NULL);
    expect_failure(fixture, files("mnist", fixture->folder), "vib-sweep fetch mnist", NULL);
    expect_failure(fixture, files("mine", fixture->folder), "four IDX files", "x_train.npy", NULL);
}

static void test_dir_without_the_files(void **state) {
    static const char *const names[] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                        "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};
    struct fixture *fixture = *state;
    idx_set_write(fixture->folder, 20, 20, false);
    for (size_t i = 4; i-- > 1;) {
        char *path = folder_path(fixture->folder, names[i]);
        assert_int_equal(unlink(path), 0);
        struct data_spec spec = files("set", fixture->folder);
        struct vib_error err = {0};
        const struct vib_dataset *data = NULL;
        assert_int_equal(data_cache_get(fixture->cache, &spec, &data, &err), VIB_EDATA);
        char *end = strstr(err.message, "nor with .gz");
        assert_non_null(end);
        *end = '\0'; /* what follows names all four */
        assert_non_null(strstr(err.message, path));
        free(path);
    }
    char *path = folder_path(fixture->folder, names[0]);
    assert_int_equal(unlink(path), 0);
    free(path);
    expect_failure(fixture, files("set", fixture->folder), "holds no data set", names[0], NULL);
    expect_failure(fixture, files("set", "/no/such/folder"),
                   "there is no file or folder /no/such/folder", NULL);
    expect_failure(fixture, files("mnist", "/no/such/folder"), "vib-sweep fetch mnist", NULL);
}

static void test_reports_damage(void **state) {
    struct fixture *fixture = *state;
    idx_set_write(fixture->folder, 20, 20, false);
    file_write(fixture->folder, "t10k-labels-idx1-ubyte", "junk", 4, false);
    expect_failure(fixture, files("set", fixture->folder),
                   "t10k-labels-idx1-ubyte: of no known format", NULL);
}

static void test_bad_names(void **state) {
    struct fixture *fixture = *state;
    char name[VIB_DATASET_NAME + 1] = "";
    memset(name, 'n', VIB_DATASET_NAME);
    expect_failure(fixture, files("", ""), "data set ''", NULL);
    expect_failure(fixture, files("..", ""), "data set '..'", NULL);
    expect_failure(fixture, files("a/b", ""), "'a/b'", "dataset.dir", NULL);
    expect_failure(fixture, files(name, ""), "shorter than 256", NULL);
}

static void test_cache_keeps_files(void **state) {
    struct fixture *fixture = *state;
    char name[] = "set", *dir = strdup(fixture->folder);
    assert_non_null(dir);
    idx_set_write(fixture->folder, 20, 20, false);
    const struct vib_dataset *first = get(fixture, files(name, dir));
    memset(name, 'x', 3); /* the cache must have its own copies */
    memset(dir, 'x', strlen(dir));
    free(dir);

    struct data_spec spec = files("set", fixture->folder);
    spec.seed = 5; /* of the mixture: nothing to these data */
    spec.noise = 3;
    assert_ptr_equal(get(fixture, spec), first);
    spec.n_test = 7;
    const struct vib_dataset *fewer = get(fixture, spec);
    assert_ptr_not_equal(fewer, first);
    assert_int_equal(fewer->split[VIB_TEST].n, 7);
    spec.n_test = 0;
    spec.classes = 11;
    assert_int_equal(get(fixture, spec)->classes, 11);
    assert_ptr_equal(get(fixture, files("set", fixture->folder)), first);
}

static void test_cache_keeps_mixtures(void **state) {
    struct fixture *fixture = *state;
    const struct vib_dataset *first = get(fixture, mixture());
    assert_int_equal(first->split[VIB_TRAIN].n, 40);
    struct data_spec spec = mixture();
    spec.dir = "ignored";
    assert_ptr_equal(get(fixture, spec), first);

    struct data_spec others[7];
    for (size_t i = 0; i < 7; i++)
        others[i] = mixture();
    others[0].seed++;
    others[1].noise *= 2;
    others[2].separation *= 2;
    others[3].dim++;
    others[4].classes++;
    others[5].n_train++;
    others[6].n_test++;
    for (size_t i = 0; i < 7; i++)
        assert_string_not_equal(get(fixture, others[i])->digest, first->digest);
    assert_ptr_equal(get(fixture, mixture()), first);
}

static void test_mixture_default_size(void **state) {
    struct fixture *fixture = *state;
    struct data_spec spec = mixture();
    spec.n_train = 0;
    spec.n_test = 0;
    assert_int_equal(get(fixture, spec)->split[VIB_TRAIN].n, 10000);
    assert_int_equal(get(fixture, spec)->split[VIB_TEST].n, 10000);
}

static void test_failure_is_not_cached(void **state) {
    struct fixture *fixture = *state;
    expect_failure(fixture, files("set", fixture->folder), "train-images-idx3-ubyte", NULL);
    idx_set_write(fixture->folder, 20, 20, false);
    assert_int_equal(get(fixture, files("set", fixture->folder))->split[VIB_TRAIN].n, 20);
}

static void test_free_of_nothing(void **state) {
    (void)state;
    data_cache_free(NULL);
}

int main(void) {
#define WITH_CACHE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH_CACHE(test_search_order),
        WITH_CACHE(test_home),
        WITH_CACHE(test_skips_places_without_the_set),
        WITH_CACHE(test_missing_set_names_every_place),
        WITH_CACHE(test_says_how_to_get_it),
        WITH_CACHE(test_dir_without_the_files),
        WITH_CACHE(test_reports_damage),
        WITH_CACHE(test_bad_names),
        WITH_CACHE(test_cache_keeps_files),
        WITH_CACHE(test_cache_keeps_mixtures),
        WITH_CACHE(test_mixture_default_size),
        WITH_CACHE(test_failure_is_not_cached),
        cmocka_unit_test(test_free_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
