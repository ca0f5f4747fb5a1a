#include "runner/config/config_write.h"

#include "runner/base/json.h"

#include <stdbool.h>
#include <string.h>

/* A text between double quotes means in YAML what it means in JSON. */
static void write_value(FILE *out, const struct key *key, const void *value) {
    struct settings settings;
    char text[KEY_TEXT_SIZE];
    if (key->type == KEY_STRING) {
        const char *string;
        memcpy(&string, value, sizeof string);
        json_string(out, string);
        return;
    }
    key_put(&settings, key, value);
    key_format(&settings, key, text, sizeof text);
    fputs(text, out);
}

static void write_list(FILE *out, const struct key_values *values) {
    fprintf(out, "%s: [", values->key->name);
    for (size_t i = 0; i < values->n; i++) {
        fputs(i > 0 ? ", " : "", out);
        write_value(out, values->key, key_values_at(values, i));
    }
    fputs("]", out);
}

static bool is_excluded(const struct config *config, const struct key *key) {
    for (size_t e = 0; e < config->n_exclusions; e++)
        for (size_t c = 0; c < config->exclusions[e].n_conditions; c++)
            if (config->exclusions[e].conditions[c].key == key)
                return true;
    return false;
}

/* Whether a key of one value is written as an axis: `exclude` may name swept keys alone. */
static bool becomes_axis(const struct config *config, const struct key *key) {
    return !config_sweeps(config, key) && is_excluded(config, key);
}

static void write_fixed(FILE *out, const struct config *config) {
    for (size_t i = 0; i < n_keys; i++) {
        const struct key *key = &keys[i];
        const void *value = key_at(&config->base, key);
        const bool name = strcmp(key->name, "name") == 0;
        const bool unnamed = strcmp(key->name, "dataset.name") == 0 && !config->data_named;
        if (config_sweeps(config, key) || becomes_axis(config, key) || unnamed ||
            (!name && key_compare(key, value, key_at(settings_defaults(), key)) == 0))
            continue;
        fprintf(out, "%s: ", key->name);
        write_value(out, key, value);
        fputc('\n', out);
    }
}

static bool zips(const struct config *config) {
    for (size_t a = 0; a < config->n_axes; a++)
        if (config->axes[a].n_keys > 1)
            return true;
    return false;
}

/* The order of the axes says which varies fastest. A zip stands in one place of the grid, so where
 * there is one all axes are its groups, also those of one key. */
static void write_axes(FILE *out, const struct config *config) {
    const bool zip = zips(config);
    const char *indent = zip ? "    - {" : "  ", *end = zip ? "}\n" : "\n";
    fputs(zip ? "  zip:\n" : "", out);
    for (size_t a = 0; a < config->n_axes; a++) {
        fputs(indent, out);
        for (size_t k = 0; k < config->axes[a].n_keys; k++) {
            fputs(k > 0 ? ", " : "", out);
            write_list(out, &config->axes[a].keys[k]);
        }
        fputs(end, out);
    }
    for (size_t i = 0; i < n_keys; i++) {
        if (!becomes_axis(config, &keys[i]))
            continue;
        fprintf(out, "%s%s: [", indent, keys[i].name);
        write_value(out, &keys[i], key_at(&config->base, &keys[i]));
        fprintf(out, "]%s", end);
    }
}

static void write_exclusions(FILE *out, const struct config *config) {
    fputs(config->n_exclusions > 0 ? "  exclude:\n" : "", out);
    for (size_t e = 0; e < config->n_exclusions; e++) {
        fputs("    - {", out);
        for (size_t c = 0; c < config->exclusions[e].n_conditions; c++) {
            fputs(c > 0 ? ", " : "", out);
            write_list(out, &config->exclusions[e].conditions[c]);
        }
        fputs("}\n", out);
    }
}

void config_write(FILE *out, const struct config *config) {
    write_fixed(out, config);
    if (config->n_axes > 0 || config->n_exclusions > 0)
        fputs("grid:\n", out);
    write_axes(out, config);
    write_exclusions(out, config);
}
