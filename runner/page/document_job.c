/* What is asked about a point or one of its jobs when somebody chooses it.
 *
 * api/point: {"point", "settings":{name: text...},
 * "jobs":[{"job","seed": text, as JavaScript rounds numbers beyond
 * 2^53,"state","message","train_s", "weights": file or null, "codes": true or false}...]}.
 * api/curves: {"job","columns":["split","epoch",...],"rows"}, of table epoch. api/codes:
 * {"job","K","classes":[name...],"columns":["label","prediction","mu","factor"],"rows",
 * "decoder":{"weight":[[...]...],"bias":[...]}}, of codes of two dimensions. */
#include "runner/page/document.h"

#include "runner/base/json.h"
#include "runner/page/page_keys.h"
#include "runner/page/table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A query about one id. */
struct about {
    FILE *out;
    int *columns; /* [n_keys], where they are asked for */
    int64_t n;    /* rows so far, or what the last one says */
};

static int walk(struct store *store, const char *sql, int64_t id, struct about *about,
                int (*row)(void *context, struct store_row *row, struct vib_error *err),
                struct vib_error *err) {
    const struct store_value value = {.type = STORE_INTEGER, .integer = id};
    const struct store_query query = {
        .sql = sql, .values = &value, .n_values = 1, .row = row, .context = about};
    about->n = 0;
    return store_query(store, &query, err);
}

/* --- a point --- */

/* By the point's identity, as the view job_point looks at all jobs. */
#define JOBS(table)                                                                                \
    "SELECT job.id, setting.seed, job.state, job.message, job.train_s, job.weights,"               \
    " EXISTS (SELECT 1 FROM decoder WHERE decoder.job = job.id)"                                   \
    " FROM " table " JOIN job ON job.id = " table ".job JOIN setting ON setting.job = job.id"

static const char jobs_sql[] =
    "WITH alike AS MATERIALIZED (SELECT id AS job FROM job WHERE point_identity ="
    " (SELECT point_identity FROM job WHERE id = ?1)) " JOBS(
        "alike") " WHERE ?1 = (SELECT min(job) FROM alike) ORDER BY setting.seed, job.id";

/* Where that is kept, from there. */
static const char kept_jobs_sql[] =
    JOBS("job_point") " WHERE job_point.point = ?1 ORDER BY setting.seed, job.id";

static int on_settings(void *context, struct store_row *row, struct vib_error *err) {
    struct about *about = context;
    page_keys_find(row, about->columns);
    for (size_t k = 0; k < n_keys; k++) {
        const int column = about->columns[k];
        if (column < 0 || strcmp(keys[k].name, "seed") == 0 ||
            store_row_type(row, column) == STORE_NULL)
            continue;
        char *text = page_keys_text(row, column);
        if (text == NULL)
            return vib_error_set(err, VIB_ENOMEM, "page: out of memory");
        (void)fprintf(about->out, "%s\"%s\":", about->n++ > 0 ? "," : "", keys[k].name);
        json_string(about->out, text);
        free(text);
    }
    return VIB_OK;
}

static int on_job(void *context, struct store_row *row, struct vib_error *err) {
    struct about *about = context;
    FILE *out = about->out;
    (void)err;
    (void)fprintf(out, "%s{\"job\":%" PRId64 ",\"seed\":\"%" PRId64 "\",\"state\":",
                  about->n++ > 0 ? "," : "", store_row_integer(row, 0), store_row_integer(row, 1));
    page_keys_put(out, row, 2);
    (void)fputs(",\"message\":", out);
    page_keys_put(out, row, 3);
    (void)fputs(",\"train_s\":", out);
    json_rounded(out, store_row_real(row, 4));
    (void)fputs(",\"weights\":", out);
    page_keys_put(out, row, 5);
    (void)fprintf(out, ",\"codes\":%s}", store_row_integer(row, 6) != 0 ? "true" : "false");
    return VIB_OK;
}

static int put_settings(FILE *out, struct store *store, int64_t point, struct vib_error *err) {
    struct about about = {.out = out, .columns = calloc(n_keys, sizeof *about.columns)};
    if (about.columns == NULL)
        return vib_error_set(err, VIB_ENOMEM, "page: out of memory");
    const int rc =
        walk(store, "SELECT * FROM setting WHERE job = ?1", point, &about, on_settings, err);
    free(about.columns);
    return rc;
}

int document_point(struct page *page, const struct document_query *query, FILE *out,
                   struct vib_error *err) {
    struct about about = {.out = out};
    struct store *store;
    int rc = page_results(page, query->source, &store, err);
    (void)fprintf(out, "{\"point\":%" PRId64 ",\"settings\":{", query->point);
    if (rc == VIB_OK)
        rc = put_settings(out, store, query->point, err);
    (void)fputs("},\"jobs\":[", out);
    if (rc == VIB_OK)
        rc = walk(store, page->sources[query->source].kept ? kept_jobs_sql : jobs_sql, query->point,
                  &about, on_job, err);
    (void)fputs("]}\n", out);
    if (rc == VIB_OK && about.n == 0)
        rc = vib_error_set(err, VIB_EDATA, "there is no point %" PRId64, query->point);
    return rc;
}

/* --- curves --- */

static const char curves_sql[] =
    "SELECT split, epoch, error, error_mc, ce, izy_lower, izx_upper, lr FROM epoch WHERE job = ?1"
    " ORDER BY epoch, (SELECT place FROM split AS known WHERE known.name = split)";

static const struct table_column curve_columns[] = {
    {.name = "split"}, {.name = "epoch"},     {.name = "error"},     {.name = "error_mc"},
    {.name = "ce"},    {.name = "izy_lower"}, {.name = "izx_upper"}, {.name = "lr"}};

int document_curves(struct page *page, const struct document_query *query, FILE *out,
                    struct vib_error *err) {
    const struct store_value job = {.type = STORE_INTEGER, .integer = query->job};
    const struct store_query rows = {.sql = curves_sql, .values = &job, .n_values = 1};
    struct store *store;
    size_t n = 0;
    int rc = page_results(page, query->source, &store, err);
    (void)fprintf(out, "{\"job\":%" PRId64 ",", query->job);
    if (rc == VIB_OK)
        rc = table_write(out, store, &rows, curve_columns,
                         sizeof curve_columns / sizeof curve_columns[0], &n, err);
    (void)fputs("}\n", out);
    if (rc == VIB_OK && n == 0)
        rc = vib_error_set(err, VIB_EDATA, "job %" PRId64 " has no evaluations", query->job);
    return rc;
}

/* --- codes --- */

/* What somebody may have put there in place of JSON is null. */
#define JSON(column) "iif(json_valid(" column "), json(" column "), 'null') AS " column

static const char codes_sql[] = "SELECT label, prediction, " JSON("mu") ", " JSON(
    "factor") " FROM code WHERE job = ?1 ORDER BY example";

static const struct table_column code_columns[] = {
    {.name = "label"}, {.name = "prediction"}, {.name = "$mu"}, {.name = "$factor"}};

static const char two_sql[] =
    "SELECT 1 FROM setting JOIN decoder USING (job) WHERE setting.job = ?1 AND K = 2";

static const char classes_sql[] =
    "WITH RECURSIVE number AS (SELECT 0 AS class UNION ALL SELECT class + 1 FROM number"
    " WHERE class + 1 < (SELECT classes FROM dataset JOIN job ON dataset_digest = digest"
    " WHERE job.id = ?1))"
    " SELECT coalesce((SELECT name FROM dataset_class JOIN job USING (dataset_digest)"
    " WHERE job.id = ?1 AND dataset_class.class = number.class), class) FROM number";

static const char decoder_sql[] =
    "SELECT " JSON("weight") ", " JSON("bias") " FROM decoder WHERE job = ?1";

static int on_two(void *context, struct store_row *row, struct vib_error *err) {
    (void)row;
    (void)err;
    ((struct about *)context)->n++;
    return VIB_OK;
}

static int on_class(void *context, struct store_row *row, struct vib_error *err) {
    struct about *about = context;
    const char *name = store_row_text(row, 0, NULL);
    if (name == NULL)
        return vib_error_set(err, VIB_ENOMEM, "page: out of memory");
    (void)fputs(about->n++ > 0 ? "," : "", about->out);
    json_string(about->out, name);
    return VIB_OK;
}

static int on_decoder(void *context, struct store_row *row, struct vib_error *err) {
    struct about *about = context;
    const char *weight = store_row_text(row, 0, NULL), *bias = store_row_text(row, 1, NULL);
    if (weight == NULL || bias == NULL)
        return vib_error_set(err, VIB_ENOMEM, "page: out of memory");
    (void)fprintf(about->out, "\"decoder\":{\"weight\":%s,\"bias\":%s}", weight, bias);
    return VIB_OK;
}

static int put_codes(FILE *out, struct store *store, int64_t job, struct vib_error *err) {
    const struct store_value value = {.type = STORE_INTEGER, .integer = job};
    const struct store_query rows = {.sql = codes_sql, .values = &value, .n_values = 1};
    struct about about = {.out = out};
    (void)fprintf(out, "{\"job\":%" PRId64 ",\"K\":2,\"classes\":[", job);
    int rc = walk(store, classes_sql, job, &about, on_class, err);
    (void)fputs("],", out);
    if (rc == VIB_OK)
        rc = table_write(out, store, &rows, code_columns,
                         sizeof code_columns / sizeof code_columns[0], NULL, err);
    (void)fputc(',', out);
    if (rc == VIB_OK)
        rc = walk(store, decoder_sql, job, &about, on_decoder, err);
    (void)fputs("}\n", out);
    return rc;
}

int document_codes(struct page *page, const struct document_query *query, FILE *out,
                   struct vib_error *err) {
    struct about about = {.out = out};
    struct store *store;
    int rc = page_results(page, query->source, &store, err);
    if (rc == VIB_OK)
        rc = walk(store, two_sql, query->job, &about, on_two, err);
    if (rc == VIB_OK && about.n == 0)
        rc = vib_error_set(err, VIB_EDATA, "job %" PRId64 " has no codes of two dimensions",
                           query->job);
    return rc == VIB_OK ? put_codes(out, store, query->job, err) : rc;
}
