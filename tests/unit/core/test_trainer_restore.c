/* What a trainer takes for a saved state: what one like it wrote, and nothing else changes it. */
#include "core/random.h"
#include "tests/unit/core/trainer_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* 7 steps make an epoch of 211 examples. */
static const struct vib_params params = {MIXTURE_TRAINING, .epochs = 3};

static void copy_state(struct vib_trainer *trainer, void **copy, size_t *size) {
    *size = vib_trainer_state_size(trainer);
    *copy = malloc(*size);
    assert_non_null(*copy);
    vib_trainer_read_state(trainer, 0, *size, *copy);
}

/* Of the header, in order: magic, n_params, epoch, step, total_steps, examples, objective_sum,
 * epoch_examples, last_objective, lr, the objective's state, kept_weight, kept_step. */
enum {
    HEADER_BYTES = 128,
    EPOCH_AT = 16,
    SUM_AT = 48,
    LAST_AT = 64,
    LR_AT = 72,
    STATE_AT = 80,
    KEPT_AT = 96,
    KEPT_STEP_AT = 104
};

/* Restores the bytes: either nothing changes, or the trainer goes on. */
static int restore(struct vib_trainer *trainer, const void *bytes, size_t size) {
    struct vib_error err;
    struct vib_evaluation evaluation;
    void *before, *after;
    copy_state(trainer, &before, &size);
    const int rc = vib_trainer_restore(trainer, bytes, size, &err);
    copy_state(trainer, &after, &size);
    assert_memory_equal(after, rc == VIB_OK ? bytes : before, size);
    if (rc == VIB_OK) {
        const int step = vib_trainer_advance(trainer, 8);
        assert_true(step == VIB_OK || step == VIB_EDIVERGED);
        const int end = vib_trainer_evaluate(trainer, VIB_TEST, &evaluation);
        assert_true(end == VIB_OK || end == VIB_EDIVERGED);
    } else {
        assert_int_equal(rc, VIB_ESTATE);
    }
    free(before);
    free(after);
    return rc;
}

/* Every bit of the header but those of real numbers that may have any finite value. */
static void check_header_bits(struct vib_trainer *trainer, unsigned char *bytes, size_t size) {
    for (size_t bit = 0; bit < 8 * (size_t)HEADER_BYTES; bit++) {
        const size_t at = bit / 8;
        bytes[at] ^= (unsigned char)(1u << bit % 8);
        const int rc = restore(trainer, bytes, size);
        const bool count = at < SUM_AT || (at >= KEPT_STEP_AT && at < KEPT_STEP_AT + 8);
        const bool real = !count && (at < SUM_AT + 8 || at >= LAST_AT);
        if (rc == VIB_OK && !real)
            fail_msg("bit %zu of byte %zu", bit % 8, at);
        bytes[at] ^= (unsigned char)(1u << bit % 8);
        assert_int_equal(restore(trainer, bytes, size), VIB_OK);
    }
}

static void assert_not_restored(struct vib_trainer *trainer, unsigned char *bytes, size_t size,
                                size_t at, double value) {
    unsigned char saved[sizeof value];
    memcpy(saved, bytes + at, sizeof saved);
    memcpy(bytes + at, &value, sizeof value);
    assert_int_equal(restore(trainer, bytes, size), VIB_ESTATE);
    memcpy(bytes + at, saved, sizeof saved);
}

static void check_reals(struct vib_trainer *trainer, unsigned char *bytes, size_t size) {
    static const size_t reals[] = {SUM_AT, LAST_AT, LR_AT, STATE_AT, STATE_AT + 8, KEPT_AT};
    for (size_t i = 0; i < sizeof reals / sizeof reals[0]; i++) {
        assert_not_restored(trainer, bytes, size, reals[i], (double)NAN);
        assert_not_restored(trainer, bytes, size, reals[i], (double)INFINITY);
    }
    assert_not_restored(trainer, bytes, size, LR_AT, -1e-3);
}

/* Counts that are each in range but do not belong together, and any bytes. */
static void check_random(struct vib_trainer *trainer, unsigned char *bytes, size_t size) {
    struct vib_stream stream = {.seed = 7};
    double uniform[6];
    for (size_t round = 0; round < 2000; round++) {
        vib_random_uniform(&stream, 8 * round, 6, uniform);
        const uint64_t counts[] = {(uint64_t)(4.0 * uniform[0]), (uint64_t)(9.0 * uniform[1]),
                                   (uint64_t)(30.0 * uniform[2]), (uint64_t)(900.0 * uniform[3])};
        memcpy(bytes + EPOCH_AT, counts, sizeof counts);
        if (round % 2 == 1)
            memcpy(bytes + 8 * (size_t)(16.0 * uniform[4]), &uniform[5], sizeof uniform[5]);
        (void)restore(trainer, bytes, size);
    }
}

static void only_what_a_trainer_wrote_is_restored(void **state) {
    (void)state;
    const struct vib_mixture mixture = {
        .dim = 6, .classes = 3, .n_train = 211, .n_test = 50, .separation = 3.0, .noise = 1.0};
    struct vib_dataset data = {.dim = 0};
    struct vib_error err;
    void *bytes;
    size_t size;
    assert_int_equal(vib_dataset_make_mixture(&data, &mixture, &err), VIB_OK);
    for (size_t steps = 0; steps <= 3; steps += 3) {
        struct vib_trainer *saved = trainer_for(&params, &data),
                           *trainer = trainer_for(&params, &data);
        train_epochs(saved, 1);
        assert_int_equal(vib_trainer_advance(saved, steps), VIB_OK);
        copy_state(saved, &bytes, &size);
        check_header_bits(trainer, bytes, size);
        check_reals(trainer, bytes, size);
        check_random(trainer, bytes, size);
        vib_trainer_free(saved);
        vib_trainer_free(trainer);
        free(bytes);
    }
    vib_dataset_release(&data);
}

static void its_size_is_known_beforehand(void **state) {
    (void)state;
    const struct vib_mixture mixture = {.dim = 4,
                                        .classes = 3,
                                        .n_train = 100,
                                        .n_test = 40,
                                        .separation = 4,
                                        .noise = 1,
                                        .seed = 1};
    struct vib_params patient = params;
    struct vib_dataset data;
    struct vib_error err;
    patient.patience = 2;
    assert_int_equal(vib_dataset_make_mixture(&data, &mixture, &err), VIB_OK);
    struct vib_trainer *trainer = trainer_for(&params, &data);
    assert_int_equal(vib_job_state_size(&params, &data), vib_trainer_state_size(trainer));
    assert_true(vib_job_state_size(&patient, &data) > vib_trainer_state_size(trainer));
    vib_trainer_free(trainer);
    vib_dataset_release(&data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_a_trainer_wrote_is_restored),
        cmocka_unit_test(its_size_is_known_beforehand),
    };
    return cmocka_run_group_tests_name("trainer_restore", tests, NULL, NULL);
}
