#include "runner/plot/plot_clouds.h"

#include "runner/base/number.h"
#include "runner/store/store_query.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Where a walk over rows leaves what it finds. */
struct finder {
    const struct plot_data *data;
    struct plot_clouds *clouds;
};

/* --- numbers --- */

/* The number in the first `length` bytes of text, if that is what they are. */
static bool parse_number(const char *text, size_t length, double *number) {
    char copy[64];
    if (length >= sizeof copy)
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return number_parse_real(copy, number) == NUMBER_OK;
}

/* The numbers in a JSON array, nested or not; returns how many there are, 0 when anything else is
 * among them, most + 1 when they are more than `most`. */
static size_t parse_numbers(const char *text, double *numbers, size_t most) {
    static const char between[] = "[], \t\r\n";
    size_t n = 0;
    if (text == NULL)
        return 0;
    while (*(text += strspn(text, between)) != '\0') {
        const size_t length = strcspn(text, between);
        if (n == most)
            return most + 1;
        if (!parse_number(text, length, &numbers[n]))
            return 0;
        text += length;
        n++;
    }
    return n;
}

/* --- which jobs --- */

/* Takes a point and the first of its jobs that has codes. */
static int add_cloud(void *context, struct store_row *row, struct vib_error *err) {
    const struct finder *finder = context;
    struct plot_clouds *clouds = finder->clouds;
    const struct plot_point *point = plot_data_find(finder->data, store_row_integer(row, 0));
    if (point == NULL)
        return 0;
    if (clouds->n == PLOT_MAX_PANELS)
        return vib_error_set(err, VIB_EDATA,
                             "plot: codes of more than %d values of beta; choose with --beta B "
                             "or --only KEY=VALUE",
                             PLOT_MAX_PANELS);
    clouds->cloud[clouds->n++] = (struct plot_cloud){.point = point,
                                                     .job = store_row_integer(row, 1),
                                                     .error = (double)NAN,
                                                     .error_mc = (double)NAN};
    return 0;
}

static const struct plot_panel *panel_of(const struct plot_panels *panels,
                                         const struct plot_point *point) {
    for (size_t i = 0; i < panels->n; i++)
        for (size_t j = 0; j < panels->panel[i].n; j++)
            if (panels->panel[i].points[j] == point)
                return &panels->panel[i];
    return NULL;
}

static int compare_clouds(const void *a, const void *b) {
    const struct plot_cloud *p = a, *q = b;
    if (p->panel != q->panel)
        return p->panel < q->panel ? -1 : 1;
    return (p->point->trade_off > q->point->trade_off) -
           (p->point->trade_off < q->point->trade_off);
}

static int find_clouds(struct plot_clouds *clouds, const struct plot_panels *panels,
                       const struct plot_data *data, struct store *store, struct vib_error *err) {
    static const char sql[] =
        "SELECT point, min(job) FROM job_point"
        " WHERE EXISTS (SELECT 1 FROM code WHERE code.job = job_point.job) GROUP BY point";
    struct finder finder = {data, clouds};
    const struct store_query query = {.sql = sql, .row = add_cloud, .context = &finder};
    const int rc = store_query(store, &query, err);
    if (rc == 0 && clouds->n == 0)
        return vib_error_set(err, VIB_EDATA,
                             "plot: no codes are kept of these jobs; a sweep with save.codes: 1000 "
                             "keeps those of 1000 test examples of each job that it trains");
    for (size_t i = 0; i < clouds->n; i++)
        clouds->cloud[i].panel = panel_of(panels, clouds->cloud[i].point);
    qsort(clouds->cloud, clouds->n, sizeof clouds->cloud[0], compare_clouds);
    return rc;
}

/* --- what they hold --- */

static int read_errors(void *context, struct store_row *row, struct vib_error *err) {
    struct plot_cloud *cloud = context;
    (void)err;
    cloud->error = store_row_real(row, 0);
    cloud->error_mc = store_row_real(row, 1);
    return 0;
}

static int read_decoder(void *context, struct store_row *row, struct vib_error *err) {
    struct plot_cloud *cloud = context;
    double weight[2 * PLOT_MOST_CLASSES];
    const size_t n = parse_numbers(store_row_text(row, 0, NULL), weight, 2 * PLOT_MOST_CLASSES);
    const size_t classes =
        parse_numbers(store_row_text(row, 1, NULL), cloud->bias, PLOT_MOST_CLASSES);
    if (classes > PLOT_MOST_CLASSES)
        return vib_error_set(err, VIB_EDATA, "plot: job %lld has more than %d classes",
                             (long long)cloud->job, PLOT_MOST_CLASSES);
    if (classes == 0 || n != 2 * classes)
        return vib_error_set(err, VIB_EDATA, "plot: job %lld has a damaged decoder",
                             (long long)cloud->job);
    memcpy(cloud->weight[0], weight, classes * sizeof *weight);
    memcpy(cloud->weight[1], weight + classes, classes * sizeof *weight);
    cloud->classes = classes;
    return 0;
}

static struct plot_code *next_code(struct plot_cloud *cloud) {
    if (cloud->n == cloud->capacity) {
        const size_t capacity = cloud->capacity == 0 ? 256 : 2 * cloud->capacity;
        struct plot_code *codes = reallocarray(cloud->codes, capacity, sizeof *codes);
        if (codes == NULL)
            return NULL;
        cloud->codes = codes;
        cloud->capacity = capacity;
    }
    return &cloud->codes[cloud->n++];
}

static int read_code(void *context, struct store_row *row, struct vib_error *err) {
    struct plot_cloud *cloud = context;
    double factor[3] = {0, 0, 0};
    struct plot_code *code = next_code(cloud);
    if (code == NULL)
        return vib_error_set(err, VIB_ENOMEM, "plot: out of memory");
    const int64_t label = store_row_integer(row, 0);
    const size_t n_mu = parse_numbers(store_row_text(row, 1, NULL), code->mu, 2);
    const size_t n_factor = parse_numbers(store_row_text(row, 2, NULL), factor, 3);
    if (label < 0 || label >= (int64_t)cloud->classes || n_mu != 2 || n_factor < 2 || n_factor > 3)
        return vib_error_set(err, VIB_EDATA, "plot: job %lld has damaged codes",
                             (long long)cloud->job);
    code->label = (int)label;
    code->l11 = factor[0];
    code->l22 = factor[1];
    code->l21 = factor[2];
    return 0;
}

static int read_cloud(struct plot_cloud *cloud, struct store *store, struct vib_error *err) {
    static const struct {
        const char *sql;
        int (*row)(void *context, struct store_row *row, struct vib_error *err);
    } parts[] = {
        {"SELECT error, error_mc FROM result WHERE job = ?1 AND split = 'test'", read_errors},
        {"SELECT weight, bias FROM decoder WHERE job = ?1", read_decoder},
        {"SELECT label, mu, factor FROM code WHERE job = ?1 ORDER BY example", read_code},
    };
    const struct store_value job = {.type = STORE_INTEGER, .integer = cloud->job};
    int rc = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && rc == 0; i++) {
        const struct store_query query = {.sql = parts[i].sql,
                                          .values = &job,
                                          .n_values = 1,
                                          .row = parts[i].row,
                                          .context = cloud};
        rc = store_query(store, &query, err);
        if (rc == 0 && parts[i].row == read_decoder && cloud->classes == 0)
            rc = vib_error_set(err, VIB_EDATA, "plot: job %lld has codes, but no decoder",
                               (long long)cloud->job);
    }
    return rc;
}

int plot_clouds_read(struct plot_clouds *clouds, const struct plot_panels *panels,
                     const struct plot_data *data, struct store *store, struct vib_error *err) {
    memset(clouds, 0, sizeof *clouds);
    int rc = find_clouds(clouds, panels, data, store, err);
    for (size_t i = 0; i < clouds->n && rc == 0; i++)
        rc = read_cloud(&clouds->cloud[i], store, err);
    return rc;
}

void plot_clouds_release(struct plot_clouds *clouds) {
    for (size_t i = 0; i < clouds->n; i++)
        free(clouds->cloud[i].codes);
    memset(clouds, 0, sizeof *clouds);
}
