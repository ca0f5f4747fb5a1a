/* Data files of every format, right and wrong ones, for the tests of loading. Every function ends
 * the test when it cannot do its work. */
#ifndef TESTS_DATA_DATA_FILE_H
#define TESTS_DATA_DATA_FILE_H

#include "core/data/array.h"
#include "core/data/load.h"
#include "core/dataset.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes a number as an element's bytes, in that order; returns how many. Of f2 whole numbers of
 * less than 2048 alone. */
size_t element_bytes(enum vib_element element, bool big_endian, double value, uint8_t *out);

/* The bytes of an .npy file: that version, that dictionary, then data. Returns how many; out has
 * room for NPY_ROOM and the data. */
enum { NPY_ROOM = 512 };
size_t npy_bytes(int version, const char *dictionary, const void *data, size_t size, uint8_t *out);

/* The same as folder/name. */
void npy_write(const char *folder, const char *name, int version, const char *dictionary,
               const void *data, size_t size);

/* Adds a member to an archive, which is made where there is none. */
enum zip_kind { ZIP_DEFLATED, ZIP_STORED, ZIP_ENCRYPTED, ZIP_BZIP2 };
void zip_write(const char *folder, const char *name, const char *member, const void *data,
               size_t size, enum zip_kind kind);

/* Loads folder/train and, unless NULL, its labels and the test split, as named files. */
int files_load(struct vib_dataset *data, const char *folder, const char *train,
               const char *train_labels, const char *test, const char *test_labels,
               struct vib_error *err);

/* Loading folder/train (labels: or NULL) must fail as VIB_EDATA, in one line that names the file
 * and says the text, and leave nothing behind. */
void expect_fault(const char *folder, const char *train, const char *labels, const char *text);

#endif
