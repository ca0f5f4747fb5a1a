#include "runner/sweep/shard.h"

#include "runner/base/number.h"
#include "runner/base/quote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int shard_parse(struct shard *shard, const char *text, struct vib_error *err) {
    char number[16], quoted[QUOTE_SIZE];
    const char *slash = strchr(text, '/');
    const size_t length = slash != NULL ? (size_t)(slash - text) : strlen(text);
    uint64_t i = 0, n = 0;
    if (length < sizeof number) {
        (void)snprintf(number, sizeof number, "%.*s", (int)length, text);
        if (number_parse_integer(number, &i) == NUMBER_OK && i >= 1 && i <= SHARD_MAX &&
            (slash == NULL ||
             (number_parse_integer(slash + 1, &n) == NUMBER_OK && n <= SHARD_MAX && i <= n))) {
            *shard = (struct shard){.number = (uint32_t)i, .n = (uint32_t)n};
            return VIB_OK;
        }
    }
    return vib_error_set(err, VIB_EUSAGE,
                         "--shard %s: expected I/N, the I-th of N parts of the grid, with I from 1 "
                         "to N and N up to %d; or I alone, of a --plan",
                         quote(quoted, text), SHARD_MAX);
}

/* --- packing --- */

struct load {
    double flops;
    uint32_t shard; /* from 0 */
};

static int longest_first(const void *a, const void *b, void *context) {
    const struct job_estimate *jobs = context;
    const struct job_estimate *i = &jobs[*(const uint32_t *)a], *j = &jobs[*(const uint32_t *)b];
    if (i->flops != j->flops)
        return i->flops > j->flops ? -1 : 1;
    return strcmp(i->identity, j->identity);
}

static bool less(const struct load *a, const struct load *b) {
    return a->flops != b->flops ? a->flops < b->flops : a->shard < b->shard;
}

/* Restores the heap (its least first) after its first has grown. */
static void sink(struct load *heap, size_t n) {
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child + 1 < n && less(&heap[child + 1], &heap[child]))
            child++;
        if (child >= n || !less(&heap[child], &heap[at]))
            return;
        const struct load moved = heap[at];
        heap[at] = heap[child];
        heap[child] = moved;
        at = child;
    }
}

/* More shards than jobs are not all looked at: the first ones get a job each. */
int shard_pack(const struct job_estimate *jobs, size_t n_jobs, uint32_t n, uint32_t *shards,
               struct vib_error *err) {
    const size_t used = n < n_jobs ? n : n_jobs;
    uint32_t *order = calloc(n_jobs, sizeof *order);
    struct load *heap = calloc(used, sizeof *heap);
    int rc = VIB_OK;
    if (order == NULL || heap == NULL) {
        rc = vib_error_set(err, VIB_ENOMEM, "out of memory for %zu jobs", n_jobs);
        goto out;
    }
    for (size_t i = 0; i < n_jobs; i++)
        order[i] = (uint32_t)i;
    for (size_t i = 0; i < used; i++)
        heap[i].shard = (uint32_t)i;
    qsort_r(order, n_jobs, sizeof *order, longest_first, (void *)(uintptr_t)jobs);
    for (size_t i = 0; i < n_jobs; i++) {
        const struct job_estimate *job = &jobs[order[i]];
        if (i > 0 && strcmp(job->identity, jobs[order[i - 1]].identity) == 0) {
            shards[order[i]] = shards[order[i - 1]];
            continue;
        }
        shards[order[i]] = heap[0].shard + 1;
        heap[0].flops += job->flops;
        sink(heap, used);
    }
out:
    free(order);
    free(heap);
    return rc;
}
