#include "tests/unit/data/data_file.h"

#include "tests/unit/core/idx_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include <cmocka.h>

/* IEEE 754's 16 bits of a whole number. */
static uint16_t half_of(double value) {
    int exponent = 25;
    unsigned size = (unsigned)(value < 0 ? -value : value);
    if (size == 0)
        return 0;
    for (; size < 1024; size *= 2)
        exponent--;
    return (uint16_t)((value < 0 ? 0x8000u : 0) | (unsigned)exponent << 10 | (size & 1023));
}

size_t element_bytes(enum vib_element element, bool big_endian, double value, uint8_t *out) {
    const struct vib_array array = {.element = element, .length = 1};
    const size_t size = vib_array_width(&array);
    const int64_t whole = (int64_t)value;
    const float single = (float)value;
    const uint16_t half = half_of(value);
    const void *from = element == VIB_F2   ? (const void *)&half
                       : element == VIB_F4 ? (const void *)&single
                       : element == VIB_F8 ? (const void *)&value
                                           : &whole;
    memcpy(out, from, size); /* of a machine whose low byte is first */
    for (size_t i = 0; big_endian && i < size / 2; i++) {
        const uint8_t first = out[i];
        out[i] = out[size - 1 - i];
        out[size - 1 - i] = first;
    }
    return size;
}

size_t npy_bytes(int version, const char *dictionary, const void *data, size_t size, uint8_t *out) {
    const size_t length = strlen(dictionary), wide = version == 1 ? 2 : 4;
    assert_true(length + 12 <= NPY_ROOM);
    memcpy(out, "\x93NUMPY", 6);
    out[6] = (uint8_t)version;
    out[7] = 0;
    for (size_t i = 0; i < wide; i++)
        out[8 + i] = (uint8_t)(length >> 8 * i);
    memcpy(out + 8 + wide, dictionary, length);
    if (size > 0)
        memcpy(out + 8 + wide + length, data, size);
    return 8 + wide + length + size;
}

void npy_write(const char *folder, const char *name, int version, const char *dictionary,
               const void *data, size_t size) {
    uint8_t *all = malloc(NPY_ROOM + size);
    assert_non_null(all);
    file_write(folder, name, all, npy_bytes(version, dictionary, data, size, all), false);
    free(all);
}

void zip_write(const char *folder, const char *name, const char *member, const void *data,
               size_t size, enum zip_kind kind) {
    static const zip_int32_t methods[] = {[ZIP_DEFLATED] = ZIP_CM_DEFLATE,
                                          [ZIP_STORED] = ZIP_CM_STORE,
                                          [ZIP_ENCRYPTED] = ZIP_CM_DEFLATE,
                                          [ZIP_BZIP2] = ZIP_CM_BZIP2};
    char *path = folder_path(folder, name);
    zip_t *zip = zip_open(path, ZIP_CREATE, NULL);
    assert_non_null(zip);
    zip_source_t *source = zip_source_buffer(zip, data, size, 0);
    const zip_int64_t at = zip_file_add(zip, member, source, 0);
    assert_true(at >= 0);
    assert_int_equal(zip_set_file_compression(zip, (zip_uint64_t)at, methods[kind], 0), 0);
    if (kind == ZIP_ENCRYPTED)
        assert_int_equal(zip_file_set_encryption(zip, (zip_uint64_t)at, ZIP_EM_AES_256, "password"),
                         0);
    assert_int_equal(zip_close(zip), 0);
    free(path);
}

int files_load(struct vib_dataset *data, const char *folder, const char *train,
               const char *train_labels, const char *test, const char *test_labels,
               struct vib_error *err) {
    const struct vib_load_request request = {.name = "set", .label = ""};
    const char *const names[] = {train, train_labels, test, test_labels};
    struct vib_sources sources = {0};
    char **const paths[] = {&sources.inputs[VIB_TRAIN], &sources.labels[VIB_TRAIN],
                            &sources.inputs[VIB_TEST], &sources.labels[VIB_TEST]};
    for (size_t i = 0; i < 4; i++)
        *paths[i] = names[i] != NULL ? folder_path(folder, names[i]) : NULL;
    const int rc = vib_data_load(data, &request, &sources, err);
    vib_sources_release(&sources);
    return rc;
}

void expect_fault(const char *folder, const char *train, const char *labels, const char *text) {
    struct vib_error err = {0};
    struct vib_dataset data, zero = {0};
    memset(&data, 0x5a, sizeof data);
    const int rc = files_load(&data, folder, train, labels, NULL, NULL, &err);
    if (rc != VIB_EDATA || strstr(err.message, text) == NULL ||
        strstr(err.message, folder) == NULL || strchr(err.message, '\n') != NULL)
        fail_msg("%s: expected '%s', got %d: '%s'", train, text, rc, err.message);
    assert_memory_equal(&data, &zero, sizeof data);
}
