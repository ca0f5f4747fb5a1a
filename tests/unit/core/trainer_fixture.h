/* What the tests of trained models share. */
#ifndef TESTS_CORE_TRAINER_FIXTURE_H
#define TESTS_CORE_TRAINER_FIXTURE_H

#include "core/trainer.h"

/* The members of struct vib_params that are the paper's in every test. */
#define PAPERS_OPTIMISER                                                                           \
    .lr_decay = 0.97, .adam_beta1 = 0.5, .adam_beta2 = 0.999, .adam_epsilon = 1e-8,                \
    .average_decay = 0.999

enum { ONE_HOT = 10 };

/* Fills *data with ONE_HOT one-hot inputs, Y = X, each equally often. */
void one_hot_data(struct vib_dataset *data, size_t n_train, size_t n_test);

/* Gives it a validation split of n more of them. */
void one_hot_validation(struct vib_dataset *data, size_t n);

struct vib_trainer *trainer_for(const struct vib_params *params, const struct vib_dataset *data);
void train_epochs(struct vib_trainer *trainer, size_t epochs);

#endif
