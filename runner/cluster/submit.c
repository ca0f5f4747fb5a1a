#include "runner/cluster/submit.h"

#include "runner/cluster/arrays.h"
#include "runner/cluster/collect.h"
#include "runner/cluster/frozen.h"
#include "runner/cluster/script.h"
#include "runner/cluster/submission.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Which shards are to be submitted, and which are in the queue already. */
struct choice {
    size_t *shards; /* [n] ascending */
    size_t n, n_queued;
    size_t n_jobs; /* in the n shards, without a result */
    double flops;
};

static int choose(struct choice *choice, const struct submission *s, const struct queue *queue,
                  struct vib_error *err) {
    const size_t n_shards = s->plan.jobs.n_shards;
    memset(choice, 0, sizeof *choice);
    choice->shards = calloc(n_shards + 1, sizeof *choice->shards);
    if (choice->shards == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory for %zu shards", n_shards);
    for (size_t shard = 1; shard <= n_shards; shard++) {
        const struct shard_left *left = &s->left[shard];
        const bool queued = queue_find(queue, shard) != NULL;
        choice->n_queued += queued;
        if (queued || left->n_jobs == 0)
            continue;
        choice->shards[choice->n++] = shard;
        choice->n_jobs += left->n_jobs;
        choice->flops += left->flops;
    }
    return VIB_OK;
}

/* --- the folder --- */

static struct script script_of(const struct submission *s) {
    return (struct script){.sweep = s->config.base.name,
                           .program = s->program,
                           .folder = s->folder.path,
                           .work = s->work,
                           .threads = s->threads,
                           .minutes = (size_t)ceil(90.0 * s->hours) + 10,
                           .words = s->options->words.texts,
                           .n_words = s->options->words.n};
}

static int write_script(const char *path, void (*write)(FILE *out, const struct script *script),
                        const struct script *script, struct vib_error *err) {
    struct atomic_file file;
    int rc = folder_open_file(&file, path, err);
    if (rc != VIB_OK)
        return rc;
    write(file.stream, script);
    return atomic_file_commit(&file, err);
}

/* The configuration before the plan: a task that begins meanwhile finds its shard in it. */
static int write_folder(const struct submission *s, struct vib_error *err) {
    const struct script script = script_of(s);
    int rc = folder_make(&s->folder, err);
    if (rc == VIB_OK)
        rc = frozen_write(s->folder.config, &s->config, s->cache, err);
    if (rc == VIB_OK)
        rc = plan_write(&s->plan, s->folder.plan, err);
    if (rc == VIB_OK)
        rc = write_script(s->folder.task, script_write_task, &script, err);
    if (rc == VIB_OK)
        rc = write_script(s->folder.merge, script_write_merge, &script, err);
    return rc;
}

/* --- telling --- */

static void tell_size(const struct submission *s, const struct choice *choice) {
    printf("%zu task%s of %zu processor%s each for %zu of %zu jobs", choice->n,
           choice->n == 1 ? "" : "s", s->threads, s->threads == 1 ? "" : "s", choice->n_jobs,
           s->plan.jobs.n);
    if (s->rate > 0.0)
        printf(", about %.3g core-hours (at %.3g FLOP/s a processor)",
               choice->flops / s->rate / 3600.0, s->rate);
    puts("");
}

static void tell_dry_run(const struct submission *s, const struct choice *choice) {
    const struct script script = script_of(s);
    script_write_task(stdout, &script);
    puts("");
    tell_size(s, choice);
    if (choice->n > 0)
        printf("about %.2g hours and %.0f MB each\n",
               choice->flops / s->rate / (double)(choice->n * s->threads) / 3600.0,
               submission_bytes(s) / 1e6);
}

static void tell_state(const struct submission *s, const struct choice *choice) {
    printf("%s: %zu of %zu jobs have a result", s->config.base.name, s->n_done, s->plan.jobs.n);
    if (choice->n_queued > 0)
        printf("; %zu task%s in the queue", choice->n_queued, choice->n_queued == 1 ? "" : "s");
    puts("");
}

/* --- the queue --- */

static int submit_choice(const struct submission *s, const struct choice *choice, bool merges,
                         struct vib_error *err) {
    const struct arrays arrays = {.sweep = s->config.base.name,
                                  .plan = s->hash,
                                  .task = s->folder.task,
                                  .merge = s->folder.merge,
                                  .max_tasks = s->options->max_tasks};
    int rc = choice->n > 0 ? arrays_submit(&arrays, choice->shards, choice->n, err) : VIB_OK;
    if (rc == VIB_OK && (choice->n > 0 || (choice->n_queued > 0 && !merges)))
        rc = arrays_submit_merge(&arrays, err);
    if (rc == VIB_OK && choice->n > 0) {
        fputs("submitted: ", stdout);
        tell_size(s, choice);
    }
    return rc;
}

/* Without anything left Slurm need not be there. */
static int submit_left(const struct submission *s, struct vib_error *err) {
    struct queue queue = {0};
    struct choice choice = {0};
    int rc = s->n_done < s->plan.jobs.n ? queue_read(&queue, s->hash, err) : VIB_OK;
    if (rc == VIB_OK)
        rc = choose(&choice, s, &queue, err);
    if (rc == VIB_OK) {
        tell_state(s, &choice);
        rc = submit_choice(s, &choice, *queue.merge.id != '\0', err);
    }
    free(choice.shards);
    queue_release(&queue);
    return rc;
}

/* A queue that cannot be asked counts as empty here. */
static int dry_run(const struct submission *s, struct vib_error *err) {
    struct queue queue;
    struct choice choice;
    struct vib_error ignored;
    (void)queue_read(&queue, s->hash, &ignored);
    int rc = choose(&choice, s, &queue, err);
    if (rc == VIB_OK)
        tell_dry_run(s, &choice);
    free(choice.shards);
    queue_release(&queue);
    return rc;
}

int submit_run(const struct submit_options *options, struct vib_error *err) {
    struct submission s;
    if (options->check)
        return frozen_check(options->config, err);
    int rc = submission_init(&s, options, err);
    if (rc == VIB_OK && !options->dry_run)
        rc = write_folder(&s, err);
    if (rc == VIB_OK)
        rc = submission_find_left(&s, err);
    if (rc == VIB_OK)
        rc = options->dry_run ? dry_run(&s, err) : submit_left(&s, err);
    if (rc == VIB_OK && !options->dry_run)
        rc = collect_parts(&s.folder, err);
    submission_release(&s);
    return rc;
}
