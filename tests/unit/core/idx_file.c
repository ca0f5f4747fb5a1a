#include "tests/unit/core/idx_file.h"

#include "core/data/load.h"
#include "tests/unit/base/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

enum { ROWS = 4, COLUMNS = 3, TEST_SHIFT = 100 };

int folder_load(struct vib_dataset *data, const char *name, const char *folder, size_t classes,
                size_t n_train, size_t n_test, struct vib_error *err) {
    const struct vib_load_request request = {.name = name,
                                             .label = "",
                                             .classes = classes,
                                             .limit = {[VIB_TRAIN] = n_train, [VIB_TEST] = n_test}};
    struct vib_sources sources;
    *data = (struct vib_dataset){0};
    int rc = vib_sources_find(&sources, folder, err);
    if (rc == 0)
        rc = vib_data_load(data, &request, &sources, err);
    vib_sources_release(&sources);
    return rc;
}

char *folder_new(void) {
    char *folder = malloc(FOLDER_SIZE);
    assert_non_null(folder);
    make_folder(folder);
    return folder;
}

void folder_remove(char *folder) {
    remove_folder(folder);
    free(folder);
}

char *folder_path(const char *folder, const char *name) {
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    assert_non_null(path);
    snprintf(path, size, "%s/%s", folder, name);
    return path;
}

void file_write(const char *folder, const char *name, const void *bytes, size_t size, bool gzip) {
    char *path = folder_path(folder, name);
    gzFile file = gzopen(path, gzip ? "wb" : "wbT"); /* T: no compression, no gzip header */
    assert_non_null(file);
    assert_int_equal(gzfwrite(bytes, 1, size, file), size);
    assert_int_equal(gzclose(file), Z_OK);
    free(path);
}

uint8_t *file_read(const char *folder, const char *name, size_t *size) {
    enum { MOST = 1 << 20 };
    char *path = folder_path(folder, name);
    uint8_t *bytes = malloc(MOST);
    FILE *file = fopen(path, "rb");
    assert_non_null(bytes);
    assert_non_null(file);
    *size = fread(bytes, 1, MOST, file);
    assert_int_equal(fclose(file), 0);
    free(path);
    return bytes;
}

void idx_file_write(const char *folder, const char *name, uint32_t magic, size_t n_dims,
                    const uint32_t *dims, const uint8_t *bytes, size_t n, bool gzip) {
    size_t header = 4 + 4 * n_dims;
    uint8_t *all = malloc(header + n);
    assert_non_null(all);
    for (size_t word = 0; word <= n_dims; word++) {
        uint32_t value = word == 0 ? magic : dims[word - 1];
        for (size_t i = 0; i < 4; i++)
            all[4 * word + i] = (uint8_t)(value >> (24 - 8 * i));
    }
    if (n > 0)
        memcpy(all + header, bytes, n);
    file_write(folder, name, all, header + n, gzip);
    free(all);
}

uint8_t idx_set_pixel(size_t image, size_t pixel) {
    return (uint8_t)(image * 37 + pixel * 11);
}

uint8_t idx_set_label(size_t image) {
    return (uint8_t)(image * 7 % 10);
}

static void write_split(const char *folder, const char *images, const char *labels, uint32_t n,
                        size_t shift, bool gzip) {
    const uint32_t dims[3] = {n, ROWS, COLUMNS};
    uint8_t *pixels = malloc(n * ROWS * COLUMNS), *label = malloc(n);
    char name[64];
    assert_non_null(pixels);
    assert_non_null(label);
    for (size_t i = 0; i < n; i++) {
        label[i] = idx_set_label(i + shift);
        for (size_t k = 0; k < ROWS * COLUMNS; k++)
            pixels[i * ROWS * COLUMNS + k] = idx_set_pixel(i + shift, k);
    }
    snprintf(name, sizeof name, "%s%s", images, gzip ? ".gz" : "");
    idx_file_write(folder, name, 0x803, 3, dims, pixels, n * ROWS * COLUMNS, gzip);
    snprintf(name, sizeof name, "%s%s", labels, gzip ? ".gz" : "");
    idx_file_write(folder, name, 0x801, 1, dims, label, n, gzip);
    free(label);
    free(pixels);
}

void idx_set_write(const char *folder, uint32_t n_train, uint32_t n_test, bool gzip) {
    write_split(folder, "train-images-idx3-ubyte", "train-labels-idx1-ubyte", n_train, 0, gzip);
    write_split(folder, "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", n_test, TEST_SHIFT,
                gzip);
}
