/* By the functions of libcrypto that take memory of ours. Those that took their place in OpenSSL 3
 * allocate, load providers, and where memory runs out while they do so fail for good or crash. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "core/sha256.h"

#include <openssl/sha.h>

_Static_assert(sizeof(struct vib_sha256) >= sizeof(SHA256_CTX), "room for the library's state");
_Static_assert(_Alignof(struct vib_sha256) >= _Alignof(SHA256_CTX), "aligned as it needs");

/* Their results are 1 by definition. */

static SHA256_CTX *context(struct vib_sha256 *hash) {
    return (void *)hash->state;
}

void vib_sha256_init(struct vib_sha256 *hash) {
    (void)SHA256_Init(context(hash));
}

void vib_sha256_add(struct vib_sha256 *hash, const void *bytes, size_t n) {
    (void)SHA256_Update(context(hash), bytes, n);
}

void vib_sha256_end(struct vib_sha256 *hash, char text[VIB_SHA256_TEXT]) {
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[SHA256_DIGEST_LENGTH];
    (void)SHA256_Final(digest, context(hash));
    for (size_t i = 0; i < sizeof digest; i++) {
        text[2 * i] = digits[digest[i] >> 4];
        text[2 * i + 1] = digits[digest[i] & 15];
    }
    text[2 * sizeof digest] = '\0';
}
