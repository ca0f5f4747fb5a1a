/* vib-sweep: picks a command, reports its error, chooses the exit code. */
#include "runner/command.h"
#include "runner/base/nearest.h"
#include "runner/base/quote.h"
#include "runner/base/text.h"
#include "runner/base/version.h"
#include "runner/manual/wrong_words.h"
#include "runner/sweep/sweep.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static const struct command *const commands[] = {
    &command_sweep, &command_plan,   &command_compare,   &command_export, &command_plot,
    &command_serve, &command_page,   &command_keys,      &command_data,   &command_fetch,
    &command_merge, &command_status, &command_watch,     &command_rerun,  &command_forget,
    &command_slurm, &command_manual, &command_completion};
enum { N_COMMANDS = sizeof commands / sizeof commands[0] };

static const struct exit_code exit_codes[] = {
    {"0", "all jobs are done"},
    {"1",
     "some failed, which --retry tries again, or --fail-fast or --max-failures ended the sweep, or "
     "merged results disagree"},
    {"2", "some diverged and all others are done: to run it again changes nothing"},
    {"3", "a --shard was asked to stop and has work left"},
    {"64", "wrong usage"},
    {"66",
     "a configuration that is missing, data that is missing, damaged or not to be fetched, or no "
     "database that a command can read"},
    {"70", "internal error"},
    {"71", "out of memory or threads"},
    {"73", "cannot create a file"},
    {"74", "input/output error, or a database that is damaged or none that a sweep can use"},
    {"75", "database busy"},
    {"78", "error in the configuration"},
    {"128 + N", "ended by signal N (129 SIGHUP, 130 SIGINT, 143 SIGTERM)"},
};
enum { N_EXIT_CODES = sizeof exit_codes / sizeof exit_codes[0] };

static const struct program program = {.commands = commands,
                                       .n_commands = N_COMMANDS,
                                       .exit_codes = exit_codes,
                                       .n_exit_codes = N_EXIT_CODES};

enum {
    BRIEF_SIZE = 80,
    EXIT_CODE_COLUMN = 11,
    ENDED_BY_SIGNAL = 128 /* and the signal's number on top */
};

/* The commands by what each of them needs. */
static void print_commands(void) {
    char brief[BRIEF_SIZE];
    size_t widest = 0;
    for (size_t i = 0; i < N_COMMANDS; i++) {
        options_brief(&commands[i]->options, brief, sizeof brief);
        widest = strlen(brief) > widest ? strlen(brief) : widest;
    }
    puts("\nCommands, each with a --help of its own:");
    for (size_t i = 0; i < N_COMMANDS; i++) {
        options_brief(&commands[i]->options, brief, sizeof brief);
        text_entry(stdout, brief, commands[i]->summary, 2 + widest + 2);
    }
}

static void print_exit_codes(void) {
    puts("\nExit codes:");
    for (size_t i = 0; i < N_EXIT_CODES; i++)
        text_entry(stdout, exit_codes[i].code, exit_codes[i].meaning, EXIT_CODE_COLUMN);
}

static int print_help(const struct command *command) {
    options_print_help(&command->options, stdout);
    if (command == &command_sweep)
        print_commands();
    if (command->notes != NULL) {
        puts("");
        text_wrap(stdout, command->notes, 0, 0);
    }
    if (command == &command_sweep)
        print_exit_codes();
    return 0;
}

static int print_version(void) {
    char libraries[256];
    version_libraries(libraries, sizeof libraries);
    printf("vib-sweep %s (%s)\n%s\n", version_program(), version_build(), libraries);
    return 0;
}

static int exit_code(int rc) {
    switch (rc) {
    case VIB_EUSAGE:
        return EX_USAGE;
    case VIB_ECONFIG:
        return EX_CONFIG;
    case VIB_EDATA:
        return EX_NOINPUT;
    case VIB_ECREATE:
        return EX_CANTCREAT;
    case VIB_EIO:
    case VIB_EDATABASE:
        return EX_IOERR;
    case VIB_EBUSY:
        return EX_TEMPFAIL;
    case VIB_ENOMEM:
    case VIB_ETHREAD:
        return EX_OSERR;
    default:
        return rc < 0 ? EX_SOFTWARE : rc;
    }
}

/* A word without a dot or a slash, of no file, is no configuration but a command mistyped. */
static int no_command(const char *word, struct vib_error *err) {
    struct nearest nearest = {0};
    char quoted[QUOTE_SIZE], file[QUOTE_SIZE];
    const char *hint = option_hint_find(wrong_commands, word), *meant = NULL;
    quote(quoted, word);
    if (hint == NULL && (size_t)snprintf(file, sizeof file, "%s.yaml", word) < sizeof file &&
        access(file, R_OK) == 0) {
        meant = file;
    } else if (hint == NULL) {
        for (size_t i = 1; i < N_COMMANDS; i++)
            nearest_offer(&nearest, name_of(word), commands[i]->options.command);
        hint = option_hint_near(wrong_commands, word, &nearest);
        meant = nearest.best.text;
    }
    if (hint != NULL)
        return vib_error_set(err, VIB_EUSAGE, "there is no command %s; %s", quoted, hint);
    if (meant == NULL)
        return vib_error_set(err, VIB_EUSAGE,
                             "there is no command and no configuration %s; see vib-sweep --help",
                             quoted);
    return vib_error_set(err, VIB_EUSAGE,
                         "there is no command and no configuration %s; did you mean vib-sweep %s?",
                         quoted, meant);
}

static int find_command(const char *word, const struct command **command, struct vib_error *err) {
    for (size_t i = 1; i < N_COMMANDS; i++)
        if (strcmp(commands[i]->options.command, word) == 0) {
            *command = commands[i];
            return 0;
        }
    *command = &command_sweep;
    if (word[0] == '-' || strpbrk(word, "./") != NULL || access(word, F_OK) == 0)
        return 0;
    return no_command(word, err);
}

int main(int argc, char **argv) {
    const struct command *command = &command_sweep;
    struct vib_error err = {0};
    /* Beyond the limit of a file's size (RLIMIT_FSIZE) a write fails, as on a full disk. */
    (void)signal(SIGXFSZ, SIG_IGN);
    int rc = argc > 1 ? find_command(argv[1], &command, &err) : 0;
    const int skip = command == &command_sweep ? 0 : 1;
    if (rc == 0)
        rc = command->tell != NULL ? command->tell(&program, argc - skip, argv + skip, &err)
                                   : command->run(argc - skip, argv + skip, &err);
    if (rc == COMMAND_HELP)
        rc = print_help(command);
    else if (rc == COMMAND_VERSION)
        rc = print_version();
    /* Output that a full disk or a closed stdout swallowed is an error, not silence; but the signal
     * that ended a sweep may have been that of the terminal's end, or of a batch job's. */
    if ((fflush(stdout) != 0 || ferror(stdout)) && rc >= 0 && rc <= ENDED_BY_SIGNAL &&
        rc != SWEEP_WORK_LEFT)
        rc = vib_error_set(&err, VIB_EIO, "cannot write to standard output");
    if (rc < 0)
        fprintf(stderr, "vib-sweep: %s\n",
                err.message[0] != '\0' ? err.message : vib_status_text(rc));
    return exit_code(rc);
}
