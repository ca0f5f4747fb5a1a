#include "runner/sweep/data_cache.h"

#include "core/view.h"
#include "runner/sweep/data.h"

#include <pthread.h>
#include <search.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The texts of a spec: name, dir, label and files. */
enum { SPEC_TEXTS = 3 + DATA_FILES };

/* A data set that was loaded, or a view of one. */
struct cache_entry {
    struct vib_dataset data;  /* first: what callers have of an entry */
    struct cache_entry *base; /* of a view; held as long as the view is */
    char *texts[SPEC_TEXTS];  /* owned; what spec's point to, as spec_texts has them */
    struct data_spec spec;    /* with the view, its scale told; AUTO where there is no base */
    bool asked;               /* it is among the entries of the cache */
    pthread_mutex_t mutex;    /* around the pointers to the examples, and what follows */
    size_t holders;
    bool loaded;
};

struct data_cache {
    size_t n, room;
    struct cache_entry **entries; /* [room] those that callers have */
    void *tree;                   /* of tsearch, by spec: a sweep may have 10^6 data sets */
    size_t keep_bytes;
    atomic_size_t loaded_bytes;
};

static int no_memory(struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "out of memory for a data set");
}

static int compare_sizes(size_t a, size_t b) {
    return (a > b) - (a < b);
}

static int compare_reals(double a, double b) {
    return (a > b) - (a < b);
}

/* Where a spec has each of its texts. */
static void spec_texts(struct data_spec *spec, const char **texts[SPEC_TEXTS]) {
    texts[0] = &spec->name;
    texts[1] = &spec->dir;
    texts[2] = &spec->label;
    for (size_t i = 0; i < DATA_FILES; i++)
        texts[3 + i] = &spec->files[i];
}

static int compare_texts(const struct data_spec *a, const struct data_spec *b) {
    struct data_spec left = *a, right = *b;
    const char **of_left[SPEC_TEXTS], **of_right[SPEC_TEXTS];
    int order = 0;
    spec_texts(&left, of_left);
    spec_texts(&right, of_right);
    for (size_t i = 0; i < SPEC_TEXTS && order == 0; i++)
        order = strcmp(*of_left[i], *of_right[i]);
    return order;
}

static int compare_seeds(uint64_t a, uint64_t b) {
    return (a > b) - (a < b);
}

static int compare_views(const struct vib_view *a, const struct vib_view *b) {
    int order = compare_reals(a->test, b->test);
    order = order != 0 ? order : compare_reals(a->validation, b->validation);
    order = order != 0 ? order : compare_sizes(a->n_train, b->n_train);
    order = order != 0 ? order : compare_sizes(a->n_test, b->n_test);
    order = order != 0 ? order : a->random_subset - b->random_subset;
    order = order != 0 ? order : compare_seeds(a->seed, b->seed);
    order = order != 0 ? order : (int)a->scale - (int)b->scale;
    order = order != 0 ? order : a->shuffle_labels - b->shuffle_labels;
    order = order != 0 ? order : compare_reals(a->label_noise, b->label_noise);
    return order != 0 ? order : compare_reals(a->input_noise, b->input_noise);
}

/* By what the kind of data set reads of a spec. */
static int compare_specs(const struct data_spec *a, const struct data_spec *b) {
    int order = strcmp(a->name, b->name);
    order = order != 0 ? order : compare_sizes(a->classes, b->classes);
    order = order != 0 ? order : compare_sizes(a->n_train, b->n_train);
    order = order != 0 ? order : compare_sizes(a->n_test, b->n_test);
    order = order != 0 ? order : compare_views(&a->view, &b->view);
    if (order != 0 || !data_is_mixture(a))
        return order != 0 ? order : compare_texts(a, b);
    order = compare_sizes(a->dim, b->dim);
    order = order != 0 ? order : compare_reals(a->separation, b->separation);
    order = order != 0 ? order : compare_reals(a->noise, b->noise);
    return order != 0 ? order : compare_seeds(a->seed, b->seed);
}

static int compare_entries(const void *a, const void *b) {
    const struct cache_entry *left = a, *right = b;
    return compare_specs(&left->spec, &right->spec);
}

static size_t bytes_of(const struct vib_dataset *data) {
    size_t bytes = 0;
    for (size_t s = 0; s < VIB_SPLITS; s++) {
        const struct vib_split *split = &data->split[s];
        const size_t input = split->bytes != NULL ? sizeof *split->bytes : sizeof *split->values;
        bytes += split->n * sizeof *split->labels;
        bytes += split->n * (data->base != NULL ? sizeof *split->rows : data->dim * input);
    }
    return bytes;
}

/* Moves the examples of one data set into another that is the same but for them. */
static void move_examples(struct vib_dataset *to, struct vib_dataset *from) {
    for (size_t s = 0; s < VIB_SPLITS; s++) {
        to->split[s].bytes = from->split[s].bytes;
        to->split[s].values = from->split[s].values;
        to->split[s].rows = from->split[s].rows;
        to->split[s].labels = from->split[s].labels;
        from->split[s].bytes = NULL;
        from->split[s].values = NULL;
        from->split[s].rows = NULL;
        from->split[s].labels = NULL;
    }
}

/* Frees the examples where nobody needs them and there is more in memory than is to be kept. */
static void drop_examples(struct data_cache *cache, struct cache_entry *entry) {
    struct vib_dataset dropped = {.base = entry->data.base};
    if (entry->holders > 0 || atomic_load(&cache->loaded_bytes) <= cache->keep_bytes)
        return;
    atomic_fetch_sub(&cache->loaded_bytes, bytes_of(&entry->data));
    move_examples(&dropped, &entry->data);
    vib_dataset_release(&dropped);
    entry->loaded = false;
}

/* Of a view, whose base is held, the view is made. */
static int load(struct cache_entry *entry, struct vib_dataset *data, struct vib_error *err) {
    return entry->base != NULL ? vib_view_make(data, &entry->spec.view, &entry->base->data, err)
                               : data_load(&entry->spec, data, err);
}

static int load_again(struct data_cache *cache, struct cache_entry *entry, struct vib_error *err) {
    struct vib_dataset again;
    int rc = load(entry, &again, err);
    if (rc != VIB_OK)
        return rc;
    if (strcmp(again.digest, entry->data.digest) != 0)
        rc = vib_error_set(err, VIB_EDATA,
                           "data set '%s': the files have changed since the sweep began; start it "
                           "again",
                           entry->spec.name);
    if (rc == VIB_OK) {
        move_examples(&entry->data, &again);
        entry->loaded = true;
        atomic_fetch_add(&cache->loaded_bytes, bytes_of(&entry->data));
    }
    vib_dataset_release(&again);
    return rc;
}

static void entry_free(struct cache_entry *entry) {
    vib_dataset_release(&entry->data);
    (void)pthread_mutex_destroy(&entry->mutex); /* which nobody holds */
    for (size_t i = 0; i < SPEC_TEXTS; i++)
        free(entry->texts[i]);
    free(entry);
}

/* Gives the entry a copy of the spec. */
static int copy_spec(struct cache_entry *entry, const struct data_spec *spec,
                     struct vib_error *err) {
    const char **texts[SPEC_TEXTS];
    entry->spec = *spec;
    spec_texts(&entry->spec, texts);
    for (size_t i = 0; i < SPEC_TEXTS; i++) {
        entry->texts[i] = strdup(*texts[i]);
        if (entry->texts[i] == NULL)
            return no_memory(err);
        *texts[i] = entry->texts[i];
    }
    return VIB_OK;
}

static void let_go(struct data_cache *cache, struct cache_entry *entry) {
    (void)pthread_mutex_lock(&entry->mutex); /* fails for wrong use alone, as does unlock */
    entry->holders--;
    drop_examples(cache, entry);
    (void)pthread_mutex_unlock(&entry->mutex);
    if (entry->base != NULL)
        let_go(cache, entry->base);
}

static int hold(struct data_cache *cache, struct cache_entry *entry, struct vib_error *err) {
    const bool is_view = entry->base != NULL;
    int rc = is_view ? hold(cache, entry->base, err) : VIB_OK;
    if (rc != VIB_OK)
        return rc;
    (void)pthread_mutex_lock(&entry->mutex);
    if (!entry->loaded)
        rc = load_again(cache, entry, err);
    else if (is_view && entry->holders == 0) /* the base may have been read again meanwhile */
        vib_view_attach(&entry->data, &entry->base->data);
    entry->holders += rc == VIB_OK;
    (void)pthread_mutex_unlock(&entry->mutex);
    if (rc != VIB_OK && is_view)
        let_go(cache, entry->base);
    return rc;
}

/* base is NULL, or held. */
static int entry_new(struct cache_entry **out, const struct data_spec *spec,
                     struct cache_entry *base, struct vib_error *err) {
    struct cache_entry *entry = calloc(1, sizeof *entry);
    if (entry == NULL || pthread_mutex_init(&entry->mutex, NULL) != 0) {
        free(entry);
        return no_memory(err);
    }
    entry->base = base;
    int rc = copy_spec(entry, spec, err);
    if (rc == VIB_OK)
        rc = load(entry, &entry->data, err);
    if (rc != VIB_OK) {
        entry_free(entry);
        return rc;
    }
    entry->loaded = true;
    *out = entry;
    return VIB_OK;
}

static int add_entry(struct data_cache *cache, const struct data_spec *spec,
                     struct cache_entry *base, struct cache_entry **out, struct vib_error *err) {
    struct cache_entry *entry = NULL;
    int rc = entry_new(&entry, spec, base, err);
    if (rc != VIB_OK)
        return rc;
    if (tsearch(entry, &cache->tree, compare_entries) == NULL) {
        entry_free(entry);
        return no_memory(err);
    }
    atomic_fetch_add(&cache->loaded_bytes, bytes_of(&entry->data));
    *out = entry;
    return VIB_OK;
}

/* The entry of exactly that spec, made if need be; of a view, base is what it is made of. */
static int find_entry(struct data_cache *cache, const struct data_spec *spec,
                      struct cache_entry *base, struct cache_entry **out, struct vib_error *err) {
    const struct cache_entry wanted = {.spec = *spec};
    struct cache_entry *const *found = tfind(&wanted, &cache->tree, compare_entries);
    if (found != NULL) {
        *out = *found;
        return VIB_OK;
    }
    int rc = base != NULL ? hold(cache, base, err) : VIB_OK;
    if (rc != VIB_OK)
        return rc;
    rc = add_entry(cache, spec, base, out, err);
    if (base != NULL)
        let_go(cache, base);
    return rc;
}

/* Remembers the order in which callers ask. */
static int note_asked(struct data_cache *cache, struct cache_entry *entry, struct vib_error *err) {
    const size_t room = cache->room == 0 ? 8 : 2 * cache->room;
    if (entry->asked)
        return VIB_OK;
    if (cache->n == cache->room) {
        struct cache_entry **entries = realloc(cache->entries, room * sizeof *entries);
        if (entries == NULL)
            return no_memory(err);
        cache->entries = entries;
        cache->room = room;
    }
    cache->entries[cache->n++] = entry;
    entry->asked = true;
    drop_examples(cache, entry);
    return VIB_OK;
}

int data_cache_new(struct data_cache **cache, size_t keep_bytes) {
    struct data_cache *made = calloc(1, sizeof *made);
    if (made == NULL)
        return VIB_ENOMEM;
    made->keep_bytes = keep_bytes;
    atomic_init(&made->loaded_bytes, 0);
    *cache = made;
    return VIB_OK;
}

static void free_node(void *entry) {
    entry_free(entry);
}

void data_cache_free(struct data_cache *cache) {
    if (cache == NULL)
        return;
    tdestroy(cache->tree, free_node);
    free(cache->entries);
    free(cache);
}

int data_cache_get(struct data_cache *cache, const struct data_spec *spec,
                   const struct vib_dataset **data, struct vib_error *err) {
    struct vib_view view = data_view(spec);
    struct data_spec wanted = *spec;
    struct cache_entry *entry = NULL;
    if (data_limits_view(spec))
        wanted.n_train = wanted.n_test = 0;
    wanted.view = (struct vib_view){.scale = VIB_SCALE_AUTO};
    int rc = find_entry(cache, &wanted, NULL, &entry, err);
    if (rc == VIB_OK && !vib_view_is_plain(&view, &entry->data)) {
        view.scale = vib_view_scale(&view, &entry->data);
        wanted.view = view;
        rc = find_entry(cache, &wanted, entry, &entry, err);
    }
    if (rc == VIB_OK)
        rc = note_asked(cache, entry, err);
    if (rc == VIB_OK)
        *data = &entry->data;
    return rc;
}

size_t data_cache_n(const struct data_cache *cache) {
    return cache->n;
}

const struct vib_dataset *data_cache_at(const struct data_cache *cache, size_t i) {
    return &cache->entries[i]->data;
}

/* Callers have the first member of an entry, as constant. */
static struct cache_entry *entry_of(const struct vib_dataset *data) {
    return (struct cache_entry *)(uintptr_t)data;
}

void data_cache_rename(const struct vib_dataset *data, const char *name) {
    struct vib_dataset *renamed = &entry_of(data)->data;
    (void)snprintf(renamed->name, sizeof renamed->name, "%s", name);
}

int data_cache_hold(struct data_cache *cache, const struct vib_dataset *data,
                    struct vib_error *err) {
    return hold(cache, entry_of(data), err);
}

void data_cache_let_go(struct data_cache *cache, const struct vib_dataset *data) {
    let_go(cache, entry_of(data));
}
