/* The labels of all splits of a data set, as they come, and the classes that they make.
 *
 * Classes are 0, 1, 2, ... Where the labels are just these numbers, or where the user says how many
 * classes there are, a label is its class. All other labels, numbers with gaps or texts, are mapped
 * in sorted order: numbers by size, texts by their bytes. Texts that are all whole numbers are
 * numbers. All labels count, also of examples that are not kept: a part of a data set is of the
 * same classes as the whole. Thread rule: one thread at a time. */
#ifndef VIB_CORE_DATA_LABELS_H
#define VIB_CORE_DATA_LABELS_H

#include "core/dataset.h"
#include "core/error.h"

#include <stddef.h>
#include <stdint.h>

struct vib_labels; /* opaque */

enum { VIB_LABEL_BYTES = 1024 }; /* of a text */

/* Error: VIB_ENOMEM. */
int vib_labels_new(struct vib_labels **labels, struct vib_error *err);
void vib_labels_free(struct vib_labels *labels); /* harmless on NULL */

/* What is added from now on are labels of that split, from the file that source names, to be kept
 * for the first `limit` examples (0: for all). Error: VIB_ENOMEM. */
int vib_labels_begin(struct vib_labels *labels, enum vib_split_id id, const char *source,
                     size_t limit, struct vib_error *err);

/* Adds the label of the next example. A text is UTF-8 without control characters, of at most
 * VIB_LABEL_BYTES. Errors:
 * VIB_EDATA with source and example (no such text, or more than VIB_MAX_CLASSES different labels),
 * VIB_ENOMEM. */
int vib_labels_add_number(struct vib_labels *labels, int64_t number, struct vib_error *err);
int vib_labels_add_text(struct vib_labels *labels, const char *text, size_t length,
                        struct vib_error *err);

/* Moves the labels, as classes, to the splits of *data, and sets its classes and class names.
 * classes: how many there are, and a number that is none of them is an error; 0: as the labels
 * have it. Errors: VIB_EDATA with source and example, VIB_ENOMEM. */
int vib_labels_finish(struct vib_labels *labels, size_t classes, struct vib_dataset *data,
                      struct vib_error *err);

#endif
