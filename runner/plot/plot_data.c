#include "runner/plot/plot_data.h"

#include "runner/base/number.h"
#include "runner/base/quote.h"
#include "runner/store/store_query.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* split DESC puts train before test. */
static const char jobs_sql[] =
    "SELECT * FROM information_plane ORDER BY method, K, beta, seed, job, split DESC";

static const char *const measure_columns[] = {
#define MEASURE_COLUMN(name, column) [PLOT_##name] = column,
    PLOT_MEASURE_MAP(MEASURE_COLUMN)
#undef MEASURE_COLUMN
};

/* A walk over the rows; columns are numbers of the statement's, -1 where it has none. */
struct reader {
    struct plot_data *data;
    const struct plot_filter *filters;
    size_t n_filters;
    int job, K, beta, split;
    int measures[PLOT_MEASURES];
    int *values; /* [n_keys + 1] */
};

const char *plot_value(const struct plot_job *job, const char *key_name) {
    const struct key *key = key_find(key_name);
    const char *value = key == NULL ? NULL : job->values[key - keys];
    return value != NULL ? value : "";
}

/* --- filters --- */

int plot_filter_parse(struct plot_filter *filter, const char *text, struct vib_error *err) {
    const char *equals = strchr(text, '=');
    char name[QUOTE_SIZE], quoted[QUOTE_SIZE];
    struct settings settings;
    struct vib_error wrong;
    if (equals == NULL || (size_t)(equals - text) >= sizeof name)
        return vib_error_set(err, VIB_EUSAGE, "plot: %s is not KEY=VALUE", quote(quoted, text));
    memcpy(name, text, (size_t)(equals - text));
    name[equals - text] = '\0';
    filter->key = key_find(name);
    if (filter->key == NULL || !key_has_column(filter->key)) {
        const char *near = key_nearest(name);
        if (near != NULL && !key_has_column(key_find(near)))
            near = NULL;
        return vib_error_set(err, VIB_EUSAGE, "plot: jobs have no key %s%s%s", quote(quoted, name),
                             near != NULL ? "; did you mean " : "", near != NULL ? near : "");
    }
    settings_init(&settings);
    if (key_set(&settings, filter->key, equals + 1, &wrong) != 0)
        return vib_error_set(err, VIB_EUSAGE, "plot: %s", wrong.message);
    (void)key_format(&settings, filter->key, filter->value, sizeof filter->value);
    return 0;
}

static bool same_value(const struct plot_filter *filter, const char *value) {
    double wanted, got;
    if (value == NULL)
        return false;
    if (filter->key->type != KEY_REAL)
        return strcmp(filter->value, value) == 0;
    return number_parse_real(filter->value, &wanted) == NUMBER_OK &&
           number_parse_real(value, &got) == NUMBER_OK && fabs(got - wanted) <= 5e-3 * fabs(wanted);
}

/* Of several filters for one key, one must fit. */
static bool passes(const struct reader *reader, const struct plot_job *job) {
    for (size_t i = 0; i < reader->n_filters; i++) {
        const struct key *key = reader->filters[i].key;
        bool fits = false;
        for (size_t k = 0; k < reader->n_filters && !fits; k++)
            fits = reader->filters[k].key == key &&
                   same_value(&reader->filters[k], job->values[key - keys]);
        if (!fits)
            return false;
    }
    return true;
}

/* --- rows --- */

static int read_head(void *context, struct store_row *row, struct vib_error *err) {
    struct reader *reader = context;
    (void)err;
    reader->job = store_row_find(row, "job");
    reader->K = store_row_find(row, "K");
    reader->beta = store_row_find(row, "beta");
    reader->split = store_row_find(row, "split");
    for (int m = 0; m < PLOT_MEASURES; m++)
        reader->measures[m] = store_row_find(row, measure_columns[m]);
    for (size_t i = 0; i < n_keys; i++) {
        char column[KEY_COLUMN_SIZE];
        key_column(&keys[i], column);
        reader->values[i] = key_has_column(&keys[i]) ? store_row_find(row, column) : -1;
    }
    reader->values[n_keys] = store_row_find(row, "dataset_digest");
    return 0;
}

/* A column as text, reals as keys have them; false when out of memory. */
static bool copy_text(struct store_row *row, int column, char **text) {
    char real[40];
    const char *value = real;
    *text = NULL;
    if (column < 0 || store_row_type(row, column) == STORE_NULL)
        return true;
    if (store_row_type(row, column) == STORE_REAL)
        (void)number_format_real(store_row_real(row, column), real, sizeof real);
    else
        value = store_row_text(row, column, NULL);
    return value != NULL && (*text = strdup(value)) != NULL;
}

static void release_job(struct plot_job *job) {
    for (size_t i = 0; job->values != NULL && i <= n_keys; i++)
        free(job->values[i]);
    free(job->values);
}

static bool copy_job(const struct reader *reader, struct store_row *row, struct plot_job *job) {
    *job = (struct plot_job){.id = store_row_integer(row, reader->job),
                             .K = store_row_integer(row, reader->K),
                             .beta = store_row_real(row, reader->beta),
                             .values = calloc(n_keys + 1, sizeof *job->values)};
    for (int split = 0; split < PLOT_SPLITS; split++)
        for (int m = 0; m < PLOT_MEASURES; m++)
            job->measure[split][m] = (double)NAN;
    if (job->values == NULL)
        return false;
    for (size_t i = 0; i <= n_keys; i++)
        if (!copy_text(row, reader->values[i], &job->values[i]))
            return false;
    return true;
}

/* A slot for another job behind the last, or NULL when out of memory. */
static struct plot_job *next_slot(struct plot_data *data) {
    if (data->n == data->capacity) {
        const size_t capacity = data->capacity == 0 ? 64 : 2 * data->capacity;
        struct plot_job *jobs = reallocarray(data->jobs, capacity, sizeof *jobs);
        if (jobs == NULL)
            return NULL;
        data->jobs = jobs;
        data->capacity = capacity;
    }
    return &data->jobs[data->n];
}

static int read_row(void *context, struct store_row *row, struct vib_error *err) {
    struct reader *reader = context;
    struct plot_data *data = reader->data;
    const int64_t id = store_row_integer(row, reader->job);
    if (data->n == 0 || data->jobs[data->n - 1].id != id) {
        struct plot_job *job = next_slot(data);
        const bool copied = job != NULL && copy_job(reader, row, job);
        if (copied && passes(reader, job)) {
            data->n++;
        } else {
            if (job != NULL)
                release_job(job);
            return copied ? 0 : vib_error_set(err, VIB_ENOMEM, "plot: out of memory");
        }
    }
    const char *split = store_row_text(row, reader->split, NULL);
    const int s = split != NULL ? (int)vib_split_of(split) : PLOT_SPLITS;
    for (int m = 0; s < PLOT_SPLITS && m < PLOT_MEASURES; m++)
        data->jobs[data->n - 1].measure[s][m] = store_row_real(row, reader->measures[m]);
    return 0;
}

int plot_data_read(struct plot_data *data, struct store *store, const struct plot_filter *filters,
                   size_t n_filters, struct vib_error *err) {
    struct reader reader = {.data = data, .filters = filters, .n_filters = n_filters};
    memset(data, 0, sizeof *data);
    const struct store_query query = {
        .sql = jobs_sql, .head = read_head, .row = read_row, .context = &reader};
    reader.values = calloc(n_keys + 1, sizeof *reader.values);
    if (reader.values == NULL)
        return vib_error_set(err, VIB_ENOMEM, "plot: out of memory");
    const int rc = store_query(store, &query, err);
    free(reader.values);
    return rc;
}

bool plot_data_knows(const struct plot_data *data, enum plot_measure measure) {
    for (size_t i = 0; i < data->n; i++)
        if (isfinite(data->jobs[i].measure[VIB_TEST][measure]))
            return true;
    return false;
}

size_t plot_data_drop(struct plot_data *data, bool (*unwanted)(const struct plot_job *job)) {
    size_t kept = 0;
    for (size_t i = 0; i < data->n; i++)
        if (unwanted(&data->jobs[i]))
            release_job(&data->jobs[i]);
        else
            data->jobs[kept++] = data->jobs[i];
    const size_t dropped = data->n - kept;
    data->n = kept;
    return dropped;
}

void plot_data_release(struct plot_data *data) {
    for (size_t i = 0; i < data->n; i++)
        release_job(&data->jobs[i]);
    free(data->jobs);
    memset(data, 0, sizeof *data);
}
