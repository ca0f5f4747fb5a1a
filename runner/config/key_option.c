/* Keys that people take for options of the command line. Declared in key_name.h. */
#include "runner/config/key_name.h"

#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 64, VALUE_SIZE = 40 };

static const char *last_part(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot != NULL ? dot + 1 : name;
}

static const struct key *find(const char *name) {
    const struct key *key = key_find(name);
    if (key == NULL)
        key = key_known_as(name);
    for (size_t i = 0; key == NULL && i < n_keys; i++)
        if (strcmp(last_part(keys[i].name), name) == 0)
            key = &keys[i];
    return key;
}

/* Whether a value may stand in a message as it is. */
static bool is_plain(const char *value) {
    const size_t length = strlen(value);
    return length > 0 && length < VALUE_SIZE &&
           strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-._/") ==
               length;
}

bool key_explain_option(const char *name, const char *value, bool near, char *hint, size_t size) {
    char written[NAME_SIZE];
    (void)snprintf(written, sizeof written, "%s", name);
    for (char *c = written; *c != '\0'; c++)
        *c = *c == '-' ? '_' : *c;
    const char *nearest = near ? key_nearest(written) : NULL;
    const struct key *key = nearest != NULL ? key_find(nearest) : near ? NULL : find(written);
    if (key == NULL)
        return false;
    (void)snprintf(hint, size, "a key of the configuration is set by --set %s=%s", key->name,
                   value != NULL && is_plain(value) ? value : "VALUE");
    return true;
}
