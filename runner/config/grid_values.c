#include "runner/config/grid_values.h"

#include "runner/base/number.h"
#include "runner/base/quote.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- reading expressions --- */

enum { FROM, TO, THIRD, N_FIELDS };

struct form {
    const char *name;
    const char *fields[N_FIELDS];
    enum value_kind kind;
};

static const struct form forms[] = {
    {"logspace", {"from", "to", "count"}, VALUE_LOGSPACE},
    {"linspace", {"from", "to", "count"}, VALUE_LINSPACE},
    {"range", {"from", "to", "step"}, VALUE_RANGE},
};
static const size_t n_forms = sizeof forms / sizeof forms[0];

static const struct form *find_form(const yaml_node_t *name) {
    for (size_t i = 0; yaml_doc_is_scalar(name) && i < n_forms; i++) {
        if (strcmp(forms[i].name, yaml_doc_text(name)) == 0)
            return &forms[i];
    }
    return NULL;
}

static int read_field(const struct yaml_doc *doc, const struct form *form,
                      const yaml_node_t *mapping, size_t pair, const yaml_node_t *fields[N_FIELDS],
                      struct vib_error *err) {
    const yaml_node_t *name = yaml_doc_key(doc, mapping, pair);
    const yaml_node_t *value = yaml_doc_value(doc, mapping, pair);
    if (!yaml_doc_is_scalar(name))
        return yaml_doc_error(doc, name, err, "a field of %s must be a name", form->name);
    const char *text = yaml_doc_text(name);
    char quoted[QUOTE_SIZE];
    size_t i = 0;
    while (i < N_FIELDS && strcmp(form->fields[i], text) != 0)
        i++;
    if (i == N_FIELDS)
        return yaml_doc_error(doc, name, err, "unknown field %s in %s: it takes %s, %s and %s",
                              quote(quoted, text), form->name, form->fields[FROM], form->fields[TO],
                              form->fields[THIRD]);
    if (fields[i])
        return yaml_doc_error(doc, name, err, "%s is given twice in %s", text, form->name);
    if (!yaml_doc_is_scalar(value))
        return yaml_doc_error(doc, value, err, "%s of %s must be a number, not a %s", text,
                              form->name, yaml_doc_is_list(value) ? "list" : "mapping");
    fields[i] = value;
    return 0;
}

static int read_fields(const struct yaml_doc *doc, const struct form *form,
                       const yaml_node_t *mapping, const yaml_node_t *fields[N_FIELDS],
                       struct vib_error *err) {
    if (!yaml_doc_is_mapping(mapping))
        return yaml_doc_error(doc, mapping, err, "%s takes a mapping: {%s: ..., %s: ..., %s: ...}",
                              form->name, form->fields[FROM], form->fields[TO],
                              form->fields[THIRD]);
    for (size_t i = 0; i < yaml_doc_length(mapping); i++) {
        int rc = read_field(doc, form, mapping, i, fields, err);
        if (rc != 0)
            return rc;
    }
    for (size_t i = 0; i < N_FIELDS; i++) {
        if (!fields[i])
            return yaml_doc_error(doc, mapping, err, "%s lacks %s: it takes %s, %s and %s",
                                  form->name, form->fields[i], form->fields[FROM], form->fields[TO],
                                  form->fields[THIRD]);
    }
    return 0;
}

static int read_number(const struct yaml_doc *doc, const yaml_node_t *node, const char *field,
                       double *value, struct decimal *decimal, struct vib_error *err) {
    const char *text = yaml_doc_text(node);
    char quoted[QUOTE_SIZE];
    enum number_status status = number_parse_real(text, value);
    if (status == NUMBER_MALFORMED)
        return yaml_doc_error(doc, node, err, "%s must be a number, not %s", field,
                              quote(quoted, text));
    if (status == NUMBER_OUT_OF_RANGE)
        return yaml_doc_error(doc, node, err, "%s: %s is too large or too small", field,
                              quote(quoted, text));
    if (!decimal_parse(text, decimal))
        return yaml_doc_error(doc, node, err, "%s: %s has more than 30 digits", field,
                              quote(quoted, text));
    return 0;
}

static int read_count(struct value_source *source, const yaml_node_t *node, struct vib_error *err) {
    const char *text = yaml_doc_text(node);
    char quoted[QUOTE_SIZE];
    enum number_status status = number_parse_integer(text, &source->n);
    if (status == NUMBER_OUT_OF_RANGE)
        source->n = UINT64_MAX;
    if (status == NUMBER_MALFORMED || source->n == 0)
        return yaml_doc_error(source->doc, node, err,
                              "count must be a whole number of at least 1, not %s",
                              quote(quoted, text));
    double from = source->from_value, to = source->to_value;
    if (source->n == 1 && (from < to || from > to))
        return yaml_doc_error(source->doc, node, err,
                              "count must be at least 2 where from and to differ");
    return 0;
}

/* Counts the steps that fit between the ends. */
static int count_steps(struct value_source *source, const yaml_node_t *step_node,
                       struct vib_error *err) {
    decimal_digits distance = source->to.digits - source->from.digits;
    decimal_digits step = source->step.digits;
    char quoted[QUOTE_SIZE];
    if (step == 0)
        return yaml_doc_error(source->doc, step_node, err, "step must not be 0");
    if (distance != 0 && (distance < 0) != (step < 0))
        return yaml_doc_error(source->doc, step_node, err, "a step of %s leads away from `to`",
                              quote(quoted, yaml_doc_text(step_node)));
    decimal_digits steps = distance / step;
    source->n = steps >= (decimal_digits)UINT64_MAX ? UINT64_MAX : (uint64_t)steps + 1;
    return 0;
}

static int read_ends(struct value_source *source, const struct form *form,
                     const yaml_node_t *fields[N_FIELDS], struct vib_error *err) {
    struct decimal numbers[N_FIELDS] = {{0, 0}};
    double values[N_FIELDS] = {0};
    size_t n = source->kind == VALUE_RANGE ? N_FIELDS : THIRD;
    for (size_t i = 0; i < n; i++) {
        int rc = read_number(source->doc, fields[i], form->fields[i], &values[i], &numbers[i], err);
        if (rc != 0)
            return rc;
        if (source->kind == VALUE_LOGSPACE && !(values[i] > 0))
            return yaml_doc_error(source->doc, fields[i], err, "%s of logspace must be above 0",
                                  form->fields[i]);
    }
    if (source->kind != VALUE_LOGSPACE && !decimal_align(numbers, n))
        return yaml_doc_error(source->doc, fields[FROM], err,
                              "the numbers of %s differ too much in magnitude", form->name);
    source->from = numbers[FROM];
    source->to = numbers[TO];
    source->step = numbers[THIRD];
    source->from_value = values[FROM];
    source->to_value = values[TO];
    return 0;
}

/* Fills in kind, n and the ends of a source whose node is a mapping. */
static int read_expression(struct value_source *source, struct vib_error *err) {
    const yaml_node_t *fields[N_FIELDS] = {NULL};
    const struct key *key = source->key;
    const struct form *form = NULL;
    if (yaml_doc_length(source->node) == 1)
        form = find_form(yaml_doc_key(source->doc, source->node, 0));
    if (!form)
        return yaml_doc_error(source->doc, source->node, err,
                              "the values for %s must be a list, or one of {logspace: ...}, "
                              "{linspace: ...} and {range: ...}",
                              key->name);
    if (key->type != KEY_REAL && key->type != KEY_SIZE && key->type != KEY_SEED)
        return yaml_doc_error(source->doc, source->node, err,
                              "%s is not a number: list its values instead of using %s", key->name,
                              form->name);
    source->kind = form->kind;
    const yaml_node_t *value = yaml_doc_value(source->doc, source->node, 0);
    int rc = read_fields(source->doc, form, value, fields, err);
    if (rc == 0)
        rc = read_ends(source, form, fields, err);
    if (rc != 0)
        return rc;
    return source->kind == VALUE_RANGE ? count_steps(source, fields[THIRD], err)
                                       : read_count(source, fields[THIRD], err);
}

/* --- single values and lists --- */

static bool is_flat_list(const struct yaml_doc *doc, const yaml_node_t *node) {
    if (!yaml_doc_is_list(node))
        return false;
    for (size_t i = 0; i < yaml_doc_length(node); i++) {
        if (!yaml_doc_is_scalar(yaml_doc_item(doc, node, i)))
            return false;
    }
    return true;
}

int value_source_init(struct value_source *source, const struct yaml_doc *doc,
                      const yaml_node_t *node, const struct key *key, struct vib_error *err) {
    *source = (struct value_source){.key = key, .doc = doc, .node = node, .n = 1};
    if (yaml_doc_is_mapping(node))
        return read_expression(source, err);
    if (yaml_doc_is_scalar(node) || (key_is_list(key) && is_flat_list(doc, node)))
        return 0;
    source->kind = VALUE_LIST;
    source->n = yaml_doc_length(node);
    if (source->n == 0)
        return yaml_doc_error(doc, node, err, "the list of values for %s is empty", key->name);
    return 0;
}

/* Whether an item of a list may stand in key_set's text, where commas and brackets have meaning;
 * what it says is key_set's to judge. */
static bool is_plain(const struct key *key, const char *item) {
    uint64_t value;
    if (key->type == KEY_WIDTHS)
        return strlen(item) <= 20 && number_parse_integer(item, &value) == NUMBER_OK;
    for (const struct key_choice *choice = key->choices; choice->name; choice++)
        if (strcmp(choice->name, item) == 0)
            return true;
    return false;
}

/* Writes "[a, b]" for key_set, which refuses what did not fit and was cut. */
static int list_text(const struct yaml_doc *doc, const yaml_node_t *node, const struct key *key,
                     char text[KEY_TEXT_SIZE], struct vib_error *err) {
    char accepted[KEY_ACCEPTS_SIZE];
    size_t n = yaml_doc_length(node);
    if (n > key_max_items(key))
        return yaml_doc_error(doc, node, err, "%s must be %s, not %zu", key->name,
                              key_accepts(key, accepted), n);
    size_t length = (size_t)snprintf(text, KEY_TEXT_SIZE, "[");
    for (size_t i = 0; i < n && length < KEY_TEXT_SIZE; i++) {
        const yaml_node_t *item = yaml_doc_item(doc, node, i);
        char quoted[QUOTE_SIZE];
        if (!yaml_doc_is_scalar(item))
            return yaml_doc_error(doc, item, err, "%s must be %s, without lists in it", key->name,
                                  key_accepts(key, accepted));
        const char *given = yaml_doc_text(item);
        if (!is_plain(key, given))
            return yaml_doc_error(doc, item, err, "%s must be %s, not %s%s", key->name,
                                  key_accepts(key, accepted), quote(quoted, given),
                                  key_note_comma(given));
        length +=
            (size_t)snprintf(text + length, KEY_TEXT_SIZE - length, "%s%s", i ? ", " : "", given);
    }
    if (length < KEY_TEXT_SIZE)
        snprintf(text + length, KEY_TEXT_SIZE - length, "]");
    return 0;
}

/* The text that key_set takes for one value; *text points into the document or the buffer. */
static int single_text(const struct yaml_doc *doc, const yaml_node_t *node, const struct key *key,
                       char buffer[KEY_TEXT_SIZE], const char **text, struct vib_error *err) {
    char accepted[KEY_ACCEPTS_SIZE];
    if (yaml_doc_is_list(node) && key_is_list(key)) {
        *text = buffer;
        return list_text(doc, node, key, buffer, err);
    }
    if (!yaml_doc_is_scalar(node))
        return yaml_doc_error(doc, node, err, "%s must be %s, not a %s", key->name,
                              key_accepts(key, accepted),
                              yaml_doc_is_list(node) ? "list" : "mapping");
    *text = yaml_doc_text(node);
    return 0;
}

/* Sets the key to the text, of which a string is copied. */
static int set_at(struct settings *settings, const struct yaml_doc *doc, const yaml_node_t *node,
                  const struct key *key, const char *text, struct config_arena *arena,
                  struct vib_error *err) {
    struct vib_error reason;
    if (key->type == KEY_STRING && !(text = config_arena_copy(arena, text)))
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    int rc = key_set(settings, key, text, &reason);
    return rc == 0 ? 0 : yaml_doc_error(doc, node, err, "%s", reason.message);
}

int value_set(struct settings *settings, const struct yaml_doc *doc, const yaml_node_t *node,
              const struct key *key, struct config_arena *arena, struct vib_error *err) {
    char accepted[KEY_ACCEPTS_SIZE], buffer[KEY_TEXT_SIZE];
    bool single = yaml_doc_is_scalar(node) || (key_is_list(key) && is_flat_list(doc, node));
    if (!single)
        return yaml_doc_error(doc, node, err, "%s must be %s, not a %s%s", key->name,
                              key_accepts(key, accepted),
                              yaml_doc_is_list(node) ? "list" : "mapping",
                              key->flags & KEY_SWEEP ? "" : "; to sweep it, put it under grid:");
    const char *text;
    int rc = single_text(doc, node, key, buffer, &text, err);
    return rc != 0 ? rc : set_at(settings, doc, node, key, text, arena, err);
}

/* --- the values of expressions --- */

static bool is_integer(const struct key *key) {
    return key->type == KEY_SIZE || key->type == KEY_SEED;
}

/* from + (to - from) * i / (n - 1), exact where it is a decimal. */
static void linspace_text(const struct value_source *source, size_t i, char text[DECIMAL_SIZE]) {
    decimal_digits gaps = source->n > 1 ? (decimal_digits)(source->n - 1) : 1;
    decimal_digits along = (decimal_digits)i;
    struct decimal scaled = source->from; /* gaps times the value */
    scaled.digits = source->from.digits * (gaps - along) + source->to.digits * along;
    if (scaled.digits % gaps == 0) {
        scaled.digits /= gaps;
        decimal_format(scaled, text);
        return;
    }
    double value = 0;
    decimal_format(scaled, text);
    (void)number_parse_real(text, &value); /* an underflow leaves 0 */
    number_format_rounded(value / (double)gaps, text, DECIMAL_SIZE);
}

/* Extended precision, because 15 digits must be right after the logarithm and the power. */
static void logspace_text(const struct value_source *source, size_t i, char text[DECIMAL_SIZE]) {
    if (i == 0 || i == source->n - 1) {
        decimal_format(i == 0 ? source->from : source->to, text);
        return;
    }
    long double from = log10l((long double)source->from_value);
    long double to = log10l((long double)source->to_value);
    long double share = (long double)i / (long double)(source->n - 1);
    long double value = powl(10, from + (to - from) * share);
    if (!is_integer(source->key))
        number_format_rounded((double)value, text, DECIMAL_SIZE);
    else /* 1e20 is out of every key's range already */
        snprintf(text, DECIMAL_SIZE, "%.0Lf", roundl(value < 1e20L ? value : 1e20L));
}

static void range_text(const struct value_source *source, size_t i, char text[DECIMAL_SIZE]) {
    struct decimal value = source->from;
    value.digits += source->step.digits * (decimal_digits)i;
    decimal_format(value, text);
}

static void expression_text(const struct value_source *source, size_t i, char text[DECIMAL_SIZE]) {
    if (source->kind == VALUE_LOGSPACE)
        logspace_text(source, i, text);
    else if (source->kind == VALUE_LINSPACE)
        linspace_text(source, i, text);
    else
        range_text(source, i, text);
}

/* --- the values of a source --- */

int value_source_set(const struct value_source *source, size_t i, struct settings *settings,
                     struct config_arena *arena, struct vib_error *err) {
    const yaml_node_t *node = source->node;
    char buffer[KEY_TEXT_SIZE];
    const char *text = buffer;
    int rc = 0;
    if (source->kind == VALUE_LIST)
        node = yaml_doc_item(source->doc, node, i);
    if (source->kind == VALUE_LIST || source->kind == VALUE_SINGLE)
        rc = single_text(source->doc, node, source->key, buffer, &text, err);
    else
        expression_text(source, i, buffer);
    return rc != 0 ? rc : set_at(settings, source->doc, node, source->key, text, arena, err);
}
