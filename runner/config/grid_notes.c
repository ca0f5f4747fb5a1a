#include "runner/config/grid_notes.h"

#include "core/bounds.h"

#include <stdbool.h>
#include <stdio.h>

/* Names that a sentence has room for. */
enum { NAMES = 5 };

/* --- what keys that matter come to nothing by at a point, whose settings are normalized --- */

static bool is_cold(const struct vib_params *job) {
    return job->warmup_epochs > job->epochs;
}

static bool ends_before_bounds(const struct vib_params *job) {
    return job->bounds_every > job->epochs;
}

static bool has_no_bounds_along(const struct vib_params *job) {
    return job->bounds_every > 0 && job->bounds == 0;
}

static bool has_foreign_rate_alone(const struct vib_params *job) {
    const struct vib_method_info *method = vib_method_info(job->method);
    return method->stochastic && !method->rate && job->bounds == 1u << VIB_ESTIMATOR_RATE;
}

static const struct {
    bool (*holds)(const struct vib_params *job);
    const char *what, *follows;
} vain[] = {
    {is_cold, "train.beta_warmup is longer than train.epochs",
     "what it raises does not reach its value"},
    {ends_before_bounds, "evaluate.bounds_every is longer than train.epochs",
     "no estimates are made along the way"},
    {has_no_bounds_along, "evaluate.bounds_every is given, and evaluate.bounds is empty,",
     "no estimates are made along the way"},
    {has_foreign_rate_alone, "evaluate.bounds has the rate alone, and the method no r(z),",
     "the views count no rate against another as a bound; leave_one_out is one"},
};
enum { VAIN = sizeof vain / sizeof vain[0] };
_Static_assert(VAIN + 1 == GRID_NOTES, "a sentence about each, and about idle keys");

struct found {
    size_t n_idle;
    const struct key *idle[KEYS_MAX]; /* given, and of no matter to the points seen so far */
    size_t n_vain[VAIN];              /* points where it holds */
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
    for (size_t i = 0; i < VAIN; i++)
        found->n_vain[i] += vain[i].holds(&settings->job);
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
    struct found found = {.n_idle = 0};
    size_t n = 0;
    begin(&found, grid->config);
    for (size_t i = 0; i < grid->n; i++) {
        struct settings settings;
        grid_settings(grid, i, &settings);
        see_point(&found, &settings);
    }
    if (found.n_idle > 0)
        write_idle(&found, notes[n++]);
    for (size_t i = 0; i < VAIN; i++)
        if (found.n_vain[i] > 0)
            (void)snprintf(notes[n++], GRID_NOTE_SIZE, "%s for %zu of %zu job%s: %s", vain[i].what,
                           found.n_vain[i], grid->n, grid->n == 1 ? "" : "s", vain[i].follows);
    return n;
}
