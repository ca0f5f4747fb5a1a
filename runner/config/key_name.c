#include "runner/config/key_name.h"

#include "runner/base/nearest.h"

#include <string.h>

/* What others call them, in any section or in one. */
static const struct {
    const char *name, *key;
} others[] = {
    {"learning_rate", "train.lr"},
    {"batch_size", "train.batch"},
    {"num_epochs", "train.epochs"},
    {"n_epochs", "train.epochs"},
    {"max_epochs", "train.epochs"},
    {"layers", "model.hidden"},
    {"hidden_size", "model.hidden"},
    {"latent_dim", "K"},
    {"z_dim", "K"},
    {"dim_z", "K"},
    {"data", "dataset.dir"},
    {"data_dir", "dataset.dir"},
    {"dataset", "dataset.name"},
    {"dataset.path", "dataset.dir"},
    {"dataset.file", "dataset.dir"},
    {"dataset.folder", "dataset.dir"},
};

static struct name last_part(const char *name) {
    const char *dot = strrchr(name, '.');
    return name_of(dot ? dot + 1 : name);
}

static struct name section_of(const char *name) {
    const char *dot = strrchr(name, '.');
    return (struct name){name, dot ? (size_t)(dot - name) : 0};
}

/* Compares whole names, and last parts where the section is missing or wrong: a little farther. */
static size_t key_distance(const char *name, const char *candidate) {
    const size_t whole = name_distance(name_of(name), name_of(candidate));
    const size_t part = name_distance(last_part(name), last_part(candidate));
    return part < whole ? part + 1 : whole;
}

const struct key *key_find(const char *name) {
    for (size_t i = 0; i < n_keys; i++) {
        if (strcmp(keys[i].name, name) == 0)
            return &keys[i];
    }
    return NULL;
}

const struct key *key_known_as(const char *name) {
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcmp(others[i].name, name) == 0 || strcmp(others[i].name, last_part(name).text) == 0)
            return key_find(others[i].key);
    return NULL;
}

const char *key_nearest(const char *name) {
    const struct key *known = key_known_as(name);
    struct nearest nearest = {0};
    if (known != NULL)
        return known->name;
    for (size_t i = 0; i < n_keys; i++)
        nearest_take(&nearest, name_of(keys[i].name), key_distance(name, keys[i].name));
    return nearest.best.text;
}

bool key_is_section(const char *name) {
    size_t length = strlen(name);
    if (length == 0)
        return false;
    for (size_t i = 0; i < n_keys; i++) {
        if (strncmp(keys[i].name, name, length) == 0 && keys[i].name[length] == '.')
            return true;
    }
    return false;
}

const struct key *key_of_section(const char *section) {
    const size_t length = strlen(section);
    for (size_t i = 0; i < n_keys; i++)
        if (keys[i].flags & KEY_OF_SECTION && section_of(keys[i].name).length == length &&
            strncmp(keys[i].name, section, length) == 0)
            return &keys[i];
    return NULL;
}

const char *key_nearest_section(const char *name, const char *const *words, size_t *length) {
    struct nearest nearest = {0};
    for (size_t i = 0; i < n_keys; i++) {
        const struct name section = section_of(keys[i].name);
        if (section.length > 0)
            nearest_take(&nearest, section, name_distance(name_of(name), section));
    }
    for (; words && *words; words++)
        nearest_offer(&nearest, name_of(name), *words);
    *length = nearest.best.length;
    return nearest.best.text;
}
