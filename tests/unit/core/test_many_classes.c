/* More classes than a byte holds: digest, mixture, training, predictions. */
#include "tests/unit/core/trainer_fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void assert_digest(size_t classes, uint16_t y[2], uint16_t y_test[1], const char *want) {
    uint8_t x[] = {1, 2}, x_test[] = {3};
    struct vib_error err = {0};
    struct vib_dataset data = {
        .name = "tiny",
        .dim = 1,
        .classes = classes,
        .split = {{.n = 2, .bytes = x, .labels = y}, {.n = 1, .bytes = x_test, .labels = y_test}}};
    assert_int_equal(vib_dataset_finish(&data, &err), VIB_OK);
    assert_string_equal(data.digest, want);
}

/* What `sha256sum` says of the documented bytes: for 256 classes of
 *   train uint8 n=2 dim=1 classes=256\n \1 \2 \xff \7 test uint8 n=1 dim=1 classes=256\n \3 \0
 * without the blanks around bytes, for 257 of the same with two bytes a label, the low one first.
 */
static void test_labels_are_hashed_as_bytes_where_they_fit(void **state) {
    (void)state;
    assert_digest(256, (uint16_t[]){255, 7}, (uint16_t[]){0},
                  "ddb45f158b4a7e09cabcce0cc075da92ef1ad578da306ca572c4c12b59986e6f");
    assert_digest(257, (uint16_t[]){256, 7}, (uint16_t[]){255},
                  "60625540e2b2f3a849142875aa23de60c899832c2dddf1949d2b376d0c18bd4b");
}

static void make(struct vib_dataset *data, const struct vib_mixture *mixture) {
    struct vib_error err;
    if (vib_dataset_make_mixture(data, mixture, &err) != VIB_OK)
        fail_msg("%s", err.message);
}

/* Far apart, the class is what x tells; here with more classes than samples of the true value. */
static void test_mixture_of_all_classes_that_there_may_be(void **state) {
    (void)state;
    struct vib_dataset data;
    struct vib_mixture mixture = {.dim = 4,
                                  .classes = VIB_MAX_CLASSES,
                                  .n_train = 5000,
                                  .n_test = 10,
                                  .separation = 1000,
                                  .noise = 1};
    size_t below = 0;
    make(&data, &mixture);
    for (size_t i = 0; i < 5000; i++)
        below += data.split[VIB_TRAIN].labels[i] < VIB_MAX_CLASSES / 4;
    assert_true(fabs((double)below / 5000 - 0.25) <= 0.03);
    assert_true(fabs(data.ixy - 16) <= 1e-6);
    vib_dataset_release(&data);
    mixture.separation = 0;
    make(&data, &mixture);
    assert_true(fabs(data.ixy) <= 1e-6);
    vib_dataset_release(&data);
}

/* 1000 classes in 32 dimensions are learned, and told apart also beyond the 256th. */
static void test_training(void **state) {
    (void)state;
    enum { CLASSES = 1000, N = 4000 };
    const struct vib_mixture mixture = {
        .dim = 32, .classes = CLASSES, .n_train = N, .n_test = N, .separation = 20, .noise = 1};
    const struct vib_params params = {.beta = 1e-4,
                                      .K = 32,
                                      .seed = 1,
                                      .epochs = 40,
                                      .batch = 100,
                                      .lr = 2e-2,
                                      .lr_decay_epochs = 2,
                                      PAPERS_OPTIMISER,
                                      .eval_every = 40,
                                      .eval_samples = 3};
    static uint16_t predictions[N];
    struct vib_dataset data;
    struct vib_evaluation got;
    size_t wrong = 0, right_beyond = 0;
    make(&data, &mixture);
    struct vib_trainer *trainer = trainer_for(&params, &data);
    train_epochs(trainer, params.epochs);
    assert_int_equal(vib_trainer_evaluate(trainer, VIB_TEST, &got), VIB_OK);
    const struct vib_predictions wanted = {.by[VIB_BY_AVERAGE] = predictions};
    assert_int_equal(vib_trainer_predict(trainer, VIB_TEST, &wanted), VIB_OK);
    for (size_t i = 0; i < N; i++) {
        const size_t label = data.split[VIB_TEST].labels[i];
        wrong += predictions[i] != label;
        right_beyond += predictions[i] == label && label >= 256;
    }
    print_message("# %d classes: error_mc %.3f, I(Z;Y) >= %.2f of %.2f bits\n", CLASSES,
                  got.error_mc, data.split[VIB_TEST].h_y - got.ce, data.split[VIB_TEST].h_y);
    assert_true(got.error_mc == (double)wrong / N);
    assert_true(got.error_mc < 0.2);
    assert_true(right_beyond > N / 2);
    vib_trainer_free(trainer);
    vib_dataset_release(&data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels_are_hashed_as_bytes_where_they_fit),
        cmocka_unit_test(test_mixture_of_all_classes_that_there_may_be),
        cmocka_unit_test(test_training),
    };
    return cmocka_run_group_tests_name("many classes", tests, NULL, NULL);
}
