/* What a configuration sweeps. Declared in config.h. */
#include "runner/config/config.h"

const struct key_values *config_values(const struct config *config, const struct key *key) {
    for (size_t i = 0; i < config->n_axes; i++)
        for (size_t k = 0; k < config->axes[i].n_keys; k++)
            if (config->axes[i].keys[k].key == key)
                return &config->axes[i].keys[k];
    return NULL;
}

bool config_sweeps(const struct config *config, const struct key *key) {
    return config_values(config, key) != NULL;
}
