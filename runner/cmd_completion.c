/* vib-sweep completion bash: what makes a shell complete command lines. */
#include "runner/command.h"
#include "runner/base/quote.h"
#include "runner/manual/completion.h"

#include <stdio.h>
#include <string.h>

struct completion_options {
    const char *shell;
};

static bool list_shell(size_t i, const char **name, const char **help) {
    *name = "bash";
    *help = "4.4 or later";
    return i == 0;
}

static const struct option_row rows[] = {
    {.argument = "bash",
     .kind = OPTION_TEXT,
     .required = true,
     .choice = list_shell,
     .offset = offsetof(struct completion_options, shell),
     .help = "the shell, of which bash is known"},
};

static int tell(const struct program *program, int argc, char **argv, struct vib_error *err) {
    struct completion_options options = {0};
    char quoted[QUOTE_SIZE];
    const int rc = options_read(&command_completion.options, argc, argv, &options, err);
    if (rc != 0)
        return rc;
    if (strcmp(options.shell, "bash") != 0)
        return vib_error_set(err, VIB_EUSAGE,
                             "completion: there is one for bash, not for %s; zsh reads that of "
                             "bash after autoload -U bashcompinit && bashcompinit",
                             quote(quoted, options.shell));
    completion_bash(program, stdout);
    return 0; /* main flushes */
}

const struct command command_completion = {
    .summary = "write what makes bash complete command lines",
    .options = {.command = "completion",
                .help = "Writes a script by which bash completes commands, options, their choices, "
                        "keys and files. make install puts it where bash-completion looks; without "
                        "that, a line of ~/.bashrc does:\n"
                        "source <(vib-sweep completion bash)",
                .rows = rows,
                .n = sizeof rows / sizeof rows[0]},
    .tell = tell,
};
