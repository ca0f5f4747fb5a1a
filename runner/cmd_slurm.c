/* vib-sweep slurm: the sweep as tasks of Slurm's. */
#include "runner/command.h"
#include "runner/cluster/submit.h"
#include "runner/config/key_name.h"

#include <stdint.h>

static const struct option_row rows[] = {
    {.argument = "CONFIG.yaml",
     .kind = OPTION_TEXT,
     .required = true,
     .offset = offsetof(struct submit_options, config),
     .help = "the configuration"},
    {.argument = "SBATCH OPTIONS",
     .kind = OPTION_LIST,
     .offset = offsetof(struct submit_options, words),
     .help =
         "after --, options of sbatch for every task, as -- --partition=long --cpus-per-task=8"},
    {.name = "dir",
     .kind = OPTION_TEXT,
     .argument = "DIR",
     .offset = offsetof(struct submit_options, folder),
     .help = "the sweep's folder, which all nodes see (default: results/NAME.slurm): plan, frozen "
             "configuration, scripts, parts, checkpoints, logs, and the merged NAME.db"},
    {.name = "set",
     .kind = OPTION_LIST,
     .argument = "KEY=VALUE",
     .offset = offsetof(struct submit_options, sets),
     .help = "override a key of the configuration, as of a sweep; may be repeated"},
    {.name = "hours",
     .kind = OPTION_TEXT,
     .argument = "H",
     .offset = offsetof(struct submit_options, hours),
     .help = "how long a task of what is new is to take, about (default: 1)"},
    {.name = "max-tasks",
     .kind = OPTION_NUMBER,
     .argument = "M",
     .min = 1,
     .max = INT32_MAX,
     .offset = offsetof(struct submit_options, max_tasks),
     .help = "run at most M of these tasks at a time"},
    {.name = "rate",
     .kind = OPTION_TEXT,
     .argument = "FLOPS",
     .offset = offsetof(struct submit_options, rate),
     .help = "floating-point operations that a processor of the nodes does in a second (default: "
             "measured here, in seconds)"},
    {.name = "dry-run",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct submit_options, dry_run),
     .help = "print the script of a task, how many there would be, and core-hours; do nothing"},
    {.name = "check",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct submit_options, check),
     .help =
         "what tasks call: succeed when program, data and the frozen CONFIG.yaml are those that "
         "were submitted"},
};

static int run(int argc, char **argv, struct vib_error *err) {
    struct submit_options options = {0};
    int rc = options_read(&command_slurm.options, argc, argv, &options, err);
    if (rc == 0)
        rc = submit_run(&options, err);
    option_list_release(&options.sets);
    option_list_release(&options.words);
    return rc;
}

const struct command command_slurm = {
    .summary = "run the sweep on a cluster, or what is missing of it",
    .options = {.command = "slurm",
                .help = "Submits a sweep to Slurm: a task for every shard of the grid, and a merge "
                        "of their results into DIR/NAME.db. Tasks that come to their time limit "
                        "checkpoint and go on in the queue. Run again, it submits what is missing "
                        "and not in the queue, of a grid that has grown, too.",
                .rows = rows,
                .n = sizeof rows / sizeof rows[0],
                .explain = key_explain_option},
    .run = run,
};
