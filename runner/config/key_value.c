/* Values of keys as text, and what a key accepts. Declared in keys.h. */
#include "runner/config/keys.h"

#include "runner/base/number.h"
#include "runner/base/quote.h"
#include "runner/base/text.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

/* Appends to the string in out, cutting it at size. */
__attribute__((format(printf, 3, 4))) static void append(char *out, size_t size, const char *format,
                                                         ...) {
    size_t length = strlen(out);
    va_list args;
    va_start(args, format);
    vsnprintf(out + length, size - length, format, args);
    va_end(args);
}

size_t key_max_items(const struct key *key) {
    size_t names = 0;
    if (key->type == KEY_WIDTHS)
        return VIB_MAX_HIDDEN;
    while (key->type == KEY_SET && key->choices[names].name)
        names++;
    return names;
}

/* What integers of this key may be at most. A double cannot hold 2^63 - 1; 2^63 stands for it. */
static uint64_t max_integer(const struct key *key) {
    uint64_t limit = key->max < 0x1p63 ? (uint64_t)key->max : INT64_MAX;
    return key->type == KEY_SEED || limit < SIZE_MAX ? limit : SIZE_MAX;
}

static void append_real_range(const struct key *key, char *out) {
    char text[32];
    number_format_real(key->min, text, sizeof text);
    append(out, KEY_ACCEPTS_SIZE, key->flags & KEY_ABOVE_MIN ? " above %s" : " of at least %s",
           text);
    if (key->max >= DBL_MAX)
        return;
    /* A limit that lies one step below a whole number means "below" that one. */
    double next = nextafter(key->max, DBL_MAX);
    bool below = floor(next) >= next && floor(key->max) < key->max;
    number_format_real(below ? next : key->max, text, sizeof text);
    append(out, KEY_ACCEPTS_SIZE, below ? " and below %s" : " and at most %s", text);
}

static void append_integer_range(const struct key *key, char *out) {
    append(out, KEY_ACCEPTS_SIZE, "%s from %.0f to %llu", key->flags & KEY_OR_ZERO ? ", 0 or" : "",
           key->min, (unsigned long long)max_integer(key));
}

static void append_choices(const struct key *key, char *out) {
    for (const struct key_choice *choice = key->choices; choice->name; choice++)
        append(out, KEY_ACCEPTS_SIZE, "%s%s", choice == key->choices ? "" : ", ", choice->name);
}

const char *key_accepts(const struct key *key, char out[KEY_ACCEPTS_SIZE]) {
    out[0] = '\0';
    switch (key->type) {
    case KEY_REAL:
        append(out, KEY_ACCEPTS_SIZE,
               key->flags & KEY_SHARE ? "a share below 1 or a whole number" : "a number");
        append_real_range(key, out);
        break;
    case KEY_SIZE:
    case KEY_SEED:
        append(out, KEY_ACCEPTS_SIZE, "a whole number");
        append_integer_range(key, out);
        break;
    case KEY_CHOICE:
        append(out, KEY_ACCEPTS_SIZE, key->choices[1].name ? "one of " : "");
        append_choices(key, out);
        break;
    case KEY_STRING:
        append(out, KEY_ACCEPTS_SIZE, "%.0f to %.0f %s", key->min, key->max,
               key->flags & KEY_WORD   ? "letters, digits and . _ - only"
               : key->flags & KEY_PART ? "characters, none of them '/'"
                                       : "characters");
        break;
    case KEY_WIDTHS:
        append(out, KEY_ACCEPTS_SIZE, "a list of at most %zu whole numbers", key_max_items(key));
        append_integer_range(key, out);
        break;
    case KEY_SET:
        append(out, KEY_ACCEPTS_SIZE, "a list of at most %zu different names among ",
               key_max_items(key));
        append_choices(key, out);
        break;
    }
    return out;
}

static int reject(const struct key *key, const char *text, const char *why, struct vib_error *err) {
    char accepted[KEY_ACCEPTS_SIZE], quoted[QUOTE_SIZE];
    return vib_error_set(err, VIB_ECONFIG, "%s must be %s, not %s%s", key->name,
                         key_accepts(key, accepted), quote(quoted, text), why);
}

const char *key_note_comma(const char *text) {
    for (const char *blank = strchr(text, ' '); blank != NULL; blank = strchr(blank + 1, ' ')) {
        const char *next = blank + strspn(blank, " ");
        if (blank > text && strchr(" ,[", blank[-1]) == NULL && strchr(",]", *next) == NULL)
            return " (between the values of a list stands a comma)";
    }
    return "";
}

static int reject_number(const struct key *key, const char *text, enum number_status status,
                         struct vib_error *err) {
    const char *why = status == NUMBER_OUT_OF_RANGE ? " (too large or too small to be represented)"
                      : *text == '\0'               ? " (it has no value)"
                      : strpbrk(text, "0123456789") != NULL ? key_note_comma(text)
                                                            : "";
    return reject(key, text, why, err);
}

static int set_real(struct settings *settings, const struct key *key, const char *text,
                    struct vib_error *err) {
    double value = 0;
    enum number_status status = number_parse_real(text, &value);
    bool above_min = key->flags & KEY_ABOVE_MIN ? value > key->min : value >= key->min;
    const bool whole = !(key->flags & KEY_SHARE) || value < 1 || floor(value) >= value;
    if (status != NUMBER_OK || !above_min || !(value <= key->max) || !whole)
        return reject_number(key, text, status, err);
    key_put(settings, key, &value);
    return 0;
}

static bool in_integer_range(const struct key *key, uint64_t value) {
    if (value == 0 && key->flags & KEY_OR_ZERO)
        return true;
    return value >= (uint64_t)key->min && value <= max_integer(key);
}

static int set_integer(struct settings *settings, const struct key *key, const char *text,
                       struct vib_error *err) {
    uint64_t value = 0;
    enum number_status status = number_parse_integer(text, &value);
    if (status != NUMBER_OK || !in_integer_range(key, value))
        return reject_number(key, text, status, err);
    const size_t size = (size_t)value;
    key_put(settings, key, key->type == KEY_SEED ? (const void *)&value : &size);
    return 0;
}

/* The place of the name of that length in the key's list, or -1. */
static int find_choice(const struct key *key, const char *name, size_t length) {
    for (int i = 0; key->choices[i].name; i++)
        if (strncmp(key->choices[i].name, name, length) == 0 &&
            key->choices[i].name[length] == '\0')
            return i;
    return -1;
}

static int set_choice(struct settings *settings, const struct key *key, const char *text,
                      struct vib_error *err) {
    const int choice = find_choice(key, text, strlen(text));
    if (choice < 0)
        return reject(key, text, "", err);
    key_put(settings, key, &choice);
    return 0;
}

static bool is_word_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

/* Whether a control character begins there: also one of U+0080 to U+009F, in UTF-8. */
static bool is_control(const char *text) {
    const unsigned char first = (unsigned char)text[0], second = (unsigned char)text[1];
    return first < 0x20 || first == 0x7f || (first == 0xc2 && second < 0xa0);
}

static int set_string(struct settings *settings, const struct key *key, const char *text,
                      struct vib_error *err) {
    const size_t length = text_characters(text);
    if (length < (size_t)key->min || length > (size_t)key->max)
        return reject(key, text, "", err);
    for (const char *c = text; *c; c++) {
        if (is_control(c))
            return reject(key, text, " (control characters are not allowed)", err);
        if (key->flags & KEY_WORD && !is_word_character(*c))
            return reject(key, text, "", err);
        if (key->flags & KEY_PART && *c == '/')
            return reject(key, text, " (dataset.dir is for paths)", err);
    }
    key_put(settings, key, &text);
    return 0;
}

static const char *skip_blanks(const char *text) {
    return text + strspn(text, " ");
}

/* Reads one width at *text and moves past it; 0 when there is none in range. */
static size_t read_width(const struct key *key, const char **text) {
    char digits[24];
    uint64_t value;
    size_t length = strspn(*text, "+0123456789");
    if (length >= sizeof digits)
        return 0;
    memcpy(digits, *text, length);
    digits[length] = '\0';
    *text += length;
    if (number_parse_integer(digits, &value) != NUMBER_OK || !in_integer_range(key, value))
        return 0;
    return (size_t)value;
}

/* Reads one item of a list at *text into *values and moves past it; false when there is none that
 * the key accepts. */
typedef bool read_item(const struct key *key, const char **text, void *values);

static bool read_layer(const struct key *key, const char **text, void *values) {
    size_t *layers = values; /* the number of widths, then they */
    const size_t width = layers[0] < key_max_items(key) ? read_width(key, text) : 0;
    if (width > 0)
        layers[++layers[0]] = width;
    return width > 0;
}

static bool read_name(const struct key *key, const char **text, void *values) {
    unsigned *set = values;
    const size_t length = strcspn(*text, " ,]");
    const int name = find_choice(key, *text, length);
    if (name < 0 || *set & 1u << name)
        return false;
    *set |= 1u << name;
    *text += length;
    return true;
}

/* "[a, b]", blanks allowed around every item. */
static int read_list(const struct key *key, const char *text, read_item *read, void *values,
                     struct vib_error *err) {
    const char *next = skip_blanks(text);
    if (*next++ != '[')
        return reject(key, text, key_note_comma(text), err);
    next = skip_blanks(next);
    while (*next != ']') {
        if (!read(key, &next, values))
            return reject(key, text, key_note_comma(text), err);
        next = skip_blanks(next);
        if (*next == ',' && *skip_blanks(next + 1) != ']')
            next = skip_blanks(next + 1);
        else if (*next != ']')
            return reject(key, text, key_note_comma(text), err);
    }
    return *skip_blanks(next + 1) == '\0' ? 0 : reject(key, text, key_note_comma(text), err);
}

/* One layer is a list of one. */
static int reject_width(const struct key *key, const char *text, struct vib_error *err) {
    char why[64];
    const char *end = text;
    if (read_width(key, &end) == 0 || *end != '\0')
        return reject(key, text, key_note_comma(text), err);
    (void)snprintf(why, sizeof why, "; did you mean [%s]?", text);
    return reject(key, text, why, err);
}

static int set_widths(struct settings *settings, const struct key *key, const char *text,
                      struct vib_error *err) {
    size_t layers[1 + VIB_MAX_HIDDEN] = {0};
    if (*skip_blanks(text) != '[')
        return reject_width(key, text, err);
    int rc = read_list(key, text, read_layer, layers, err);
    if (rc == 0)
        key_put(settings, key, layers);
    return rc;
}

static int set_set(struct settings *settings, const struct key *key, const char *text,
                   struct vib_error *err) {
    unsigned set = 0;
    int rc = read_list(key, text, read_name, &set, err);
    if (rc == 0)
        key_put(settings, key, &set);
    return rc;
}

int key_set(struct settings *settings, const struct key *key, const char *text,
            struct vib_error *err) {
    switch (key->type) {
    case KEY_REAL:
        return set_real(settings, key, text, err);
    case KEY_SIZE:
    case KEY_SEED:
        return set_integer(settings, key, text, err);
    case KEY_CHOICE:
        return set_choice(settings, key, text, err);
    case KEY_STRING:
        return set_string(settings, key, text, err);
    case KEY_WIDTHS:
        return set_widths(settings, key, text, err);
    case KEY_SET:
        return set_set(settings, key, text, err);
    }
    return vib_error_set(err, VIB_EINVAL, "key %s has no type", key->name);
}

static int format_set(const struct key *key, unsigned set, char *text, size_t size) {
    char whole[KEY_TEXT_SIZE] = "[";
    for (int i = 0; key->choices[i].name; i++)
        if (set & 1u << i)
            append(whole, sizeof whole, "%s%s", whole[1] != '\0' ? ", " : "", key->choices[i].name);
    append(whole, sizeof whole, "]");
    return snprintf(text, size, "%s", whole);
}

static int format_widths(const size_t *layers, char *text, size_t size) {
    char whole[2 + 22 * VIB_MAX_HIDDEN + 1] = "[";
    for (size_t i = 0; i < layers[0]; i++)
        append(whole, sizeof whole, "%s%zu", i ? ", " : "", layers[1 + i]);
    append(whole, sizeof whole, "]");
    return snprintf(text, size, "%s", whole);
}

int key_format(const struct settings *settings, const struct key *key, char *text, size_t size) {
    const void *value = key_at(settings, key);
    size_t layers[1 + VIB_MAX_HIDDEN];
    const char *string;
    int choice;
    unsigned set;
    switch (key->type) {
    case KEY_REAL:
        return number_format_real(key_real(settings, key), text, size);
    case KEY_SIZE:
    case KEY_SEED:
        return snprintf(text, size, "%llu", (unsigned long long)key_integer(settings, key));
    case KEY_CHOICE:
        memcpy(&choice, value, sizeof choice);
        return snprintf(text, size, "%s", key->choices[choice].name);
    case KEY_STRING:
        memcpy(&string, value, sizeof string);
        return snprintf(text, size, "%s", string);
    case KEY_WIDTHS:
        memcpy(layers, value, sizeof layers);
        return format_widths(layers, text, size);
    case KEY_SET:
        memcpy(&set, value, sizeof set);
        return format_set(key, set, text, size);
    }
    return -1;
}
