#include "core/kernel.h"

#include "core/engine.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>

static const struct vib_engine *engine; /* set by choose, once */
static char notice[256], missing[256];

static void choose(void) {
    const char *why = "", *why_portable = "";
#ifdef VIB_XSMM
    engine = vib_engine_xsmm(&why);
    if (engine != NULL)
        return;
#endif
    engine = vib_engine_openblas(&why_portable);
    if (engine == NULL)
        snprintf(missing, sizeof missing, "there is nothing to multiply matrices with: %s%s%s", why,
                 why[0] != '\0' ? "; " : "", why_portable);
    else if (why[0] != '\0')
        snprintf(notice, sizeof notice, "%s: slower matrix products by OpenBLAS", why);
}

static const struct vib_engine *chosen(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const int rc = pthread_once(&once, choose);
    assert(rc == 0);
    (void)rc;
    return engine;
}

int vib_kernel_init(struct vib_kernel *kernel, const struct vib_kernel_shape *shape,
                    struct vib_error *err) {
    const struct vib_engine *by = chosen();
    assert(shape->columns % 16 == 0 && shape->columns <= VIB_BLOCK);
    assert(shape->type == VIB_F32 || (shape->depth % 2 == 0 && !shape->in_transposed));
    if (by == NULL)
        return vib_error_set(err, VIB_EBACKEND, "%s", missing);
    *kernel = (struct vib_kernel){.shape = *shape};
    const int rc = vib_kernel_supports(shape->type) ? by->prepare(kernel) : VIB_EBACKEND;
    if (rc == VIB_OK)
        return rc;
    if (rc == VIB_ENOMEM)
        return vib_error_set(err, rc, "out of memory for the code of a matrix product");
    return vib_error_set(err, VIB_EBACKEND, "%s refused a product of %zu x %zu x %zu %s numbers",
                         by->name, shape->rows, shape->columns, shape->depth,
                         shape->type == VIB_BF16 ? "bfloat16" : "float32");
}

bool vib_kernel_supports(enum vib_type type) {
    return chosen() != NULL && (type == VIB_F32 || chosen()->bf16);
}

size_t vib_kernel_strip(void) {
    return chosen() != NULL ? chosen()->strip : VIB_BLOCK;
}

const char *vib_kernel_engine(void) {
    return chosen() != NULL ? chosen()->name : missing;
}

const char *vib_kernel_notice(void) {
    return chosen() != NULL && notice[0] != '\0' ? notice : NULL;
}
