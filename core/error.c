#include "core/error.h"

#include "core/printable.h"

#include <stdarg.h>
#include <stdio.h>

const char *vib_status_text(int code) {
    switch (code) {
#define VIB_STATUS_CASE(name, value, text)                                                         \
    case name:                                                                                     \
        return text;
        VIB_STATUS_MAP(VIB_STATUS_CASE)
#undef VIB_STATUS_CASE
    default:
        return "unknown error";
    }
}

int vib_error_set(struct vib_error *err, int code, const char *format, ...) {
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        err->code = code;
        if (vsnprintf(err->message, sizeof err->message, format, args) < 0)
            err->message[0] = '\0';
        vib_make_printable(err->message);
        va_end(args);
    }
    return code;
}
