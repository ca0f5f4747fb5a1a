#include "runner/base/json.h"

#include "runner/base/number.h"
#include "runner/base/utf8.h"

#include <math.h>

static void put_ascii(FILE *out, char c) {
    if ((unsigned char)c < 0x20)
        fprintf(out, "\\u%04x", (unsigned)c);
    else if (c == '"' || c == '\\')
        fprintf(out, "\\%c", c);
    else
        fputc(c, out);
}

void json_string(FILE *out, const char *text) {
    fputc('"', out);
    while (*text != '\0') {
        const size_t length = utf8_character(text);
        if (length == 0)
            fprintf(out, "\\\\x%02x", (unsigned)(unsigned char)*text);
        else if (length == 1)
            put_ascii(out, *text);
        else
            fwrite(text, 1, length, out);
        text += length > 0 ? length : 1;
    }
    fputc('"', out);
}

void json_real(FILE *out, double value) {
    char text[40] = "null";
    if (isfinite(value))
        (void)number_format_real(value, text, sizeof text);
    (void)fputs(text, out);
}

void json_rounded(FILE *out, double value) {
    if (isfinite(value))
        fprintf(out, "%.7g", value);
    else
        fputs("null", out);
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
