/* OpenBLAS, loaded when it is needed and not before: its own threads start as it is loaded, and are
 * told to stay out of the work at once. */
#include "core/engine.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

/* As cblas.h has them. */
enum { ROW_MAJOR = 101, NO_TRANS = 111, TRANS = 112 };

typedef void (*sgemm_fn)(int order, int trans_a, int trans_b, int m, int n, int k, float alpha,
                         const float *a, int lda, const float *b, int ldb, float beta, float *c,
                         int ldc);
typedef void (*set_threads_fn)(int threads);
typedef const char *(*config_fn)(void);

static char name[160];
static sgemm_fn sgemm;

static void run(const struct vib_kernel *kernel, const void *in, const void *block, float *out) {
    const struct vib_kernel_shape *s = &kernel->shape;
    sgemm(ROW_MAJOR, s->in_transposed ? TRANS : NO_TRANS, NO_TRANS, (int)s->rows, (int)s->columns,
          (int)s->depth, 1.0f, in, (int)s->ld_in, block, (int)s->ld_block,
          s->accumulate ? 1.0f : 0.0f, out, (int)s->ld_out);
}

static int prepare(struct vib_kernel *kernel) {
    kernel->run = run;
    return kernel->shape.type == VIB_F32 ? VIB_OK : VIB_EBACKEND;
}

static struct vib_engine engine = {
    .name = name, .strip = VIB_BLOCK, .bf16 = false, .prepare = prepare};

/* A function out of the library; POSIX promises that its address fits. */
static bool find(void *library, const char *symbol, void *function) {
    void *address = dlsym(library, symbol);
    memcpy(function, &address, sizeof address);
    return address != NULL;
}

const struct vib_engine *vib_engine_openblas(const char **why) {
    set_threads_fn set_threads;
    config_fn config;
    void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL || !find(library, "cblas_sgemm", &sgemm) ||
        !find(library, "openblas_set_num_threads", &set_threads) ||
        !find(library, "openblas_get_config", &config)) {
        *why = "libopenblas.so.0, Debian's libopenblas0, cannot be loaded";
        return NULL;
    }
    set_threads(1);
    snprintf(name, sizeof name, "%s", config());
    return &engine;
}
