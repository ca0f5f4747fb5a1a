/* vib-sweep CONFIG.yaml: reads the command line and runs the sweep. */
#include "runner/command.h"
#include "runner/base/host.h"
#include "runner/config/key_name.h"
#include "runner/manual/wrong_words.h"
#include "runner/sweep/sweep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum { MAX_THREADS = 4096, LOG_EVERY_S = 300, MAX_LOG_EVERY_S = 7 * 24 * 3600 };

static const struct option_row rows[] = {
    {.argument = "CONFIG.yaml",
     .kind = OPTION_TEXT,
     .required = true,
     .offset = offsetof(struct sweep_options, config),
     .help = "the configuration"},
    {.name = "jobs",
     .letter = 'j',
     .kind = OPTION_NUMBER,
     .argument = "N",
     .min = 1,
     .max = MAX_THREADS,
     .offset = offsetof(struct sweep_options, threads),
     .help = "processors to use (default: those this process may use): as many jobs at a time, and "
             "where fewer are left, the free processors help with them"},
    {.name = "db",
     .kind = OPTION_TEXT,
     .argument = "FILE",
     .offset = offsetof(struct sweep_options, database),
     .help = "the database (default: results/NAME.db)"},
    {.name = "set",
     .kind = OPTION_LIST,
     .argument = "KEY=VALUE",
     .offset = offsetof(struct sweep_options, sets),
     .help = "override a key of the configuration; VALUE is YAML, so that --set "
             "'beta=[1e-3, 1e-2]' sweeps it; may be repeated"},
    {.name = "shard",
     .kind = OPTION_TEXT,
     .argument = "I/N",
     .offset = offsetof(struct sweep_options, shard),
     .help = "run part I of N of the grid alone, into a --db of its own; what is done can be run "
             "again by the same command, also elsewhere (exit code 3: work is left)"},
    {.name = "plan",
     .kind = OPTION_TEXT,
     .argument = "FILE",
     .offset = offsetof(struct sweep_options, plan),
     .help = "the plan that says which jobs are those of --shard I: CSV with the columns shard, "
             "identity, flops"},
    {.name = "known",
     .kind = OPTION_LIST,
     .argument = "FILE",
     .offset = offsetof(struct sweep_options, known),
     .help = "a database of another part or an earlier try: jobs that are done or diverged in it "
             "are left out; may be repeated"},
    {.name = "publish",
     .kind = OPTION_TEXT,
     .argument = "FILE",
     .offset = offsetof(struct sweep_options, publish),
     .help =
         "at once, every minute and at the end write a snapshot of the database there, for others "
         "to read; a finished job's checkpoint stays until one holds its result"},
    {.name = "checkpoints",
     .kind = OPTION_TEXT,
     .argument = "DIR",
     .offset = offsetof(struct sweep_options, checkpoints),
     .help = "the folder of the running jobs' checkpoints, which processes of several machines may "
             "share (default: beside the database, FILE.checkpoints)"},
    {.name = "retry",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct sweep_options, retry),
     .help = "run failed jobs again (a diverged job is a result and stays)"},
    {.name = "fail-fast",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct sweep_options, fail_fast),
     .help = "end with the first job that fails or diverges: the other running ones are "
             "checkpointed (exit code 1)"},
    {.name = "max-failures",
     .kind = OPTION_NUMBER,
     .argument = "N",
     .min = 1,
     .max = INT32_MAX,
     .offset = offsetof(struct sweep_options, max_failures),
     .help = "the same with the N-th one of this run"},
    {.name = "quiet",
     .letter = 'q',
     .kind = OPTION_FLAG,
     .offset = offsetof(struct sweep_options, quiet),
     .help = "no progress; errors and the table of results remain"},
    {.name = "json",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct sweep_options, json),
     .help = "write what happens to stdout as JSON, a line for each event, instead of the table of "
             "results; results/README.md has the fields"},
    {.name = "log-every",
     .kind = OPTION_NUMBER,
     .argument = "SECONDS",
     .min = 0,
     .max = MAX_LOG_EVERY_S,
     .offset = offsetof(struct sweep_options, log_every_s),
     .help = "where stderr is no terminal, write a line about the running jobs so often (default: "
             "300; 0: never)"},
    {.name = "version",
     .kind = OPTION_END,
     .result = COMMAND_VERSION,
     .help = "show what was built, and with which libraries"},
};

static int run(int argc, char **argv, struct vib_error *err) {
    struct sweep_options options = {.threads = host_processors(), .log_every_s = LOG_EVERY_S};
    int rc = options_read(&command_sweep.options, argc, argv, &options, err);
    /* Asked before any file is opened, which might get the number of a closed stdout. */
    if (rc == VIB_OK && options.json && fcntl(STDOUT_FILENO, F_GETFD) < 0)
        rc = vib_error_set(err, VIB_EIO, "cannot write to standard output: %s", strerror(errno));
    if (rc == VIB_OK)
        rc = sweep_run(&options, err);
    option_list_release(&options.sets);
    option_list_release(&options.known);
    return rc;
}

const struct command command_sweep = {
    .summary = "run the sweep, or what is missing of it",
    .options = {.command = "",
                .help =
                    "Trains Deep Variational Information Bottleneck models and their family, CEB, "
                    "the squared and the nonlinear IB and learned marginals, over a grid of "
                    "settings and stores error, I(Z;X) and I(Z;Y) of each in an SQLite "
                    "database; what is there already is not run again. vib-sweep keys lists what "
                    "CONFIG.yaml may say.",
                .rows = rows,
                .n = sizeof rows / sizeof rows[0],
                .hints = wrong_options,
                .explain = key_explain_option},
    .notes =
        "The first Ctrl-C, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 or SIGXCPU checkpoints the "
        "running jobs and ends; the same command continues. Another one, half a second "
        "later or more, ends at once, but for SIGHUP and SIGXCPU; with --shard only Ctrl-C does. "
        "Several vib-sweep processes of one host may share a database.",
    .run = run,
};
