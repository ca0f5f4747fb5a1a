#include "runner/plot/plot_label.h"

#include "core/method.h"
#include "runner/base/number.h"
#include "runner/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- methods --- */

static const char *const method_names[] = {
    [VIB_METHOD_VIB] = "VIB",
    [VIB_METHOD_CEB] = "CEB",
    [VIB_METHOD_NONLINEAR_IB] = "nonlinear IB",
    [VIB_METHOD_DETERMINISTIC] = "deterministic",
    [VIB_METHOD_DROPOUT] = "dropout",
    [VIB_METHOD_CONFIDENCE_PENALTY] = "confidence penalty",
    [VIB_METHOD_LABEL_SMOOTHING] = "label smoothing",
};
_Static_assert(sizeof method_names / sizeof method_names[0] == VIB_METHODS,
               "a name for each method");

int plot_method_place(const char *method) {
    int m = 0;
    while (m < VIB_METHODS && strcmp(vib_method_info((enum vib_method)m)->name, method) != 0)
        m++;
    return m;
}

const char *plot_method_name(const char *method) {
    const int m = plot_method_place(method);
    return m < VIB_METHODS ? method_names[m] : method;
}

static bool trades_by_gamma(const struct plot_point *point) {
    return point->values[key_find("train.gamma") - keys].type != STORE_NULL;
}

const char *plot_trade_off_letter(const struct plot_point *point) {
    return trades_by_gamma(point) ? "γ" : "β";
}

const char *plot_trade_off_letters(const struct plot_point *points, size_t n, const char *both) {
    size_t n_gamma = 0;
    for (size_t i = 0; i < n; i++)
        n_gamma += trades_by_gamma(&points[i]);
    return n_gamma == 0 ? "β" : n_gamma == n ? "γ" : both;
}

/* --- differences --- */

void plot_differences(const struct plot_point *const *points, size_t n, plot_alike *alike,
                      bool *differs) {
    memset(differs, 0, (n_keys + 1) * sizeof *differs);
    for (size_t first = 0, i = 1; i < n; i++) {
        if (!alike(points[first], points[i]))
            first = i;
        for (size_t k = 0; k <= n_keys; k++)
            differs[k] |= !store_value_same(&points[first]->values[k], &points[i]->values[k]);
    }
}

bool plot_is_of_data(size_t k) {
    return k == n_keys || strncmp(keys[k].name, "dataset.", strlen("dataset.")) == 0;
}

/* --- digits --- */

/* reals is [n], for work. */
static int digits_of_reals(const struct plot_point *const *points, size_t n, size_t k,
                           double *reals) {
    enum { LEAST = 3 };
    size_t n_reals = 0;
    for (size_t i = 0; i < n; i++)
        if (points[i]->values[k].type == STORE_REAL)
            reals[n_reals++] = points[i]->values[k].real;
    return number_digits_apart(reals, n_reals, LEAST);
}

static int characters_of_digests(const struct plot_point *const *points, size_t n) {
    enum { LEAST = 12, MOST = 64 };
    size_t most = LEAST;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            const struct store_value *a = &points[i]->values[n_keys];
            const struct store_value *b = &points[j]->values[n_keys];
            if (a->type != STORE_TEXT || b->type != STORE_TEXT || store_value_same(a, b))
                continue;
            while (most < MOST && strncmp(a->text, b->text, most) == 0)
                most++;
        }
    return (int)most;
}

int plot_digits(const struct plot_point *const *points, size_t n, int *digits,
                struct vib_error *err) {
    double *reals = calloc(n + 1, sizeof *reals);
    if (reals == NULL)
        return vib_error_set(err, VIB_ENOMEM, "plot: out of memory");
    for (size_t k = 0; k < n_keys; k++)
        digits[k] = digits_of_reals(points, n, k, reals);
    digits[n_keys] = characters_of_digests(points, n);
    free(reals);
    return 0;
}

/* --- words --- */

struct words {
    const struct plot_point *point;
    const char *name;
    const bool *which;
    const int *digits;
};

static void write_value(FILE *out, const struct store_value *value, int digits, bool is_digest) {
    char number[STORE_NUMBER];
    const char *text = store_value_text(value, number);
    if (value->type == STORE_REAL)
        (void)number_format_digits(value->real, digits, number, sizeof number);
    (void)fprintf(out, "%.*s", is_digest ? digits : (int)strlen(text), text);
}

/* In figures trade-offs have their letters. */
static const char *name_of_key(size_t k) {
    if (k == n_keys)
        return "data";
    return strcmp(keys[k].name, "beta") == 0          ? "β"
           : strcmp(keys[k].name, "train.gamma") == 0 ? "γ"
                                                      : keys[k].name;
}

static void write_words(FILE *out, const void *context) {
    const struct words *words = context;
    const struct store_value *values = words->point->values;
    const char *separator = *words->name != '\0' ? ", " : "";
    (void)fputs(words->name, out);
    for (size_t k = 0; k <= n_keys; k++) {
        if (!words->which[k] || values[k].type == STORE_NULL)
            continue;
        (void)fprintf(out, "%s%s = ", separator, name_of_key(k));
        write_value(out, &values[k], words->digits[k], k == n_keys);
        separator = ", ";
    }
}

char *plot_describe(const struct plot_point *point, const char *name, const bool *which,
                    const int *digits) {
    const struct words words = {point, name, which, digits};
    return text_make(write_words, &words);
}
