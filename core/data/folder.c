#include "core/data/folder.h"

#include "core/data/input.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A way to lay out a data set in a folder. Patterns are of fnmatch, without .gz, and of several
 * divided by | one must do; a row that lacks none of its files is what the folder holds. A
 * validation split may be missing as a whole. */
struct layout {
    const char *name;
    struct {
        const char *pattern;
        const char *example; /* for messages, the pattern's first choice; NULL: the pattern */
    } inputs[VIB_SPLITS], labels[VIB_SPLITS];
};

/* clang-format off */
static const struct layout layouts[] = {
    {.name = "IDX",
     .inputs = {[VIB_TRAIN] = {"*train-images[-.]idx[0-9]*", "train-images-idx3-ubyte"},
                [VIB_TEST] = {"*t10k-images[-.]idx[0-9]*|*test-images[-.]idx[0-9]*", "t10k-images-idx3-ubyte"}},
     .labels = {[VIB_TRAIN] = {"*train-labels[-.]idx[0-9]*", "train-labels-idx1-ubyte"},
                [VIB_TEST] = {"*t10k-labels[-.]idx[0-9]*|*test-labels[-.]idx[0-9]*", "t10k-labels-idx1-ubyte"}}},
    {.name = "NumPy",
     .inputs = {[VIB_TRAIN] = {"x_train.npy", NULL}, [VIB_TEST] = {"x_test.npy", NULL},
                [VIB_VALIDATION] = {"x_val.npy|x_valid.npy|x_validation.npy", "x_val.npy"}},
     .labels = {[VIB_TRAIN] = {"y_train.npy", NULL}, [VIB_TEST] = {"y_test.npy", NULL},
                [VIB_VALIDATION] = {"y_val.npy|y_valid.npy|y_validation.npy", "y_val.npy"}}},
    {.name = "NumPy in one piece",
     .inputs = {[VIB_TRAIN] = {"x.npy", NULL}},
     .labels = {[VIB_TRAIN] = {"y.npy", NULL}}},
    {.name = "an archive of NumPy",
     .inputs = {[VIB_TRAIN] = {"*.npz", "data.npz"}}},
    {.name = "CSV",
     .inputs = {[VIB_TRAIN] = {"train.csv|train.tsv", "train.csv"},
                [VIB_TEST] = {"test.csv|test.tsv", "test.csv"},
                [VIB_VALIDATION] = {"val.csv|val.tsv|valid.csv|valid.tsv|validation.csv|validation.tsv", "val.csv"}}},
    {.name = "CSV in one piece",
     .inputs = {[VIB_TRAIN] = {"data.csv|data.tsv", "data.csv"}}},
};
/* clang-format on */
enum { N_LAYOUTS = sizeof layouts / sizeof layouts[0], N_FILES = 2 * VIB_SPLITS };

void vib_sources_release(struct vib_sources *sources) {
    for (size_t s = 0; s < VIB_SPLITS; s++) {
        free(sources->inputs[s]);
        free(sources->labels[s]);
    }
    *sources = (struct vib_sources){0};
}

static int no_memory(const char *path, struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", vib_input_shown(path));
}

/* The i-th file of a layout: the inputs and labels of each split in turn. */
static const char *pattern_of(const struct layout *layout, size_t i) {
    return i % 2 == 0 ? layout->inputs[i / 2].pattern : layout->labels[i / 2].pattern;
}

static const char *example_of(const struct layout *layout, size_t i) {
    const char *example =
        i % 2 == 0 ? layout->inputs[i / 2].example : layout->labels[i / 2].example;
    return example != NULL ? example : pattern_of(layout, i);
}

/* --- names in a folder --- */

struct listing {
    const char *path; /* borrowed */
    char **names;     /* [n], in order; owned */
    size_t n, room;
};

static void listing_release(struct listing *listing) {
    for (size_t i = 0; i < listing->n; i++)
        free(listing->names[i]);
    free(listing->names);
    *listing = (struct listing){0};
}

static int add_name(struct listing *listing, const char *name) {
    if (listing->n == listing->room) {
        const size_t room = listing->room == 0 ? 32 : 2 * listing->room;
        char **names = realloc(listing->names, room * sizeof *names);
        if (names == NULL)
            return VIB_ENOMEM;
        listing->names = names;
        listing->room = room;
    }
    listing->names[listing->n] = strdup(name);
    if (listing->names[listing->n] == NULL)
        return VIB_ENOMEM;
    listing->n++;
    return 0;
}

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* An order that does not depend on the file system, so that messages do not. */
static int list_folder(struct listing *listing, const char *path, struct vib_error *err) {
    *listing = (struct listing){.path = path};
    DIR *folder = opendir(path);
    if (folder == NULL)
        return errno == ENOMEM ? no_memory(path, err)
                               : vib_error_set(err, VIB_EDATA, "%s: cannot open the folder: %s",
                                               vib_input_shown(path), strerror(errno));
    int rc = 0;
    for (const struct dirent *entry; rc == 0 && (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.')
            rc = add_name(listing, entry->d_name);
    closedir(folder);
    if (rc != 0) {
        listing_release(listing);
        return no_memory(path, err);
    }
    if (listing->n > 0)
        qsort(listing->names, listing->n, sizeof *listing->names, by_bytes);
    return 0;
}

static size_t bare_length(const char *name) {
    const size_t length = strlen(name);
    return length > 3 && strcmp(name + length - 3, ".gz") == 0 ? length - 3 : length;
}

static bool matches(const char *pattern, const char *name) {
    char bare[256]; /* no name is longer */
    snprintf(bare, sizeof bare, "%.*s", (int)bare_length(name), name);
    while (*pattern != '\0') { /* fnmatch's own alternatives take memory, and fail silently */
        char choice[64];
        const size_t length = strcspn(pattern, "|");
        snprintf(choice, sizeof choice, "%.*s", (int)length, pattern);
        if (fnmatch(choice, bare, 0) == 0)
            return true;
        pattern += length + (pattern[length] == '|');
    }
    return false;
}

/* The names that match: the first, and another that is not just the same with .gz. Names are in
 * order, so that what is raw comes before its .gz. */
static void find_names(const struct listing *listing, const char *pattern, const char **first,
                       const char **other) {
    *first = *other = NULL;
    for (size_t i = 0; i < listing->n; i++) {
        const char *name = listing->names[i];
        if (!matches(pattern, name))
            continue;
        const size_t length = *first != NULL ? bare_length(*first) : 0;
        const bool twin =
            *first != NULL && length == bare_length(name) && strncmp(*first, name, length) == 0;
        if (*first == NULL)
            *first = name;
        else if (!twin && *other == NULL)
            *other = name;
    }
}

/* --- layouts of a folder --- */

/* What a folder has of a layout. */
struct found {
    const char *names[N_FILES]; /* NULL: none, or not of the layout */
    const char *others[N_FILES];
    size_t n, lacking; /* files found; the first that is not, N_FILES when all are */
};

static bool has_split(const struct found *found, size_t split) {
    return found->names[2 * split] != NULL || found->names[2 * split + 1] != NULL;
}

static struct found look_for(const struct layout *layout, const struct listing *listing) {
    struct found found = {.lacking = N_FILES};
    for (size_t i = 0; i < N_FILES; i++)
        if (pattern_of(layout, i) != NULL)
            find_names(listing, pattern_of(layout, i), &found.names[i], &found.others[i]);
    for (size_t i = 0; i < N_FILES; i++) {
        const bool wanted = pattern_of(layout, i) != NULL &&
                            (i / 2 != VIB_VALIDATION || has_split(&found, VIB_VALIDATION));
        found.n += found.names[i] != NULL;
        if (wanted && found.names[i] == NULL && found.lacking == N_FILES)
            found.lacking = i;
    }
    return found;
}

static int ambiguous(const char *path, const char *a, const char *b, struct vib_error *err) {
    return vib_error_set(err, VIB_EDATA,
                         "%s: more than one data set: %s and %s; dataset.files says which files "
                         "are meant",
                         vib_input_shown(path), a, b);
}

static int take(struct vib_sources *sources, const struct listing *listing,
                const struct found *found, struct vib_error *err) {
    for (size_t i = 0; i < N_FILES; i++)
        if (found->others[i] != NULL)
            return ambiguous(listing->path, found->names[i], found->others[i], err);
    for (size_t i = 0; i < N_FILES; i++) {
        char **file = i % 2 == 0 ? &sources->inputs[i / 2] : &sources->labels[i / 2];
        if (found->names[i] == NULL)
            continue;
        const size_t size = strlen(listing->path) + strlen(found->names[i]) + 2;
        *file = malloc(size);
        if (*file == NULL)
            return no_memory(listing->path, err);
        snprintf(*file, size, "%s/%s", listing->path, found->names[i]);
    }
    return 0;
}

/* Nothing is complete: the layout that most is there of is what was meant. */
static int incomplete(const struct listing *listing, const struct found found[N_LAYOUTS],
                      struct vib_error *err) {
    size_t best = 0;
    for (size_t i = 1; i < N_LAYOUTS; i++)
        best = found[i].n > found[best].n ? i : best;
    const char *example = example_of(&layouts[best], found[best].lacking);
    const char *path = vib_input_shown(listing->path);
    if (found[best].n > 0)
        return vib_error_set(err, VIB_EDATA,
                             "%s/%s: no such file, nor with .gz; dataset.files names files that "
                             "are called otherwise, or leaves the test split out",
                             path, example);
    return vib_error_set(err, VIB_EDATA,
                         "%s holds no data set: no %s and so on, nor with .gz, no x_train.npy, "
                         "x.npy, data.npz, train.csv or data.csv; dataset.files names files that "
                         "are called otherwise",
                         path, example);
}

/* Takes what the folder holds; *none when that is nothing. */
static int choose(struct vib_sources *sources, const struct listing *listing, bool *none,
                  struct vib_error *err) {
    struct found found[N_LAYOUTS];
    size_t complete = N_LAYOUTS;
    for (size_t i = 0; i < N_LAYOUTS; i++) {
        found[i] = look_for(&layouts[i], listing);
        if (found[i].lacking != N_FILES)
            continue;
        if (complete != N_LAYOUTS)
            return ambiguous(listing->path, layouts[complete].name, layouts[i].name, err);
        complete = i;
    }
    *none = complete == N_LAYOUTS;
    return *none ? incomplete(listing, found, err) : take(sources, listing, &found[complete], err);
}

static int find_in(struct vib_sources *sources, const char *path, bool *none,
                   struct vib_error *err) {
    struct listing listing;
    int rc = list_folder(&listing, path, err);
    if (rc != 0)
        return rc;
    rc = choose(sources, &listing, none, err);
    listing_release(&listing);
    if (rc != 0)
        vib_sources_release(sources);
    return rc;
}

/* torchvision keeps the files of MNIST in raw/. */
static int find_in_raw(struct vib_sources *sources, const char *path, bool *none) {
    const size_t size = strlen(path) + sizeof "/raw";
    char *raw = malloc(size);
    if (raw == NULL)
        return VIB_ENOMEM;
    snprintf(raw, size, "%s/raw", path);
    const int rc = find_in(sources, raw, none, NULL);
    free(raw);
    return rc;
}

int vib_sources_find(struct vib_sources *sources, const char *path, struct vib_error *err) {
    struct stat status;
    bool none = false, none_in_raw;
    *sources = (struct vib_sources){0};
    if (stat(path, &status) == 0 && !S_ISDIR(status.st_mode)) {
        sources->inputs[VIB_TRAIN] = strdup(path);
        return sources->inputs[VIB_TRAIN] == NULL ? no_memory(path, err) : 0;
    }
    const int rc = find_in(sources, path, &none, err);
    if (rc == 0 || !none)
        return rc;
    const int rc_raw = find_in_raw(sources, path, &none_in_raw);
    return rc_raw == 0 ? 0 : rc_raw == VIB_ENOMEM ? no_memory(path, err) : rc;
}
