/* What this program is and what it was built with. */
#ifndef RUNNER_BASE_VERSION_H
#define RUNNER_BASE_VERSION_H

#include <stddef.h>

/* "0.2.0"; a static string. */
const char *version_program(void);

/* Compiler, flags and revision; a static string. */
const char *version_build(void);

/* Names and run-time versions of the libraries that matter to results and storage. */
void version_libraries(char *text, size_t size);

#endif
