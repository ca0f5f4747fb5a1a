#include "runner/cluster/queue.h"

#include "runner/base/number.h"
#include "runner/base/quote.h"
#include "runner/cluster/process.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Runs a command of Slurm's that is to succeed. */
static int ask(struct process *process, const char *const *argv, struct vib_error *err) {
    int rc = process_run(process, argv, err);
    if (rc == VIB_OK && process->status != 0) {
        rc = process_failed(process, argv[0], err);
        process_release(process);
    }
    return rc;
}

/* --- squeue --- */

const char *queue_part_of_name(const char *name, const char *plan) {
    const char *part = strrchr(name, '-');
    const size_t length = strlen(plan);
    if (part == NULL || (size_t)(part - name) < length + 1)
        return NULL;
    const char *hash = part - length;
    return hash[-1] == '-' && strncmp(hash, plan, length) == 0 ? part + 1 : NULL;
}

/* A line "JOB|ELEMENT|NAME"; jobs of others, and what is no such line, are left alone. */
static void take_line(struct queue *queue, char *line, const char *plan) {
    char *save = NULL;
    const char *id = strtok_r(line, "|", &save), *element = strtok_r(NULL, "|", &save);
    const char *name = strtok_r(NULL, "", &save);
    const char *part = name != NULL ? queue_part_of_name(name, plan) : NULL;
    uint64_t offset, index;
    if (part == NULL)
        return;
    struct queue_job job;
    if (snprintf(job.id, sizeof job.id, "%s", id) >= (int)sizeof job.id)
        return;
    if (strcmp(part, "merge") == 0)
        queue->merge = job;
    else if (number_parse_integer(part, &offset) == NUMBER_OK &&
             number_parse_integer(element, &index) == NUMBER_OK)
        queue->tasks[queue->n++] =
            (struct queue_task){.shard = (size_t)(offset + index), .job = job};
}

static int by_shard(const void *a, const void *b) {
    const struct queue_task *left = a, *right = b;
    return (left->shard > right->shard) - (left->shard < right->shard);
}

int queue_parse(struct queue *queue, const char *text, const char plan[QUEUE_PLAN_SIZE],
                struct vib_error *err) {
    size_t lines = 1;
    char *copy = strdup(text), *save = NULL;
    memset(queue, 0, sizeof *queue);
    for (const char *at = text; *at != '\0'; at++)
        lines += *at == '\n';
    queue->tasks = calloc(lines, sizeof *queue->tasks);
    if (copy == NULL || queue->tasks == NULL) {
        free(copy);
        queue_release(queue);
        return vib_error_set(err, VIB_ENOMEM, "out of memory for what is in the queue");
    }
    for (char *line = strtok_r(copy, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save))
        take_line(queue, line, plan);
    free(copy);
    qsort(queue->tasks, queue->n, sizeof *queue->tasks, by_shard);
    return VIB_OK;
}

int queue_read(struct queue *queue, const char plan[QUEUE_PLAN_SIZE], struct vib_error *err) {
    char user[32];
    snprintf(user, sizeof user, "--user=%lu", (unsigned long)getuid());
    const char *const argv[] = {"squeue", "--noheader", "--array", user, "--format=%F|%K|%j", NULL};
    struct process process;
    memset(queue, 0, sizeof *queue);
    int rc = ask(&process, argv, err);
    if (rc != VIB_OK)
        return rc;
    rc = queue_parse(queue, process.out, plan, err);
    process_release(&process);
    return rc;
}

void queue_release(struct queue *queue) {
    free(queue->tasks);
    memset(queue, 0, sizeof *queue);
}

const struct queue_task *queue_find(const struct queue *queue, size_t shard) {
    const struct queue_task wanted = {.shard = shard};
    return queue->n == 0 ? NULL
                         : bsearch(&wanted, queue->tasks, queue->n, sizeof *queue->tasks, by_shard);
}

/* --- scontrol, sbatch --- */

int queue_max_array_size(size_t *size, struct vib_error *err) {
    static const char *const argv[] = {"scontrol", "show", "config", NULL};
    struct process process;
    unsigned long long value = 0;
    int rc = ask(&process, argv, err);
    if (rc != VIB_OK)
        return rc;
    const char *line = strstr(process.out, "\nMaxArraySize");
    if (line == NULL || sscanf(line, "\nMaxArraySize = %llu", &value) != 1)
        rc = vib_error_set(err, VIB_EIO, "scontrol show config tells no MaxArraySize");
    else if (value < 2)
        rc =
            vib_error_set(err, VIB_EIO,
                          "this cluster takes no job arrays (MaxArraySize is %llu); run the shards "
                          "by hand, by vib-sweep CONFIG.yaml --shard I/N",
                          value);
    process_release(&process);
    *size = (size_t)value;
    return rc;
}

/* "123", or "123;cluster". */
static int read_job(struct queue_job *job, const char *text, struct vib_error *err) {
    const size_t digits = strspn(text, "0123456789");
    char quoted[QUOTE_SIZE];
    if (digits == 0 || digits >= sizeof job->id)
        return vib_error_set(err, VIB_EIO, "sbatch told no number of a job but %s",
                             quote(quoted, text));
    memcpy(job->id, text, digits);
    job->id[digits] = '\0';
    return VIB_OK;
}

int queue_submit(struct queue_job *job, const char *const *words, struct vib_error *err) {
    struct process process;
    int rc = ask(&process, words, err);
    if (rc != VIB_OK)
        return rc;
    rc = read_job(job, process.out, err);
    process_release(&process);
    return rc;
}
