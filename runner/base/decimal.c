#include "runner/base/decimal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DIGITS = 30, MAX_PLAIN_ZEROS = 18 };
static const char zeros_text[MAX_PLAIN_ZEROS + 1] = "000000000000000000";

/* digits * 10^places; false when the result has more than MAX_DIGITS digits. */
static bool scale(decimal_digits *digits, long places) {
    decimal_digits limit = 1;
    for (int i = 0; i < MAX_DIGITS - 1; i++)
        limit *= 10;
    for (; places > 0; places--) {
        if (*digits >= limit || *digits <= -limit)
            return false;
        *digits *= 10;
    }
    return true;
}

bool decimal_parse(const char *text, struct decimal *value) {
    bool negative = *text == '-';
    bool in_fraction = false;
    decimal_digits digits = 0;
    long exponent = 0;
    long zeros = 0; /* read, but not yet known to be followed by another digit */
    for (; *text && *text != 'e' && *text != 'E'; text++) {
        if (*text == '.')
            in_fraction = true;
        if (*text < '0' || *text > '9')
            continue;
        exponent -= in_fraction;
        zeros++;
        if (*text == '0')
            continue;
        if (digits != 0 && !scale(&digits, zeros))
            return false;
        digits += *text - '0';
        zeros = 0;
    }
    if (digits == 0) {
        *value = (struct decimal){0, 0};
        return true;
    }
    if (*text)
        exponent += strtol(text + 1, NULL, 10);
    *value = (struct decimal){negative ? -digits : digits, (int)(exponent + zeros)};
    return true;
}

bool decimal_align(struct decimal *values, size_t n) {
    int least = 0;
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        if (values[i].digits != 0 && (!any || values[i].exponent < least)) {
            least = values[i].exponent;
            any = true;
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (values[i].digits != 0 && !scale(&values[i].digits, (long)values[i].exponent - least))
            return false;
        values[i].exponent = least;
    }
    return true;
}

static char *format_digits(decimal_digits digits, char *end) {
    *--end = '\0';
    do {
        *--end = (char)('0' + (int)(digits % 10));
        digits /= 10;
    } while (digits != 0);
    return end;
}

void decimal_format(struct decimal value, char text[DECIMAL_SIZE]) {
    char buffer[48];
    while (value.digits != 0 && value.digits % 10 == 0) {
        value.digits /= 10;
        value.exponent++;
    }
    int exponent = value.digits == 0 ? 0 : value.exponent;
    const char *sign = value.digits < 0 ? "-" : "";
    const char *digits =
        format_digits(value.digits < 0 ? -value.digits : value.digits, buffer + sizeof buffer);
    int whole = (int)strlen(digits) + exponent; /* digits before the point */
    if (exponent >= 0 && exponent <= MAX_PLAIN_ZEROS)
        snprintf(text, DECIMAL_SIZE, "%s%s%.*s", sign, digits, exponent, zeros_text);
    else if (exponent < 0 && whole > 0)
        snprintf(text, DECIMAL_SIZE, "%s%.*s.%s", sign, whole, digits, digits + whole);
    else if (exponent < 0 && whole >= -MAX_PLAIN_ZEROS)
        snprintf(text, DECIMAL_SIZE, "%s0.%.*s%s", sign, -whole, zeros_text, digits);
    else
        snprintf(text, DECIMAL_SIZE, "%s%se%d", sign, digits, exponent);
}
