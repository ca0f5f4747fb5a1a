/* vib-sweep merge INTO FROM...: the jobs of several databases in one. */
#include "runner/command.h"
#include "runner/base/host.h"
#include "runner/base/text.h"
#include "runner/store/store.h"
#include "runner/store/store_merge.h"
#include "runner/store/store_query.h"
#include "runner/sweep/sweep.h"

#include <stdio.h>

enum { DISAGREE = 1 /* exit code */ };

struct merge_options {
    const char *into;
    struct option_list from;
    struct sweep_options plan; /* its config may be NULL */
};

static const struct option_row rows[] = {
    {.argument = "INTO",
     .kind = OPTION_TEXT,
     .required = true,
     .offset = offsetof(struct merge_options, into),
     .help = "the database that gets the jobs; made where it is not there"},
    {.argument = "FROM",
     .kind = OPTION_LIST,
     .required = true,
     .offset = offsetof(struct merge_options, from),
     .help = "the databases that have them, which stay as they are"},
    {.name = "plan",
     .kind = OPTION_TEXT,
     .argument = "CONFIG",
     .offset = offsetof(struct merge_options, plan.config),
     .help = "add the whole grid of this configuration first, so that jobs are numbered as in one "
             "sweep of it; takes its data"},
    {.name = "set",
     .kind = OPTION_LIST,
     .argument = "KEY=VALUE",
     .offset = offsetof(struct merge_options, plan.sets),
     .help = "override a key of that configuration; may be repeated"},
};

static void tell(void *context, const char *sentence) {
    (void)context;
    fputs("vib-sweep: ", stderr);
    text_show(stderr, sentence);
    fputc('\n', stderr);
}

/* Adds all; what cannot be read is told, and *n_left_out counts it. */
static int add_all(struct store_merge *merge, const struct option_list *from,
                   struct merge_counts *counts, size_t *n_left_out, struct vib_error *err) {
    int rc = 0;
    *n_left_out = 0;
    for (size_t i = 0; i < from->n && rc == 0; i++) {
        bool left_out;
        rc = store_merge_add(merge, from->texts[i], counts, &left_out, err);
        if (rc == 0 && left_out) {
            tell(NULL, err->message);
            ++*n_left_out;
        }
    }
    return rc;
}

static int print_state(void *context, struct store_row *row, struct vib_error *err) {
    const bool *begun = context;
    const char *state = store_row_text(row, 0, NULL);
    (void)err;
    printf("%s%lld %s", *begun ? ", " : ": ", (long long)store_row_integer(row, 1),
           state != NULL ? state : "");
    *(bool *)context = true;
    return 0;
}

/* What came, and the jobs that there are now, by their states. */
static int report(struct store *store, const char *into, size_t n_merged,
                  const struct merge_counts *counts, struct vib_error *err) {
    bool begun = false;
    const struct store_query states = {
        .sql =
            "SELECT state, count(*) FROM job GROUP BY state"
            " ORDER BY instr('done diverged failed running pending', state)",
        .row = print_state,
        .context = &begun};
    printf(
        "%zu database%s merged: %zu job%s came, %zu took the place of worse ones, %zu were there",
        n_merged, n_merged == 1 ? "" : "s", counts->n_new, counts->n_new == 1 ? "" : "s",
        counts->n_better, counts->n_known);
    if (counts->n_completed > 0)
        printf(", %zu of which got codes, weights or measures that they lacked",
               counts->n_completed);
    putchar('\n');
    text_show(stdout, into);
    const int rc = store_query(store, &states, err);
    puts(begun ? "" : ": no jobs");
    return rc;
}

/* What the result says of what could not be merged, or disagrees. */
static int judge(const struct merge_options *options, size_t n_left_out,
                 const struct merge_counts *counts, struct vib_error *err) {
    if (n_left_out > 0)
        return vib_error_set(
            err, VIB_EDATA,
            "merge: %zu of %zu databases could not be merged; the same command does "
            "it when they can be read",
            n_left_out, options->from.n);
    if (counts->n_weightless > 0)
        return vib_error_set(err, VIB_EDATA,
                             "merge: %zu job%s came without the weights; the same command brings "
                             "them when they are there",
                             counts->n_weightless, counts->n_weightless == 1 ? "" : "s");
    return counts->n_disagree > 0 ? DISAGREE : 0;
}

static int merge_into(struct store_merge *merge, const struct merge_options *options,
                      struct vib_error *err) {
    struct merge_counts counts = {0};
    size_t n_left_out = 0;
    int rc = 0;
    if (options->plan.config != NULL)
        rc = sweep_register(store_merge_target(merge), &options->plan, err);
    if (rc == 0)
        rc = add_all(merge, &options->from, &counts, &n_left_out, err);
    if (rc == 0)
        rc = store_merge_commit(merge, err);
    if (rc == 0 && n_left_out < options->from.n)
        rc = report(store_merge_target(merge), options->into, options->from.n - n_left_out, &counts,
                    err);
    return rc == 0 ? judge(options, n_left_out, &counts, err) : rc;
}

static int merge_databases(const struct merge_options *options, struct vib_error *err) {
    const struct merge_listener listener = {.tell = tell};
    struct store_merge *merge;
    struct host self;
    if (options->plan.config == NULL && options->plan.sets.n > 0)
        return vib_error_set(err, VIB_EUSAGE, "merge: --set needs a --plan CONFIG");
    host_init(&self);
    int rc = store_merge_begin(&merge, options->into, &self, &listener, err);
    if (rc == 0)
        rc = merge_into(merge, options, err);
    store_merge_free(merge);
    return rc;
}

static int run(int argc, char **argv, struct vib_error *err) {
    struct merge_options options = {.plan = {.threads = 1}};
    int rc = options_read(&command_merge.options, argc, argv, &options, err);
    if (rc == 0)
        rc = merge_databases(&options, err);
    option_list_release(&options.from);
    option_list_release(&options.plan.sets);
    return rc;
}

const struct command command_merge = {
    .summary = "bring the jobs of several databases together in one",
    .options = {.command = "merge",
                .help =
                    "Brings the settled jobs of the databases FROM, with all that they left, into "
                    "INTO: of two machines, or of the parts of a sweep. A job is known by what "
                    "determines its result; a done one stands before a diverged one, and that "
                    "before a failed one. Merging again changes nothing, and INTO continues as any "
                    "other database. What cannot be read is told and left out (exit code 66); "
                    "results of one job that disagree are told, and the first stay (exit code 1).",
                .rows = rows,
                .n = sizeof rows / sizeof rows[0]},
    .run = run,
};
