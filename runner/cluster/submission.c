#include "runner/cluster/submission.h"

#include "core/data/summary.h"
#include "runner/base/host.h"
#include "runner/base/number.h"
#include "runner/base/quote.h"
#include "runner/cluster/script.h"
#include "runner/sweep/job_set.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEFAULT_THREADS = 4 };

static int read_positive(const char *text, const char *option, double *value,
                         struct vib_error *err) {
    char quoted[QUOTE_SIZE];
    if (text == NULL ||
        (number_parse_real(text, value) == NUMBER_OK && *value > 0.0 && *value <= 1e30))
        return VIB_OK;
    return vib_error_set(err, VIB_EUSAGE, "slurm: --%s takes a number above 0, not %s", option,
                         quote(quoted, text));
}

static int read_options(struct submission *s, struct vib_error *err) {
    const struct submit_options *options = s->options;
    const struct option_list *words = &options->words;
    s->hours = 1.0;
    s->threads = DEFAULT_THREADS;
    int rc = read_positive(options->hours, "hours", &s->hours, err);
    if (rc == VIB_OK)
        rc = read_positive(options->rate, "rate", &s->rate, err);
    if (rc == VIB_OK && s->hours > 8760.0)
        rc = vib_error_set(err, VIB_EUSAGE, "slurm: --hours takes at most those of a year, 8760");
    if (rc == VIB_OK)
        rc = script_check_words(words->texts, words->n, err);
    return rc == VIB_OK ? script_threads(words->texts, words->n, &s->threads, err) : rc;
}

static int find_places(struct submission *s, struct vib_error *err) {
    char *folder = NULL;
    int rc = VIB_OK;
    s->program = realpath("/proc/self/exe", NULL);
    s->work = getcwd(NULL, 0);
    if (s->program == NULL || s->work == NULL)
        return vib_error_set(err, VIB_EIO, "cannot find this program or the current folder: %s",
                             strerror(errno));
    if (s->options->folder != NULL)
        folder = strdup(s->options->folder);
    else if (asprintf(&folder, "results/%s.slurm", s->config.base.name) < 0)
        folder = NULL;
    rc = folder == NULL ? vib_error_set(err, VIB_ENOMEM, "out of memory")
                        : folder_init(&s->folder, folder, s->config.base.name, err);
    free(folder);
    return rc;
}

/* Loads the data, once for all tasks. */
static int read_grid(struct submission *s, struct vib_error *err) {
    const struct submit_options *options = s->options;
    int rc = config_load(&s->config, options->config, options->sets.texts, options->sets.n, err);
    if (rc == VIB_OK)
        rc = grid_init(&s->grid, &s->config, err);
    if (rc == VIB_OK && data_cache_new(&s->cache, 0) != VIB_OK)
        rc = vib_error_set(err, VIB_ENOMEM, "out of memory");
    return rc == VIB_OK ? estimate_grid(&s->estimate, &s->grid, s->cache, err) : rc;
}

static int measure_rate(struct submission *s, struct vib_error *err) {
    static const double TRIAL_S = 2.0;
    const size_t here = host_processors();
    const struct vib_error *why = err;
    int rc = estimate_rate(&s->estimate, &s->grid, s->cache, s->threads < here ? s->threads : here,
                           TRIAL_S, &s->rate, err);
    if (rc != VIB_OK) {
        const struct vib_error reason = *why;
        vib_error_set(err, rc, "%s; --rate FLOPS gives it", reason.message);
    }
    return rc;
}

static int make_plan(struct submission *s, struct vib_error *err) {
    int rc = plan_read(&s->plan, s->folder.plan, &s->estimate, err);
    if (rc == VIB_OK && s->rate == 0.0 && (s->plan.n_new > 0 || s->options->dry_run))
        rc = measure_rate(s, err);
    if (rc == VIB_OK)
        rc = plan_grow(&s->plan, &s->estimate, s->rate * (double)s->threads * s->hours * 3600.0,
                       err);
    if (rc == VIB_OK)
        plan_hash(&s->plan, s->folder.path, s->hash);
    return rc;
}

int submission_init(struct submission *s, const struct submit_options *options,
                    struct vib_error *err) {
    memset(s, 0, sizeof *s);
    s->options = options;
    int rc = read_options(s, err);
    if (rc == VIB_OK)
        rc = read_grid(s, err);
    if (rc == VIB_OK)
        rc = find_places(s, err);
    return rc == VIB_OK ? make_plan(s, err) : rc;
}

void submission_release(struct submission *s) {
    free(s->left);
    free(s->program);
    free(s->work);
    plan_release(&s->plan);
    folder_release(&s->folder);
    estimate_release(&s->estimate);
    data_cache_free(s->cache);
    grid_release(&s->grid);
    config_release(&s->config);
}

/* --- what is left --- */

/* What a database holds is missing where it cannot be read, and is trained again. */
static int add_settled(struct job_set *settled, const char *database, struct vib_error *err) {
    int rc = job_set_read(settled, database, err);
    if (rc == VIB_OK || rc == VIB_ENOMEM)
        return rc;
    fprintf(stderr, "vib-sweep: what it holds counts as missing: %s\n", err->message);
    return VIB_OK;
}

static int read_settled(const struct folder *folder, struct job_set *settled,
                        struct vib_error *err) {
    char **parts;
    size_t n;
    int rc = folder_parts(folder, &parts, &n, err);
    if (rc == VIB_OK && access(folder->database, F_OK) == 0)
        rc = add_settled(settled, folder->database, err);
    for (size_t i = 0; i < n && rc == VIB_OK; i++)
        rc = add_settled(settled, parts[i], err);
    folder_free_parts(parts, n);
    job_set_sort(settled);
    return rc;
}

int submission_find_left(struct submission *s, struct vib_error *err) {
    struct job_set settled = {0};
    const size_t n_shards = s->plan.jobs.n_shards;
    s->left = calloc(n_shards + 1, sizeof *s->left);
    if (s->left == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory for %zu shards", n_shards);
    int rc = read_settled(&s->folder, &settled, err);
    for (size_t i = 0; i < s->plan.jobs.n && rc == VIB_OK; i++) {
        const struct plan_job *job = &s->plan.jobs.jobs[i];
        const bool done = job_set_has(&settled, job->identity);
        s->n_done += done;
        s->left[job->shard].n_jobs += !done;
        s->left[job->shard].flops += done ? 0.0 : job->flops;
    }
    job_set_release(&settled);
    return rc;
}

double submission_bytes(const struct submission *s) {
    double job = 0.0, data = 0.0;
    for (size_t i = 0; i < s->estimate.n; i++)
        job = fmax(job, s->estimate.jobs[i].bytes);
    for (size_t i = 0; i < data_cache_n(s->cache); i++)
        data += (double)vib_data_bytes(data_cache_at(s->cache, i));
    return job * (double)s->threads + data;
}
