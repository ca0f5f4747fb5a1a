/* Reading a plan; runner/sweep/shard.h has its format. */
#include "runner/sweep/shard.h"

#include "runner/base/number.h"
#include "runner/config/config.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = 256 }; /* more than a line of a plan has */

static const char header[] = "shard,identity,flops";

struct reading {
    const char *path;
    FILE *stream;
    size_t line; /* from 1 */
    struct shard_plan *plan;
    size_t room; /* of plan->jobs */
};

static int refuse(const struct reading *r, const char *what, struct vib_error *err) {
    return vib_error_set(err, VIB_ECONFIG, "%s:%zu: %s: this is no plan, or a damaged one", r->path,
                         r->line, what);
}

/* The next line without its end; *found is false after the last. */
static int next_line(struct reading *r, char text[LINE_SIZE], bool *found, struct vib_error *err) {
    errno = 0;
    r->line++;
    *found = fgets(text, LINE_SIZE, r->stream) != NULL;
    if (!*found)
        return ferror(r->stream)
                   ? vib_error_set(err, VIB_EDATA, "cannot read %s: %s", r->path, strerror(errno))
                   : VIB_OK;
    size_t length = strlen(text);
    if (length == 0 || text[length - 1] != '\n')
        return refuse(r, "a line without an end, or too long a one", err);
    if (length > 1 && text[length - 2] == '\r')
        length--;
    text[length - 1] = '\0';
    return VIB_OK;
}

static bool parse_shard(const char *text, uint32_t *shard) {
    uint64_t value;
    if (number_parse_integer(text, &value) != NUMBER_OK || value < 1 || value > SHARD_MAX)
        return false;
    *shard = (uint32_t)value;
    return true;
}

static bool is_identity(const char *text) {
    return strlen(text) == IDENTITY_SIZE - 1 &&
           strspn(text, "0123456789abcdef") == IDENTITY_SIZE - 1;
}

static int parse_job(const struct reading *r, char *line, struct plan_job *job,
                     struct vib_error *err) {
    char *identity = strchr(line, ','), *flops = NULL;
    if (identity != NULL) {
        *identity++ = '\0';
        if ((flops = strchr(identity, ',')) != NULL)
            *flops++ = '\0';
    }
    if (flops == NULL)
        return refuse(r, "fewer than three columns", err);
    if (!parse_shard(line, &job->shard))
        return refuse(r, "the number of a shard is none from 1 to 1000000", err);
    if (!is_identity(identity))
        return refuse(r, "an identity is not 64 digits and letters a to f", err);
    if (number_parse_real(flops, &job->flops) != NUMBER_OK || !(job->flops >= 0.0))
        return refuse(r, "the number of FLOPs is none", err);
    memcpy(job->identity, identity, IDENTITY_SIZE);
    return VIB_OK;
}

static int add_job(struct reading *r, const struct plan_job *job, struct vib_error *err) {
    enum { FIRST = 1024 };
    struct shard_plan *plan = r->plan;
    if (plan->n == GRID_MAX_POINTS)
        return refuse(r, "more jobs than a grid can have", err);
    if (plan->n == r->room) {
        const size_t room = r->room == 0 ? FIRST : 2 * r->room;
        struct plan_job *jobs = realloc(plan->jobs, room * sizeof *jobs);
        if (jobs == NULL)
            return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", r->path);
        plan->jobs = jobs;
        r->room = room;
    }
    plan->jobs[plan->n++] = *job;
    plan->n_shards = job->shard > plan->n_shards ? job->shard : plan->n_shards;
    return VIB_OK;
}

static int read_jobs(struct reading *r, struct vib_error *err) {
    char line[LINE_SIZE];
    struct plan_job job;
    bool found;
    int rc = next_line(r, line, &found, err);
    if (rc != VIB_OK)
        return rc;
    if (!found || strcmp(line, header) != 0)
        return refuse(r, "the first line is not shard,identity,flops", err);
    while ((rc = next_line(r, line, &found, err)) == VIB_OK && found)
        if ((rc = parse_job(r, line, &job, err)) != VIB_OK ||
            (rc = add_job(r, &job, err)) != VIB_OK)
            break;
    return rc;
}

static int by_identity(const void *a, const void *b) {
    const struct plan_job *left = a, *right = b;
    return strcmp(left->identity, right->identity);
}

static int sort(const struct reading *r, struct vib_error *err) {
    const struct shard_plan *plan = r->plan;
    if (plan->n > 0)
        qsort(plan->jobs, plan->n, sizeof *plan->jobs, by_identity);
    for (size_t i = 1; i < plan->n; i++)
        if (by_identity(&plan->jobs[i - 1], &plan->jobs[i]) == 0)
            return vib_error_set(err, VIB_ECONFIG, "%s: job %s is there twice: this is no plan",
                                 r->path, plan->jobs[i].identity);
    return VIB_OK;
}

int shard_plan_read(struct shard_plan *plan, const char *path, struct vib_error *err) {
    struct reading r = {.path = path, .stream = fopen(path, "re"), .plan = plan};
    memset(plan, 0, sizeof *plan);
    if (r.stream == NULL)
        return vib_error_set(err, VIB_EDATA, "cannot read the plan %s: %s", path, strerror(errno));
    int rc = read_jobs(&r, err);
    (void)fclose(r.stream); /* opened for reading */
    if (rc == VIB_OK)
        rc = sort(&r, err);
    if (rc != VIB_OK)
        shard_plan_release(plan);
    return rc;
}

void shard_plan_release(struct shard_plan *plan) {
    free(plan->jobs);
    memset(plan, 0, sizeof *plan);
}

const struct plan_job *shard_plan_find(const struct shard_plan *plan, const char *identity) {
    struct plan_job wanted;
    if (plan->n == 0)
        return NULL;
    (void)snprintf(wanted.identity, sizeof wanted.identity, "%s", identity);
    return bsearch(&wanted, plan->jobs, plan->n, sizeof *plan->jobs, by_identity);
}
