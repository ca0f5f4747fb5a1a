#include "runner/plot/plot_data.h"

#include "runner/config/config_arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char points_sql[] = "SELECT * FROM summary ORDER BY point";

static const struct {
    const char *mean, *lo, *hi;
} measure_columns[] = {
#define MEASURE_COLUMNS(name, mean, lo, hi) [PLOT_##name] = {mean, lo, hi},
    PLOT_MEASURE_MAP(MEASURE_COLUMNS)
#undef MEASURE_COLUMNS
};

/* A walk over the rows of summary; columns are numbers of the statement's, -1 where it has none. */
struct reader {
    struct plot_data *data;
    const struct store_filter *filters;
    size_t n_filters;
    int64_t id;               /* of the point of the row before; 0 at first */
    struct plot_point *point; /* that one; NULL when it did not pass */
    int point_column, K, trade_off, split, n_seeds;
    struct {
        int mean, lo, hi;
    } measures[PLOT_MEASURES];
    int *columns;               /* [n_keys + 1] of the values */
    struct store_value *values; /* [n_keys + 1] of the row, its texts borrowed from it */
};

const char *plot_split_name(int split) {
    return vib_split_name(split == PLOT_TRAIN ? VIB_TRAIN : VIB_TEST);
}

/* PLOT_SPLITS for one that figures do not show. */
static int split_of(struct store_row *row, int column) {
    const char *name = store_row_text(row, column, NULL);
    int split = 0;
    while (split < PLOT_SPLITS && (name == NULL || strcmp(name, plot_split_name(split)) != 0))
        split++;
    return split;
}

const char *store_value(const struct plot_point *point, const char *key_name,
                        char number[STORE_NUMBER]) {
    const struct key *key = key_find(key_name);
    const char *text = key == NULL ? NULL : store_value_text(&point->values[key - keys], number);
    return text != NULL ? text : "";
}

static int no_memory(struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "plot: out of memory");
}

/* --- points --- */

static int find_column(struct store_row *row, const char *name) {
    return name != NULL ? store_row_find(row, name) : -1;
}

static int read_head(void *context, struct store_row *row, struct vib_error *err) {
    struct reader *reader = context;
    char column[KEY_COLUMN_SIZE];
    (void)err;
    reader->point_column = store_row_find(row, "point");
    reader->K = store_row_find(row, "K");
    reader->trade_off = store_row_find(row, "trade_off");
    reader->split = store_row_find(row, "split");
    reader->n_seeds = store_row_find(row, "n_seeds");
    for (int m = 0; m < PLOT_MEASURES; m++) {
        reader->measures[m].mean = find_column(row, measure_columns[m].mean);
        reader->measures[m].lo = find_column(row, measure_columns[m].lo);
        reader->measures[m].hi = find_column(row, measure_columns[m].hi);
    }
    for (size_t k = 0; k < n_keys; k++) {
        reader->columns[k] = -1;
        if (!key_has_column(&keys[k]))
            continue;
        key_column(&keys[k], column);
        reader->columns[k] = store_row_find(row, column);
    }
    reader->columns[key_find("seed") - keys] = -1; /* whose means these are */
    reader->columns[n_keys] = store_row_find(row, "dataset_digest");
    return 0;
}

static double read_real(struct store_row *row, int column) {
    return column < 0 ? (double)NAN : store_row_real(row, column);
}

/* Of the row's values; texts that are those of the point before are kept once. NULL when out of
 * memory. */
static struct store_value *copy_values(const struct reader *reader) {
    const struct plot_data *data = reader->data;
    const struct store_value *before = data->n > 0 ? data->points[data->n - 1].values : NULL;
    struct store_value *values = config_arena_alloc(data->arena, n_keys + 1, sizeof *values);
    for (size_t k = 0; values != NULL && k <= n_keys; k++) {
        values[k] = reader->values[k];
        if (values[k].type != STORE_TEXT)
            continue;
        values[k].text = before != NULL && store_value_same(&before[k], &values[k])
                             ? before[k].text
                             : config_arena_copy(data->arena, values[k].text);
        if (values[k].text == NULL)
            return NULL;
    }
    return values;
}

/* Another point behind the last, which has nothing yet; NULL when out of memory. */
static struct plot_point *add_point(struct plot_data *data) {
    if (data->n == data->capacity) {
        const size_t capacity = data->capacity == 0 ? 64 : 2 * data->capacity;
        struct plot_point *points = reallocarray(data->points, capacity, sizeof *points);
        if (points == NULL)
            return NULL;
        data->points = points;
        data->capacity = capacity;
    }
    struct plot_point *point = &data->points[data->n++];
    *point = (struct plot_point){.trade_off = (double)NAN};
    for (int split = 0; split < PLOT_SPLITS; split++)
        for (int m = 0; m < PLOT_MEASURES; m++)
            point->measure[split][m] = (struct plot_mean){(double)NAN, (double)NAN};
    return point;
}

/* Begins the point of the row, unless it is not to be shown. */
static int begin_point(struct reader *reader, struct store_row *row, struct vib_error *err) {
    const struct key *method = key_find("method");
    reader->point = NULL;
    for (size_t k = 0; k <= n_keys; k++)
        if (!store_row_value(row, reader->columns[k], &reader->values[k]))
            return no_memory(err);
    if (!store_filters_pass_point(reader->filters, reader->n_filters, reader->values))
        return 0;
    const struct store_value *values = copy_values(reader);
    struct plot_point *point = values != NULL ? add_point(reader->data) : NULL;
    if (point == NULL)
        return no_memory(err);
    point->id = reader->id;
    point->K = store_row_integer(row, reader->K);
    point->trade_off = store_row_real(row, reader->trade_off);
    point->values = values;
    point->method = values[method - keys].type == STORE_TEXT ? values[method - keys].text : "";
    reader->point = point;
    return 0;
}

static int read_point(void *context, struct store_row *row, struct vib_error *err) {
    struct reader *reader = context;
    const int64_t id = store_row_integer(row, reader->point_column);
    const int split = split_of(row, reader->split);
    int rc = 0;
    if (reader->id != id) {
        reader->id = id;
        rc = begin_point(reader, row, err);
    }
    if (rc != 0 || reader->point == NULL || split == PLOT_SPLITS)
        return rc;
    reader->point->n_seeds = (size_t)store_row_integer(row, reader->n_seeds);
    for (int m = 0; m < PLOT_MEASURES; m++)
        reader->point->measure[split][m] =
            (struct plot_mean){.mean = read_real(row, reader->measures[m].mean),
                               .half = (read_real(row, reader->measures[m].hi) -
                                        read_real(row, reader->measures[m].lo)) /
                                       2};
    return 0;
}

static int read_points(struct reader *reader, struct store *store, struct vib_error *err) {
    const struct store_query query = {
        .sql = points_sql, .head = read_head, .row = read_point, .context = reader};
    return store_query(store, &query, err);
}

int plot_data_read(struct plot_data *data, struct store *store, const struct store_filter *filters,
                   size_t n_filters, struct vib_error *err) {
    struct reader reader = {.data = data, .filters = filters, .n_filters = n_filters};
    int rc = 0;
    memset(data, 0, sizeof *data);
    data->arena = config_arena_new();
    reader.columns = calloc(n_keys + 1, sizeof *reader.columns);
    reader.values = calloc(n_keys + 1, sizeof *reader.values);
    if (data->arena == NULL || reader.columns == NULL || reader.values == NULL)
        rc = no_memory(err);
    if (rc == 0)
        rc = store_filters_choose_seeds(filters, n_filters, store, err);
    if (rc == 0)
        rc = read_points(&reader, store, err);
    free(reader.columns);
    free(reader.values);
    return rc;
}

/* --- what has been read --- */

struct plot_point *plot_data_find(const struct plot_data *data, int64_t id) {
    size_t low = 0, high = data->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (data->points[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < data->n && data->points[low].id == id ? &data->points[low] : NULL;
}

bool plot_data_knows_of(const struct plot_data *data, enum plot_split split,
                        enum plot_measure measure) {
    for (size_t i = 0; i < data->n; i++)
        if (isfinite(data->points[i].measure[split][measure].mean))
            return true;
    return false;
}

bool plot_data_knows(const struct plot_data *data, enum plot_measure measure) {
    return plot_data_knows_of(data, PLOT_TRAIN, measure) ||
           plot_data_knows_of(data, PLOT_TEST, measure);
}

static int read_first(void *context, struct store_row *row, struct vib_error *err) {
    struct plot_point *point = plot_data_find(context, store_row_integer(row, 0));
    const int64_t job = store_row_integer(row, 1), seed = store_row_integer(row, 2);
    (void)err;
    if (point != NULL && (point->first_job == 0 || seed < point->first_seed)) {
        point->first_job = job;
        point->first_seed = seed;
    }
    return 0;
}

/* In whatever order, as sorting would take longer than finding each job's point. */
int plot_data_read_first(struct plot_data *data, struct store *store, struct vib_error *err) {
    static const char sql[] =
        "SELECT point, job_point.job, seed FROM job_point JOIN setting ON setting.job = job_point.job"
        " JOIN job ON job.id = job_point.job WHERE job.state = 'done'";
    const struct store_query query = {.sql = sql, .row = read_first, .context = data};
    return store_query(store, &query, err);
}

size_t plot_data_drop(struct plot_data *data, bool (*unwanted)(const struct plot_point *point)) {
    size_t n = 0, dropped = 0;
    for (size_t i = 0; i < data->n; i++)
        if (unwanted(&data->points[i]))
            dropped += data->points[i].n_seeds;
        else
            data->points[n++] = data->points[i];
    data->n = n;
    return dropped;
}

/* A trade-off that is none comes first, as NULL does in SQL. */
static int compare_points(const void *a, const void *b) {
    const struct plot_point *p = *(const struct plot_point *const *)a;
    const struct plot_point *q = *(const struct plot_point *const *)b;
    int order = (p->series > q->series) - (p->series < q->series);
    if (order == 0)
        order = strcmp(p->method, q->method);
    if (order == 0)
        order = (p->K > q->K) - (p->K < q->K);
    if (order == 0)
        order = !isnan(p->trade_off) - !isnan(q->trade_off);
    if (order == 0)
        order = (p->trade_off > q->trade_off) - (p->trade_off < q->trade_off);
    return order != 0 ? order : (p->id > q->id) - (p->id < q->id);
}

int plot_data_order(struct plot_data *data, struct vib_error *err) {
    data->ordered = calloc(data->n + 1, sizeof(const struct plot_point *));
    if (data->ordered == NULL)
        return no_memory(err);
    for (size_t i = 0; i < data->n; i++)
        data->ordered[i] = &data->points[i];
    qsort(data->ordered, data->n, sizeof(const struct plot_point *), compare_points);
    return 0;
}

void plot_data_release(struct plot_data *data) {
    free(data->ordered);
    free(data->points);
    config_arena_free(data->arena);
    memset(data, 0, sizeof *data);
}
