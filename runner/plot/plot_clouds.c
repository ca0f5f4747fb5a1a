#include "runner/plot/plot_clouds.h"
#include "runner/store/store_query.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The numbers in a JSON array, nested or not; returns how many, at most `most`. */
static size_t parse_numbers(const char *text, double *numbers, size_t most) {
    size_t n = 0;
    while (text != NULL && n < most) {
        char *end;
        text += strspn(text, "[], \t\r\n");
        numbers[n] = strtod(text, &end);
        if (end == text)
            break;
        text = end;
        n++;
    }
    return n;
}

static const struct plot_job *find_job(const struct plot_panels *panels, int64_t id,
                                       const struct plot_panel **panel) {
    for (size_t i = 0; i < panels->n; i++)
        for (size_t j = 0; j < panels->panel[i].n; j++)
            if (panels->panel[i].jobs[j]->id == id) {
                *panel = &panels->panel[i];
                return panels->panel[i].jobs[j];
            }
    return NULL;
}

/* The cloud that a job's codes belong to; NULL when another seed's are shown, or no job to be shown
 * has that id. *full when there are too many clouds. */
static struct plot_cloud *find_cloud(struct plot_clouds *clouds, int64_t id, bool *full) {
    const struct plot_panel *panel;
    const struct plot_job *job = find_job(clouds->panels, id, &panel);
    *full = false;
    if (job == NULL)
        return NULL;
    for (size_t i = 0; i < clouds->n; i++) {
        struct plot_cloud *cloud = &clouds->cloud[i];
        if (cloud->panel == panel && !(cloud->job->beta < job->beta) &&
            !(cloud->job->beta > job->beta))
            return cloud->job == job ? cloud : NULL;
    }
    *full = clouds->n == PLOT_MAX_PANELS;
    if (*full)
        return NULL;
    struct plot_cloud *cloud = &clouds->cloud[clouds->n++];
    cloud->panel = panel;
    cloud->job = job;
    return cloud;
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
    bool full;
    double factor[3] = {0, 0, 0};
    struct plot_cloud *cloud = find_cloud(context, store_row_integer(row, 0), &full);
    if (full)
        return vib_error_set(err, VIB_EDATA,
                             "plot: codes of more than %d values of beta; choose with --beta B",
                             PLOT_MAX_PANELS);
    if (cloud == NULL)
        return 0;
    struct plot_code *code = next_code(cloud);
    if (code == NULL)
        return vib_error_set(err, VIB_ENOMEM, "plot: out of memory");
    code->label = (int)store_row_integer(row, 1);
    if (parse_numbers(store_row_text(row, 2, NULL), code->mu, 2) != 2 ||
        parse_numbers(store_row_text(row, 3, NULL), factor, 3) < 2)
        return vib_error_set(err, VIB_EDATA, "plot: job %lld has damaged codes",
                             (long long)cloud->job->id);
    if (code->label < 0 || code->label >= PLOT_MOST_CLASSES)
        return vib_error_set(err, VIB_EDATA, "plot: job %lld has damaged codes",
                             (long long)cloud->job->id);
    code->l11 = factor[0];
    code->l22 = factor[1];
    code->l21 = factor[2];
    return 0;
}

static int read_decoder(void *context, struct store_row *row, struct vib_error *err) {
    struct plot_clouds *clouds = context;
    const int64_t id = store_row_integer(row, 0);
    double weight[2 * PLOT_MOST_CLASSES];
    for (size_t i = 0; i < clouds->n; i++) {
        struct plot_cloud *cloud = &clouds->cloud[i];
        if (cloud->job->id != id)
            continue;
        const size_t n = parse_numbers(store_row_text(row, 1, NULL), weight, 2 * PLOT_MOST_CLASSES);
        cloud->classes =
            parse_numbers(store_row_text(row, 2, NULL), cloud->bias, PLOT_MOST_CLASSES);
        if (cloud->classes == 0 || n != 2 * cloud->classes)
            return vib_error_set(err, VIB_EDATA, "plot: job %lld has a damaged decoder",
                                 (long long)id);
        for (size_t c = 0; c < cloud->classes; c++) {
            cloud->weight[0][c] = weight[c];
            cloud->weight[1][c] = weight[cloud->classes + c];
        }
    }
    return 0;
}

static int read_clouds(struct plot_clouds *clouds, struct store *store, struct vib_error *err) {
    static const char codes_sql[] =
        "SELECT code.job, code.label, code.mu, code.factor FROM code JOIN job ON job.id = code.job"
        " WHERE job.K = 2 ORDER BY code.job, code.example";
    static const char decoder_sql[] = "SELECT job, weight, bias FROM decoder ORDER BY job";
    int rc = store_query(
        store, &(struct store_query){.sql = codes_sql, .row = read_code, .context = clouds}, err);
    if (rc == 0 && clouds->n == 0)
        rc = vib_error_set(err, VIB_EDATA,
                           "plot: no codes are kept of these jobs; a sweep with save.codes: 1000 "
                           "keeps those of 1000 test examples of each job that it trains");
    if (rc == 0)
        rc = store_query(
            store,
            &(struct store_query){.sql = decoder_sql, .row = read_decoder, .context = clouds}, err);
    for (size_t i = 0; i < clouds->n && rc == 0; i++)
        if (clouds->cloud[i].classes == 0)
            rc = vib_error_set(err, VIB_EDATA, "plot: job %lld has codes, but no decoder",
                               (long long)clouds->cloud[i].job->id);
    return rc;
}

static int compare_clouds(const void *a, const void *b) {
    const struct plot_cloud *p = a, *q = b;
    if (p->panel != q->panel)
        return p->panel < q->panel ? -1 : 1;
    return (p->job->beta > q->job->beta) - (p->job->beta < q->job->beta);
}

int plot_clouds_read(struct plot_clouds *clouds, const struct plot_panels *panels,
                     struct store *store, struct vib_error *err) {
    memset(clouds, 0, sizeof *clouds);
    clouds->panels = panels;
    const int rc = read_clouds(clouds, store, err);
    qsort(clouds->cloud, clouds->n, sizeof clouds->cloud[0], compare_clouds);
    return rc;
}

void plot_clouds_release(struct plot_clouds *clouds) {
    for (size_t i = 0; i < clouds->n; i++)
        free(clouds->cloud[i].codes);
    memset(clouds, 0, sizeof *clouds);
}
