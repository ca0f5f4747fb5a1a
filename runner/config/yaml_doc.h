/* One YAML document, checked before it is built, and errors that name a place in it.
 *
 * What libyaml's document API would take without end, or would turn into a cycle, is refused
 * here: nothing that walks a loaded document needs to fear depth, loops or NUL characters. */
#ifndef RUNNER_CONFIG_YAML_DOC_H
#define RUNNER_CONFIG_YAML_DOC_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

enum {
    YAML_DOC_MAX_BYTES = 1 << 20,
    YAML_DOC_MAX_NODES = 200000, /* aliases included */
    YAML_DOC_MAX_DEPTH = 32,
    YAML_DOC_MAX_ANCHORS = 256
};

struct yaml_doc {
    char origin[192]; /* what errors begin with: a file's path, or "--set KEY=VALUE" */
    bool has_places;  /* whether ":line:column" follows it */
    bool loaded;
    yaml_document_t document;
};

/* Parses text (borrowed for the call); a byte order mark at its start is skipped. Refused: NUL
 * characters, text that is not UTF-8, bad YAML, several documents, aliases that contain themselves,
 * more than the limits above. A text without a document is fine: yaml_doc_root gives NULL. Errors:
 * VIB_ECONFIG with the place; VIB_ENOMEM. On failure *doc needs no release. */
int yaml_doc_load(struct yaml_doc *doc, const char *origin, bool has_places, const char *text,
                  size_t size, struct vib_error *err);

/* Harmless on a zeroed one. */
void yaml_doc_release(struct yaml_doc *doc);

const yaml_node_t *yaml_doc_root(const struct yaml_doc *doc);

/* The item of a sequence; key or value of the pair of a mapping. */
size_t yaml_doc_length(const yaml_node_t *node); /* items, or pairs; 0 of a scalar */
const yaml_node_t *yaml_doc_item(const struct yaml_doc *doc, const yaml_node_t *node, size_t i);
const yaml_node_t *yaml_doc_key(const struct yaml_doc *doc, const yaml_node_t *node, size_t i);
const yaml_node_t *yaml_doc_value(const struct yaml_doc *doc, const yaml_node_t *node, size_t i);

bool yaml_doc_is_scalar(const yaml_node_t *node);
bool yaml_doc_is_nothing(const yaml_node_t *node); /* a scalar for which there is no text at all */
bool yaml_doc_is_list(const yaml_node_t *node);
bool yaml_doc_is_mapping(const yaml_node_t *node);
const char *yaml_doc_text(const yaml_node_t *node); /* of a scalar */

/* Stores VIB_ECONFIG with "origin:line:column: " and the sentence in *err; returns VIB_ECONFIG. */
int yaml_doc_error(const struct yaml_doc *doc, const yaml_node_t *node, struct vib_error *err,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
