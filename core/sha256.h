/* SHA-256 (FIPS 180-4). Allocates nothing and cannot fail. Thread rule: a hash belongs to one
 * thread at a time. */
#ifndef VIB_CORE_SHA256_H
#define VIB_CORE_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { VIB_SHA256_TEXT = 65 }; /* the digest in lower-case hex, with its end */

struct vib_sha256 {
    uint64_t state[16]; /* at least the library's, and aligned for it */
};

void vib_sha256_init(struct vib_sha256 *hash);
void vib_sha256_add(struct vib_sha256 *hash, const void *bytes, size_t n);

/* The digest of all that was added. The hash is of no more use until it is initialised again. */
void vib_sha256_end(struct vib_sha256 *hash, char text[VIB_SHA256_TEXT]);

#endif
