#include "runner/base/number.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

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

/* The C libraries hand out one static object for "C", so this neither allocates nor fails there;
 * if it did fail, uselocale(0) changes nothing and the current locale would be used. */
static double strtod_c(const char *text) {
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t before = uselocale(c);
    double value = strtod(text, NULL);
    (void)uselocale(before);
    if (c)
        freelocale(c);
    return value;
}

static int format_c(double value, int digits, char *text, size_t size) {
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t before = uselocale(c);
    int length = snprintf(text, size, "%.*g", digits, value);
    (void)uselocale(before);
    if (c)
        freelocale(c);
    return length;
}

enum number_status number_parse_real(const char *text, double *value) {
    if (!is_decimal(text))
        return NUMBER_MALFORMED;
    errno = 0;
    double parsed = strtod_c(text);
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
    /* A decimal of at most 15 digits survives the way through a double, and %g drops trailing
     * zeros: the shortest text has 16 or 17 digits or is what 15 print. */
    char trial[32];
    int digits = 15;
    for (; digits < 17; digits++) {
        (void)format_c(value, digits, trial, sizeof trial);
        if (!(strtod_c(trial) < value) && !(strtod_c(trial) > value))
            break;
    }
    return format_c(value, digits, text, size);
}

int number_format_rounded(double value, char *text, size_t size) {
    return format_c(value, 15, text, size);
}
