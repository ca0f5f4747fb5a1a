#include "runner/config/label.h"

#include "core/printable.h"
#include "runner/base/number.h"
#include "runner/base/text.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_DIGITS = 4, ALL_DIGITS = 17 };

/* Whether the key is the trade-off of a method of the sweep. */
static bool trades(const struct config *config, const struct key *key) {
    struct job_kind kind = {.mixture = true};
    for (int m = 0; key->methods == KEY_TRADE_OFF && m < VIB_METHODS; m++) {
        kind.method = (enum vib_method)m;
        if (config->methods & 1u << m && key_matters(key, kind))
            return true;
    }
    return false;
}

/* Without memory to find out how few digits do, all of them. */
static int digits_of(const struct config *config, const struct key *key) {
    const struct key_values *values = config_values(config, key);
    if (key->type != KEY_REAL || values == NULL)
        return LEAST_DIGITS;
    double *copy = malloc(values->n * sizeof *copy);
    if (copy == NULL)
        return ALL_DIGITS;
    memcpy(copy, values->bytes, values->n * sizeof *copy);
    const int digits = number_digits_apart(copy, values->n, LEAST_DIGITS);
    free(copy);
    return digits;
}

static void add(struct label *label, const struct config *config, const struct key *key) {
    assert(label->n < LABEL_MAX_KEYS);
    label->keys[label->n] = key;
    label->digits[label->n++] = digits_of(config, key);
}

void label_init(struct label *label, const struct config *config) {
    const struct key *K = key_find("K");
    label->n = 0;
    for (size_t i = 0; i < n_keys; i++)
        if (trades(config, &keys[i]) && !config_sweeps(config, &keys[i]))
            add(label, config, &keys[i]);
    if (!config_sweeps(config, K))
        add(label, config, K);
    for (size_t a = 0; a < config->n_axes; a++)
        for (size_t k = 0; k < config->axes[a].n_keys; k++)
            add(label, config, config->axes[a].keys[k].key);
    if (config->n_axes == 0)
        add(label, config, key_find("seed"));
}

void label_value(const struct label *label, size_t i, const struct settings *settings,
                 char text[KEY_TEXT_SIZE]) {
    const struct key *key = label->keys[i];
    if (!key_matters(key, settings_kind(settings)))
        (void)snprintf(text, KEY_TEXT_SIZE, "-");
    else if (key->type == KEY_REAL)
        (void)number_format_digits(key_real(settings, key), label->digits[i], text, KEY_TEXT_SIZE);
    else
        (void)key_format(settings, key, text, KEY_TEXT_SIZE);
    vib_make_printable(text);
}

void label_job(const struct label *label, const struct settings *settings, char *text,
               size_t size) {
    size_t used = 0;
    for (size_t i = 0; i < label->n; i++) {
        char value[KEY_TEXT_SIZE], part[KEY_TEXT_SIZE + 80];
        if (!key_matters(label->keys[i], settings_kind(settings)))
            continue;
        label_value(label, i, settings, value);
        (void)snprintf(part, sizeof part, "%s%s=%s", used > 0 ? " " : "", label->keys[i]->name,
                       value);
        const size_t length = text_cut(part, size - 1 - used);
        memcpy(text + used, part, length);
        used += length;
        if (part[length] != '\0')
            break;
    }
    text[used] = '\0';
}

void label_duration(double seconds, char *text, size_t size) {
    double minutes = floor(seconds / 60.0 + 0.5), hours = floor(minutes / 60.0);
    if (seconds > 0.0 && seconds < 0.5)
        snprintf(text, size, "<1 s");
    else if (seconds < 99.5)
        snprintf(text, size, "%.0f s", seconds);
    else if (minutes < 100.0)
        snprintf(text, size, "%.0f min", minutes);
    else if (hours < 48.0)
        snprintf(text, size, "%.0f h %.0f min", hours, minutes - 60.0 * hours);
    else
        snprintf(text, size, "%.0f d %.0f h", floor(hours / 24.0), fmod(hours, 24.0));
}

const char *label_work(double core_s, char *text, size_t size) {
    const double hours = core_s / 3600.0;
    if (hours < 0.01)
        snprintf(text, size, "%.3g core-seconds", core_s);
    else
        snprintf(text, size, "%.3g core-hours", hours);
    return text;
}

const char *label_bytes(double bytes, char *text, size_t size) {
    if (bytes >= 1e12)
        snprintf(text, size, "%.1f TB", bytes * 1e-12);
    else if (bytes >= 1e9)
        snprintf(text, size, "%.1f GB", bytes * 1e-9);
    else if (bytes >= 1e5)
        snprintf(text, size, "%.*f MB", bytes < 1e7, bytes * 1e-6);
    else
        snprintf(text, size, "%.0f kB", ceil(bytes * 1e-3));
    return text;
}
