#include "runner/cluster/arrays.h"

#include "runner/cluster/array.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 300 }; /* of a job: a sweep's name has 200 characters at most */

static int no_memory(struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "out of memory");
}

/* sbatch may have been accepted and heard too late of it: the queue knows. With `shard` it is its
 * task that is looked for, with 0 the merge that is another one than `before`. */
static int look_in_queue(const struct arrays *arrays, size_t shard, const char *before,
                         struct queue_job *job, struct vib_error *err) {
    const struct vib_error why = *err;
    struct vib_error unknown;
    struct queue queue;
    if (queue_read(&queue, arrays->plan, &unknown) != VIB_OK)
        return vib_error_set(err, VIB_EIO,
                             "%s; and whether it was accepted cannot be told: %s; run the same "
                             "command again when Slurm answers",
                             why.message, unknown.message);
    const struct queue_task *task = shard > 0 ? queue_find(&queue, shard) : NULL;
    const bool merges =
        shard == 0 && *queue.merge.id != '\0' && strcmp(queue.merge.id, before) != 0;
    if (task != NULL)
        *job = task->job;
    else if (merges)
        *job = queue.merge;
    queue_release(&queue);
    return task != NULL || merges ? VIB_OK : why.code;
}

static int submit_array(const struct arrays *arrays, const struct array *array, size_t first,
                        struct queue_job *job, struct vib_error *err) {
    char name[NAME_SIZE], limit[32] = "", offset[32], after[64];
    char *elements = NULL;
    snprintf(name, sizeof name, "--job-name=%s-%s-%zu", arrays->sweep, arrays->plan, array->offset);
    snprintf(offset, sizeof offset, "%zu", array->offset);
    snprintf(after, sizeof after, "--dependency=afterany:%s", job->id);
    if (arrays->max_tasks > 0)
        snprintf(limit, sizeof limit, "%%%zu", arrays->max_tasks);
    if (array->text == NULL || asprintf(&elements, "--array=%s%s", array->text, limit) < 0)
        return no_memory(err);
    const bool waits = arrays->max_tasks > 0 && *job->id != '\0';
    const char *words[] = {"sbatch",     "--parsable", name, elements,
                           arrays->task, offset,       NULL, NULL};
    if (waits) {
        words[4] = after;
        words[5] = arrays->task;
        words[6] = offset;
    }
    int rc = queue_submit(job, words, err);
    free(elements);
    return rc == VIB_EIO ? look_in_queue(arrays, first, "", job, err) : rc;
}

int arrays_submit(const struct arrays *arrays, const size_t *shards, size_t n,
                  struct vib_error *err) {
    struct queue_job job = {""}; /* the one before */
    size_t max_array_size = 0, done = 0;
    int rc = queue_max_array_size(&max_array_size, err);
    while (rc == VIB_OK && done < n) {
        struct array array;
        array_init(&array, shards + done, n - done, max_array_size);
        rc = submit_array(arrays, &array, shards[done], &job, err);
        done += array.n;
        array_release(&array);
    }
    return rc;
}

static int by_job(const void *a, const void *b) {
    const struct queue_task *left = a, *right = b;
    return strcmp(left->job.id, right->job.id);
}

/* "--dependency=afterany:1:2" of the arrays in the queue, whose order this changes; "" when there
 * are none; NULL when out of memory. */
static char *after_tasks(struct queue *queue) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    qsort(queue->tasks, queue->n, sizeof *queue->tasks, by_job);
    for (size_t i = 0; i < queue->n; i++)
        if (i == 0 || by_job(&queue->tasks[i], &queue->tasks[i - 1]) != 0)
            fprintf(out, "%s:%s", i == 0 ? "--dependency=afterany" : "", queue->tasks[i].job.id);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

int arrays_submit_merge(const struct arrays *arrays, struct vib_error *err) {
    char name[NAME_SIZE];
    struct queue_job job;
    struct queue queue;
    int rc = queue_read(&queue, arrays->plan, err);
    if (rc != VIB_OK)
        return rc;
    char *after = after_tasks(&queue);
    snprintf(name, sizeof name, "--job-name=%s-%s-merge", arrays->sweep, arrays->plan);
    const bool waits = after != NULL && *after != '\0';
    const char *const words[] = {
        "sbatch", "--parsable", name, waits ? after : arrays->merge, waits ? arrays->merge : NULL,
        NULL};
    rc = after == NULL ? no_memory(err) : queue_submit(&job, words, err);
    if (rc == VIB_EIO)
        rc = look_in_queue(arrays, 0, queue.merge.id, &job, err);
    free(after);
    queue_release(&queue);
    return rc;
}
