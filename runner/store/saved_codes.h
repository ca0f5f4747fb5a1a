/* What save.codes keeps of a finished job for tables code and decoder. */
#ifndef RUNNER_STORE_SAVED_CODES_H
#define RUNNER_STORE_SAVED_CODES_H

#include "core/codes.h"
#include "core/dataset.h"
#include "core/error.h"
#include "core/trainer.h"

#include <stddef.h>
#include <stdint.h>

struct saved_codes {
    struct vib_codes codes; /* of test examples 0 .. codes.n - 1 */
    uint16_t *predictions;  /* [test examples], the classes that error_mc counts */
    size_t classes;
    float *decoder; /* W [K][classes], then b [classes] */
};

/* Makes, with the trainer's final weights, the codes of the first n test examples, or of all where
 * there are fewer; the data set has some. Errors: VIB_ENOMEM, VIB_ESTOPPED, VIB_EDIVERGED,
 * VIB_EBACKEND; *saved is NULL.
 */
int saved_codes_new(struct saved_codes **saved, struct vib_trainer *trainer,
                    const struct vib_dataset *data, size_t n, struct vib_error *err);
void saved_codes_free(struct saved_codes *saved); /* NULL is harmless */

#endif
