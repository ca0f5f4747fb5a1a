#include "core/gemm.h"

#include <cblas.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* OpenBLAS's own thread pool is one for the process: it is switched off once, before any product.
 */
static void single_thread(void) {
    openblas_set_num_threads(1);
}

struct vib_gemm {
    struct vib_gemm_shape shape;
};

int vib_gemm_new(struct vib_gemm **gemm, const struct vib_gemm_shape *shape,
                 struct vib_error *err) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    *gemm = NULL;
    if (shape->operands != VIB_F32 || shape->result != VIB_F32)
        return vib_error_set(err, VIB_EBACKEND, "the OpenBLAS backend has float32 products only");
    if (pthread_once(&once, single_thread) != 0)
        return vib_error_set(err, VIB_EBACKEND, "cannot limit OpenBLAS to one thread");
    struct vib_gemm *g = malloc(sizeof *g);
    if (g == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory for a matrix product");
    g->shape = *shape;
    *gemm = g;
    return VIB_OK;
}

void vib_gemm_free(struct vib_gemm *gemm) {
    free(gemm);
}

static void activate(const struct vib_gemm_shape *s, float *c) {
    for (size_t i = 0; i < s->m; i++) {
        float *row = c + i * s->ldc;
        if (s->epilogue == VIB_EPILOGUE_BIAS_RELU)
            for (size_t j = 0; j < s->n; j++)
                row[j] = row[j] < 0.0f ? 0.0f : row[j]; /* keeps NaN */
        else
            for (size_t j = 0; j < s->n; j++)
                row[j] = tanhf(row[j]);
    }
}

int vib_gemm_run(struct vib_gemm *g, const void *a, const void *b, const float *bias, void *c) {
    const struct vib_gemm_shape *s = &g->shape;
    float *out = c;
    if (s->epilogue != VIB_EPILOGUE_NONE)
        for (size_t i = 0; i < s->m; i++)
            memcpy(out + i * s->ldc, bias, s->n * sizeof *bias);
    cblas_sgemm(CblasRowMajor, s->a_transposed ? CblasTrans : CblasNoTrans,
                s->b_transposed ? CblasTrans : CblasNoTrans, (blasint)s->m, (blasint)s->n,
                (blasint)s->k, 1.0f, a, (blasint)s->lda, b, (blasint)s->ldb,
                s->epilogue == VIB_EPILOGUE_NONE ? 0.0f : 1.0f, out, (blasint)s->ldc);
    if (s->epilogue == VIB_EPILOGUE_BIAS_RELU || s->epilogue == VIB_EPILOGUE_BIAS_TANH)
        activate(s, out);
    return VIB_OK;
}

bool vib_gemm_supports(enum vib_type operands) {
    return operands == VIB_F32;
}

const char *vib_gemm_backend(void) {
    return openblas_get_config();
}
