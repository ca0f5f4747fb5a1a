/* Views of a data set whose inputs tell their row: splits, subsets, damage, scale, refusals. */
#include "core/view.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N = 1000, N_TEST = 200, DIM = 3, CLASSES = 4, CONSTANT = 7 };

/* Class 0 has half of the examples, class 3 one in a hundred. */
static uint16_t label_of(size_t row) {
    return (uint16_t)(row % 100 == 99 ? 3 : row % 2 == 0 ? 0 : row % 4 == 1 ? 1 : 2);
}

/* Inputs are the row, its square root, and a constant; as bytes, two digits of base 256. */
static void fill(struct vib_split *split, size_t n, bool bytes) {
    split->n = n;
    split->labels = malloc(n * sizeof *split->labels);
    split->values = bytes ? NULL : malloc(n * DIM * sizeof *split->values);
    split->bytes = bytes ? malloc(n * DIM) : NULL;
    for (size_t i = 0; i < n; i++) {
        split->labels[i] = label_of(i);
        if (bytes)
            memcpy(split->bytes + i * DIM,
                   (uint8_t[DIM]){(uint8_t)(i % 256), (uint8_t)(i / 256), CONSTANT}, DIM);
        else
            memcpy(split->values + i * DIM, (float[DIM]){(float)i, sqrtf((float)i), CONSTANT},
                   DIM * sizeof(float));
    }
}

static struct vib_dataset base_of(bool bytes, bool with_test) {
    struct vib_dataset base = {.name = "rows", .dim = DIM, .classes = CLASSES};
    fill(&base.split[VIB_TRAIN], N, bytes);
    if (with_test)
        fill(&base.split[VIB_TEST], N_TEST, bytes);
    assert_int_equal(vib_dataset_finish(&base, NULL), VIB_OK);
    return base;
}

static struct vib_dataset make(struct vib_view view, struct vib_dataset *base) {
    struct vib_dataset data;
    struct vib_error err = {0};
    if (vib_view_make(&data, &view, base, &err) != VIB_OK)
        fail_msg("%s", err.message);
    assert_string_equal(data.digest, base->digest);
    assert_ptr_equal(vib_dataset_base(&data), base);
    return data;
}

/* The row of a split's example, by its unscaled input. */
static size_t row_at(const struct vib_dataset *data, enum vib_split_id split, size_t example) {
    float x[DIM];
    vib_dataset_gather(data, split, NULL, example, 1, x, DIM);
    return (size_t)x[0];
}

static void count_labels(const struct vib_split *split, size_t counts[CLASSES]) {
    memset(counts, 0, CLASSES * sizeof *counts);
    for (size_t i = 0; i < split->n; i++)
        counts[split->labels[i]]++;
}

static void splits_are_stratified_and_apart(void **state) {
    (void)state;
    struct vib_dataset base = base_of(false, false);
    const struct vib_view view = {
        .test = 0.2, .validation = 137, .seed = 5, .scale = VIB_SCALE_NONE};
    struct vib_dataset data = make(view, &base), again = make(view, &base);
    static const size_t wanted[VIB_SPLITS] = {
        [VIB_TRAIN] = N - 200 - 137, [VIB_TEST] = 200, [VIB_VALIDATION] = 137};
    size_t all[CLASSES], counts[CLASSES];
    bool seen[N] = {false};
    count_labels(&base.split[VIB_TRAIN], all);
    for (enum vib_split_id id = 0; id < VIB_SPLITS; id++) {
        const struct vib_split *split = &data.split[id];
        assert_int_equal(split->n, wanted[id]);
        count_labels(split, counts);
        for (size_t c = 0; c < CLASSES; c++)
            assert_true(fabs((double)counts[c] - (double)(all[c] * split->n) / N) < 2);
        assert_int_equal(split->n_classes, CLASSES);
        for (size_t i = 0, last = 0; i < split->n; i++) {
            const size_t row = row_at(&data, id, i);
            assert_int_equal(split->labels[i], label_of(row));
            assert_false(seen[row]);
            assert_true(i == 0 || row > last);
            assert_int_equal(row_at(&again, id, i), row);
            seen[row] = true;
            last = row;
        }
    }
    vib_dataset_release(&again);
    again = make((struct vib_view){.test = 0.2, .seed = 6, .scale = VIB_SCALE_NONE}, &base);
    size_t same = 0;
    for (size_t i = 0; i < 200; i++)
        same += row_at(&again, VIB_TEST, i) == row_at(&data, VIB_TEST, i);
    assert_true(same < 100);
    vib_dataset_release(&again);
    vib_dataset_release(&data);
    vib_dataset_release(&base);
}

/* As much as can be: one of each class is left. */
static void one_of_each_class_stays(void **state) {
    (void)state;
    struct vib_dataset base = base_of(false, true);
    struct vib_dataset data =
        make((struct vib_view){.validation = N - CLASSES, .scale = VIB_SCALE_NONE}, &base);
    assert_int_equal(data.split[VIB_TRAIN].n, CLASSES);
    assert_int_equal(data.split[VIB_TRAIN].n_classes, CLASSES);
    vib_dataset_release(&data);
    vib_dataset_release(&base);
}

static void subsets_leave_the_validation_split_alone(void **state) {
    (void)state;
    struct vib_dataset base = base_of(false, true);
    struct vib_view view = {.validation = 100, .seed = 1, .scale = VIB_SCALE_NONE};
    struct vib_dataset whole = make(view, &base);
    view.n_train = 50;
    view.n_test = 20;
    struct vib_dataset first = make(view, &base);
    view.random_subset = 1;
    struct vib_dataset random = make(view, &base);
    size_t same = 0, later = 0;
    for (size_t i = 0; i < 100; i++)
        assert_true(row_at(&whole, VIB_VALIDATION, i) == row_at(&random, VIB_VALIDATION, i) &&
                    row_at(&whole, VIB_VALIDATION, i) == row_at(&first, VIB_VALIDATION, i));
    for (size_t i = 0; i < 50; i++) {
        const size_t row = row_at(&random, VIB_TRAIN, i);
        assert_int_equal(row_at(&first, VIB_TRAIN, i), row_at(&whole, VIB_TRAIN, i));
        assert_int_equal(random.split[VIB_TRAIN].labels[i], label_of(row));
        same += row == row_at(&first, VIB_TRAIN, i);
        later += row > 500;
        assert_true(i == 0 || row > row_at(&random, VIB_TRAIN, i - 1));
    }
    assert_true(same < 10 && later > 10);
    assert_int_equal(first.split[VIB_TEST].n, 20);
    assert_int_equal(row_at(&first, VIB_TEST, 19), 19);
    assert_true(row_at(&random, VIB_TEST, 19) > 19);
    vib_dataset_release(&whole);
    vib_dataset_release(&first);
    vib_dataset_release(&random);
    vib_dataset_release(&base);
}

static void labels_are_replaced_at_random_in_training_alone(void **state) {
    (void)state;
    struct vib_dataset base = base_of(false, true);
    struct vib_view view = {
        .validation = 100, .label_noise = 0.4, .seed = 9, .scale = VIB_SCALE_NONE};
    struct vib_dataset noisy = make(view, &base);
    view.n_train = 30;
    struct vib_dataset fewer = make(view, &base);
    const size_t n = noisy.split[VIB_TRAIN].n;
    size_t wrong = 0, rare = 0;
    for (size_t i = 0; i < n; i++) {
        const uint16_t label = noisy.split[VIB_TRAIN].labels[i];
        wrong += label != label_of(row_at(&noisy, VIB_TRAIN, i));
        rare += label == 3;
        if (i < 30)
            assert_int_equal(fewer.split[VIB_TRAIN].labels[i], label);
    }
    /* 0.4 * 3/4 of 900 are wrong, 0.4 / 4 and 0.6 / 100 of class 3: 4 standard deviations */
    assert_true(fabs((double)wrong - 270) < 55 && fabs((double)rare - 95) < 37);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(noisy.split[VIB_VALIDATION].labels[i],
                         label_of(row_at(&noisy, VIB_VALIDATION, i)));
    for (size_t i = 0; i < N_TEST; i++)
        assert_int_equal(noisy.split[VIB_TEST].labels[i], label_of(i));
    assert_true(noisy.split[VIB_TRAIN].h_y > base.split[VIB_TRAIN].h_y + 0.1);
    vib_dataset_release(&noisy);
    vib_dataset_release(&fewer);
    vib_dataset_release(&base);
}

static void shuffled_labels_are_as_many(void **state) {
    (void)state;
    struct vib_dataset base = base_of(true, true);
    struct vib_dataset data =
        make((struct vib_view){.shuffle_labels = 1, .seed = 2, .scale = VIB_SCALE_NONE}, &base);
    size_t before[CLASSES], after[CLASSES], right = 0;
    count_labels(&base.split[VIB_TRAIN], before);
    count_labels(&data.split[VIB_TRAIN], after);
    assert_memory_equal(before, after, sizeof before);
    for (size_t i = 0; i < N; i++)
        right += data.split[VIB_TRAIN].labels[i] == label_of(i);
    assert_true(right > 300 && right < 450); /* sum of squared shares: 0.37 */
    vib_dataset_release(&data);
    vib_dataset_release(&base);
}

static void scales_are_what_they_say(void **state) {
    (void)state;
    struct vib_dataset base = base_of(true, true);
    static const enum vib_scale scales[] = {VIB_SCALE_AUTO, VIB_SCALE_SYMMETRIC, VIB_SCALE_UNIT,
                                            VIB_SCALE_NONE};
    for (size_t s = 0; s < sizeof scales / sizeof scales[0]; s++) {
        struct vib_dataset data = make((struct vib_view){.scale = scales[s]}, &base);
        float x[DIM];
        const uint32_t example = 130;
        vib_dataset_gather(&data, VIB_TEST, &example, 0, 1, x, DIM);
        const float wanted = scales[s] == VIB_SCALE_NONE   ? 130.0f
                             : scales[s] == VIB_SCALE_UNIT ? 130.0f / 255.0f
                                                           : 2.0f * 130.0f / 255.0f - 1.0f;
        assert_true(fabsf(x[0] - wanted) <= 0);
        assert_int_equal(vib_view_is_plain(&(struct vib_view){.scale = scales[s]}, &base), s < 2);
        vib_dataset_release(&data);
    }
    vib_dataset_release(&base);
}

/* Mean 0 and deviation 1 over what is trained on, and a constant becomes 0. */
static void standardized(bool bytes) {
    struct vib_dataset base = base_of(bytes, true);
    struct vib_dataset data = make(
        (struct vib_view){.validation = 0.5, .seed = 3, .scale = VIB_SCALE_STANDARDIZE}, &base);
    double sum[DIM] = {0}, squares[DIM] = {0};
    const size_t n = data.split[VIB_TRAIN].n;
    float x[DIM];
    for (size_t i = 0; i < n; i++) {
        vib_dataset_gather(&data, VIB_TRAIN, NULL, i, 1, x, DIM);
        for (size_t k = 0; k < DIM; k++) {
            sum[k] += (double)x[k];
            squares[k] += (double)x[k] * (double)x[k];
        }
    }
    for (size_t k = 0; k < DIM; k++) {
        assert_true(fabs(sum[k] / (double)n) < 1e-6);
        assert_true(fabs(squares[k] / (double)n - (k == 2 ? 0 : 1)) < 1e-6);
    }
    vib_dataset_gather(&data, VIB_TEST, NULL, 0, 1, x, DIM);
    assert_true(x[0] < -1.2f && fabsf(x[0] + data.mean[0] / data.deviation[0]) < 1e-6f);
    assert_int_equal(data.deviation[2] > 0, false);
    vib_dataset_release(&data);
    vib_dataset_release(&base);
}

static void inputs_are_standardized_by_what_is_trained_on(void **state) {
    (void)state;
    standardized(true);
    standardized(false);
}

static void noise_is_drawn_once_for_each_training_example(void **state) {
    (void)state;
    struct vib_dataset base = base_of(true, true);
    struct vib_view view = {.input_noise = 0.25, .seed = 4, .scale = VIB_SCALE_UNIT};
    struct vib_dataset noisy = make(view, &base);
    view.n_train = 10;
    struct vib_dataset fewer = make(view, &base);
    float x[DIM], again[DIM];
    double squares = 0, sum = 0;
    for (size_t i = 0; i < N; i++) {
        vib_dataset_gather(&noisy, VIB_TRAIN, NULL, i, 1, x, DIM);
        vib_dataset_gather(i < 10 ? &fewer : &noisy, VIB_TRAIN, NULL, i, 1, again, DIM);
        assert_memory_equal(x, again, sizeof x);
        const double noise = (double)x[2] - CONSTANT / 255.0;
        sum += noise;
        squares += noise * noise;
    }
    assert_true(fabs(sum / N) < 0.04 && fabs(sqrt(squares / N) - 0.25) < 0.03);
    vib_dataset_gather(&noisy, VIB_TEST, NULL, 7, 1, x, DIM);
    assert_true(fabsf(x[2] - CONSTANT / 255.0f) <= 0);
    vib_dataset_release(&noisy);
    vib_dataset_release(&fewer);
    vib_dataset_release(&base);
}

static void refuse(struct vib_view view, struct vib_dataset *base, const char *words) {
    struct vib_dataset data, zero = {0};
    struct vib_error err = {0};
    memset(&data, 0x5a, sizeof data);
    assert_int_equal(vib_view_make(&data, &view, base, &err), VIB_ECONFIG);
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' does not say '%s'", err.message, words);
    assert_memory_equal(&data, &zero, sizeof data);
    assert_int_equal(base->split[VIB_TRAIN].labels[1], 1); /* it is whole */
}

static void what_cannot_be_seen_so_is_refused(void **state) {
    (void)state;
    struct vib_dataset floats = base_of(false, true), bytes = base_of(true, false);
    refuse((struct vib_view){.scale = VIB_SCALE_SYMMETRIC}, &floats, "dataset.scale: symmetric");
    refuse((struct vib_view){.scale = VIB_SCALE_UNIT}, &floats, "dataset.scale: unit");
    refuse((struct vib_view){.test = 10}, &floats, "a test split of its own");
    refuse((struct vib_view){.validation = N - CLASSES + 1}, &bytes, "dataset.validation: of");
    refuse((struct vib_view){.test = N - CLASSES, .validation = 1}, &bytes, "dataset.validation");
    refuse((struct vib_view){.validation = 100, .n_train = N - 99}, &bytes, "dataset.n_train");
    refuse((struct vib_view){.test = 100, .n_test = 101}, &bytes, "dataset.n_test is 101");
    vib_dataset_release(&floats);
    vib_dataset_release(&bytes);
}

static void a_view_follows_inputs_that_were_read_again(void **state) {
    (void)state;
    struct vib_dataset base = base_of(false, true), again = base_of(false, true);
    struct vib_dataset data =
        make((struct vib_view){.validation = 10, .scale = VIB_SCALE_NONE}, &base);
    const size_t row = row_at(&data, VIB_VALIDATION, 9);
    vib_view_attach(&data, &again);
    vib_dataset_release(&base);
    assert_int_equal(row_at(&data, VIB_VALIDATION, 9), row);
    assert_int_equal(row_at(&data, VIB_TEST, 9), 9);
    vib_dataset_release(&data);
    vib_dataset_release(&again);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits_are_stratified_and_apart),
        cmocka_unit_test(one_of_each_class_stays),
        cmocka_unit_test(subsets_leave_the_validation_split_alone),
        cmocka_unit_test(labels_are_replaced_at_random_in_training_alone),
        cmocka_unit_test(shuffled_labels_are_as_many),
        cmocka_unit_test(scales_are_what_they_say),
        cmocka_unit_test(inputs_are_standardized_by_what_is_trained_on),
        cmocka_unit_test(noise_is_drawn_once_for_each_training_example),
        cmocka_unit_test(what_cannot_be_seen_so_is_refused),
        cmocka_unit_test(a_view_follows_inputs_that_were_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
