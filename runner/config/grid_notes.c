#include "runner/config/grid_notes.h"

#include <stdbool.h>
#include <stdio.h>

/* Names that a sentence has room for. */
enum { NAMES = 5 };

struct found {
    size_t n_idle;
    const struct key *idle[KEYS_MAX]; /* given, and of no matter to the points seen so far */
    size_t n_cold;                    /* points whose weight is still rising when they end */
};

static bool is_given(const struct config *config, const struct key *key) {
    return (key->flags & KEY_SWEEP) == 0 &&
           (config_sweeps(config, key) ||
            key_compare(key, key_at(&config->base, key), key_at(settings_defaults(), key)) != 0);
}

static void begin(struct found *found, const struct config *config) {
    for (size_t i = 0; i < n_keys; i++)
        if (is_given(config, &keys[i]))
            found->idle[found->n_idle++] = &keys[i];
}

static void see_point(struct found *found, const struct settings *settings) {
    const struct job_kind kind = settings_kind(settings);
    size_t left = 0;
    for (size_t i = 0; i < found->n_idle; i++)
        if (!key_matters(found->idle[i], kind))
            found->idle[left++] = found->idle[i];
    found->n_idle = left;
    found->n_cold += settings->job.warmup_epochs > settings->job.epochs;
}

static void write_idle(const struct found *found, char note[GRID_NOTE_SIZE]) {
    const bool one = found->n_idle == 1;
    size_t used = 0, named = found->n_idle < NAMES ? found->n_idle : NAMES;
    for (size_t i = 0; i < named; i++)
        used += (size_t)snprintf(note + used, GRID_NOTE_SIZE - used, "%s%s", i > 0 ? ", " : "",
                                 found->idle[i]->name);
    if (named < found->n_idle)
        used += (size_t)snprintf(note + used, GRID_NOTE_SIZE - used, " and %zu more",
                                 found->n_idle - named);
    (void)snprintf(note + used, GRID_NOTE_SIZE - used, " %s given, and no job makes use of %s",
                   one ? "is" : "are", one ? "it" : "them");
}

size_t grid_notes(const struct grid *grid, char notes[GRID_NOTES][GRID_NOTE_SIZE]) {
    struct found found = {.n_cold = 0};
    size_t n = 0;
    begin(&found, grid->config);
    for (size_t i = 0; i < grid->n; i++) {
        struct settings settings;
        grid_settings(grid, i, &settings);
        see_point(&found, &settings);
    }
    if (found.n_idle > 0)
        write_idle(&found, notes[n++]);
    if (found.n_cold > 0)
        (void)snprintf(
            notes[n++], GRID_NOTE_SIZE,
            "train.beta_warmup is longer than train.epochs for %zu of %zu job%s: what it "
            "raises does not reach its value",
            found.n_cold, grid->n, grid->n == 1 ? "" : "s");
    return n;
}
