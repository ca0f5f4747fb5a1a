/* Which jobs of the grid are this sweep's: those of its shard, less those known to be settled. */
#include "runner/sweep/sweep_internal.h"

#include "runner/sweep/estimate.h"
#include "runner/sweep/job_set.h"
#include "runner/sweep/shard.h"

#include <stdlib.h>
#include <string.h>

int sweep_check_options(const struct sweep_options *options, struct vib_error *err) {
    struct shard shard = {.number = 0};
    int rc = VIB_OK;
    if (options->shard == NULL)
        return options->plan == NULL
                   ? rc
                   : vib_error_set(err, VIB_EUSAGE,
                                   "--plan needs --shard I, the part of it to run");
    rc = shard_parse(&shard, options->shard, err);
    if (rc == VIB_OK && shard.n == 0 && options->plan == NULL)
        rc = vib_error_set(err, VIB_EUSAGE,
                           "--shard %s needs --plan FILE, or of how many parts it is one: --shard "
                           "%s/N",
                           options->shard, options->shard);
    else if (rc == VIB_OK && shard.n > 0 && options->plan != NULL)
        rc =
            vib_error_set(err, VIB_EUSAGE,
                          "--shard %s: with --plan the plan says how many parts there are: --shard "
                          "%lu",
                          options->shard, (unsigned long)shard.number);
    if (rc == VIB_OK && options->database == NULL)
        rc = vib_error_set(err, VIB_EUSAGE,
                           "--shard needs --db FILE: a database for this part alone, on a disk of "
                           "this machine");
    return rc;
}

static int estimate_all(const struct sweep *s, struct job_estimate *jobs, struct vib_error *err) {
    int rc = VIB_OK;
    for (size_t i = 0; i < s->grid.n && rc == VIB_OK; i++) {
        struct settings settings;
        grid_settings(&s->grid, i, &settings);
        rc = estimate_job(&jobs[i], &settings, s->points[i].data, err);
    }
    return rc;
}

/* Every job that the plan lists for the shard is to be found: one that is not tells that the plan
 * is of something else, and what else differs nobody knows. */
static int check_found(const struct sweep *s, const struct shard_plan *plan, uint32_t number,
                       const struct job_estimate *jobs, struct vib_error *err) {
    struct job_set grid = {.n = 0};
    const char *missing = NULL;
    int rc = VIB_OK;
    for (size_t i = 0; i < s->grid.n && rc == VIB_OK; i++)
        rc = job_set_add(&grid, jobs[i].identity, err);
    job_set_sort(&grid);
    for (size_t i = 0; i < plan->n && missing == NULL; i++)
        if (plan->jobs[i].shard == number && !job_set_has(&grid, plan->jobs[i].identity))
            missing = plan->jobs[i].identity;
    job_set_release(&grid);
    if (rc != VIB_OK || missing == NULL)
        return rc;
    return vib_error_set(err, VIB_ECONFIG,
                         "%s lists for shard %lu a job that %s does not have (%s): the "
                         "configuration, the data or the program are not those of the plan",
                         s->options->plan, (unsigned long)number, s->config.path, missing);
}

/* shards[i] = the plan's shard of job i, 0 where the plan has none. */
static int look_up(const struct sweep *s, uint32_t number, const struct job_estimate *jobs,
                   uint32_t *shards, struct vib_error *err) {
    struct shard_plan plan;
    int rc = shard_plan_read(&plan, s->options->plan, err);
    if (rc != VIB_OK)
        return rc;
    if (number > plan.n_shards)
        rc = vib_error_set(err, VIB_EUSAGE, "--shard %lu: the last one of %s is %lu",
                           (unsigned long)number, s->options->plan, (unsigned long)plan.n_shards);
    else
        rc = check_found(s, &plan, number, jobs, err);
    for (size_t i = 0; i < s->grid.n && rc == VIB_OK; i++) {
        const struct plan_job *job = shard_plan_find(&plan, jobs[i].identity);
        shards[i] = job != NULL ? job->shard : 0;
    }
    shard_plan_release(&plan);
    return rc;
}

/* Leaves the jobs of the shard in the grid, and in jobs. */
static int keep_shard(struct sweep *s, struct job_estimate *jobs, struct vib_error *err) {
    struct shard shard;
    int rc = shard_parse(&shard, s->options->shard, err);
    if (rc != VIB_OK)
        return rc;
    uint32_t *shards = calloc(s->grid.n, sizeof *shards);
    if (shards == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory for %zu jobs", s->grid.n);
    rc = shard.n > 0 ? shard_pack(jobs, s->grid.n, shard.n, shards, err)
                     : look_up(s, shard.number, jobs, shards, err);
    size_t n = 0;
    for (size_t i = 0; i < s->grid.n && rc == VIB_OK; i++) {
        if (shards[i] != shard.number)
            continue;
        jobs[n] = jobs[i];
        s->points[n] = s->points[i];
        s->grid.points[n++] = s->grid.points[i];
    }
    if (rc == VIB_OK)
        s->grid.n = n;
    free(shards);
    return rc;
}

/* A database that is missing or damaged only costs what it would have saved. */
static int read_known(struct sweep *s, struct vib_error *err) {
    const struct option_list *files = &s->options->known;
    int rc = VIB_OK;
    for (size_t i = 0; i < files->n && rc == VIB_OK; i++) {
        rc = job_set_read(&s->known, files->texts[i], err);
        if (rc == VIB_OK || rc == VIB_ENOMEM)
            continue;
        progress_note(&s->progress, "%s; it is left out of what is known", err->message);
        rc = VIB_OK;
    }
    job_set_sort(&s->known);
    return rc;
}

/* Takes out of the grid what is known, and of what is known what is not of the grid. */
static int leave_known(struct sweep *s, const struct job_estimate *jobs, struct vib_error *err) {
    struct job_set ours = {.n = 0};
    size_t n = 0;
    int rc = VIB_OK;
    for (size_t i = 0; i < s->grid.n && rc == VIB_OK; i++) {
        if (job_set_has(&s->known, jobs[i].identity)) {
            rc = job_set_add(&ours, jobs[i].identity, err);
            continue;
        }
        s->points[n] = s->points[i];
        s->grid.points[n++] = s->grid.points[i];
    }
    s->n_known = s->grid.n - n;
    s->grid.n = n;
    job_set_release(&s->known);
    job_set_sort(&ours);
    s->known = ours;
    return rc;
}

static void tell_choice(struct sweep *s, size_t all) {
    const size_t n = s->grid.n + s->n_known;
    if (s->options->shard != NULL && !s->progress.quiet)
        progress_note(&s->progress, "shard %s: %zu of the grid's %zu job%s", s->options->shard, n,
                      all, all == 1 ? "" : "s");
    if (s->n_known > 0 && (!s->progress.quiet || s->grid.n == 0))
        progress_note(&s->progress, "%zu of %zu job%s %s settled in what is known", s->n_known, n,
                      n == 1 ? "" : "s", s->n_known == 1 ? "is" : "are");
}

int sweep_choose_jobs(struct sweep *s, struct vib_error *err) {
    const size_t all = s->grid.n;
    if (s->options->shard == NULL && s->options->known.n == 0)
        return VIB_OK;
    struct job_estimate *jobs = calloc(all, sizeof *jobs);
    if (jobs == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory for %zu jobs", all);
    int rc = estimate_all(s, jobs, err);
    if (rc == VIB_OK && s->options->shard != NULL)
        rc = keep_shard(s, jobs, err);
    if (rc == VIB_OK)
        rc = read_known(s, err);
    if (rc == VIB_OK)
        rc = leave_known(s, jobs, err);
    free(jobs);
    if (rc == VIB_OK)
        tell_choice(s, all);
    return rc;
}
