/* The values of all keys together. Declared in keys.h. */
#include "runner/config/keys.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

static struct settings defaults;
static pthread_once_t defaults_once = PTHREAD_ONCE_INIT;

static void make_defaults(void) {
    for (size_t i = 0; i < n_keys; i++) {
        const char *text = keys[i].default_text;
        /* Unchecked, because the default of `name` stands for one that depends on the file. */
        if (keys[i].type == KEY_STRING)
            key_put(&defaults, &keys[i], &text);
        else if (key_set(&defaults, &keys[i], text, NULL) != 0)
            assert(false && "a default is out of range");
    }
}

const struct settings *settings_defaults(void) {
    if (pthread_once(&defaults_once, make_defaults) != 0)
        assert(false && "pthread_once fails for wrong arguments alone");
    return &defaults;
}

void settings_init(struct settings *settings) {
    *settings = *settings_defaults();
}

bool data_is_mixture(const struct data_spec *data) {
    return strcmp(data->name, "mixture") == 0;
}

bool data_names_files(const struct data_spec *data) {
    for (size_t i = 0; i < DATA_FILES; i++)
        if (*data->files[i] != '\0')
            return true;
    return false;
}

struct job_kind settings_kind(const struct settings *settings) {
    return (struct job_kind){settings->job.method, data_is_mixture(&settings->data)};
}

_Static_assert(VIB_METHODS <= 30, "KEY_TRADE_OFF is no method's bit");

bool key_matters(const struct key *key, struct job_kind kind) {
    if (key->flags & KEY_MIXTURE && !kind.mixture)
        return false;
    if (key->methods == KEY_TRADE_OFF)
        return strcmp(key->name, vib_method_info(kind.method)->trade_off) == 0;
    return key->methods == 0 || (key->methods & 1u << kind.method) != 0;
}

const struct key *key_trade_off(enum vib_method method) {
    return key_find(vib_method_info(method)->trade_off);
}

void settings_normalize(struct settings *settings) {
    const struct job_kind kind = settings_kind(settings);
    for (size_t i = 0; i < n_keys; i++)
        if (!key_matters(&keys[i], kind))
            key_put(settings, &keys[i], key_at(settings_defaults(), &keys[i]));
}
