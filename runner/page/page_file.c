#include "runner/page/page_file.h"

#include "runner/page/document.h"
#include "runner/page/page_html.h"
#include "runner/store/store_query.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct page_file {
    struct page *page;
    size_t used;                 /* bytes of all documents so far */
    size_t used_jobs, most_jobs; /* of those about points and jobs */
    size_t n_jobs, n_left_out;   /* of those that are done */
    size_t source;               /* whose jobs are being written */
    char left_out[256];
};

/* --- one document --- */

static void put_text(struct page_file *file, FILE *out, const char *path, const char *text,
                     size_t size) {
    (void)fprintf(out, "%s\"%s\":", file->used > 0 ? "," : "{", path);
    page_html_json(out, text, size);
    file->used += size + strlen(path);
}

/* A document of the results. */
static int put(struct page_file *file, FILE *out, const char *name,
               const struct document_query *query, struct vib_error *err) {
    const struct document *document = document_find(name);
    char path[DOCUMENT_PATH_SIZE], *text;
    size_t size;
    int rc = document_path(document, query, path, err);
    if (rc == VIB_OK)
        rc = document_text(file->page, document, query, &text, &size, err);
    if (rc != VIB_OK)
        return rc;
    put_text(file, out, path, text, size);
    free(text);
    return VIB_OK;
}

/* --- points and jobs --- */

/* Documents about one job, that belong together. */
struct pieces {
    char path[3][DOCUMENT_PATH_SIZE], *text[3];
    size_t size[3], n, all;
};

/* What the job does not have is no piece. */
static int add_piece(struct pieces *pieces, struct page *page, const char *name,
                     const struct document_query *query, struct vib_error *err) {
    const struct document *document = document_find(name);
    const size_t i = pieces->n;
    int rc = document_path(document, query, pieces->path[i], err);
    if (rc == VIB_OK)
        rc = document_text(page, document, query, &pieces->text[i], &pieces->size[i], err);
    if (rc == VIB_EDATA)
        return VIB_OK;
    if (rc == VIB_OK) {
        pieces->all += pieces->size[i];
        pieces->n++;
    }
    return rc;
}

static bool has_room(const struct page_file *file, size_t size) {
    return file->used_jobs + size <= file->most_jobs && file->used + size <= PAGE_FILE_MOST;
}

struct job_walk {
    struct page_file *file;
    FILE *out;
};

/* A job of which something has no room ends the documents of this kind: what a file has are the
 * first. */
static int on_job(void *context, struct store_row *row, struct vib_error *err) {
    const struct job_walk *walk = context;
    struct page_file *file = walk->file;
    struct document_query query = document_nothing();
    struct pieces pieces = {.n = 0};
    int rc = VIB_OK;
    file->n_jobs++;
    if (file->n_left_out++ > 0)
        return VIB_OK;
    query.source = (int64_t)file->source;
    query.job = store_row_integer(row, 0);
    query.point = store_row_integer(row, 1);
    if (store_row_integer(row, 2) == 1)
        rc = add_piece(&pieces, file->page, "api/point", &query, err);
    if (rc == VIB_OK)
        rc = add_piece(&pieces, file->page, "api/curves", &query, err);
    if (rc == VIB_OK)
        rc = add_piece(&pieces, file->page, "api/codes", &query, err);
    if (rc == VIB_OK && has_room(file, pieces.all)) {
        for (size_t i = 0; i < pieces.n; i++)
            put_text(file, walk->out, pieces.path[i], pieces.text[i], pieces.size[i]);
        file->used_jobs += pieces.all;
        file->n_left_out--;
    }
    for (size_t i = 0; i < pieces.n; i++)
        free(pieces.text[i]);
    return rc;
}

/* The first seed of every point, then the second of each, and so on: some of everything. */
static int put_jobs(struct page_file *file, FILE *out, struct vib_error *err) {
    static const char sql[] =
        "SELECT job_point.job, job_point.point,"
        " row_number() OVER (PARTITION BY point ORDER BY setting.seed, job.id) AS turn"
        " FROM job_point JOIN job ON job.id = job_point.job JOIN setting ON setting.job = job.id"
        " WHERE job.state = 'done' ORDER BY turn, point";
    struct job_walk walk = {.file = file, .out = out};
    const struct store_query query = {.sql = sql, .row = on_job, .context = &walk};
    int rc = VIB_OK;
    for (file->source = 0; file->source < file->page->n && rc == VIB_OK; file->source++) {
        struct store *store;
        rc = page_source_results(&file->page->sources[file->source], &store, err);
        if (rc == VIB_OK)
            rc = store_query(store, &query, err);
    }
    return rc;
}

/* --- all documents --- */

static int put_split(struct page_file *file, FILE *out, enum vib_split_id split,
                     struct vib_error *err) {
    struct document_query query = document_nothing();
    query.split = vib_split_name(split);
    const int rc = put(file, out, "api/points", &query, err);
    return rc == VIB_OK ? put(file, out, "api/jobs", &query, err) : rc;
}

static int put_splits(struct page_file *file, FILE *out, struct vib_error *err) {
    bool splits[VIB_SPLITS] = {false};
    int rc = VIB_OK;
    for (size_t i = 0; i < file->page->n && rc == VIB_OK; i++) {
        struct store *store;
        rc = page_source_keep(&file->page->sources[i], NULL, &store, err);
        if (rc == VIB_OK)
            rc = page_splits(store, splits, err);
    }
    for (int split = 0; split < VIB_SPLITS && rc == VIB_OK; split++)
        if (splits[split])
            rc = put_split(file, out, (enum vib_split_id)split, err);
    return rc;
}

static void tell_left_out(struct page_file *file) {
    if (file->n_left_out == 0)
        return;
    (void)snprintf(file->left_out, sizeof file->left_out,
                   "The curves and codes of %zu of %zu jobs had no room in this file: vib-sweep "
                   "serve shows them.",
                   file->n_left_out, file->n_jobs);
    file->page->left_out = file->left_out;
}

static int put_all(void *context, FILE *out, struct vib_error *err) {
    struct page_file *file = context;
    const struct document_query nothing = document_nothing();
    int rc = put_splits(file, out, err);
    if (rc == VIB_OK)
        rc = put_jobs(file, out, err);
    tell_left_out(file);
    if (rc == VIB_OK)
        rc = put(file, out, "api/overview", &nothing, err);
    (void)fputc('}', out);
    return rc;
}

int page_file_write(struct page *page, size_t most_jobs, FILE *out, struct vib_error *err) {
    struct page_file file = {.page = page, .most_jobs = most_jobs};
    page->keep_version = page->holds = true;
    const int rc = page_html_file(out, put_all, &file, err);
    page->left_out = NULL;
    return rc;
}
