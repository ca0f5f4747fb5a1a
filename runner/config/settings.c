/* The values of all keys together. Declared in keys.h. */
#include "runner/config/keys.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

static struct settings defaults, before;
static pthread_once_t made_once = PTHREAD_ONCE_INIT;

static void make(struct settings *settings, const struct key *key, const char *text) {
    /* Unchecked, because the default of `name` stands for one that depends on the file. */
    if (key->type == KEY_STRING)
        key_put(settings, key, &text);
    else if (key_set(settings, key, text, NULL) != 0)
        assert(false && "a default is out of range");
}

static void make_all(void) {
    for (size_t i = 0; i < n_keys; i++) {
        const struct key *key = &keys[i];
        make(&defaults, key, key->default_text);
        make(&before, key, key->before != NULL ? key->before : key->default_text);
    }
}

static const struct settings *once_made(const struct settings *settings) {
    if (pthread_once(&made_once, make_all) != 0)
        assert(false && "pthread_once fails for wrong arguments alone");
    return settings;
}

const struct settings *settings_defaults(void) {
    return once_made(&defaults);
}

const struct settings *settings_before(void) {
    return once_made(&before);
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

/* Whether some examples are kept apart from the training split. */
static bool is_cut(const struct data_spec *data) {
    return data->view.test > 0 || data->view.validation > 0;
}

bool data_limits_view(const struct data_spec *data) {
    return !data_is_mixture(data) && (is_cut(data) || data->view.random_subset);
}

struct vib_view data_view(const struct data_spec *data) {
    struct vib_view view = data->view;
    if (data_is_mixture(data))
        view.scale = VIB_SCALE_NONE;
    view.n_train = data_limits_view(data) ? data->n_train : 0;
    view.n_test = data_limits_view(data) ? data->n_test : 0;
    return view;
}

struct job_kind settings_kind(const struct settings *settings) {
    return (struct job_kind){.method = settings->job.method,
                             .mixture = data_is_mixture(&settings->data),
                             .exponent = settings->job.rate_function != VIB_RATE_LINEAR,
                             .fixed_noise = settings->job.noise == VIB_NOISE_FIXED,
                             .components = settings->job.marginal >= VIB_MARGINAL_MIXTURE,
                             .along = settings->job.bounds_every > 0};
}

_Static_assert(VIB_METHODS <= 30, "KEY_TRADE_OFF is no method's bit");

bool key_matters(const struct key *key, struct job_kind kind) {
    if (key->flags & KEY_MIXTURE && !kind.mixture)
        return false;
    if (key->flags & KEY_FILES && kind.mixture)
        return false;
    if (key->flags & KEY_EXPONENT && !kind.exponent)
        return false;
    if (key->flags & KEY_FIXED_NOISE && !kind.fixed_noise)
        return false;
    if (key->flags & KEY_COMPONENTS && !kind.components)
        return false;
    if (key->flags & KEY_ALONG && !kind.along)
        return false;
    if (key->methods == KEY_TRADE_OFF)
        return strcmp(key->name, vib_method_info(kind.method)->trade_off) == 0;
    return key->methods == 0 || (key->methods & 1u << kind.method) != 0;
}

const struct key *key_trade_off(enum vib_method method) {
    return key_find(vib_method_info(method)->trade_off);
}

/* A way to draw what is not drawn. */
static void normalize_draws(struct data_spec *data) {
    struct vib_view *view = &data->view;
    if (data->n_train == 0 && data->n_test == 0)
        view->random_subset = 0;
    if (!is_cut(data) && !view->random_subset && view->label_noise <= 0 && !view->shuffle_labels &&
        view->input_noise <= 0)
        view->seed = 0;
}

void settings_normalize(struct settings *settings) {
    const struct job_kind kind = settings_kind(settings);
    for (size_t i = 0; i < n_keys; i++)
        if (!key_matters(&keys[i], kind))
            key_put(settings, &keys[i], key_at(settings_defaults(), &keys[i]));
    normalize_draws(&settings->data);
}
