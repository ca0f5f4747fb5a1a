/* `vib-sweep keys`: every configuration key. */
#include "runner/command.h"

#include "runner/config/keys.h"

#include <errno.h>
#include <string.h>

static void print_key(FILE *out, const struct key *key) {
    char accepted[KEY_ACCEPTS_SIZE];
    const char *value = key->default_text;
    fprintf(out, "%s: %s%s%s\n", key->name, *value ? value : "\"\"", key->unit ? " # " : "",
            key->unit ? key->unit : "");
    fprintf(out, "    %s\n", key->help);
    fprintf(out, "    %s%s\n", key_accepts(key, accepted),
            key->flags & KEY_SWEEP ? "; cannot be swept" : "");
    if (key->flags & KEY_OF_SECTION)
        fprintf(out, "    %.*s: VALUE is short for it\n",
                (int)(strrchr(key->name, '.') - key->name), key->name);
    for (const struct key_choice *choice = key->choices; choice && choice->name; choice++)
        fprintf(out, "        %s: %s\n", choice->name, choice->help);
}

int keys_print(FILE *out) {
    fputs(
        "# Every key as `name: default # unit`, what it means, and what it accepts. Names may be\n"
        "# nested (train: {lr: 1e-3}) or dotted (train.lr: 1e-3).\n",
        out);
    for (size_t i = 0; i < n_keys; i++)
        print_key(out, &keys[i]);
    return fflush(out) != 0 || ferror(out) ? VIB_EIO : 0;
}

static int run(int argc, char **argv, struct vib_error *err) {
    int rc = options_read(&command_keys.options, argc, argv, NULL, err);
    if (rc != 0)
        return rc;
    errno = 0;
    if (keys_print(stdout) != 0)
        return vib_error_set(err, VIB_EIO, "cannot write standard output: %s",
                             errno ? strerror(errno) : "unknown error");
    return 0;
}

const struct command command_keys = {
    .summary = "list every configuration key",
    .options = {.command = "keys",
                .help = "Lists every key that a configuration, or --set, may have: its default, "
                        "its unit, what it means and what it accepts. Names may be nested "
                        "(train: {lr: 1e-3}) or dotted (train.lr: 1e-3)."},
    .run = run,
};
