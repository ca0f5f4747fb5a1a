#include "runner/base/json.h"

#include <math.h>

void json_string(FILE *out, const char *text) {
    fputc('"', out);
    for (; *text != '\0'; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c < 0x20)
            fprintf(out, "\\u%04x", c);
        else if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

void json_floats(FILE *out, const float *values, size_t n) {
    fputc('[', out);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            fputc(',', out);
        if (isfinite(values[i]))
            fprintf(out, "%.9g", (double)values[i]);
        else
            fputs("null", out);
    }
    fputc(']', out);
}
