#include "runner/page/page.h"

#include "runner/page/merged.h"
#include "runner/store/store.h"
#include "runner/store/store_query.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- names --- */

/* How the last n parts of a path begin, or the path where it has no more; *all tells of that. */
static const char *tail(const char *path, size_t n, bool *all) {
    const char *at = path + strlen(path);
    while (at > path && at[-1] == '/')
        at--;
    while (at > path && (at[-1] != '/' || --n > 0))
        at--;
    *all = at == path;
    return at;
}

/* Whether another source has the same last n parts. */
static bool is_shared(const struct page *page, size_t i, size_t n) {
    bool all;
    for (size_t k = 0; k < page->n; k++)
        if (k != i &&
            strcmp(tail(page->sources[k].path, n, &all), tail(page->sources[i].path, n, &all)) == 0)
            return true;
    return false;
}

static void name_source(struct page *page, size_t i) {
    struct page_source *source = &page->sources[i];
    bool all = false;
    for (size_t n = 1; !all; n++) {
        source->name = tail(source->path, n, &all);
        if (!is_shared(page, i, n))
            return;
    }
}

static bool is_folder(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

int page_init(struct page *page, const struct option_list *paths, struct vib_error *err) {
    *page = (struct page){.version = 1};
    page->sources = calloc(paths->n, sizeof *page->sources);
    if (page->sources == NULL)
        return vib_error_set(err, VIB_ENOMEM, "page: out of memory");
    page->n = paths->n;
    for (size_t i = 0; i < page->n; i++)
        page->sources[i].path = paths->texts[i];
    for (size_t i = 0; i < page->n; i++)
        name_source(page, i);
    return VIB_OK;
}

void page_release(struct page *page) {
    page_forget(page);
    free(page->sources);
    memset(page, 0, sizeof *page);
}

/* --- sources --- */

int page_source_look(const struct page_source *source, struct page_look *look,
                     struct vib_error *err) {
    int rc;
    look->store = NULL;
    status_init(&look->status);
    if (is_folder(source->path)) {
        rc = status_add_folder(&look->status, source->path, err);
    } else {
        rc = store_open_reader(&look->store, source->path, err);
        if (rc == VIB_OK)
            rc = status_add(&look->status, look->store, true, err);
    }
    return rc == VIB_OK ? status_sum(&look->status, err) : rc;
}

void page_look_release(struct page_look *look) {
    store_close(look->store);
    status_release(&look->status);
}

static int open_results(struct page_source *source, struct vib_error *err) {
    int rc;
    if (is_folder(source->path)) {
        rc = merged_new(&source->merged, source->path, err);
        if (rc == VIB_OK)
            source->results = merged_store(source->merged);
        return rc;
    }
    rc = store_open_reader(&source->results, source->path, err);
    return rc == VIB_OK ? store_copy_shared(source->results, err) : rc;
}

static void forget(struct page_source *source) {
    if (source->merged != NULL)
        merged_free(source->merged);
    else
        store_close(source->results);
    source->merged = NULL;
    source->results = NULL;
    source->kept = false;
}

int page_source_results(struct page_source *source, struct store **results, struct vib_error *err) {
    const int rc = source->results == NULL ? open_results(source, err) : VIB_OK;
    if (rc != VIB_OK)
        forget(source);
    *results = source->results;
    return rc;
}

int page_source_keep(struct page_source *source, const char *split, struct store **results,
                     struct vib_error *err) {
    int rc = page_source_results(source, results, err);
    const bool rests = source->merged == NULL; /* page_rest closes it */
    if (rc == VIB_OK && !source->kept)
        rc = store_keep_views(*results, rests ? split : NULL, err);
    source->kept = rc == VIB_OK;
    return rc;
}

int page_results(struct page *page, int64_t i, struct store **results, struct vib_error *err) {
    if (i < 0 || (uint64_t)i >= page->n)
        return vib_error_set(err, VIB_EDATA, "there is no source %lld", (long long)i);
    return page_source_results(&page->sources[i], results, err);
}

void page_rest(struct page *page) {
    for (size_t i = 0; i < page->n && !page->holds; i++)
        if (page->sources[i].merged == NULL)
            forget(&page->sources[i]);
}

void page_forget(struct page *page) {
    for (size_t i = 0; i < page->n; i++)
        forget(&page->sources[i]);
}

static int on_split(void *context, struct store_row *row, struct vib_error *err) {
    bool *splits = context;
    const char *name = store_row_text(row, 0, NULL);
    (void)err;
    if (name != NULL && vib_split_of(name) != VIB_SPLITS)
        splits[vib_split_of(name)] = true;
    return VIB_OK;
}

int page_splits(struct store *store, bool splits[VIB_SPLITS], struct vib_error *err) {
    const struct store_query query = {
        .sql = "SELECT name FROM split WHERE EXISTS (SELECT 1 FROM result WHERE split = name)",
        .row = on_split,
        .context = splits};
    return store_query(store, &query, err);
}

void page_renew(struct page *page, uint64_t state) {
    if (page->state == state || page->keep_version)
        return;
    page->version += page->state != 0;
    page->state = state;
    page_forget(page);
}
