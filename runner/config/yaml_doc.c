#include "runner/config/yaml_doc.h"

#include "runner/config/yaml_scan.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Keeps the end of a long origin, where a path tells most, and makes it one line. */
static void set_origin(struct yaml_doc *doc, const char *origin) {
    size_t length = strlen(origin), room = sizeof doc->origin - 1;
    const char *dots = length > room ? "..." : "";
    if (length > room)
        origin += length - (room - strlen(dots));
    snprintf(doc->origin, sizeof doc->origin, "%s%s", dots, origin);
    for (char *c = doc->origin; *c; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    }
}

static int error_at(const struct yaml_doc *doc, yaml_mark_t mark, struct vib_error *err,
                    const char *sentence) {
    if (!doc->has_places)
        return vib_error_set(err, VIB_ECONFIG, "%s: %s", doc->origin, sentence);
    return vib_error_set(err, VIB_ECONFIG, "%s:%zu:%zu: %s", doc->origin, mark.line + 1,
                         mark.column + 1, sentence);
}

int yaml_doc_load(struct yaml_doc *doc, const char *origin, bool has_places, const char *text,
                  size_t size, struct vib_error *err) {
    static const char mark_of_utf8[] = "\xef\xbb\xbf";
    const size_t mark_size = sizeof mark_of_utf8 - 1;
    memset(doc, 0, sizeof *doc);
    set_origin(doc, origin);
    if (size >= mark_size && memcmp(text, mark_of_utf8, mark_size) == 0) {
        text += mark_size;
        size -= mark_size;
    }
    doc->has_places = has_places;
    char problem[YAML_SCAN_PROBLEM_SIZE];
    yaml_mark_t mark = {0, 0, 0};
    int rc = yaml_scan(text, size, problem, &mark);
    if (rc == 0) {
        rc = yaml_scan_load(text, size, &doc->document, problem, &mark);
        doc->loaded = rc == 0;
    }
    if (rc == VIB_ECONFIG)
        return error_at(doc, mark, err, problem);
    return rc == 0 ? 0 : vib_error_set(err, rc, "out of memory");
}

void yaml_doc_release(struct yaml_doc *doc) {
    if (doc->loaded)
        yaml_document_delete(&doc->document);
    memset(doc, 0, sizeof *doc);
}

/* libyaml's accessors take non-const documents, though they change nothing. */
static yaml_document_t *document(const struct yaml_doc *doc) {
    return (yaml_document_t *)(uintptr_t)&doc->document;
}

const yaml_node_t *yaml_doc_root(const struct yaml_doc *doc) {
    return yaml_document_get_root_node(document(doc));
}

size_t yaml_doc_length(const yaml_node_t *node) {
    if (yaml_doc_is_list(node))
        return (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    if (yaml_doc_is_mapping(node))
        return (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
    return 0;
}

const yaml_node_t *yaml_doc_item(const struct yaml_doc *doc, const yaml_node_t *node, size_t i) {
    assert(yaml_doc_is_list(node) && i < yaml_doc_length(node));
    return yaml_document_get_node(document(doc), node->data.sequence.items.start[i]);
}

const yaml_node_t *yaml_doc_key(const struct yaml_doc *doc, const yaml_node_t *node, size_t i) {
    assert(yaml_doc_is_mapping(node) && i < yaml_doc_length(node));
    return yaml_document_get_node(document(doc), node->data.mapping.pairs.start[i].key);
}

const yaml_node_t *yaml_doc_value(const struct yaml_doc *doc, const yaml_node_t *node, size_t i) {
    assert(yaml_doc_is_mapping(node) && i < yaml_doc_length(node));
    return yaml_document_get_node(document(doc), node->data.mapping.pairs.start[i].value);
}

bool yaml_doc_is_scalar(const yaml_node_t *node) {
    return node->type == YAML_SCALAR_NODE;
}

bool yaml_doc_is_nothing(const yaml_node_t *node) {
    return node->type == YAML_SCALAR_NODE && node->data.scalar.length == 0 &&
           node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

bool yaml_doc_is_list(const yaml_node_t *node) {
    return node->type == YAML_SEQUENCE_NODE;
}

bool yaml_doc_is_mapping(const yaml_node_t *node) {
    return node->type == YAML_MAPPING_NODE;
}

const char *yaml_doc_text(const yaml_node_t *node) {
    assert(yaml_doc_is_scalar(node));
    return (const char *)node->data.scalar.value;
}

int yaml_doc_error(const struct yaml_doc *doc, const yaml_node_t *node, struct vib_error *err,
                   const char *format, ...) {
    char sentence[sizeof err->message];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    return error_at(doc, node->start_mark, err, sentence);
}
