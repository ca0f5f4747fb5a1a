#include "runner/cluster/plan.h"

#include "core/sha256.h"
#include "runner/base/csv.h"
#include "runner/cluster/folder.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int no_memory(struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "out of memory for the plan");
}

static int by_identity(const void *a, const void *b) {
    const struct job_estimate *left = a, *right = b;
    return strcmp(left->identity, right->identity);
}

/* The jobs of the grid that the plan lacks, each once, by identity; *n_common counts the others.
 * NULL when out of memory. */
static struct job_estimate *find_new(const struct shard_plan *plan, const struct estimate *estimate,
                                     size_t *n_new, size_t *n_common) {
    struct job_estimate *jobs = malloc((estimate->n + 1) * sizeof *jobs);
    size_t n = 0, common = 0;
    if (jobs == NULL)
        return NULL;
    memcpy(jobs, estimate->jobs, estimate->n * sizeof *jobs);
    qsort(jobs, estimate->n, sizeof *jobs, by_identity);
    for (size_t i = 0; i < estimate->n; i++) {
        if (i > 0 && by_identity(&jobs[i], &jobs[i - 1]) == 0)
            continue;
        if (shard_plan_find(plan, jobs[i].identity) != NULL)
            common++;
        else
            jobs[n++] = jobs[i]; /* n <= i: what comes next is compared with is still there */
    }
    *n_new = n;
    *n_common = common;
    return jobs;
}

int plan_read(struct plan *plan, const char *path, const struct estimate *estimate,
              struct vib_error *err) {
    size_t n_common;
    memset(plan, 0, sizeof *plan);
    int rc = access(path, F_OK) != 0 && errno == ENOENT ? VIB_OK
                                                        : shard_plan_read(&plan->jobs, path, err);
    if (rc != VIB_OK)
        return rc;
    plan->n_old_shards = plan->jobs.n_shards;
    struct job_estimate *jobs = find_new(&plan->jobs, estimate, &plan->n_new, &n_common);
    if (jobs == NULL)
        rc = no_memory(err);
    else if (n_common < plan->jobs.n)
        rc = vib_error_set(err, VIB_EUSAGE,
                           "slurm: %s has %zu jobs that the configuration no longer asks for; a "
                           "sweep may grow in its folder, for another one give --dir",
                           path, plan->jobs.n - n_common);
    free(jobs);
    if (rc != VIB_OK)
        plan_release(plan);
    return rc;
}

/* Between 1 and as many as there are jobs. */
static uint32_t count_shards(const struct job_estimate *jobs, size_t n, double flops) {
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += jobs[i].flops;
    const double wanted = ceil(sum / flops);
    return wanted > (double)n ? (uint32_t)n : wanted < 1.0 ? 1 : (uint32_t)wanted;
}

static int by_plan(const void *a, const void *b) {
    const struct plan_job *left = a, *right = b;
    return strcmp(left->identity, right->identity);
}

static int add_jobs(struct plan *plan, const struct job_estimate *jobs, const uint32_t *shards) {
    const size_t n = plan->jobs.n + plan->n_new;
    struct plan_job *all = realloc(plan->jobs.jobs, n * sizeof *all);
    if (all == NULL)
        return VIB_ENOMEM;
    plan->jobs.jobs = all;
    for (size_t i = 0; i < plan->n_new; i++) {
        struct plan_job *job = &all[plan->jobs.n + i];
        memcpy(job->identity, jobs[i].identity, IDENTITY_SIZE);
        job->shard = plan->n_old_shards + shards[i];
        job->flops = jobs[i].flops;
    }
    plan->jobs.n = n;
    qsort(all, n, sizeof *all, by_plan);
    return VIB_OK;
}

int plan_grow(struct plan *plan, const struct estimate *estimate, double flops,
              struct vib_error *err) {
    size_t n, n_common;
    if (plan->n_new == 0)
        return VIB_OK;
    struct job_estimate *jobs = find_new(&plan->jobs, estimate, &n, &n_common);
    uint32_t *shards = calloc(plan->n_new, sizeof *shards);
    int rc = jobs != NULL && shards != NULL ? VIB_OK : no_memory(err);
    const uint32_t n_shards = rc == VIB_OK ? count_shards(jobs, n, flops) : 0;
    if (rc == VIB_OK && n_shards > SHARD_MAX - plan->n_old_shards)
        rc = vib_error_set(err, VIB_EUSAGE,
                           "slurm: the plan would have more than %d shards; give "
                           "more --hours",
                           (int)SHARD_MAX);
    if (rc == VIB_OK)
        rc = shard_pack(jobs, n, n_shards, shards, err);
    if (rc == VIB_OK && add_jobs(plan, jobs, shards) != VIB_OK)
        rc = no_memory(err);
    if (rc == VIB_OK)
        plan->jobs.n_shards = plan->n_old_shards + n_shards;
    free(jobs);
    free(shards);
    return rc;
}

/* --- the file --- */

static int copy_file(FILE *out, const char *path, struct vib_error *err) {
    char bytes[1 << 14];
    size_t n;
    FILE *in = fopen(path, "rbe");
    if (in == NULL)
        return vib_error_set(err, VIB_EDATA, "cannot open %s: %s", path, strerror(errno));
    while ((n = fread(bytes, 1, sizeof bytes, in)) > 0)
        fwrite(bytes, 1, n, out);
    const bool failed = ferror(in) != 0;
    fclose(in);
    return failed ? vib_error_set(err, VIB_EIO, "cannot read %s", path) : VIB_OK;
}

static void write_head(FILE *out) {
    static const char *const names[] = {"shard", "identity", "flops"};
    struct csv csv;
    csv_init(&csv, out);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        csv_text(&csv, names[i], strlen(names[i]));
    csv_end_record(&csv);
}

/* By shard, in which the longest come first. */
static int for_people(const void *a, const void *b) {
    const struct plan_job *left = a, *right = b;
    if (left->shard != right->shard)
        return left->shard < right->shard ? -1 : 1;
    if (left->flops != right->flops)
        return left->flops > right->flops ? -1 : 1;
    return strcmp(left->identity, right->identity);
}

static int write_new(FILE *out, const struct plan *plan, struct vib_error *err) {
    struct plan_job *jobs = malloc((plan->jobs.n + 1) * sizeof *jobs);
    struct csv csv;
    if (jobs == NULL)
        return no_memory(err);
    memcpy(jobs, plan->jobs.jobs, plan->jobs.n * sizeof *jobs);
    qsort(jobs, plan->jobs.n, sizeof *jobs, for_people);
    csv_init(&csv, out);
    for (size_t i = 0; i < plan->jobs.n; i++) {
        if (jobs[i].shard <= plan->n_old_shards)
            continue;
        csv_integer(&csv, jobs[i].shard);
        csv_text(&csv, jobs[i].identity, strlen(jobs[i].identity));
        csv_real(&csv, jobs[i].flops);
        csv_end_record(&csv);
    }
    free(jobs);
    return VIB_OK;
}

int plan_write(const struct plan *plan, const char *path, struct vib_error *err) {
    struct atomic_file file;
    if (plan->n_new == 0)
        return VIB_OK;
    int rc = folder_open_file(&file, path, err);
    if (rc != VIB_OK)
        return rc;
    if (plan->n_old_shards > 0)
        rc = copy_file(file.stream, path, err);
    else
        write_head(file.stream);
    if (rc == VIB_OK)
        rc = write_new(file.stream, plan, err);
    if (rc == VIB_OK)
        return atomic_file_commit(&file, err);
    atomic_file_discard(&file);
    return rc;
}

void plan_release(struct plan *plan) {
    shard_plan_release(&plan->jobs);
    memset(plan, 0, sizeof *plan);
}

void plan_hash(const struct plan *plan, const char *folder, char hash[QUEUE_PLAN_SIZE]) {
    char digest[VIB_SHA256_TEXT];
    struct vib_sha256 sha;
    vib_sha256_init(&sha);
    vib_sha256_add(&sha, folder, strlen(folder));
    for (size_t i = 0; i < plan->jobs.n; i++)
        if (plan->jobs.jobs[i].shard == 1)
            vib_sha256_add(&sha, plan->jobs.jobs[i].identity, IDENTITY_SIZE);
    vib_sha256_end(&sha, digest);
    memcpy(hash, digest, QUEUE_PLAN_SIZE - 1);
    hash[QUEUE_PLAN_SIZE - 1] = '\0';
}
