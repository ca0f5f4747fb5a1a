/* The text of a configuration: reading it, and recording it together with the overrides. */
#ifndef RUNNER_CONFIG_CONFIG_TEXT_H
#define RUNNER_CONFIG_CONFIG_TEXT_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Reads the file whole. *text is zero-terminated (*size does not count that) and the caller frees
 * it. Errors, with the path: VIB_EDATA (missing, cannot be opened or read, a directory),
 * VIB_ECONFIG (larger than YAML_DOC_MAX_BYTES, a database or an archive); VIB_ENOMEM. */
int config_text_read(const char *path, char **text, size_t *size, struct vib_error *err);

/* Whether the path names a file that keeps its name, as a pipe (/dev/fd/63) or /dev/stdin do not.
 */
bool config_text_has_name(const char *path);

/* The text followed by one comment line per override. A line break within an override is written
 * as its YAML escape, so that the result is YAML with the same content. Allocated; NULL when out of
 * memory. */
char *config_text_record(const char *text, const char *const *sets, size_t n_sets);

#endif
