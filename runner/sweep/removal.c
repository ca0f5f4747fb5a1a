/* What is asked for, what is told of it, and the question. */
#include "runner/sweep/removal_internal.h"

#include "runner/base/number.h"
#include "runner/base/quote.h"
#include "runner/base/text.h"
#include "runner/store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int no_memory(const struct removal *r, struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", removal_name(r));
}

/* --- which --- */

static int read_ids(struct removal *r, struct vib_error *err) {
    const struct option_list *texts = &r->options->jobs;
    char quoted[QUOTE_SIZE];
    for (size_t i = 0; i < texts->n; i++) {
        uint64_t id;
        if (number_parse_integer(texts->texts[i], &id) != NUMBER_OK || id == 0 || id > INT64_MAX)
            return vib_error_set(err, VIB_EUSAGE, "%s: --job takes the number of a job, not %s",
                                 removal_name(r), quote(quoted, texts->texts[i]));
        r->ids[i] = (int64_t)id;
    }
    return VIB_OK;
}

static int read_choice(struct removal *r, struct vib_error *err) {
    const struct removal_options *options = r->options;
    int rc = VIB_OK;
    if (options->only.n == 0 && options->jobs.n == 0 && !options->failed)
        return vib_error_set(err, VIB_EUSAGE,
                             "%s: say which jobs: --only KEY=VALUE, --job N or --failed",
                             removal_name(r));
    r->filters = calloc(options->only.n + 1, sizeof *r->filters);
    r->ids = calloc(options->jobs.n + 1, sizeof *r->ids);
    if (r->filters == NULL || r->ids == NULL)
        return no_memory(r, err);
    for (size_t i = 0; i < options->only.n && rc == VIB_OK; i++)
        rc = store_filter_parse(&r->filters[i], options->only.texts[i], removal_name(r), err);
    if (rc == VIB_OK)
        rc = read_ids(r, err);
    r->choice = (struct job_choice){.filters = r->filters,
                                    .n_filters = options->only.n,
                                    .jobs = r->ids,
                                    .n_jobs = options->jobs.n,
                                    .failed = options->failed};
    return rc;
}

/* --- telling --- */

static void tell_jobs(const struct removal *r) {
    char name[512];
    for (size_t i = 0; i < r->n && i < REMOVAL_LISTED; i++) {
        value_label_name(&r->label, r->values[i], name, sizeof name);
        printf("  job %lld  %-8s  ", (long long)r->jobs[i].id, job_state_name(r->jobs[i].state));
        text_show(stdout, name);
        putchar('\n');
    }
    if (r->n > REMOVAL_LISTED)
        printf("  and %zu more\n", r->n - REMOVAL_LISTED);
}

static void tell(const struct removal *r) {
    static const char *const fate[] = {
        [REMOVAL_RERUN] =
            "All that they left goes: results, epochs, codes, checkpoints. Files of weights stay "
            "until the job that runs again replaces them. The sweep's command runs them again; merging another database that has "
            "their results brings these back.",
        [REMOVAL_FORGET] =
            "They leave the database with all that they left: results, epochs, codes, checkpoints. "
            "Files of weights stay. Merging another database that has them, or a sweep whose configuration "
            "still does, brings them back."};
    text_show(stdout, r->options->database);
    printf(": %zu job%s\n", r->n, r->n == 1 ? "" : "s");
    tell_jobs(r);
    text_wrap(stdout, fate[r->kind], 0, 0);
}

/* --- the question --- */

static int ask(const struct removal *r, bool *agreed, struct vib_error *err) {
    char answer[16];
    *agreed = r->options->yes;
    if (*agreed)
        return VIB_OK;
    if (isatty(STDIN_FILENO) == 0)
        return vib_error_set(err, VIB_EUSAGE,
                             "%s: nothing was done: there is no terminal to ask on; --yes does it "
                             "without asking",
                             removal_name(r));
    fflush(stdout);
    fputs("go on? [y/N] ", stderr);
    *agreed = fgets(answer, sizeof answer, stdin) != NULL && (*answer == 'y' || *answer == 'Y');
    return VIB_OK;
}

static int find_to_tell(struct removal *r, struct vib_error *err) {
    struct store *store = NULL;
    int rc = store_open_reader(&store, r->options->database, err);
    if (rc == VIB_OK)
        rc = removal_find(r, store, err);
    store_close(store);
    return rc;
}

static int remove_found(const struct removal *r, struct vib_error *err) {
    bool agreed;
    tell(r);
    int rc = ask(r, &agreed, err);
    if (rc == VIB_OK && !agreed)
        puts("nothing was done");
    if (rc != VIB_OK || !agreed)
        return rc;
    rc = removal_apply(r, err);
    if (rc == VIB_OK)
        printf("%zu job%s %s\n", r->n, r->n == 1 ? "" : "s",
               r->kind == REMOVAL_FORGET ? "forgotten" : "to be run again");
    return rc;
}

int removal_run(enum removal_kind kind, const struct removal_options *options,
                struct vib_error *err) {
    struct removal r = {.kind = kind, .options = options};
    int rc = read_choice(&r, err);
    if (rc == VIB_OK)
        rc = find_to_tell(&r, err);
    if (rc == VIB_OK && r.n == 0)
        puts("no job is meant by that: nothing to do");
    else if (rc == VIB_OK)
        rc = remove_found(&r, err);
    removal_release_jobs(&r);
    free(r.filters);
    free(r.ids);
    return rc;
}
