/* vib-sweep: picks a command, reports its error, chooses the exit code. */
#include "runner/command.h"
#include "runner/base/version.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

const struct command commands[] = {
    {"", "CONFIG.yaml [-j N] [--db FILE] [--set KEY=VALUE]... [--retry] [-q]",
     "run the sweep, or continue it: only what is missing runs", cmd_sweep},
    {"export", "DB [--table NAME] [-o FILE]", "write results as CSV", cmd_export},
    {"plot", "DB --figure NAME -o FILE.svg|.png|.pdf [--script]", "draw a figure of the results",
     cmd_plot},
    {"keys", "", "list every configuration key", cmd_keys},
};
const size_t n_commands = sizeof commands / sizeof commands[0];

static int print_help(void) {
    puts(
        "vib-sweep trains Deep Variational Information Bottleneck models over a grid of settings\n"
        "and stores error, I(Z;X) and I(Z;Y) of each in an SQLite database.\n");
    for (size_t i = 0; i < n_commands; i++)
        printf("%s vib-sweep%s%s%s%s\n           %s\n", i == 0 ? "usage:" : "      ",
               commands[i].name[0] == '\0' ? "" : " ", commands[i].name,
               commands[i].usage[0] == '\0' ? "" : " ", commands[i].usage, commands[i].summary);
    puts(
        "       vib-sweep --help | --version\n"
        "\n"
        "  -j, --jobs N           training jobs at a time (default: the processors this process\n"
        "                         may use); every job computes on one thread\n"
        "  --db FILE              the database (default: results/NAME.db)\n"
        "  --set KEY=VALUE        override a key of the configuration; VALUE is YAML, so that\n"
        "                         --set 'beta=[1e-3, 1e-2]' sweeps it; may be repeated\n"
        "  --retry                run failed jobs again (a diverged job is a result and stays)\n"
        "  -q, --quiet            no progress; errors and the table of results remain\n"
        "\n"
        "The first Ctrl-C, SIGTERM or SIGHUP checkpoints the running jobs and ends; the same command\n"
        "continues. Another Ctrl-C or SIGTERM, half a second later or more, ends at once. Several\n"
        "vib-sweep processes may share a database.\n"
        "\n"
        "exit codes: 0 all jobs are done; 1 some failed or diverged; 64 wrong usage; 66 missing\n"
        "or damaged data; 70 internal error; 71 out of memory or threads; 73 cannot create a\n"
        "file; 74 input/output error; 75 database busy; 78 error in the configuration; 129,\n"
        "130, 143 ended by SIGHUP, SIGINT, SIGTERM");
    return 0;
}

static int print_version(void) {
    char libraries[256];
    version_libraries(libraries, sizeof libraries);
    printf("vib-sweep %s (%s)\n%s\n", version_program(), version_build(), libraries);
    return 0;
}

static int exit_code(int status) {
    switch (status) {
    case VIB_EUSAGE:
        return EX_USAGE;
    case VIB_ECONFIG:
        return EX_CONFIG;
    case VIB_EDATA:
        return EX_NOINPUT;
    case VIB_ECREATE:
        return EX_CANTCREAT;
    case VIB_EIO:
        return EX_IOERR;
    case VIB_EBUSY:
        return EX_TEMPFAIL;
    case VIB_ENOMEM:
    case VIB_ETHREAD:
        return EX_OSERR;
    default:
        return status < 0 ? EX_SOFTWARE : status;
    }
}

static const struct command *find_command(const char *name) {
    for (size_t i = 1; i < n_commands; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return &commands[0];
}

/* Anywhere on the line, but for the commands that have a help of their own. */
static bool wants_help(int argc, char **argv) {
    if (argc > 1 && (strcmp(argv[1], "export") == 0 || strcmp(argv[1], "plot") == 0))
        return false;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

int main(int argc, char **argv) {
    struct vib_error err = {0};
    int rc;
    if (wants_help(argc, argv)) {
        rc = print_help();
    } else if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        rc = print_version();
    } else {
        const struct command *command = argc > 1 ? find_command(argv[1]) : &commands[0];
        int skip = command->name[0] == '\0' ? 0 : 1;
        rc = command->run(argc - skip, argv + skip, &err);
    }
    /* Output that a full disk or a closed stdout swallowed is an error, not silence. */
    if ((fflush(stdout) != 0 || ferror(stdout)) && rc >= 0)
        rc = vib_error_set(&err, VIB_EIO, "cannot write to standard output");
    if (rc < 0)
        fprintf(stderr, "vib-sweep: %s\n",
                err.message[0] != '\0' ? err.message : vib_status_text(rc));
    return exit_code(rc);
}
