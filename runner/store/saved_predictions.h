/* What save.predictions keeps of a finished job for table prediction. */
#ifndef RUNNER_STORE_SAVED_PREDICTIONS_H
#define RUNNER_STORE_SAVED_PREDICTIONS_H

#include "core/dataset.h"
#include "core/error.h"
#include "core/trainer.h"

#include <stdint.h>

/* Of the splits that are not trained on; those that the data lack have NULLs. */
struct saved_predictions {
    struct vib_predictions split[VIB_SPLITS]; /* [examples of the split] each, owned */
};

/* Predicts all examples of these splits with the trainer's final weights. Errors: VIB_ENOMEM,
 * VIB_ESTOPPED, VIB_EDIVERGED; *saved is NULL. */
int saved_predictions_new(struct saved_predictions **saved, struct vib_trainer *trainer,
                          const struct vib_dataset *data, struct vib_error *err);
void saved_predictions_free(struct saved_predictions *saved); /* NULL is harmless */

#endif
