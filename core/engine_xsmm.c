/* libxsmm: code for every shape, generated at run time for the instructions of the machine, or for
 * fewer when LIBXSMM_TARGET says so. Its matrices are column-major: its A is our block, its B our
 * `in`. Where it gets no executable memory, because there is none left or the system gives none, it
 * returns code in memory that cannot be run; so it is the copies of its code that are run. */
#include "core/engine.h"

#include "core/executable.h"

#include <libxsmm.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char name[64];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the making of kernels */

static struct vib_engine engine = {.name = name};

static void run_f32(const struct vib_kernel *kernel, const void *in, const void *block,
                    float *out) {
    ((libxsmm_smmfunction)kernel->code)(block, in, out);
}

static void run_bf16(const struct vib_kernel *kernel, const void *in, const void *block,
                     float *out) {
    ((libxsmm_bsmmfunction)kernel->code)(block, in, out);
}

static int keep(struct vib_kernel *kernel, const libxsmm_xmmfunction *made) {
    libxsmm_kernel_info info;
    const void *code;
    memcpy(&code, made, sizeof code);
    if (code == NULL || libxsmm_get_kernel_info(code, &info) != EXIT_SUCCESS)
        return VIB_EBACKEND;
    kernel->code = vib_executable(code, info.code_size);
    return kernel->code != NULL ? VIB_OK : VIB_ENOMEM;
}

static int prepare(struct vib_kernel *kernel) {
    const struct vib_kernel_shape *s = &kernel->shape;
    const libxsmm_blasint m = (libxsmm_blasint)s->columns, n = (libxsmm_blasint)s->rows,
                          k = (libxsmm_blasint)s->depth, lda = (libxsmm_blasint)s->ld_block,
                          ldb = (libxsmm_blasint)s->ld_in, ldc = (libxsmm_blasint)s->ld_out;
    const float alpha = 1.0f, beta = s->accumulate ? 1.0f : 0.0f;
    const int prefetch = LIBXSMM_GEMM_PREFETCH_NONE;
    int flags = LIBXSMM_GEMM_FLAG_NONE;
    if (!s->accumulate)
        flags |= LIBXSMM_GEMM_FLAG_BETA_0;
    if (s->in_transposed)
        flags |= LIBXSMM_GEMM_FLAG_TRANS_B;
    libxsmm_xmmfunction made;
    /* libxsmm's own locks order its making of code before other threads' calls of it; the copying
     * needs that, too, and ThreadSanitizer, which does not see them, to be told. */
    pthread_mutex_lock(&lock);
    if (s->type == VIB_BF16) {
        flags |= LIBXSMM_GEMM_FLAG_VNNI_A;
        made.bsmm =
            libxsmm_bsmmdispatch(m, n, k, &lda, &ldb, &ldc, &alpha, &beta, &flags, &prefetch);
    } else {
        made.smm = libxsmm_smmdispatch(m, n, k, &lda, &ldb, &ldc, &alpha, &beta, &flags, &prefetch);
    }
    kernel->run = s->type == VIB_BF16 ? run_bf16 : run_f32;
    const int rc = keep(kernel, &made);
    pthread_mutex_unlock(&lock);
    return rc;
}

static const char *instructions(int arch) {
    if (arch >= LIBXSMM_X86_AVX512_CPX)
        return "AVX512_BF16";
    if (arch >= LIBXSMM_X86_AVX512)
        return "AVX-512";
    return arch >= LIBXSMM_X86_AVX2 ? "AVX2" : "AVX";
}

/* What is generated for: no more than this processor has, whatever LIBXSMM_TARGET says. Two of the
 * numbers in between are other processors'. */
static int target(int possible) {
    const int wanted = libxsmm_get_target_archid();
    const bool other = wanted == LIBXSMM_X86_AVX512_MIC || wanted == LIBXSMM_X86_AVX512_KNM;
    const int arch = wanted < possible && !other ? wanted : possible;
    libxsmm_set_target_archid(arch);
    return arch;
}

const struct vib_engine *vib_engine_xsmm(const char **why) {
    static const unsigned char do_nothing[] = {0xc3}; /* ret */
    const int possible = libxsmm_cpuid();
    if (possible < LIBXSMM_X86_AVX) {
        *why = "this processor has no AVX";
        return NULL;
    }
    if (vib_executable(do_nothing, sizeof do_nothing) == NULL) {
        *why = "this system lets no generated code run";
        return NULL;
    }
    libxsmm_init();
    const int arch = target(possible);
    if (arch < LIBXSMM_X86_AVX) {
        *why = "LIBXSMM_TARGET asks for less than AVX";
        return NULL;
    }
    engine.prepare = prepare;
    engine.bf16 = arch >= LIBXSMM_X86_AVX512_CPX;
    /* Of 32 registers 16 hold a strip of four rows; of 16, half of that is too little. */
    engine.strip = arch >= LIBXSMM_X86_AVX512 ? 4 : 64;
    snprintf(name, sizeof name, "libxsmm %d.%d (%s)", LIBXSMM_VERSION_MAJOR, LIBXSMM_VERSION_MINOR,
             instructions(arch));
    return &engine;
}
