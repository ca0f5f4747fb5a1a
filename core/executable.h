/* Memory of machine code. */
#ifndef VIB_CORE_EXECUTABLE_H
#define VIB_CORE_EXECUTABLE_H

#include <stddef.h>

/* A copy of code that does not depend on where it lies, never writable and executable at once. It
 * stays for the life of the program, and the same code at the same address is copied once. NULL
 * when there is no memory or the system lets no such code run. Thread rule: any thread. */
void (*vib_executable(const void *code, size_t size))(void);

#endif
