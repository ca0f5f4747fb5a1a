/* Examples that are in memory while a job needs them. */
#include "runner/sweep/data_cache.h"
#include "tests/unit/core/idx_file.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { EXAMPLES = 30 + 20, BYTES = EXAMPLES * (2 * 4 + 2) }; /* of a mixture below */

static struct data_spec mixture(uint64_t seed) {
    return (struct data_spec){.name = "mixture",
                              .dir = "",
                              .label = "",
                              .files = {"", "", "", "", "", ""},
                              .n_train = 30,
                              .n_test = 20,
                              .dim = 2,
                              .separation = 2,
                              .noise = 1,
                              .seed = seed};
}

static const struct vib_dataset *get(struct data_cache *cache, struct data_spec spec) {
    struct vib_error err = {0};
    const struct vib_dataset *data = NULL;
    if (data_cache_get(cache, &spec, &data, &err) != 0)
        fail_msg("%s", err.message);
    return data;
}

static void hold(struct data_cache *cache, const struct vib_dataset *data) {
    struct vib_error err = {0};
    if (data_cache_hold(cache, data, &err) != 0)
        fail_msg("%s", err.message);
}

static bool is_loaded(const struct vib_dataset *data) {
    const struct vib_split *train = &data->split[VIB_TRAIN], *test = &data->split[VIB_TEST];
    const bool loaded = train->labels != NULL;
    assert_int_equal(test->labels != NULL, loaded);
    assert_int_equal(train->values != NULL || train->bytes != NULL, loaded);
    assert_int_equal(test->values != NULL || test->bytes != NULL, loaded);
    return loaded;
}

static void examples_are_there_while_they_are_held(void **state) {
    struct data_cache *cache;
    (void)state;
    assert_int_equal(data_cache_new(&cache, 0), 0);
    const struct vib_dataset *data = get(cache, mixture(1));
    assert_false(is_loaded(data));
    assert_int_equal(data->split[VIB_TRAIN].n, 30); /* what is known without them */
    assert_int_equal(data->classes, 10);
    assert_true(data->split[VIB_TEST].h_y > 0);

    hold(cache, data);
    assert_true(is_loaded(data));
    const float first = data->split[VIB_TRAIN].values[0];
    hold(cache, data);
    data_cache_let_go(cache, data);
    assert_true(is_loaded(data));
    data_cache_let_go(cache, data);
    assert_false(is_loaded(data));
    hold(cache, data);
    assert_memory_equal(&data->split[VIB_TRAIN].values[0], &first, sizeof first);
    data_cache_let_go(cache, data);
    data_cache_free(cache);
}

/* A view has the inputs of what was loaded, also when these were read again. */
static void views_share_what_is_loaded(void **state) {
    struct data_cache *cache;
    struct data_spec spec = mixture(1);
    const struct vib_dataset *views[2];
    (void)state;
    assert_int_equal(data_cache_new(&cache, 0), 0);
    for (size_t i = 0; i < 2; i++) {
        spec.view = (struct vib_view){.validation = 10, .seed = i};
        views[i] = get(cache, spec);
        assert_ptr_equal(get(cache, spec), views[i]);
        assert_false(is_loaded(views[i]));
        assert_int_equal(views[i]->split[VIB_TRAIN].n, 20);
        assert_int_equal(views[i]->split[VIB_VALIDATION].n, 10);
    }
    assert_ptr_not_equal(views[0], views[1]);
    assert_ptr_equal(vib_dataset_base(views[0]), vib_dataset_base(views[1]));
    assert_int_equal(data_cache_n(cache), 2); /* what nobody asked for is not shown */
    for (int again = 0; again < 2; again++) {
        hold(cache, views[0]);
        hold(cache, views[1]);
        const struct vib_dataset *base = vib_dataset_base(views[0]);
        for (size_t i = 0; i < 2; i++) {
            assert_true(is_loaded(views[i]));
            assert_ptr_equal(views[i]->split[VIB_VALIDATION].values, base->split[VIB_TRAIN].values);
            assert_ptr_equal(views[i]->split[VIB_TEST].values, base->split[VIB_TEST].values);
        }
        data_cache_let_go(cache, views[0]);
        assert_true(is_loaded(base));
        data_cache_let_go(cache, views[1]);
        assert_false(is_loaded(base) || is_loaded(views[0]) || is_loaded(views[1]));
    }
    spec.view = (struct vib_view){.scale = VIB_SCALE_STANDARDIZE}; /* which a mixture never is */
    assert_ptr_equal(get(cache, spec), vib_dataset_base(views[0]));
    spec.view = (struct vib_view){.validation = 30};
    assert_int_equal(data_cache_get(cache, &spec, &views[0], NULL), VIB_ECONFIG);
    data_cache_free(cache);
}

static void as_many_as_fit_are_kept(void **state) {
    struct data_cache *cache;
    const struct vib_dataset *data[4];
    (void)state;
    assert_int_equal(data_cache_new(&cache, 2 * BYTES), 0);
    for (size_t i = 0; i < 4; i++)
        data[i] = get(cache, mixture(i));
    assert_int_equal(data_cache_n(cache), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_ptr_equal(data_cache_at(cache, i), data[i]);
        assert_ptr_equal(get(cache, mixture(i)), data[i]);
        assert_int_equal(is_loaded(data[i]), i < 2);
    }
    hold(cache, data[3]);
    hold(cache, data[0]);
    data_cache_let_go(cache, data[0]);
    assert_false(is_loaded(data[0])); /* makes room for what is in use */
    data_cache_let_go(cache, data[3]);
    assert_true(is_loaded(data[1]) && is_loaded(data[3]));
    data_cache_free(cache);
}

static void files_that_changed_are_refused(void **state) {
    struct data_cache *cache;
    struct vib_error err = {0};
    char *folder = folder_new();
    (void)state;
    idx_set_write(folder, 20, 20, false);
    assert_int_equal(data_cache_new(&cache, 0), 0);
    const struct vib_dataset *data = get(
        cache, (struct data_spec){
                   .name = "set", .dir = folder, .label = "", .files = {"", "", "", "", "", ""}});
    hold(cache, data);
    data_cache_let_go(cache, data);
    idx_set_write(folder, 20, 21, false);
    assert_int_equal(data_cache_hold(cache, data, &err), VIB_EDATA);
    assert_non_null(strstr(err.message, "data set 'set': the files have changed"));
    assert_false(is_loaded(data));
    assert_int_equal(data->split[VIB_TEST].n, 20);
    idx_set_write(folder, 20, 20, false);
    hold(cache, data);
    data_cache_free(cache);
    folder_remove(folder);
}

/* Whose usual scale is told by their type, which is not there to see once they were dropped. */
static void bytes_are_found_again(void **state) {
    struct data_cache *cache;
    char *folder = folder_new();
    (void)state;
    const struct data_spec spec = {.name = "set",
                                   .dir = folder,
                                   .label = "",
                                   .files = {"", "", "", "", "", ""},
                                   .view.scale = VIB_SCALE_AUTO};
    idx_set_write(folder, 20, 20, false);
    assert_int_equal(data_cache_new(&cache, 0), 0);
    const struct vib_dataset *data = get(cache, spec);
    assert_false(is_loaded(data));
    assert_ptr_equal(get(cache, spec), data);
    assert_int_equal(data_cache_n(cache), 1);
    data_cache_free(cache);
    folder_remove(folder);
}

static void a_name_can_be_changed(void **state) {
    struct data_cache *cache;
    (void)state;
    assert_int_equal(data_cache_new(&cache, 0), 0);
    const struct vib_dataset *data = get(cache, mixture(1));
    data_cache_rename(data, "toy");
    assert_string_equal(data->name, "toy");
    assert_ptr_equal(get(cache, mixture(1)), data); /* found by what it was asked for as */
    data_cache_free(cache);
}

/* For ThreadSanitizer: threads that take turns with the same data sets. */
struct user {
    struct data_cache *cache;
    double sum;
};

static void *use(void *argument) {
    struct user *user = argument;
    struct vib_error err;
    for (size_t i = 0; i < 60; i++) {
        const struct vib_dataset *data = data_cache_at(user->cache, i % 3);
        if (data_cache_hold(user->cache, data, &err) != 0)
            return NULL;
        user->sum += (double)data->split[VIB_TRAIN].values[i % 60];
        data_cache_let_go(user->cache, data);
    }
    return NULL;
}

static void threads_share_a_cache(void **state) {
    struct data_cache *cache;
    struct user users[4];
    pthread_t threads[4];
    (void)state;
    assert_int_equal(data_cache_new(&cache, BYTES), 0);
    for (size_t i = 0; i < 3; i++)
        (void)get(cache, mixture(i));
    for (size_t i = 0; i < 4; i++) {
        users[i] = (struct user){.cache = cache};
        assert_int_equal(pthread_create(&threads[i], NULL, use, &users[i]), 0);
    }
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (size_t i = 1; i < 4; i++)
        assert_memory_equal(&users[i].sum, &users[0].sum, sizeof users[0].sum);
    assert_true(users[0].sum < 0 || users[0].sum > 0);
    data_cache_free(cache);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_are_there_while_they_are_held),
        cmocka_unit_test(views_share_what_is_loaded),
        cmocka_unit_test(as_many_as_fit_are_kept),
        cmocka_unit_test(files_that_changed_are_refused),
        cmocka_unit_test(bytes_are_found_again),
        cmocka_unit_test(a_name_can_be_changed),
        cmocka_unit_test(threads_share_a_cache),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
