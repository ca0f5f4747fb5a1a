/* What the tests of trained models share. */
#ifndef TESTS_CORE_TRAINER_FIXTURE_H
#define TESTS_CORE_TRAINER_FIXTURE_H

#include "core/trainer.h"

/* The members of struct vib_params that are the paper's in every test. */
#define PAPERS_OPTIMISER                                                                           \
    .lr_decay = 0.97, .adam_beta1 = 0.5, .adam_beta2 = 0.999, .adam_epsilon = 1e-8,                \
    .average_decay = 0.999

enum { ONE_HOT = 10 };

/* How a small network learns one_hot_data, for a few hundred of these epochs; and a mixture. */
#define ONE_HOT_TRAINING                                                                           \
    .K = 4, .seed = 1, .epochs = 1000, .batch = 100, PAPERS_OPTIMISER, .eval_every = 1
#define MIXTURE_TRAINING                                                                           \
    .beta = 1e-2, .K = 4, .seed = 1, .n_hidden = 1, .hidden = {24}, .batch = 32, .lr = 1e-3,       \
    .lr_decay_epochs = 2, PAPERS_OPTIMISER, .eval_every = 10, .eval_samples = 3

/* Fills *data with ONE_HOT one-hot inputs, Y = X, each equally often. */
void one_hot_data(struct vib_dataset *data, size_t n_train, size_t n_test);

/* Gives it a validation split of n more of them. */
void one_hot_validation(struct vib_dataset *data, size_t n);

struct vib_trainer *trainer_for(const struct vib_params *params, const struct vib_dataset *data);
void train_epochs(struct vib_trainer *trainer, size_t epochs);

/* What a trainer of its own measures on the test split after so many epochs; 0: at first. */
struct vib_evaluation evaluated_after(const struct vib_params *params,
                                      const struct vib_dataset *data, size_t epochs);

/* Skips a test whose seconds or bytes a sanitizer makes many of. */
void skip_in_sanitizers(void);

#endif
