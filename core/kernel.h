/* The door to matrix products: small ones, of at most VIB_BLOCK columns, which all others are made
 * of (core/product.h).
 *
 *     out [rows][columns] (+)= in [rows][depth] block [depth][columns]
 *
 * Two engines: libxsmm generates code for every shape at run time; OpenBLAS takes its place where
 * the program was built without libxsmm or the system lets no generated code run. The first call
 * of any function here chooses. Both compute on the calling thread alone.
 * Thread rule: every function may be called by any thread; a kernel is read-only once made. */
#ifndef VIB_CORE_KERNEL_H
#define VIB_CORE_KERNEL_H

#include "core/error.h"
#include "core/params.h"

#include <stdbool.h>
#include <stddef.h>

enum { VIB_BLOCK = 64 };

struct vib_kernel_shape {
    size_t rows, columns, depth;    /* columns a multiple of 16; depth even in bfloat16 */
    size_t ld_in, ld_block, ld_out; /* elements between rows as stored; ld_out is of float32 */
    bool in_transposed;             /* in is stored [depth][ld_in]; float32 only */
    bool accumulate;                /* out += instead of out = */
    enum vib_type type;             /* of in and block. A bfloat16 block holds its rows in pairs,
                                       [depth / 2][ld_block][2]. out and all sums are float32 */
};

/* Plain data, freely copied; what it points to lives as long as the program. */
struct vib_kernel {
    struct vib_kernel_shape shape;
    void (*run)(const struct vib_kernel *kernel, const void *in, const void *block, float *out);
    void (*code)(void); /* the engine's own */
};

/* Errors: VIB_ENOMEM, VIB_EBACKEND (there is no engine, or not for the type or shape). */
int vib_kernel_init(struct vib_kernel *kernel, const struct vib_kernel_shape *shape,
                    struct vib_error *err);

static inline void vib_kernel_run(const struct vib_kernel *kernel, const void *in,
                                  const void *block, float *out) {
    kernel->run(kernel, in, block, out);
}

/* Whether products of this type run at full speed on this machine; float32 unless there is no
 * engine at all. */
bool vib_kernel_supports(enum vib_type type);

/* How many rows a kernel should have where its work can be cut, in float32 or bfloat16, into
 * calls between which other things are done. */
size_t vib_kernel_strip(void);

/* The engine, its version and the instructions that it uses, e.g. "libxsmm 1.17 (AVX-512)", or why
 * there is none; and a sentence on why it is not the best one that was built, or NULL. Static. */
const char *vib_kernel_engine(void);
const char *vib_kernel_notice(void);

#endif
