/* The one door to matrix products: C = op(A) op(B), optionally with a bias row and an activation.
 *
 * Two implementations, one chosen at build time (make BACKEND=): gemm_dnnl.c on oneDNN and
 * gemm_cblas.c on OpenBLAS. Both compute on the calling thread alone, since the parallelism of this
 * program is across jobs. All matrices are row-major.
 * Thread rule: a plan may be used by one thread at a time; plans are independent of each other.
 * Each call limits the calling thread's OpenMP team to one thread and leaves it so. */
#ifndef VIB_CORE_GEMM_H
#define VIB_CORE_GEMM_H

#include "core/error.h"
#include "core/params.h"

#include <stdbool.h>
#include <stddef.h>

enum vib_epilogue {
    VIB_EPILOGUE_NONE,
    VIB_EPILOGUE_BIAS,      /* C += 1 bias^T */
    VIB_EPILOGUE_BIAS_RELU, /* C = max(0, C + 1 bias^T); NaN stays NaN or becomes 0 */
    VIB_EPILOGUE_BIAS_TANH
};

struct vib_gemm_shape {
    size_t m, n, k;                  /* C [m][n], op(A) [m][k], op(B) [k][n] */
    bool a_transposed, b_transposed; /* A is stored [k][lda] / B is stored [n][ldb] */
    size_t lda, ldb, ldc;            /* elements between rows as stored */
    enum vib_epilogue epilogue;
    enum vib_type operands; /* of A and B; sums are float32 either way */
    enum vib_type result;   /* of C; the bias is float32 */
};

struct vib_gemm; /* opaque: a product of fixed shape, ready to run on any operands */

/* Errors: VIB_ENOMEM, VIB_EBACKEND (the library refused the shape or type). */
int vib_gemm_new(struct vib_gemm **gemm, const struct vib_gemm_shape *shape, struct vib_error *err);
void vib_gemm_free(struct vib_gemm *gemm); /* NULL is harmless */

/* Runs without allocating. bias [n] is ignored without an epilogue. Errors: VIB_EBACKEND. */
int vib_gemm_run(struct vib_gemm *gemm, const void *a, const void *b, const float *bias, void *c);

/* Whether products of this operand type run at full speed on this machine. */
bool vib_gemm_supports(enum vib_type operands);

/* Name and version of the library at run time, e.g. "oneDNN 2.6.3"; a static string. */
const char *vib_gemm_backend(void);

#endif
