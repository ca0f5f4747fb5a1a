#include "tests/bench/record.h"

#include "runner/base/json.h"

#include <math.h>

void record_open(FILE *out, const char *what) {
    fputs("{\"what\": ", out);
    json_string(out, what);
}

static void begin(FILE *out, const char *field) {
    fputs(", ", out);
    json_string(out, field);
    fputs(": ", out);
}

void record_text(FILE *out, const char *field, const char *value) {
    begin(out, field);
    json_string(out, value);
}

/* Twelve digits hold every count here, the FLOP of a step among them. */
void record_number(FILE *out, const char *field, double value) {
    begin(out, field);
    if (isfinite(value))
        fprintf(out, "%.12g", value);
    else
        fputs("null", out);
}

int record_close(FILE *out, struct vib_error *err) {
    fputs("}\n", out);
    return fflush(out) == 0 && !ferror(out)
               ? VIB_OK
               : vib_error_set(err, VIB_EIO, "cannot write what was measured");
}
