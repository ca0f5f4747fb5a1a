#include "runner/config/grid_expression.h"

#include "runner/base/number.h"
#include "runner/base/quote.h"

#include <stddef.h>
#include <string.h>

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

int grid_expression_read(struct value_source *source, struct vib_error *err) {
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
