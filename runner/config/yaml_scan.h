/* libyaml behind limits: the events of a text are read once, in constant memory, before any
 * document is built from it. For yaml_doc.c. */
#ifndef RUNNER_CONFIG_YAML_SCAN_H
#define RUNNER_CONFIG_YAML_SCAN_H

#include <stddef.h>
#include <yaml.h>

enum { YAML_SCAN_PROBLEM_SIZE = 320 };

/* Checks what yaml_doc_load promises. Returns 0; VIB_ECONFIG with a sentence and its place;
 * VIB_ENOMEM. */
int yaml_scan(const char *text, size_t size, char problem[YAML_SCAN_PROBLEM_SIZE],
              yaml_mark_t *mark);

/* Builds the document of a text that yaml_scan has passed. Returns as yaml_scan. */
int yaml_scan_load(const char *text, size_t size, yaml_document_t *document,
                   char problem[YAML_SCAN_PROBLEM_SIZE], yaml_mark_t *mark);

#endif
