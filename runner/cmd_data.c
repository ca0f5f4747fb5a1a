/* vib-sweep data NAME: what would be loaded. */
#include "runner/command.h"
#include "core/data/summary.h"
#include "runner/base/text.h"
#include "runner/config/config.h"
#include "runner/sweep/data.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct data_options {
    const char *place;
    struct option_list sets;
};

static const struct option_row rows[] = {
    {.argument = "NAME",
     .kind = OPTION_TEXT,
     .required = true,
     .offset = offsetof(struct data_options, place),
     .help = "a data set by its name (dataset.name), or its folder or file (dataset.dir)"},
    {.name = "set",
     .kind = OPTION_LIST,
     .argument = "KEY=VALUE",
     .offset = offsetof(struct data_options, sets),
     .help = "a key of the configuration, as --set dataset.label=species; may be repeated"},
};

/* --- what is shown --- */

enum { FEW = 20 /* classes shown */, COLUMN = 14 /* behind "validation" */ };

/* A line, or as many as it takes. */
__attribute__((format(printf, 2, 3))) static void show(const char *name, const char *format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    text_entry(stdout, name, text, COLUMN);
}

static void show_inputs(const struct vib_dataset *data) {
    char shape[160] = "";
    for (size_t i = 0; data->n_axes > 1 && i < data->n_axes; i++) {
        const size_t length = strlen(shape);
        snprintf(shape + length, sizeof shape - length, "%s%zu", i > 0 ? " x " : "",
                 data->shape[i]);
    }
    show("inputs", "%s%s%zu, %s", shape, *shape != '\0' ? " = " : "", data->dim,
         data->split[VIB_TRAIN].bytes != NULL ? "bytes" : "float32");
}

/* Splits in the order for people. */
static bool split_at(const struct vib_dataset *data, size_t place, enum vib_split_id *id) {
    for (enum vib_split_id s = 0; s < VIB_SPLITS; s++)
        if (vib_split_place(s) == place) {
            *id = s;
            return vib_dataset_has(data, s);
        }
    return false;
}

static void show_splits(const struct vib_dataset *data, const struct vib_data_summary *summary) {
    enum vib_split_id id;
    for (size_t place = 0; place < VIB_SPLITS; place++)
        if (split_at(data, place, &id))
            show(vib_split_name(id), "%zu examples, inputs %g to %g, H(Y) = %.4f bits",
                 data->split[id].n, summary->least[id], summary->most[id], data->split[id].h_y);
}

/* Classes with the examples that each split has of them. */
static void show_classes(const struct vib_dataset *data, const struct vib_data_summary *summary) {
    const size_t few = data->classes < FEW ? data->classes : FEW;
    enum vib_split_id id;
    show("classes", "%zu%s", data->classes,
         data->class_names != NULL ? ", in the order of their labels" : "");
    for (size_t c = 0; c < few; c++) {
        char counts[96] = "", number[24];
        snprintf(number, sizeof number, "%zu", c);
        for (size_t place = 0; place < VIB_SPLITS; place++) {
            const size_t length = strlen(counts);
            if (split_at(data, place, &id))
                snprintf(counts + length, sizeof counts - length, "%s%zu %s",
                         length > 0 ? ", " : "", summary->counts[id][c], vib_split_name(id));
        }
        if (data->class_names != NULL)
            show("", "%s: '%.*s': %s", number, (int)text_fit(data->class_names[c], 40),
                 data->class_names[c], counts);
        else
            show("", "%s: %s", number, counts);
    }
    if (few < data->classes)
        show("", "and %zu more", data->classes - few);
}

static void warn_of_classes(const struct vib_dataset *data,
                            const struct vib_data_summary *summary) {
    const size_t *train = summary->counts[VIB_TRAIN];
    size_t least = SIZE_MAX, most = 0;
    enum vib_split_id id;
    for (size_t place = 0; place < VIB_SPLITS; place++)
        if (split_at(data, place, &id) && data->split[id].n_classes < data->classes)
            show("warning", "%zu of the classes have no %s example",
                 data->classes - data->split[id].n_classes, vib_split_name(id));
    for (size_t c = 0; c < data->classes; c++) {
        least = train[c] > 0 && train[c] < least ? train[c] : least;
        most = train[c] > most ? train[c] : most;
    }
    if (most / 20 > least)
        show("warning",
             "the classes are very unequal: %zu training examples of one, %zu of another", most,
             least);
}

static void show_warnings(const struct vib_dataset *data, const struct vib_data_summary *summary) {
    warn_of_classes(data, summary);
    if (summary->n_constant > 0)
        show("warning", "%zu of the inputs are the same in all training examples",
             summary->n_constant);
    if (!vib_dataset_has(data, VIB_TEST))
        show(
            "warning",
            "there is no test split: dataset.test takes one out, else nothing tells how well a model "
            "does on new data");
}

static int show_data(const struct vib_dataset *data, struct vib_error *err) {
    struct vib_data_summary summary;
    const int rc = vib_data_summary_init(&summary, data, err);
    if (rc != 0)
        return rc;
    show("name", "%s", data->name);
    show_inputs(data);
    show_splits(data, &summary);
    if (isfinite(data->ixy))
        show("I(X;Y)", "%.4f bits, of standard error %.4f", data->ixy, data->ixy_se);
    show_classes(data, &summary);
    show("memory", "%.1f MB", vib_data_bytes(data) / 1e6);
    show("digest", "%s", data->digest);
    show_warnings(data, &summary);
    vib_data_summary_release(&summary);
    return 0;
}

/* --- what is asked for --- */

/* "KEY='VALUE'", in YAML's quotes, so that any path may be the value; NULL when out of memory. */
static char *make_set(const char *key, const char *value) {
    const size_t size = strlen(key) + 2 * strlen(value) + sizeof "=''";
    char *set = malloc(size), *at = set;
    if (set == NULL)
        return NULL;
    at += snprintf(at, size, "%s='", key);
    for (; *value != '\0'; value++) {
        *at++ = *value;
        if (*value == '\'')
            *at++ = '\'';
    }
    memcpy(at, "'", 2);
    return set;
}

/* As files of data end. */
static bool ends_as_file(const char *place) {
    static const char *const ends[] = {".npz", ".npy", ".csv", ".tsv", ".gz"};
    const size_t length = strlen(place);
    bool found = false;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0] && !found; i++) {
        const size_t end = strlen(ends[i]);
        found = length > end && strcmp(place + length - end, ends[i]) == 0;
    }
    return found;
}

/* A word is a name, unless a folder or a file is called so, or meant. */
static bool is_path(const char *place) {
    struct stat status;
    return strchr(place, '/') != NULL || *place == '~' || ends_as_file(place) ||
           stat(place, &status) == 0;
}

static int read_config(struct config *config, const struct data_options *options,
                       struct vib_error *err) {
    const size_t n = options->sets.n;
    const char **sets = malloc((n + 1) * sizeof *sets);
    char *place =
        make_set(is_path(options->place) ? "dataset.dir" : "dataset.name", options->place);
    int rc = sets == NULL || place == NULL ? vib_error_set(err, VIB_ENOMEM, "out of memory") : 0;
    if (rc == 0) {
        sets[0] = place;
        for (size_t i = 0; i < n; i++)
            sets[1 + i] = options->sets.texts[i];
        rc = config_of_sets(config, sets, n + 1, err);
    }
    free(place);
    free(sets);
    return rc;
}

static int show_options(const struct data_options *options, struct vib_error *err) {
    struct config config;
    struct vib_dataset data = {0};
    int rc = read_config(&config, options, err);
    if (rc != 0)
        return rc;
    if (config.n_axes > 0)
        rc = vib_error_set(err, VIB_EUSAGE, "data: shows one data set: give each key one value");
    if (rc == 0)
        rc = data_load(&config.base.data, &data, err);
    if (rc == 0)
        rc = show_data(&data, err);
    vib_dataset_release(&data);
    config_release(&config);
    return rc;
}

static int run(int argc, char **argv, struct vib_error *err) {
    struct data_options options = {0};
    int rc = options_read(&command_data.options, argc, argv, &options, err);
    if (rc == 0)
        rc = show_options(&options, err);
    option_list_release(&options.sets);
    return rc;
}

const struct command command_data = {
    .summary = "show what a data set holds",
    .options = {.command = "data",
                .help = "Loads a data set as a sweep would and tells its splits, the shape and "
                        "range of its inputs, its classes and how many examples each has, the "
                        "entropy of its labels, the memory it takes and what looks wrong.",
                .rows = rows,
                .n = sizeof rows / sizeof rows[0]},
    .run = run,
};
