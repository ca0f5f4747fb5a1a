/* The text of a configuration: reading it, and recording it together with the overrides. */
#ifndef RUNNER_CONFIG_CONFIG_TEXT_H
#define RUNNER_CONFIG_CONFIG_TEXT_H

#include "core/error.h"

#include <stddef.h>

/* Reads the file whole. *text is zero-terminated (*size does not count that) and the caller frees
 * it. Errors: VIB_ECONFIG (cannot be opened or read, a directory, larger than YAML_DOC_MAX_BYTES)
 * with the path, VIB_ENOMEM. */
int config_text_read(const char *path, char **text, size_t *size, struct vib_error *err);

/* The text followed by one comment line per override. A line break within an override is written
 * as its YAML escape, so that the result is YAML with the same content. Allocated; NULL when out of
 * memory. */
char *config_text_record(const char *text, const char *const *sets, size_t n_sets);

#endif
