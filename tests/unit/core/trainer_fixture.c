#include "tests/unit/core/trainer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void one_hot_split(struct vib_split *split, size_t n) {
    split->n = n;
    split->values = calloc(n * ONE_HOT, sizeof *split->values);
    split->labels = malloc(n * sizeof *split->labels);
    assert_true(split->values != NULL && split->labels != NULL);
    for (size_t i = 0; i < n; i++) {
        split->values[i * ONE_HOT + i % ONE_HOT] = 1.0f;
        split->labels[i] = (uint16_t)(i % ONE_HOT);
    }
}

void one_hot_data(struct vib_dataset *data, size_t n_train, size_t n_test) {
    struct vib_error err;
    *data = (struct vib_dataset){.name = "one-hot", .dim = ONE_HOT, .classes = ONE_HOT};
    one_hot_split(&data->split[VIB_TRAIN], n_train);
    one_hot_split(&data->split[VIB_TEST], n_test);
    assert_int_equal(vib_dataset_finish(data, &err), VIB_OK);
}

void one_hot_validation(struct vib_dataset *data, size_t n) {
    struct vib_error err;
    one_hot_split(&data->split[VIB_VALIDATION], n);
    assert_int_equal(vib_dataset_finish(data, &err), VIB_OK);
}

struct vib_trainer *trainer_for(const struct vib_params *params, const struct vib_dataset *data) {
    struct vib_trainer *trainer = NULL;
    struct vib_error err;
    assert_int_equal(vib_trainer_new(&trainer, params, data, NULL, NULL, &err), VIB_OK);
    return trainer;
}

void train_epochs(struct vib_trainer *trainer, size_t epochs) {
    for (size_t i = 0; i < epochs; i++)
        assert_int_equal(vib_trainer_advance(trainer, SIZE_MAX), VIB_OK);
}

struct vib_evaluation evaluated_after(const struct vib_params *params,
                                      const struct vib_dataset *data, size_t epochs) {
    struct vib_trainer *trainer = trainer_for(params, data);
    struct vib_evaluation evaluation;
    train_epochs(trainer, epochs);
    assert_int_equal(vib_trainer_evaluate(trainer, VIB_TEST, &evaluation), VIB_OK);
    vib_trainer_free(trainer);
    return evaluation;
}

void skip_in_sanitizers(void) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip();
#endif
#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    skip();
#endif
#endif
}
