/* Reads one IDX file of bytes (the format of MNIST), raw or gzip. Private to core/.
 *
 * Layout: two zero bytes, the element type (8 = unsigned byte), the number of dimensions, each
 * dimension as a big-endian 32-bit number, then the elements in row-major order. */
#ifndef VIB_CORE_IDX_H
#define VIB_CORE_IDX_H

#include "core/error.h"

#include <stddef.h>
#include <stdint.h>

enum { VIB_IDX_MAX_DIMS = 3 };

struct vib_idx {
    char *path; /* of the file that was read; owned */
    size_t n_dims;
    size_t dims[VIB_IDX_MAX_DIMS]; /* each at least 1 */
    uint8_t *bytes;                /* [dims[0]][dims[1]]...; owned */
};

/* Reads dir/name or, where that does not exist, dir/name.gz, which must have n_dims dimensions
 * (1..VIB_IDX_MAX_DIMS). The whole file is checked, to its last byte. Memory grows with what the
 * file holds, never with what its header claims.
 * On failure *idx is left zeroed. Errors: VIB_EDATA with the path, VIB_ENOMEM. */
int vib_idx_read(struct vib_idx *idx, const char *dir, const char *name, size_t n_dims,
                 struct vib_error *err);

/* Frees what *idx owns and zeroes it. */
void vib_idx_release(struct vib_idx *idx);

#endif
