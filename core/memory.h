/* Memory for arrays that are walked again and again. */
#ifndef VIB_CORE_MEMORY_H
#define VIB_CORE_MEMORY_H

#include <stddef.h>

/* At least size bytes, not initialised, aligned to 64 bytes; large blocks are aligned to 2 MiB and
 * asked to lie in huge pages, which spares the weights of a model most of their address
 * translation. NULL when out of memory. To be freed with free(). */
void *vib_memory_new(size_t size);

/* Sets a part of such a block to zero and hands its pages back to the system until they are written
 * again. */
void vib_memory_discard(void *memory, size_t size);

#endif
