/* An array of numbers or texts in a file: what its header says, and reading what follows it.
 * Thread rule: as the input. */
#ifndef VIB_CORE_DATA_ARRAY_H
#define VIB_CORE_DATA_ARRAY_H

#include "core/data/input.h"
#include "core/data/labels.h"
#include "core/dataset.h"
#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* name, as NumPy has it, and bytes; of texts the bytes of one character */
#define VIB_ELEMENT_MAP(XX)                                                                        \
    XX(VIB_U1, "u1", 1)                                                                            \
    XX(VIB_I1, "i1", 1)                                                                            \
    XX(VIB_U2, "u2", 2)                                                                            \
    XX(VIB_I2, "i2", 2)                                                                            \
    XX(VIB_U4, "u4", 4)                                                                            \
    XX(VIB_I4, "i4", 4)                                                                            \
    XX(VIB_U8, "u8", 8)                                                                            \
    XX(VIB_I8, "i8", 8)                                                                            \
    XX(VIB_F2, "f2", 2)                                                                            \
    XX(VIB_F4, "f4", 4)                                                                            \
    XX(VIB_F8, "f8", 8)                                                                            \
    XX(VIB_TEXT1, "S", 1)                                                                          \
    XX(VIB_TEXT4, "U", 4)

enum vib_element {
#define VIB_ELEMENT_ENUM(id, name, size) id,
    VIB_ELEMENT_MAP(VIB_ELEMENT_ENUM)
#undef VIB_ELEMENT_ENUM
};

struct vib_array {
    enum vib_element element;
    size_t length; /* characters of a text, else 1 */
    bool big_endian;
    bool fortran;  /* the first index varies fastest, else the last */
    size_t n_axes; /* 0..VIB_MAX_AXES */
    size_t shape[VIB_MAX_AXES];
};

/* "f4" and so on; a static string. */
const char *vib_element_name(enum vib_element element);

/* Bytes of one element; 0 of a text without characters. */
size_t vib_array_width(const struct vib_array *array);

/* The bytes that the array takes. Every axis must have a length and the input may hold as many
 * bytes; nothing is allocated before. Errors: VIB_EDATA. */
int vib_array_size(const struct vib_array *array, const struct vib_input *input, uint64_t *size,
                   struct vib_error *err);

/* Reads an array whose first axis is the examples into *split, which gets n and, of type u1, bytes,
 * else values; to the input's end. Of the examples the first `limit` are kept, 0 keeps all. id is
 * for messages. A number that is not finite in float32 is an error that names its place.
 * Errors: VIB_EDATA (also more examples asked for than there are, or more memory than most_bytes),
 * VIB_ENOMEM; *split is then as it was. */
int vib_array_read_inputs(const struct vib_array *array, struct vib_input *input,
                          enum vib_split_id id, size_t limit, double most_bytes,
                          struct vib_split *split, struct vib_error *err);

/* Reads an array of one label for each example to the input's end. Numbers must be whole.
 * Errors: VIB_EDATA, VIB_ENOMEM. */
int vib_array_read_labels(const struct vib_array *array, struct vib_input *input,
                          struct vib_labels *labels, struct vib_error *err);

/* Says that a split's inputs take more bytes of memory than most (0: any): VIB_EDATA, else 0. */
int vib_check_memory(const char *name, enum vib_split_id id, double bytes, double most,
                     struct vib_error *err);

/* Says what is wrong with the number of examples that are asked for: VIB_EDATA; 0 when nothing. */
int vib_check_limit(const char *name, enum vib_split_id id, size_t n, size_t limit,
                    struct vib_error *err);

#endif
