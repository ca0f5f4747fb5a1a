/* The databases of a folder as one: merged into a database of this process alone, whose file has no
 * name from its first moment on, so that whatever ends the process nothing stays. Files of weights
 * are not looked at. Thread rule: as for a store. */
#ifndef RUNNER_PAGE_MERGED_H
#define RUNNER_PAGE_MERGED_H

#include "core/error.h"

struct merged; /* opaque */
struct store;

/* Merges what there is in D/parts and in D itself now, in $TMPDIR (/tmp); what cannot be read is
 * left out. Errors: VIB_ECREATE, VIB_EIO, VIB_ENOMEM. */
int merged_new(struct merged **merged, const char *folder, struct vib_error *err);

/* Whose views hold; until merged_free. */
struct store *merged_store(struct merged *merged);

void merged_free(struct merged *merged); /* NULL is harmless */

#endif
