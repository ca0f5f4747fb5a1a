#include "runner/sweep/data.h"

#include "core/data/load.h"
#include "runner/base/home.h"
#include "runner/base/host.h"
#include "runner/fetch/fetch_table.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where the spec leaves it open: the examples of each split, and the classes. */
enum { MIXTURE_EXAMPLES = 10000, MIXTURE_CLASSES = 10 };

/* A folder where a data set may be, and how to call it in a message. */
struct place {
    char *path; /* NULL when the variable it depends on is not set; owned */
    const char *label;
};
enum { N_PLACES = 3 };

static int no_memory(struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "out of memory while loading a data set");
}

/* "folder/name", allocated. */
static char *join(const char *folder, const char *name) {
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (path != NULL)
        snprintf(path, size, "%s/%s", folder, name);
    return path;
}

static void release_places(struct place places[N_PLACES]) {
    for (size_t i = 0; i < N_PLACES; i++)
        free(places[i].path);
}

/* The folder of that name in one that may begin with ~/; NULL when out of memory. */
static char *join_expanded(const char *folder, const char *name) {
    char *whole = home_expand(folder), *path = whole == NULL ? NULL : join(whole, name);
    free(whole);
    return path;
}

/* Lists where a data set of that name is looked for, in this order. */
static int find_places(const char *name, struct place places[N_PLACES], struct vib_error *err) {
    const char *own = home_variable("VIB_SWEEP_DATA");

    places[0] = (struct place){.label = "$VIB_SWEEP_DATA"};
    places[1] = (struct place){.label = "$XDG_DATA_HOME and $HOME"};
    places[2] = (struct place){.path = join("/usr/share/datasets", name)};
    if (own != NULL)
        places[0].path = join_expanded(own, name);
    if (home_data_folder(name, &places[1].path) != 0 || places[2].path == NULL ||
        (own != NULL && places[0].path == NULL)) {
        release_places(places);
        return no_memory(err);
    }
    return 0;
}

static bool is_folder(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* How to get a data set, for the end of a message. */
static void how_to_get(const char *name, char *text, size_t size) {
    if (fetch_find(name) != NULL)
        snprintf(text, size, "vib-sweep fetch %s puts it where it is found without dataset.dir",
                 name);
    else
        snprintf(
            text, size,
            "a folder holds four IDX files (train-images-idx3-ubyte and so on), x_train.npy, y_train.npy, "
            "x_test.npy and y_test.npy, an .npz, or train.csv and test.csv");
}

static bool is_there(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/* dataset.name does not look here, where often is what was meant. */
static int is_here(const char *name, struct vib_error *err) {
    return vib_error_set(err, VIB_EDATA,
                         "no data set '%s' is found by this name; dataset: {dir: %s} takes what is "
                         "called so here",
                         name, name);
}

static int not_found(const char *name, const struct place places[N_PLACES], struct vib_error *err) {
    char list[400] = "", how[256];
    if (fetch_find(name) == NULL && is_there(name))
        return is_here(name, err);
    for (size_t i = 0; i < N_PLACES; i++) {
        size_t length = strlen(list);
        snprintf(list + length, sizeof list - length, "%s%s%s", i > 0 ? ", " : "",
                 places[i].path != NULL ? places[i].path : places[i].label,
                 places[i].path != NULL ? "" : " (not set)");
    }
    how_to_get(name, how, sizeof how);
    return vib_error_set(err, VIB_EDATA,
                         "data set '%s' not found; tried the folders %s; %s; dataset.dir names a "
                         "folder or file directly, also here",
                         name, list, how);
}

/* What dataset.dir names is not there. */
static int missing(const struct data_spec *spec, const char *dir, struct vib_error *err) {
    char how[256] = "", *here = *dir == '/' ? NULL : getcwd(NULL, 0);
    const char *semicolon = fetch_find(spec->name) != NULL ? "; " : "";
    int rc;
    if (*semicolon != '\0')
        how_to_get(spec->name, how, sizeof how);
    if (here == NULL)
        rc =
            vib_error_set(err, VIB_EDATA, "there is no file or folder %s%s%s", dir, semicolon, how);
    else
        rc = vib_error_set(err, VIB_EDATA, "there is no %s in %s (%s)%s%s", dir, here,
                           *dir == '~' ? "only the ~ of ~/ is expanded, by $HOME"
                                       : "dataset.dir is relative to where vib-sweep runs",
                           semicolon, how);
    free(here);
    return rc;
}

/* Says how to get what the folder, where it is one, does not hold. */
static int find_sources(const struct data_spec *spec, const char *dir, struct vib_sources *sources,
                        struct vib_error *err) {
    char how[256];
    struct vib_error found = {0};
    if (!is_there(dir))
        return missing(spec, dir, err);
    const int rc = vib_sources_find(sources, dir, &found);
    if (rc != VIB_EDATA)
        return rc == 0 ? 0 : vib_error_set(err, rc, "%s", found.message);
    how_to_get(spec->name, how, sizeof how);
    return vib_error_set(err, VIB_EDATA, "data set '%s': %s; %s", spec->name, found.message, how);
}

static int load_from(const struct data_spec *spec, const struct vib_sources *sources,
                     struct vib_dataset *data, struct vib_error *err) {
    const double free_bytes = host_memory();
    const bool limited = !data_limits_view(spec);
    const struct vib_load_request request = {
        .name = spec->name,
        .label = spec->label,
        .classes = spec->classes,
        .limit =
            {[VIB_TRAIN] = limited ? spec->n_train : 0, [VIB_TEST] = limited ? spec->n_test : 0},
        .most_bytes = isfinite(free_bytes) ? free_bytes : 0};
    return vib_data_load(data, &request, sources, err);
}

static int load_folder(const struct data_spec *spec, const char *dir, struct vib_dataset *data,
                       struct vib_error *err) {
    struct vib_sources sources = {0};
    int rc = find_sources(spec, dir, &sources, err);
    if (rc == 0)
        rc = load_from(spec, &sources, data, err);
    vib_sources_release(&sources);
    return rc;
}

/* From spec->dir. */
static int load_named(const struct data_spec *spec, struct vib_dataset *data,
                      struct vib_error *err) {
    char *dir = home_expand(spec->dir);
    if (dir == NULL)
        return no_memory(err);
    const int rc = load_folder(spec, dir, data, err);
    free(dir);
    return rc;
}

/* A file that is named is in spec->dir, unless its path says otherwise. */
static int name_file(const struct data_spec *spec, enum data_file file, char **path,
                     struct vib_error *err) {
    const char *name = spec->files[file];
    if (*name == '\0')
        return 0;
    *path = *spec->dir != '\0' && *name != '/' && *name != '~' ? join_expanded(spec->dir, name)
                                                               : home_expand(name);
    return *path == NULL ? no_memory(err) : 0;
}

/* From spec->files. */
static int load_listed(const struct data_spec *spec, struct vib_dataset *data,
                       struct vib_error *err) {
    struct vib_sources sources = {0};
    char **const paths[DATA_FILES] = {[DATA_TRAIN] = &sources.inputs[VIB_TRAIN],
                                      [DATA_VALIDATION] = &sources.inputs[VIB_VALIDATION],
                                      [DATA_TEST] = &sources.inputs[VIB_TEST],
                                      [DATA_TRAIN_LABELS] = &sources.labels[VIB_TRAIN],
                                      [DATA_VALIDATION_LABELS] = &sources.labels[VIB_VALIDATION],
                                      [DATA_TEST_LABELS] = &sources.labels[VIB_TEST]};
    int rc = 0;
    for (enum data_file i = 0; rc == 0 && i < DATA_FILES; i++)
        rc = name_file(spec, i, paths[i], err);
    if (rc == 0 && sources.inputs[VIB_TRAIN] == NULL)
        rc = vib_error_set(err, VIB_EDATA,
                           "data set '%s': dataset.files names no training split "
                           "(dataset.files.train)",
                           spec->name);
    for (enum vib_split_id s = 0; rc == 0 && s < VIB_SPLITS; s++)
        if (sources.labels[s] != NULL && sources.inputs[s] == NULL)
            rc = vib_error_set(err, VIB_EDATA,
                               "data set '%s': dataset.files names %s labels, but no %s split "
                               "(dataset.files.%s)",
                               spec->name, vib_split_name(s), vib_split_name(s), vib_split_name(s));
    if (rc == 0)
        rc = load_from(spec, &sources, data, err);
    vib_sources_release(&sources);
    return rc;
}

static int load_files(const struct data_spec *spec, struct vib_dataset *data,
                      struct vib_error *err) {
    struct place places[N_PLACES];
    size_t i = 0;

    if (strchr(spec->name, '/') != NULL || strlen(spec->name) >= sizeof data->name ||
        (*spec->dir == '\0' && !data_names_files(spec) &&
         (*spec->name == '\0' || *spec->name == '.')))
        return vib_error_set(err, VIB_EDATA,
                             "data set '%s': expected the name of a folder, without '/' and "
                             "shorter than %zu bytes; dataset.dir is for paths",
                             spec->name, sizeof data->name);
    if (data_names_files(spec))
        return load_listed(spec, data, err);
    if (*spec->dir != '\0')
        return load_named(spec, data, err);

    int rc = find_places(spec->name, places, err);
    if (rc != 0)
        return rc;
    while (i < N_PLACES && (places[i].path == NULL || !is_folder(places[i].path)))
        i++;
    rc = i < N_PLACES ? load_folder(spec, places[i].path, data, err)
                      : not_found(spec->name, places, err);
    release_places(places);
    return rc;
}

static int make_mixture(const struct data_spec *spec, struct vib_dataset *data,
                        struct vib_error *err) {
    struct vib_mixture mixture = {
        .dim = spec->dim,
        .classes = spec->classes != 0 ? spec->classes : MIXTURE_CLASSES,
        .n_train = spec->n_train != 0 ? spec->n_train : MIXTURE_EXAMPLES,
        .n_test = spec->n_test != 0 ? spec->n_test : MIXTURE_EXAMPLES,
        .separation = spec->separation,
        .noise = spec->noise,
        .seed = spec->seed,
    };
    return vib_dataset_make_mixture(data, &mixture, err);
}

int data_load(const struct data_spec *spec, struct vib_dataset *data, struct vib_error *err) {
    *data = (struct vib_dataset){0};
    return data_is_mixture(spec) ? make_mixture(spec, data, err) : load_files(spec, data, err);
}

void data_complete(struct settings *settings, const struct vib_dataset *data) {
    settings->data.name = data->name;
    settings->data.classes = data->classes;
    if (!data_is_mixture(&settings->data))
        settings->data.view.scale = data->scale;
}
