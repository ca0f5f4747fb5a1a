#include "runner/config/yaml_scan.h"

#include "core/error.h"
#include "runner/base/quote.h"
#include "runner/config/yaml_doc.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct anchor {
    char *name;
    bool open; /* its collection has begun and not ended */
};

struct scan {
    char *problem;
    yaml_mark_t *mark;
    size_t n_documents, n_nodes;
    size_t depth;
    struct anchor *collections[YAML_DOC_MAX_DEPTH]; /* the open ones'; NULL: without an anchor */
    size_t n_anchors;
    struct anchor anchors[YAML_DOC_MAX_ANCHORS];
};

__attribute__((format(printf, 3, 4))) static int fail(struct scan *scan, yaml_mark_t mark,
                                                      const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(scan->problem, YAML_SCAN_PROBLEM_SIZE, format, args);
    va_end(args);
    *scan->mark = mark;
    return VIB_ECONFIG;
}

/* The place of a byte, where libyaml knows only its offset. */
static yaml_mark_t mark_of_offset(const char *text, size_t size, size_t offset) {
    yaml_mark_t mark = {offset, 0, 0};
    for (size_t i = 0; i < offset && i < size; i++) {
        mark.column += ((unsigned char)text[i] & 0xc0) != 0x80;
        if (text[i] == '\n') {
            mark.line++;
            mark.column = 0;
        }
    }
    return mark;
}

/* Whether the character at that place, which libyaml found, is a tab. */
static bool is_tab(const char *text, size_t size, yaml_mark_t mark) {
    size_t line = 0, column = 0;
    for (size_t i = 0; i < size; i++) {
        if (((unsigned char)text[i] & 0xc0) == 0x80)
            continue; /* within a character */
        if (line == mark.line && column == mark.column)
            return text[i] == '\t';
        column = text[i] == '\n' ? 0 : column + 1;
        line += text[i] == '\n';
    }
    return false;
}

/* Turns libyaml's account of a failure into ours. */
static int parser_problem(const yaml_parser_t *parser, const char *text, size_t size,
                          struct scan *scan) {
    const char *problem = parser->problem;
    /* Some failed allocations in libyaml set no error at all. */
    if (parser->error == YAML_MEMORY_ERROR || !problem)
        return VIB_ENOMEM;
    if (parser->error == YAML_READER_ERROR)
        return fail(scan, mark_of_offset(text, size, parser->problem_offset),
                    "not a text in UTF-8: %s", problem);
    if (is_tab(text, size, parser->problem_mark))
        return fail(scan, parser->problem_mark, "a tab: YAML is indented with spaces");
    if (parser->context)
        return fail(scan, parser->problem_mark, "not valid YAML: %s, %s", parser->context, problem);
    return fail(scan, parser->problem_mark, "not valid YAML: %s", problem);
}

/* Records a node and its anchor, which *anchor then points to (NULL: it has none). */
static int add_node(struct scan *scan, const yaml_char_t *name, yaml_mark_t mark,
                    struct anchor **anchor) {
    *anchor = NULL;
    if (++scan->n_nodes > YAML_DOC_MAX_NODES)
        return fail(scan, mark, "more than %d values", (int)YAML_DOC_MAX_NODES);
    if (!name)
        return 0;
    if (scan->n_anchors == YAML_DOC_MAX_ANCHORS)
        return fail(scan, mark, "more than %d anchors", (int)YAML_DOC_MAX_ANCHORS);
    char *copy = strdup((const char *)name);
    if (!copy)
        return VIB_ENOMEM;
    *anchor = &scan->anchors[scan->n_anchors++];
    **anchor = (struct anchor){copy, false};
    return 0;
}

static int open_collection(struct scan *scan, const yaml_char_t *name, yaml_mark_t mark) {
    struct anchor *anchor;
    int rc = add_node(scan, name, mark, &anchor);
    if (rc != 0)
        return rc;
    if (scan->depth == YAML_DOC_MAX_DEPTH)
        return fail(scan, mark, "nested deeper than %d levels", (int)YAML_DOC_MAX_DEPTH);
    scan->collections[scan->depth++] = anchor;
    if (anchor)
        anchor->open = true;
    return 0;
}

static void close_collection(struct scan *scan) {
    struct anchor *anchor = scan->collections[--scan->depth];
    if (anchor)
        anchor->open = false;
}

static int check_alias(struct scan *scan, const yaml_event_t *event) {
    const char *name = (const char *)event->data.alias.anchor;
    char quoted[QUOTE_SIZE];
    if (++scan->n_nodes > YAML_DOC_MAX_NODES)
        return fail(scan, event->start_mark, "more than %d values", (int)YAML_DOC_MAX_NODES);
    for (size_t i = 0; i < scan->n_anchors; i++) {
        if (scan->anchors[i].open && strcmp(scan->anchors[i].name, name) == 0)
            return fail(scan, event->start_mark, "the alias %s contains itself",
                        quote(quoted, name));
    }
    return 0;
}

static int check_scalar(struct scan *scan, const yaml_event_t *event) {
    struct anchor *anchor;
    const char *value = (const char *)event->data.scalar.value;
    if (memchr(value, '\0', event->data.scalar.length))
        return fail(scan, event->start_mark, "a value contains a NUL character");
    return add_node(scan, event->data.scalar.anchor, event->start_mark, &anchor);
}

static int check_event(struct scan *scan, const yaml_event_t *event) {
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (++scan->n_documents > 1)
            return fail(scan, event->start_mark, "a second document begins here; only one is read");
        return 0;
    case YAML_SCALAR_EVENT:
        return check_scalar(scan, event);
    case YAML_ALIAS_EVENT:
        return check_alias(scan, event);
    case YAML_SEQUENCE_START_EVENT:
        return open_collection(scan, event->data.sequence_start.anchor, event->start_mark);
    case YAML_MAPPING_START_EVENT:
        return open_collection(scan, event->data.mapping_start.anchor, event->start_mark);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        close_collection(scan);
        return 0;
    default:
        return 0;
    }
}

static int parser_open(yaml_parser_t *parser, const char *text, size_t size) {
    if (!yaml_parser_initialize(parser))
        return VIB_ENOMEM;
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(parser, (const unsigned char *)text, size);
    return 0;
}

static int scan_events(struct scan *scan, yaml_parser_t *parser, const char *text, size_t size) {
    bool at_end = false;
    int rc = 0;
    while (rc == 0 && !at_end) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event))
            return parser_problem(parser, text, size, scan);
        at_end = event.type == YAML_STREAM_END_EVENT;
        rc = check_event(scan, &event);
        yaml_event_delete(&event);
    }
    return rc;
}

int yaml_scan(const char *text, size_t size, char problem[YAML_SCAN_PROBLEM_SIZE],
              yaml_mark_t *mark) {
    struct scan scan = {.problem = problem, .mark = mark};
    const char *nul = memchr(text, '\0', size);
    if (nul)
        return fail(&scan, mark_of_offset(text, size, (size_t)(nul - text)),
                    "a NUL character: this is not a text in UTF-8");
    yaml_parser_t parser;
    int rc = parser_open(&parser, text, size);
    if (rc != 0)
        return rc;
    rc = scan_events(&scan, &parser, text, size);
    yaml_parser_delete(&parser);
    for (size_t i = 0; i < scan.n_anchors; i++)
        free(scan.anchors[i].name);
    return rc;
}

int yaml_scan_load(const char *text, size_t size, yaml_document_t *document,
                   char problem[YAML_SCAN_PROBLEM_SIZE], yaml_mark_t *mark) {
    struct scan scan = {.problem = problem, .mark = mark};
    yaml_parser_t parser;
    int rc = parser_open(&parser, text, size);
    if (rc != 0)
        return rc;
    if (!yaml_parser_load(&parser, document))
        rc = parser_problem(&parser, text, size, &scan);
    yaml_parser_delete(&parser);
    return rc;
}
