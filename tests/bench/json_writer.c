#include "tests/bench/json_writer.h"

#include "runner/base/json.h"

#include <math.h>

enum { INDENT = 2 };

static void new_line(struct json_writer *writer) {
    fprintf(writer->out, "\n%*s", INDENT * writer->depth, "");
}

static void begin(struct json_writer *writer, const char *key) {
    if (writer->follows)
        fputc(',', writer->out);
    if (writer->depth > 0)
        new_line(writer);
    if (key != NULL) {
        json_string(writer->out, key);
        fputs(": ", writer->out);
    }
    writer->follows = true;
}

void writer_open(struct json_writer *writer, const char *key, char bracket) {
    begin(writer, key);
    fputc(bracket, writer->out);
    writer->depth++;
    writer->follows = false;
}

void writer_close(struct json_writer *writer, char bracket) {
    writer->depth--;
    if (writer->follows)
        new_line(writer);
    fputc(bracket, writer->out);
    writer->follows = true;
    if (writer->depth == 0)
        fputc('\n', writer->out);
}

void writer_string(struct json_writer *writer, const char *key, const char *value) {
    begin(writer, key);
    json_string(writer->out, value);
}

void writer_number(struct json_writer *writer, const char *key, double value) {
    begin(writer, key);
    if (isfinite(value))
        fprintf(writer->out, "%.6g", value);
    else
        fputs("null", writer->out);
}

void writer_bool(struct json_writer *writer, const char *key, bool value) {
    begin(writer, key);
    fputs(value ? "true" : "false", writer->out);
}
