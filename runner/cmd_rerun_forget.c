/* vib-sweep rerun DB and vib-sweep forget DB, which choose jobs by the same options. */
#include "runner/command.h"
#include "runner/sweep/removal.h"

static const struct option_row rows[] = {
    {.argument = "DB",
     .kind = OPTION_TEXT,
     .required = true,
     .offset = offsetof(struct removal_options, database),
     .help = "the database of a sweep"},
    {.name = "only",
     .kind = OPTION_LIST,
     .argument = "KEY=VALUE",
     .offset = offsetof(struct removal_options, only),
     .help = "jobs of this value; may be repeated, for jobs of any of a key's values and of all "
             "keys; reals fit within 0.5 %"},
    {.name = "job",
     .kind = OPTION_LIST,
     .argument = "N",
     .offset = offsetof(struct removal_options, jobs),
     .help = "the job of this number, column job of what vib-sweep export writes; may be repeated"},
    {.name = "failed",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct removal_options, failed),
     .help = "failed jobs alone"},
    {.name = "checkpoints",
     .kind = OPTION_TEXT,
     .argument = "DIR",
     .offset = offsetof(struct removal_options, checkpoints),
     .help = "the folder of the sweep's checkpoints (default: FILE.checkpoints beside FILE, the "
             "database)"},
    {.name = "yes",
     .letter = 'y',
     .kind = OPTION_FLAG,
     .offset = offsetof(struct removal_options, yes),
     .help = "do not ask; needed where there is no terminal"},
};

static int run(const struct command *command, enum removal_kind kind, int argc, char **argv,
               struct vib_error *err) {
    struct removal_options options = {0};
    int rc = options_read(&command->options, argc, argv, &options, err);
    if (rc == 0)
        rc = removal_run(kind, &options, err);
    option_list_release(&options.only);
    option_list_release(&options.jobs);
    return rc;
}

static int run_rerun(int argc, char **argv, struct vib_error *err) {
    return run(&command_rerun, REMOVAL_RERUN, argc, argv, err);
}

static int run_forget(int argc, char **argv, struct vib_error *err) {
    return run(&command_forget, REMOVAL_FORGET, argc, argv, err);
}

const struct command command_rerun = {
    .summary = "have some jobs run again from the start",
    .options = {.command = "rerun",
                .help =
                    "Makes jobs as if they had never run, so that the sweep's command runs "
                    "them again: results, epochs, codes and checkpoints go; files of weights stay "
                    "until new ones replace them. It tells "
                    "which jobs these are and asks. A sweep may be running on DB; the jobs "
                    "that it is at are refused. Failed jobs go on from their checkpoints by "
                    "--retry of the sweep instead. Merging a database that has their results "
                    "brings these back.",
                .rows = rows,
                .n = sizeof rows / sizeof rows[0]},
    .run = run_rerun,
};

const struct command command_forget = {
    .summary = "take some jobs out of a database",
    .options =
        {.command = "forget",
         .help =
             "Takes jobs out of a database, with all that they left: results, epochs, "
             "codes and checkpoints; files of weights stay. It tells which jobs these are and asks. A "
             "sweep may be running on DB; the jobs that it is at are refused. Merging a "
             "database that has them, as an old part, or a sweep whose configuration "
             "still has them, brings them back.",
         .rows = rows,
         .n = sizeof rows / sizeof rows[0]},
    .run = run_forget,
};
