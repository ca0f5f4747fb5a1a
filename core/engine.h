/* What core/kernel.c asks of an engine. */
#ifndef VIB_CORE_ENGINE_H
#define VIB_CORE_ENGINE_H

#include "core/kernel.h"

struct vib_engine {
    const char *name; /* with its version and the instructions that it uses */
    size_t strip;     /* see vib_kernel_strip */
    bool bf16;        /* whether it has bfloat16 products at full speed */
    /* Fills in run and code of a kernel whose shape is set. Errors: VIB_ENOMEM, VIB_EBACKEND (not
     * for this shape). */
    int (*prepare)(struct vib_kernel *kernel);
};

/* Each gives the engine ready for use, or NULL, and in why, a static string, what is missing. To be
 * called by one thread at a time. */
const struct vib_engine *vib_engine_xsmm(const char **why);
const struct vib_engine *vib_engine_openblas(const char **why);

#endif
