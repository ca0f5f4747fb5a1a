#include "runner/base/version.h"

#include "core/kernel.h"

#include <sqlite3.h>
#include <stdio.h>
#include <yaml.h>
#include <zip.h>
#include <zlib.h>

const char *version_program(void) {
    return VIB_VERSION;
}

#ifdef __clang__
#define COMPILER __VERSION__ /* begins with "Clang" */
#else
#define COMPILER "gcc " __VERSION__
#endif

const char *version_build(void) {
    return VIB_BUILD ", " COMPILER;
}

void version_libraries(char *text, size_t size) {
    snprintf(text, size, "%s, SQLite %s, libyaml %s, zlib %s, libzip %s", vib_kernel_engine(),
             sqlite3_libversion(), yaml_get_version_string(), zlibVersion(), zip_libzip_version());
}
