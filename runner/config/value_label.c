#include "runner/config/value_label.h"

#include "runner/config/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_trade_off(const struct key *key) {
    for (int m = 0; m < VIB_METHODS; m++)
        if (key_trade_off((enum vib_method)m) == key)
            return true;
    return false;
}

void value_label_init(struct value_label *label) {
    *label = (struct value_label){.first = NULL};
    for (size_t k = 0; k < n_keys; k++)
        label->shown[k] = is_trade_off(&keys[k]) || strcmp(keys[k].name, "K") == 0 ||
                          strcmp(keys[k].name, "seed") == 0;
}

void value_label_release(struct value_label *label) {
    free(label->first);
    label->first = NULL;
}

int value_label_learn(struct value_label *label, const char *values, size_t size,
                      struct vib_error *err) {
    if (label->first == NULL) {
        label->first = malloc(size);
        if (label->first == NULL)
            return vib_error_set(err, VIB_ENOMEM, "out of memory");
        memcpy(label->first, values, size);
    }
    const char *first = label->first;
    for (size_t k = 0; k < n_keys; k++) {
        label->shown[k] = label->shown[k] || strcmp(first, values) != 0;
        first += strlen(first) + 1;
        values += strlen(values) + 1;
    }
    return VIB_OK;
}

void value_label_name(const struct value_label *label, const char *values, char *text,
                      size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (size_t k = 0; k < n_keys; k++, values += strlen(values) + 1) {
        if (!label->shown[k] || values[0] == '\0' || used >= size)
            continue;
        const int length = snprintf(text + used, size - used, "%s%s=%s", used > 0 ? " " : "",
                                    keys[k].name, values);
        used += length > 0 ? (size_t)length : 0;
    }
}
