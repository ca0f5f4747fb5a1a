/* Writes JSON, a member after the other. */
#ifndef BENCH_JSON_WRITER_H
#define BENCH_JSON_WRITER_H

#include <stdbool.h>
#include <stdio.h>

/* Zero-initialise but for `out`. Whether writing succeeded shows in out, by ferror or fclose. */
struct json_writer {
    FILE *out; /* borrowed */
    int depth;
    bool follows; /* something stands before the next member at this depth */
};

/* key is NULL for what has no name: the outermost value, elements of an array. bracket is '{' or
 * '['. */
void writer_open(struct json_writer *writer, const char *key, char bracket);
void writer_close(struct json_writer *writer, char bracket); /* '}' or ']' */

void writer_string(struct json_writer *writer, const char *key, const char *value);
void writer_number(struct json_writer *writer, const char *key,
                   double value); /* NaN, infinity: null */
void writer_bool(struct json_writer *writer, const char *key, bool value);

#endif
