#include "runner/cluster/queue_words.h"

#include "runner/base/number.h"
#include "runner/cluster/folder.h"
#include "runner/cluster/plan.h"
#include "runner/cluster/process.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REASONS = 6 /* that are told apart */, REASON_SIZE = 65 };

struct reason {
    char text[REASON_SIZE];
    size_t n; /* tasks */
};

struct counts {
    size_t n_running, n_pending, n_requeued;
    struct reason reasons[REASONS]; /* [n_reasons] of those that wait */
    size_t n_reasons;
};

/* --- what squeue writes --- */

/* A field as squeue pads it, without its spaces. */
static char *trim(char *field) {
    field += strspn(field, " ");
    size_t n = strlen(field);
    while (n > 0 && field[n - 1] == ' ')
        n--;
    field[n] = '\0';
    return field;
}

static void count_reason(struct counts *counts, const char *text) {
    size_t i = 0;
    while (i < counts->n_reasons && strcmp(counts->reasons[i].text, text) != 0)
        i++;
    if (i == REASONS)
        return;
    if (i == counts->n_reasons) {
        (void)snprintf(counts->reasons[i].text, REASON_SIZE, "%s", text);
        counts->n_reasons++;
    }
    counts->reasons[i].n++;
}

/* A line "STATE|RESTARTS|REASON|NAME"; the merge is none of the tasks. */
static void take_line(struct counts *counts, char *line, const char *plan) {
    char *save = NULL;
    char *state = strtok_r(line, "|", &save), *restarts = strtok_r(NULL, "|", &save);
    char *reason = strtok_r(NULL, "|", &save), *name = strtok_r(NULL, "", &save);
    const char *part = name != NULL ? queue_part_of_name(trim(name), plan) : NULL;
    uint64_t n;
    if (part == NULL || strcmp(part, "merge") == 0)
        return;
    counts->n_requeued += number_parse_integer(trim(restarts), &n) == NUMBER_OK && n > 0;
    if (strcmp(trim(state), "PD") == 0) {
        counts->n_pending++;
        count_reason(counts, trim(reason));
    } else {
        counts->n_running++;
    }
}

/* --- words --- */

static int most_first(const void *a, const void *b) {
    const struct reason *left = a, *right = b;
    const int order = (left->n < right->n) - (left->n > right->n);
    return order != 0 ? order : strcmp(left->text, right->text);
}

static void add(char words[QUEUE_WORDS_SIZE], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What has no room is cut. */
static void add(char words[QUEUE_WORDS_SIZE], const char *format, ...) {
    const size_t used = strlen(words);
    va_list args;
    va_start(args, format);
    if (vsnprintf(words + used, QUEUE_WORDS_SIZE - used, format, args) < 0)
        words[used] = '\0';
    va_end(args);
}

static void put_words(char words[QUEUE_WORDS_SIZE], struct counts *counts) {
    words[0] = '\0';
    if (counts->n_running + counts->n_pending == 0) {
        add(words, "no task");
        return;
    }
    add(words, "%zu running, %zu pending", counts->n_running, counts->n_pending);
    qsort(counts->reasons, counts->n_reasons, sizeof *counts->reasons, most_first);
    for (size_t i = 0; i < counts->n_reasons; i++)
        add(words, "%s%s %zu", i == 0 ? " (" : ", ", counts->reasons[i].text, counts->reasons[i].n);
    add(words, "%s", counts->n_reasons > 0 ? ")" : "");
    if (counts->n_requeued > 0)
        add(words, ", %zu requeued", counts->n_requeued);
}

bool queue_words_parse(char words[QUEUE_WORDS_SIZE], char *text, const char plan[QUEUE_PLAN_SIZE]) {
    struct counts counts = {0};
    char *save = NULL;
    for (char *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save))
        take_line(&counts, line, plan);
    put_words(words, &counts);
    return counts.n_running + counts.n_pending > 0;
}

/* --- asking --- */

/* By which Slurm knows the sweep; false where the folder is none of vib-sweep slurm's. */
static bool find_plan(char hash[QUEUE_PLAN_SIZE], const char *path) {
    struct vib_error ignored;
    struct folder folder;
    struct plan plan = {0};
    if (folder_init(&folder, path, "", &ignored) != VIB_OK)
        return false;
    const bool found = access(folder.task, F_OK) == 0 &&
                       shard_plan_read(&plan.jobs, folder.plan, &ignored) == VIB_OK &&
                       plan.jobs.n > 0;
    if (found)
        plan_hash(&plan, folder.path, hash);
    plan_release(&plan);
    folder_release(&folder);
    return found;
}

bool queue_words(char words[QUEUE_WORDS_SIZE], const char *folder) {
    char hash[QUEUE_PLAN_SIZE], user[32];
    (void)snprintf(user, sizeof user, "--user=%lu", (unsigned long)getuid());
    const char *const argv[] = {
        "timeout", "--kill-after=1", "3", "squeue", "--noheader", "--array", user,
        /* sizes, as what is longer is cut; no other format has the restarts */
        "--Format=StateCompact:8|,RestartCnt:12|,Reason:64|,Name:300", NULL};
    struct process process;
    struct vib_error ignored;
    bool any = false;
    words[0] = '\0';
    if (!find_plan(hash, folder) || process_run(&process, argv, &ignored) != VIB_OK)
        return false;
    if (process.status == 0)
        any = queue_words_parse(words, process.out, hash);
    process_release(&process);
    return any;
}
