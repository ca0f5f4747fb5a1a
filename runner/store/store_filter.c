#include "runner/store/store_filter.h"

#include "runner/base/number.h"
#include "runner/base/quote.h"
#include "runner/store/store_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int parse_value(struct store_filter *filter, const char *text, const char *command,
                       struct vib_error *err) {
    struct settings settings;
    struct vib_error wrong;
    settings_init(&settings);
    if (key_set(&settings, filter->key, text, &wrong) != 0)
        return vib_error_set(err, VIB_EUSAGE, "%s: %s", command, wrong.message);
    (void)key_format(&settings, filter->key, filter->value, sizeof filter->value);
    if (filter->key->type == KEY_REAL)
        filter->real = key_real(&settings, filter->key);
    return 0;
}

int store_filter_parse(struct store_filter *filter, const char *text, const char *command,
                       struct vib_error *err) {
    const char *equals = strchr(text, '=');
    char name[QUOTE_SIZE], quoted[QUOTE_SIZE];
    if (equals == NULL || (size_t)(equals - text) >= sizeof name)
        return vib_error_set(err, VIB_EUSAGE, "%s: %s is not KEY=VALUE", command,
                             quote(quoted, text));
    memcpy(name, text, (size_t)(equals - text));
    name[equals - text] = '\0';
    filter->key = key_find(name);
    if (filter->key == NULL || !key_has_column(filter->key)) {
        const char *near = key_nearest(name);
        if (near != NULL && !key_has_column(key_find(near)))
            near = NULL;
        return vib_error_set(err, VIB_EUSAGE, "%s: jobs have no key %s%s%s", command,
                             quote(quoted, name), near != NULL ? "; did you mean " : "",
                             near != NULL ? near : "");
    }
    return parse_value(filter, equals + 1, command, err);
}

static bool fits(const struct store_filter *filter, const struct store_value *value) {
    char number[STORE_NUMBER];
    if (filter->key->type == KEY_REAL && value->type == STORE_REAL)
        return fabs(value->real - filter->real) <= 5e-3 * fabs(filter->real);
    const char *text = store_value_text(value, number);
    return text != NULL && strcmp(filter->value, text) == 0;
}

static bool is_of_seed(const struct store_filter *filter) {
    return strcmp(filter->key->name, "seed") == 0;
}

/* Filters of the seed count only where it has a value. */
static bool pass(const struct store_filter *filters, size_t n, const struct store_value *values,
                 bool seed) {
    for (size_t i = 0; i < n; i++) {
        const struct key *key = filters[i].key;
        bool any = !seed && is_of_seed(&filters[i]);
        for (size_t k = 0; k < n && !any; k++)
            any = filters[k].key == key && fits(&filters[k], &values[key - keys]);
        if (!any)
            return false;
    }
    return true;
}

bool store_filters_pass(const struct store_filter *filters, size_t n,
                        const struct store_value *values) {
    return pass(filters, n, values, true);
}

bool store_filters_pass_point(const struct store_filter *filters, size_t n,
                              const struct store_value *values) {
    return pass(filters, n, values, false);
}

int store_filters_choose_seeds(const struct store_filter *filters, size_t n, struct store *store,
                               struct vib_error *err) {
    size_t n_seeds = 0;
    uint64_t *seeds = calloc(n + 1, sizeof *seeds);
    if (seeds == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    for (size_t i = 0; i < n; i++)
        if (is_of_seed(&filters[i]) &&
            number_parse_integer(filters[i].value, &seeds[n_seeds]) == NUMBER_OK)
            n_seeds++;
    const int rc = n_seeds == 0 ? 0 : store_choose_seeds(store, seeds, n_seeds, err);
    free(seeds);
    return rc;
}
