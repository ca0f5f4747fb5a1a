/* Points and jobs: what most panels draw.
 *
 * api/points: {"sources":[{"keys":[{"name","column","kind":"integer|real|text",
 * "usual"}...],
 * "shared":{name: text}, "columns":[...], "rows":[[...]...]}...]}, a row for each point of the
 * split: point, curve, n_seeds, n_diverged, the keys that are swept by their columns, view
 * summary's means and intervals, n (examples) and log2_n, efficient (in view pareto) and chosen (in
 * best_beta).
 *
 * api/jobs: {"sources":[{"columns","rows"}...]}, a row for each job that is done, its seed as text
 * like that of api/point. */
#include "runner/page/document.h"

#include "runner/base/json.h"
#include "runner/page/page_keys.h"
#include "runner/page/table.h"

#include <stdlib.h>

static int no_memory(struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "page: out of memory");
}

/* --- keys --- */

static const char *kind(const struct key *key) {
    switch (key_storage(key)) {
    case KEY_STORE_INTEGER:
        return "integer";
    case KEY_STORE_REAL:
        return "real";
    case KEY_STORE_TEXT:
        break;
    }
    return "text";
}

static void put_swept(FILE *out, const struct page_keys *found) {
    char column[KEY_COLUMN_SIZE];
    const char *comma = "";
    (void)fputs("\"keys\":[", out);
    for (size_t k = 0; k < n_keys; k++) {
        if (!found->swept[k])
            continue;
        key_column(&keys[k], column);
        (void)fprintf(out, "%s{\"name\":\"%s\",\"column\":\"%s\",\"kind\":\"%s\",\"usual\":", comma,
                      keys[k].name, column, kind(&keys[k]));
        json_string(out, keys[k].default_text);
        (void)fputc('}', out);
        comma = ",";
    }
    (void)fputs("],", out);
}

static void put_shared(FILE *out, const struct page_keys *found) {
    const char *comma = "";
    (void)fputs("\"shared\":{", out);
    for (size_t k = 0; k < n_keys; k++) {
        if (found->swept[k] || found->value[k] == NULL)
            continue;
        (void)fprintf(out, "%s\"%s\":", comma, keys[k].name);
        json_string(out, found->value[k]);
        comma = ",";
    }
    (void)fputs("},", out);
}

/* --- columns of points --- */

static const char *const before_keys[] = {"point", "curve", "n_seeds", "n_diverged"};

#define MEAN(name) name "_mean", name "_lo", name "_hi"
static const char *const after_keys[] = {MEAN("error"),
                                         MEAN("error_mc"),
                                         MEAN("izy_lower"),
                                         MEAN("izx_upper"),
                                         MEAN("izx_lower"),
                                         MEAN("izx_upper_tight"),
                                         MEAN("izy_mc"),
                                         MEAN("error_mu"),
                                         MEAN("izx_y_lower"),
                                         MEAN("izx_y_upper_tight"),
                                         MEAN("izx_y_upper"),
                                         "izy_lower_se_mean",
                                         "h_y",
                                         "ixy",
                                         "n",
                                         "log2_n",
                                         "efficient",
                                         "chosen"};
enum {
    BEFORE = sizeof before_keys / sizeof before_keys[0],
    AFTER = sizeof after_keys / sizeof after_keys[0]
};

struct columns {
    struct table_column *column;   /* [n], owned */
    char (*name)[KEY_COLUMN_SIZE]; /* of the keys, owned */
    size_t n;
};

static void columns_release(struct columns *columns) {
    free(columns->column);
    free(columns->name);
}

/* To be released whatever the result. */
static int columns_init(struct columns *columns, const struct page_keys *found,
                        struct vib_error *err) {
    *columns = (struct columns){.column = calloc(BEFORE + n_keys + AFTER, sizeof *columns->column),
                                .name = calloc(n_keys, sizeof *columns->name)};
    if (columns->column == NULL || columns->name == NULL)
        return no_memory(err);
    for (size_t i = 0; i < BEFORE; i++)
        columns->column[columns->n++].name = before_keys[i];
    for (size_t k = 0; k < n_keys; k++) {
        if (!found->swept[k])
            continue;
        key_column(&keys[k], columns->name[k]);
        columns->column[columns->n++] = (struct table_column){columns->name[k], true};
    }
    for (size_t i = 0; i < AFTER; i++)
        columns->column[columns->n++].name = after_keys[i];
    return VIB_OK;
}

/* --- sources --- */

static const char points_sql[] =
    "SELECT summary.*, dataset_split.n AS n, log2(dataset_split.n) AS log2_n,"
    " point IN (SELECT point FROM pareto WHERE split = ?1) AS efficient,"
    " point IN (SELECT point FROM best_beta) AS chosen"
    " FROM summary LEFT JOIN dataset_split ON dataset_split.dataset_digest = summary.dataset_digest"
    " AND dataset_split.split = summary.split WHERE summary.split = ?1 ORDER BY point";

static const char jobs_sql[] =
    "SELECT plane.job, job_point.point, CAST(plane.seed AS TEXT) AS seed, plane.error, plane.error_mc, plane.ce,"
    " plane.izy_lower, plane.izx_upper, plane.izx_lower, plane.izx_upper_tight, plane.izy_mc,"
    " plane.error_mu, plane.izx_y_lower, plane.izx_y_upper_tight, plane.izx_y_upper, job.train_s FROM information_plane AS plane JOIN job_point USING (job)"
    " JOIN job ON job.id = plane.job WHERE plane.split = ?1 ORDER BY plane.job";

static const struct table_column job_columns[] = {
    {.name = "job"},         {.name = "point"},
    {.name = "seed"},        {.name = "error"},
    {.name = "error_mc"},    {.name = "ce"},
    {.name = "izy_lower"},   {.name = "izx_upper"},
    {.name = "izx_lower"},   {.name = "izx_upper_tight"},
    {.name = "izy_mc"},      {.name = "error_mu"},
    {.name = "izx_y_lower"}, {.name = "izx_y_upper_tight"},
    {.name = "izx_y_upper"}, {.name = "train_s"}};

/* A question to all sources. */
struct question {
    struct page *page;
    const char *sql;
    bool keep;                          /* it asks the views that are made from summary */
    const struct table_column *columns; /* [n] */
    size_t n;
    struct store_value split;
};

static int ask(const struct question *question, size_t i, FILE *out, struct vib_error *err) {
    const struct store_query query = {
        .sql = question->sql, .values = &question->split, .n_values = 1};
    struct page_source *source = &question->page->sources[i];
    const char *split = question->page->holds ? NULL : question->split.text;
    struct store *results;
    int rc = question->keep ? page_source_keep(source, split, &results, err)
                            : page_source_results(source, &results, err);
    if (rc == VIB_OK)
        rc = table_write(out, results, &query, question->columns, question->n, NULL, err);
    return rc;
}

/* Of a source that cannot be read there are no rows; why, the overview says. */
static int put_rows(const struct question *question, size_t i, FILE *out, struct vib_error *err) {
    char *text = NULL;
    size_t size = 0;
    FILE *rows = open_memstream(&text, &size);
    if (rows == NULL)
        return no_memory(err);
    int rc = ask(question, i, rows, err);
    if (fclose(rows) != 0)
        rc = no_memory(err);
    if (rc == VIB_OK)
        (void)fwrite(text, 1, size, out);
    else
        (void)fputs("\"columns\":[],\"rows\":[]", out);
    question->page->incomplete |= rc != VIB_OK;
    free(text);
    return rc == VIB_ENOMEM ? rc : VIB_OK;
}

/* The keys may be NULL. */
static int put_sources(const struct question *question, const struct page_keys *found, FILE *out,
                       struct vib_error *err) {
    int rc = VIB_OK;
    (void)fputs("{\"sources\":[", out);
    for (size_t i = 0; i < question->page->n && rc == VIB_OK; i++) {
        (void)fputs(i > 0 ? ",\n{" : "{", out);
        if (found != NULL) {
            put_swept(out, found);
            put_shared(out, found);
        }
        rc = put_rows(question, i, out, err);
        (void)fputc('}', out);
    }
    (void)fputs("]}\n", out);
    return rc;
}

int document_points(struct page *page, const struct document_query *query, FILE *out,
                    struct vib_error *err) {
    struct page_keys found;
    struct columns columns = {.n = 0};
    int rc = page_keys_read(&found, page, err);
    if (rc == VIB_OK)
        rc = columns_init(&columns, &found, err);
    if (rc == VIB_OK) {
        const struct question question = {.page = page,
                                          .sql = points_sql,
                                          .keep = true,
                                          .columns = columns.column,
                                          .n = columns.n,
                                          .split = {.type = STORE_TEXT, .text = query->split}};
        rc = put_sources(&question, &found, out, err);
    }
    columns_release(&columns);
    page_keys_release(&found);
    return rc;
}

int document_jobs(struct page *page, const struct document_query *query, FILE *out,
                  struct vib_error *err) {
    const struct question question = {.page = page,
                                      .sql = jobs_sql,
                                      .columns = job_columns,
                                      .n = sizeof job_columns / sizeof job_columns[0],
                                      .split = {.type = STORE_TEXT, .text = query->split}};
    return put_sources(&question, NULL, out, err);
}
