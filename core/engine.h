/* What core/kernel.c asks of an engine. */
#ifndef VIB_CORE_ENGINE_H
#define VIB_CORE_ENGINE_H

#include "core/kernel.h"

struct vib_engine {
    const char *name; /* with version and instructions; set by start */
    size_t strip;
    bool bf16;
    /* Fills in run and code of a kernel whose shape is set. Errors: VIB_ENOMEM, VIB_EBACKEND (not
     * for this shape). */
    int (*prepare)(struct vib_kernel *kernel);
};

/* Each prepares the engine for use, once, or returns NULL and says in why, a static string, what is
 * missing. */
const struct vib_engine *vib_engine_xsmm(const char **why);
const struct vib_engine *vib_engine_openblas(const char **why);

#endif
