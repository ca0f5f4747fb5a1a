#include "runner/config/config_data.h"

#include "runner/base/quote.h"

#include <string.h>

/* The last part of a path, in the arena; NULL when out of memory. */
static char *base_name(const char *path, struct config_arena *arena) {
    char *copy = config_arena_copy(arena, path);
    if (copy == NULL)
        return NULL;
    size_t length = strlen(copy);
    while (length > 0 && copy[length - 1] == '/')
        copy[--length] = '\0';
    char *slash = strrchr(copy, '/');
    return slash != NULL ? slash + 1 : copy;
}

/* Cuts what says how a file is written: the data set of mnist.npz is mnist. */
static void cut_extensions(char *name) {
    static const char *const extensions[] = {".gz", ".npz", ".npy", ".csv", ".tsv"};
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++) {
        const size_t length = strlen(name), n = strlen(extensions[i]);
        if (length > n && strcmp(name + length - n, extensions[i]) == 0)
            name[length - n] = '\0';
    }
}

/* Whether the last part of a path is no name of a folder, or that of the built-in data set. */
static bool is_no_name(const char *name) {
    static const char *const others[] = {"", ".", "..", "~", "mixture"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcmp(name, others[i]) == 0)
            return true;
    return false;
}

int config_data_name(struct config_plan *plan, const char *path, bool *named,
                     struct vib_error *err) {
    const struct key *key = key_find("dataset.name");
    const struct data_spec *data = &plan->base.data;
    const char *place = *data->dir != '\0' ? data->dir : data->files[DATA_TRAIN];
    char quoted[QUOTE_SIZE];
    *named = *place == '\0' || config_plan_key(plan, key)->use != KEY_UNUSED;
    if (*named)
        return 0;
    char *name = base_name(place, plan->arena);
    if (name == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    cut_extensions(name);
    if (is_no_name(name) || key_set(&plan->base, key, name, NULL) != 0)
        return vib_error_set(err, VIB_ECONFIG,
                             "%s: a data set cannot be called as its folder or file is, so that "
                             "beside %s, %s, the key dataset.name is needed",
                             path, place == data->dir ? "dataset.dir" : "dataset.files.train",
                             quote(quoted, place));
    return 0;
}

static bool has_mixture(const struct config *config, const struct key_values *names) {
    const struct key *key = key_find("dataset.name");
    struct settings scratch = config->base;
    bool found = names == NULL && data_is_mixture(&scratch.data);
    for (size_t i = 0; names != NULL && i < names->n && !found; i++) {
        key_put(&scratch, key, key_values_at(names, i));
        found = data_is_mixture(&scratch.data);
    }
    return found;
}

int config_data_check(const struct config *config, struct vib_error *err) {
    const struct key_values *names = config_values(config, key_find("dataset.name"));
    const bool files = data_names_files(&config->base.data);
    if (*config->base.data.dir == '\0' && !files)
        return 0;
    const char *key = files ? "dataset.files" : "dataset.dir";
    if (has_mixture(config, names))
        return vib_error_set(err, VIB_ECONFIG,
                             "%s: `mixture` is built in and has no folder or files: give either "
                             "it as dataset.name or %s",
                             config->path, key);
    if (names != NULL && names->n > 1)
        return vib_error_set(err, VIB_ECONFIG,
                             "%s: %s is the place of one data set, but dataset.name is "
                             "swept: leave %s out, and each is looked for in a folder of "
                             "its name in $VIB_SWEEP_DATA",
                             config->path, key, key);
    return 0;
}
