/* Temporary folders and IDX files, right and wrong ones, for the tests of data loading. Every
 * function ends the test when it cannot do its work. */
#ifndef TESTS_CORE_IDX_FILE_H
#define TESTS_CORE_IDX_FILE_H

#include "core/dataset.h"
#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Loads the data set of a folder as the program does, where so many classes and examples are asked
 * for (0: all). */
int folder_load(struct vib_dataset *data, const char *name, const char *folder, size_t classes,
                size_t n_train, size_t n_test, struct vib_error *err);

/* A fresh folder under $TMPDIR or /tmp; allocated. */
char *folder_new(void);

/* Deletes the folder with all that is in it and frees its name. */
void folder_remove(char *folder);

/* "folder/name", allocated. */
char *folder_path(const char *folder, const char *name);

/* Writes size bytes, as they are or through gzip. */
void file_write(const char *folder, const char *name, const void *bytes, size_t size, bool gzip);

/* Reads a whole file; allocated. */
uint8_t *file_read(const char *folder, const char *name, size_t *size);

/* Writes a header of n_dims dimensions after `magic`, then n bytes of data. */
void idx_file_write(const char *folder, const char *name, uint32_t magic, size_t n_dims,
                    const uint32_t *dims, const uint8_t *bytes, size_t n, bool gzip);

/* The four files of a good data set: n_train and n_test images of 4 x 3 pixels. Pixel k of image i
 * is idx_set_pixel, label i idx_set_label (below 10); the test split is shifted by 100 images. */
void idx_set_write(const char *folder, uint32_t n_train, uint32_t n_test, bool gzip);
uint8_t idx_set_pixel(size_t image, size_t pixel);
uint8_t idx_set_label(size_t image);

#endif
