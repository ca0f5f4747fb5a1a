#include "runner/base/csv.h"
#include "runner/base/number.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

void csv_init(struct csv *csv, FILE *out) {
    memset(csv, 0, sizeof *csv);
    csv->out = out;
}

static void separate(struct csv *csv) {
    if (csv->field++ > 0)
        (void)putc(',', csv->out);
}

static bool needs_quotes(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (text[i] == ',' || text[i] == '"' || text[i] == '\r' || text[i] == '\n')
            return true;
    return false;
}

void csv_text(struct csv *csv, const char *text, size_t length) {
    separate(csv);
    if (!needs_quotes(text, length)) {
        (void)fwrite(text, 1, length, csv->out);
        return;
    }
    (void)putc('"', csv->out);
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"')
            (void)putc('"', csv->out);
        (void)putc(text[i], csv->out);
    }
    (void)putc('"', csv->out);
}

void csv_integer(struct csv *csv, int64_t value) {
    separate(csv);
    (void)fprintf(csv->out, "%" PRId64, value);
}

void csv_real(struct csv *csv, double value) {
    separate(csv);
    const size_t i = (csv->field - 1) % CSV_REMEMBERED;
    char *text = csv->last[i].text;
    if (*text == '\0' || memcmp(&csv->last[i].value, &value, sizeof value) != 0) {
        csv->last[i].value = value;
        if (isfinite(value))
            (void)number_format_real(value, text, sizeof csv->last[i].text);
        else
            (void)snprintf(text, sizeof csv->last[i].text, "%f", value);
    }
    (void)fputs(text, csv->out);
}

void csv_null(struct csv *csv) {
    separate(csv);
}

void csv_end_record(struct csv *csv) {
    (void)fputs("\r\n", csv->out);
    csv->field = 0;
}
