/* A sweep's configuration: YAML file plus --set overrides -> base values, axes, exclusions.
 *
 *   name: mnist
 *   dataset: {name: mnist}          # nested or dotted (`dataset.name: mnist`) keys, see keys.h
 *   train:
 *     epochs: 200
 *   grid:
 *     beta: {logspace: {from: 1e-6, to: 1, count: 19}}    # also linspace
 *     seed: {range: {from: 0, to: 4, step: 1}}            # both ends included
 *     model.hidden: [[1024, 1024], [512]]
 *     zip:                                                # keys that vary together
 *       K: [2, 256]                                       # (a list of such maps: several groups)
 *       train.epochs: [100, 200]
 *     exclude:                                            # a point that matches a whole entry is
 *       - {K: 2, beta: [1e-6, 1e-5]}                      # left out
 * Aliases may be used, merge keys (<<) not. Limits on size and depth: runner/config/yaml_doc.h.
 */
#ifndef RUNNER_CONFIG_CONFIG_H
#define RUNNER_CONFIG_CONFIG_H

#include "core/error.h"
#include "runner/config/keys.h"

#include <stdbool.h>
#include <stddef.h>

enum { GRID_MAX_POINTS = 1000000 }; /* before exclusion */

/* Values of one key, each as struct settings holds it; strings live as long as the configuration.
 */
struct key_values {
    const struct key *key;
    size_t n;
    unsigned char *bytes; /* [n][key_size(key)] */
};

static inline const void *key_values_at(const struct key_values *values, size_t i) {
    return values->bytes + i * key_size(values->key);
}

/* Keys that vary together; an ordinary swept key is an axis of one key. */
struct axis {
    size_t n_keys;
    struct key_values *keys; /* [n_keys], n_values of each */
    size_t n_values;
};

/* A point is excluded when for every condition its value is one of the values, which are in the
 * order of key_compare. The key is swept by the file, or set by an override. */
struct exclusion {
    size_t n_conditions;
    struct key_values *conditions;
};

struct config {
    char *path;           /* as given */
    char *text;           /* the file, then one `# --set KEY=VALUE` line per override */
    struct settings base; /* every key that is not swept */
    bool data_named;  /* by dataset.name; else the data set is called as its folder or file is */
    unsigned methods; /* of the points, those excluded too: bit m is enum vib_method m */
    size_t n_axes;
    struct axis *axes; /* in the order of the file; the last varies fastest */
    size_t n_exclusions;
    struct exclusion *exclusions;
    struct config_arena *arena; /* owns every string and array above */
};

/* Reads, validates and overrides. sets[i] is "KEY=VALUE"; VALUE is YAML: a scalar (or a list, for
 * model.hidden) fixes the key, also where the file sweeps it alone; a grid expression replaces or
 * adds an axis. A key in a zip group cannot be overridden.
 * `name` defaults to the file's base name without .yaml/.yml; what is no ordinary file, as a pipe,
 * must give it. dataset.name defaults to the base name of dataset.dir, else dataset.files.train,
 * where one is given. On failure *config is released and zeroed. Errors: VIB_EDATA for a file that
 * is missing or cannot be read; VIB_ECONFIG with "file:line:column: ..." (or
 * "--set KEY=VALUE: ...") for anything wrong in the text, including
 * aliases that contain themselves, and a grid of more than GRID_MAX_POINTS points before exclusion
 * (said with the number of points and of each axis, without building it); VIB_ENOMEM. */
int config_load(struct config *config, const char *path, const char *const *sets, size_t n_sets,
                struct vib_error *err);

/* The configuration of overrides alone, every other key at its default. Errors likewise. */
int config_of_sets(struct config *config, const char *const *sets, size_t n_sets,
                   struct vib_error *err);

void config_release(struct config *config);

/* The values by which some axis varies the key, or NULL. */
const struct key_values *config_values(const struct config *config, const struct key *key);

/* Whether some axis varies the key. */
bool config_sweeps(const struct config *config, const struct key *key);

#endif
