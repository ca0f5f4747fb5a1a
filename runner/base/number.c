#include "runner/base/number.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT_DIGITS = 15 }; /* a decimal of so many survives the way through a double */

static const char *skip_digits(const char *text) {
    while (*text >= '0' && *text <= '9')
        text++;
    return text;
}

static bool is_decimal(const char *text) {
    if (*text == '+' || *text == '-')
        text++;
    const char *end = skip_digits(text);
    bool has_digits = end > text;
    if (*end == '.') {
        text = end + 1;
        end = skip_digits(text);
        has_digits |= end > text;
    }
    if (!has_digits)
        return false;
    if (*end == 'e' || *end == 'E') {
        text = end + 1;
        if (*text == '+' || *text == '-')
            text++;
        end = skip_digits(text);
        if (end == text)
            return false;
    }
    return *end == '\0';
}

/* Numbers are written and read in the "C" locale. The C libraries hand out one static object for
 * it, so this neither allocates nor fails there; if it did fail, uselocale(0) changes nothing and
 * the current locale would be used. */
struct in_c {
    locale_t c, before;
};

static struct in_c enter_c(void) {
    struct in_c in;
    in.c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    in.before = uselocale(in.c);
    return in;
}

static void leave_c(struct in_c in) {
    (void)uselocale(in.before);
    if (in.c)
        freelocale(in.c);
}

enum number_status number_parse_real(const char *text, double *value) {
    if (!is_decimal(text))
        return NUMBER_MALFORMED;
    errno = 0;
    const struct in_c in = enter_c();
    double parsed = strtod(text, NULL);
    leave_c(in);
    /* Subnormal results set ERANGE too, and are good. */
    if (!isfinite(parsed) || (errno == ERANGE && !(fabs(parsed) > 0)))
        return NUMBER_OUT_OF_RANGE;
    *value = parsed + 0.0;
    return NUMBER_OK;
}

enum number_status number_parse_integer(const char *text, uint64_t *value) {
    const char *digits = text + (*text == '+');
    const char *end = skip_digits(digits);
    if (end == digits || *end != '\0')
        return NUMBER_MALFORMED;
    errno = 0;
    unsigned long long parsed = strtoull(digits, NULL, 10);
    if (errno == ERANGE)
        return NUMBER_OUT_OF_RANGE;
    *value = parsed;
    return NUMBER_OK;
}

int number_format_real(double value, char *text, size_t size) {
    /* %g drops trailing zeros: the shortest text has 16 or 17 digits or is what 15 print. */
    const struct in_c in = enter_c();
    int length = 0;
    for (int digits = KEPT_DIGITS; digits <= 17; digits++) {
        char trial[32];
        length = snprintf(trial, sizeof trial, "%.*g", digits, value);
        const double read = digits < 17 ? strtod(trial, NULL) : value;
        if (read < value || read > value)
            continue;
        if (size > 0) {
            const size_t fits = (size_t)length < size ? (size_t)length : size - 1;
            memcpy(text, trial, fits);
            text[fits] = '\0';
        }
        break;
    }
    leave_c(in);
    return length;
}

static int format_rounded(double value, int digits, char *text, size_t size) {
    const struct in_c in = enter_c();
    const int length = snprintf(text, size, "%.*g", digits, value);
    leave_c(in);
    return length;
}

int number_format_rounded(double value, char *text, size_t size) {
    return format_rounded(value, KEPT_DIGITS, text, size);
}

int number_format_digits(double value, int digits, char *text, size_t size) {
    return digits < KEPT_DIGITS ? format_rounded(value, digits, text, size)
                                : number_format_real(value, text, size);
}

static int ascending(const void *a, const void *b) {
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static bool look_alike(double a, double b, int digits) {
    char texts[2][32];
    (void)number_format_digits(a, digits, texts[0], sizeof texts[0]);
    (void)number_format_digits(b, digits, texts[1], sizeof texts[1]);
    return strcmp(texts[0], texts[1]) == 0;
}

/* Rounding keeps the order, so that neighbours that differ are all there is to look at. */
int number_digits_apart(double *values, size_t n, int least) {
    int digits = least;
    if (n > 1)
        qsort(values, n, sizeof *values, ascending);
    for (size_t i = 1; i < n; i++)
        while (digits < KEPT_DIGITS && values[i - 1] < values[i] &&
               look_alike(values[i - 1], values[i], digits))
            digits++;
    return digits;
}
