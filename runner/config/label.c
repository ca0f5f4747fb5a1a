#include "runner/config/label.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

enum { MAX_LABEL_KEYS = 16 };

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

size_t label_keys(const struct config *config, const struct key **out, size_t max) {
    const struct key *K = key_find("K");
    size_t n = 0;
    for (size_t i = 0; i < n_keys && n < max; i++)
        if (trades(config, &keys[i]) && !config_sweeps(config, &keys[i]))
            out[n++] = &keys[i];
    if (!config_sweeps(config, K) && n < max)
        out[n++] = K;
    for (size_t a = 0; a < config->n_axes; a++)
        for (size_t k = 0; k < config->axes[a].n_keys && n < max; k++)
            out[n++] = config->axes[a].keys[k].key;
    if (config->n_axes == 0 && n < max)
        out[n++] = key_find("seed");
    return n;
}

void label_value(const struct settings *settings, const struct key *key, char *text, size_t size) {
    if (!key_matters(key, settings_kind(settings)))
        snprintf(text, size, "-");
    else if (key->type == KEY_REAL)
        snprintf(text, size, "%.4g", key_real(settings, key));
    else
        key_format(settings, key, text, size);
}

void label_job(const struct config *config, const struct settings *settings, char *text,
               size_t size) {
    const struct key *shown[MAX_LABEL_KEYS];
    size_t n = label_keys(config, shown, MAX_LABEL_KEYS), used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < n && used < size; i++) {
        char value[128];
        if (!key_matters(shown[i], settings_kind(settings)))
            continue;
        label_value(settings, shown[i], value, sizeof value);
        int written = snprintf(text + used, size - used, "%s%s=%s", used > 0 ? " " : "",
                               shown[i]->name, value);
        used += written > 0 ? (size_t)written : 0;
    }
}

void label_duration(double seconds, char *text, size_t size) {
    double minutes = floor(seconds / 60.0 + 0.5), hours = floor(minutes / 60.0);
    if (seconds < 99.5)
        snprintf(text, size, "%.0f s", seconds);
    else if (minutes < 100.0)
        snprintf(text, size, "%.0f min", minutes);
    else if (hours < 48.0)
        snprintf(text, size, "%.0f h %.0f min", hours, minutes - 60.0 * hours);
    else
        snprintf(text, size, "%.0f d %.0f h", floor(hours / 24.0), fmod(hours, 24.0));
}
