#include "core/data/labels.h"

#include "core/printable.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A label that was seen, and where first. */
struct label {
    int64_t number;
    char *text; /* NULL: a number; owned */
    enum vib_split_id split;
    size_t example;
    uint16_t class;
};

/* The labels of a split, each as its place among those seen. */
struct column {
    char *source;
    uint16_t *codes; /* [room], the first min(n, limit) set */
    size_t n, room, limit;
};

enum { SLOTS = 4 * VIB_MAX_CLASSES }; /* of the hash table: a quarter of it is in use at most */

struct vib_labels {
    struct label *seen; /* [n_seen] of n_room, in the order of their appearance */
    size_t n_seen, n_room;
    uint32_t *slots; /* [SLOTS], 1 + a place in seen; 0: free */
    struct column column[VIB_SPLITS];
    enum vib_split_id split;
};

static int no_memory(struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "out of memory for labels");
}

int vib_labels_new(struct vib_labels **labels, struct vib_error *err) {
    struct vib_labels *made = calloc(1, sizeof *made);
    if (made != NULL)
        made->slots = calloc(SLOTS, sizeof *made->slots);
    if (made == NULL || made->slots == NULL) {
        free(made);
        return no_memory(err);
    }
    *labels = made;
    return 0;
}

void vib_labels_free(struct vib_labels *labels) {
    if (labels == NULL)
        return;
    for (size_t i = 0; i < labels->n_seen; i++)
        free(labels->seen[i].text);
    for (size_t s = 0; s < VIB_SPLITS; s++) {
        free(labels->column[s].source);
        free(labels->column[s].codes);
    }
    free(labels->seen);
    free(labels->slots);
    free(labels);
}

int vib_labels_begin(struct vib_labels *labels, enum vib_split_id id, const char *source,
                     size_t limit, struct vib_error *err) {
    struct column *column = &labels->column[id];
    free(column->source);
    free(column->codes);
    *column = (struct column){.source = strdup(source), .limit = limit};
    labels->split = id;
    return column->source == NULL ? no_memory(err) : 0;
}

/* --- collecting --- */

/* FNV-1a. */
static size_t slot_of(const void *bytes, size_t n) {
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ ((const uint8_t *)bytes)[i]) * 1099511628211u;
    return (size_t)(hash ^ hash >> 32) % SLOTS;
}

static bool is_same(const struct label *label, int64_t number, const char *text, size_t length) {
    if (text == NULL)
        return label->text == NULL && label->number == number;
    return label->text != NULL && strncmp(label->text, text, length) == 0 &&
           label->text[length] == '\0';
}

static int add_label(struct vib_labels *labels, int64_t number, const char *text, size_t length,
                     struct vib_error *err) {
    const struct column *column = &labels->column[labels->split];
    if (labels->n_seen == VIB_MAX_CLASSES)
        return vib_error_set(err, VIB_EDATA,
                             "%s: more than %d different labels up to example %zu: are they what "
                             "is to be predicted, and classes?",
                             column->source, VIB_MAX_CLASSES, column->n);
    if (labels->n_seen == labels->n_room) {
        const size_t room = labels->n_room == 0 ? 64 : 2 * labels->n_room;
        struct label *seen = realloc(labels->seen, room * sizeof *seen);
        if (seen == NULL)
            return no_memory(err);
        labels->seen = seen;
        labels->n_room = room;
    }
    char *copy = text != NULL ? strndup(text, length) : NULL;
    if (text != NULL && copy == NULL)
        return no_memory(err);
    labels->seen[labels->n_seen++] = (struct label){
        .number = number, .text = copy, .split = labels->split, .example = column->n};
    return 0;
}

static int keep_code(struct column *column, uint16_t code, struct vib_error *err) {
    if (column->limit != 0 && column->n >= column->limit) {
        column->n++;
        return 0;
    }
    if (column->n == column->room) {
        const size_t room = column->room == 0 ? 1024 : 2 * column->room;
        uint16_t *codes = realloc(column->codes, room * sizeof *codes);
        if (codes == NULL)
            return no_memory(err);
        column->codes = codes;
        column->room = room;
    }
    column->codes[column->n++] = code;
    return 0;
}

static int add(struct vib_labels *labels, int64_t number, const char *text, size_t length,
               struct vib_error *err) {
    size_t slot = text != NULL ? slot_of(text, length) : slot_of(&number, sizeof number);
    while (labels->slots[slot] != 0 &&
           !is_same(&labels->seen[labels->slots[slot] - 1], number, text, length))
        slot = (slot + 1) % SLOTS;
    if (labels->slots[slot] == 0) {
        const int rc = add_label(labels, number, text, length, err);
        if (rc != 0)
            return rc;
        labels->slots[slot] = (uint32_t)labels->n_seen;
    }
    return keep_code(&labels->column[labels->split], (uint16_t)(labels->slots[slot] - 1), err);
}

int vib_labels_add_number(struct vib_labels *labels, int64_t number, struct vib_error *err) {
    return add(labels, number, NULL, 0, err);
}

/* Whether the text would be shown as it is. */
static int check_text(const struct vib_labels *labels, const char *text, size_t length,
                      struct vib_error *err) {
    const struct column *column = &labels->column[labels->split];
    if (length > VIB_LABEL_BYTES)
        return vib_error_set(err, VIB_EDATA,
                             "%s: the label of example %zu (counted from 0) is a text of %zu "
                             "bytes, expected at most %d",
                             column->source, column->n, length, VIB_LABEL_BYTES);
    char *shown = strndup(text, length);
    if (shown == NULL)
        return no_memory(err);
    vib_make_printable(shown);
    const bool same = strlen(shown) == length && memcmp(shown, text, length) == 0;
    free(shown);
    if (length == 0)
        return vib_error_set(err, VIB_EDATA, "%s: example %zu (counted from 0) has an empty label",
                             column->source, column->n);
    if (!same)
        return vib_error_set(err, VIB_EDATA,
                             "%s: the label of example %zu (counted from 0) is no text in UTF-8 "
                             "without control characters: %.*s",
                             column->source, column->n, length < 40 ? (int)length : 40, text);
    return 0;
}

int vib_labels_add_text(struct vib_labels *labels, const char *text, size_t length,
                        struct vib_error *err) {
    const size_t before = labels->n_seen;
    if (length > VIB_LABEL_BYTES || memchr(text, '\0', length) != NULL) /* none that is kept */
        return check_text(labels, text, length, err);
    int rc = add(labels, 0, text, length, err);
    if (rc == 0 && labels->n_seen > before) {
        labels->column[labels->split].n--; /* the example that it is of */
        rc = check_text(labels, text, length, err);
        labels->column[labels->split].n++;
    }
    return rc;
}

/* --- from labels to classes --- */

/* A whole number as people write it: 3, -3, +3, 3.0; false for what is none. */
static bool read_whole(const char *text, int64_t *number) {
    const char *c = text + (*text == '-' || *text == '+');
    const size_t digits = strspn(c, "0123456789");
    if (digits == 0 || digits > 18)
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < digits; i++)
        value = 10 * value + (uint64_t)(c[i] - '0');
    c += digits;
    c += *c == '.' ? 1 + strspn(c + 1, "0") : 0;
    *number = *text == '-' ? -(int64_t)value : (int64_t)value;
    return *c == '\0';
}

static bool is_real(const char *text) {
    char *end;
    const double value = strtod(text, &end);
    return *end == '\0' && end > text && isfinite(value);
}

/* Makes all labels numbers, where all are: those of a CSV file come as texts. Fractions among
 * numbers are a mistake: something else than a class was taken for the label. */
static int read_numbers(struct vib_labels *labels, bool *numbers, struct vib_error *err) {
    const struct label *fraction = NULL;
    int64_t number;
    *numbers = true;
    for (size_t i = 0; i < labels->n_seen; i++) {
        const struct label *label = &labels->seen[i];
        if (label->text == NULL || read_whole(label->text, &number))
            continue;
        if (!is_real(label->text))
            *numbers = false;
        else if (fraction == NULL)
            fraction = label;
    }
    if (*numbers && fraction != NULL)
        return vib_error_set(err, VIB_EDATA,
                             "%s: the label of example %zu (counted from 0), %s, is no whole "
                             "number: labels are whole numbers or names",
                             labels->column[fraction->split].source, fraction->example,
                             fraction->text);
    for (size_t i = 0; *numbers && i < labels->n_seen; i++) {
        struct label *label = &labels->seen[i];
        if (label->text != NULL)
            (void)read_whole(label->text, &label->number);
        free(label->text);
        label->text = NULL;
    }
    return 0;
}

/* Among texts a number is its digits. */
static int write_numbers(struct vib_labels *labels, struct vib_error *err) {
    for (size_t i = 0; i < labels->n_seen; i++) {
        char text[24];
        struct label *label = &labels->seen[i];
        if (label->text != NULL)
            continue;
        snprintf(text, sizeof text, "%" PRId64, label->number);
        label->text = strdup(text);
        if (label->text == NULL)
            return no_memory(err);
    }
    return 0;
}

static int compare(const void *a, const void *b) {
    const struct label *left = *(struct label *const *)a, *right = *(struct label *const *)b;
    if (left->text != NULL)
        return strcmp(left->text, right->text);
    return (left->number > right->number) - (left->number < right->number);
}

/* Gives labels [n_seen], in ascending order, their classes; equal ones, as 1 and 1.0, the same. */
static size_t number_classes(struct label **sorted, size_t n) {
    size_t classes = 0;
    for (size_t i = 0; i < n; i++) {
        classes += i == 0 || compare(&sorted[i - 1], &sorted[i]) != 0;
        sorted[i]->class = (uint16_t)(classes - 1);
    }
    return classes;
}

static int take_as_classes(const struct vib_labels *labels, size_t classes, struct vib_error *err) {
    for (size_t i = 0; i < labels->n_seen; i++) {
        struct label *label = &labels->seen[i];
        if (label->number < 0 || label->number >= (int64_t)classes)
            return vib_error_set(err, VIB_EDATA,
                                 "%s: label out of range: expected one from 0 to %zu "
                                 "(dataset.classes is %zu), found %" PRId64
                                 " at example %zu (counted from 0)",
                                 labels->column[label->split].source, classes - 1, classes,
                                 label->number, label->example);
        label->class = (uint16_t)label->number;
    }
    return 0;
}

/* The name of each class; those of classes without a label, at the end, are "". */
static int name_classes(struct label **sorted, size_t n, struct vib_dataset *data,
                        struct vib_error *err) {
    data->class_names = calloc(data->classes, sizeof *data->class_names);
    if (data->class_names == NULL)
        return no_memory(err);
    for (size_t i = 0; i < n; i++) {
        char digits[24], **name = &data->class_names[sorted[i]->class];
        snprintf(digits, sizeof digits, "%" PRId64, sorted[i]->number);
        if (*name == NULL)
            *name = strdup(sorted[i]->text != NULL ? sorted[i]->text : digits);
        if (*name == NULL)
            return no_memory(err);
    }
    for (size_t c = 0; c < data->classes; c++)
        if (data->class_names[c] == NULL && (data->class_names[c] = strdup("")) == NULL)
            return no_memory(err);
    return 0;
}

/* Maps labels to classes in sorted order and names these, unless numbers are classes already. */
static int map(struct vib_labels *labels, bool numbers, size_t classes, struct label **sorted,
               struct vib_dataset *data, struct vib_error *err) {
    const size_t n = labels->n_seen;
    for (size_t i = 0; i < n; i++)
        sorted[i] = &labels->seen[i];
    qsort(sorted, n, sizeof(struct label *), compare);
    const size_t found = number_classes(sorted, n);
    const struct label *last = sorted[n - 1];
    if (classes != 0 && found > classes)
        return vib_error_set(err, VIB_EDATA, "%s: %zu different labels, but dataset.classes is %zu",
                             labels->column[last->split].source, found, classes);
    data->classes = classes != 0 ? classes : found < 2 ? 2 : found;
    if (numbers && sorted[0]->number == 0 && last->number == (int64_t)found - 1)
        return 0;
    if (found < 2)
        return vib_error_set(err, VIB_EDATA,
                             "%s: all labels are the same: there is nothing to be predicted",
                             labels->column[last->split].source);
    return name_classes(sorted, n, data, err);
}

/* Codes become classes, in place, and the splits' own. */
static void hand_over(struct vib_labels *labels, struct vib_dataset *data) {
    for (size_t s = 0; s < VIB_SPLITS; s++) {
        struct column *column = &labels->column[s];
        const size_t n =
            column->limit != 0 && column->limit < column->n ? column->limit : column->n;
        for (size_t i = 0; i < n; i++)
            column->codes[i] = labels->seen[column->codes[i]].class;
        uint16_t *fewer = n > 0 ? realloc(column->codes, n * sizeof *fewer) : NULL;
        data->split[s].labels = fewer != NULL ? fewer : column->codes;
        column->codes = NULL;
    }
}

int vib_labels_finish(struct vib_labels *labels, size_t classes, struct vib_dataset *data,
                      struct vib_error *err) {
    bool numbers = true;
    struct label **sorted = malloc((labels->n_seen + 1) * sizeof *sorted);
    int rc = sorted == NULL ? no_memory(err) : read_numbers(labels, &numbers, err);
    if (rc == 0 && !numbers)
        rc = write_numbers(labels, err);
    if (rc == 0 && numbers && classes != 0) {
        data->classes = classes;
        rc = take_as_classes(labels, classes, err);
    } else if (rc == 0) {
        rc = map(labels, numbers, classes, sorted, data, err);
    }
    free(sorted);
    if (rc == 0)
        hand_over(labels, data);
    return rc;
}
