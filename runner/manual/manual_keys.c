#include "runner/manual/manual_keys.h"

#include "runner/config/keys.h"
#include "runner/manual/roff.h"

#include <string.h>

static void write_choices(const struct key *key, FILE *out) {
    (void)fputs(".RS\n", out);
    for (const struct key_choice *choice = key->choices; choice->name != NULL; choice++)
        roff_entry(out, choice->name, choice->help);
    (void)fputs(".RE\n", out);
}

/* The key and its default, what it means, what it accepts. */
static void write_key(const struct key *key, FILE *out) {
    char accepts[KEY_ACCEPTS_SIZE], line[KEY_ACCEPTS_SIZE + 200];
    (void)fputs(".TP\n\\fB", out);
    roff_word(out, key->name);
    (void)fputs(":\\fR ", out);
    roff_word(out, *key->default_text != '\0' ? key->default_text : "\"\"");
    if (key->unit != NULL) {
        (void)fputs(" # ", out);
        roff_word(out, key->unit);
    }
    (void)fputc('\n', out);
    roff_text(out, key->help);
    (void)snprintf(line, sizeof line, "\n%s%s%s", "Accepts ", key_accepts(key, accepts),
                   key->flags & KEY_SWEEP ? "; cannot be swept" : "");
    roff_text(out, line);
    if (key->flags & KEY_OF_SECTION) {
        (void)snprintf(line, sizeof line, "\n%.*s: VALUE is short for it",
                       (int)(strrchr(key->name, '.') - key->name), key->name);
        roff_text(out, line);
    }
    if (key->choices != NULL)
        write_choices(key, out);
}

void manual_keys(FILE *out) {
    roff_section(out, "KEYS");
    roff_text(out, "Every key with its default, and the unit of its values where there is one.");
    for (size_t i = 0; i < n_keys; i++)
        write_key(&keys[i], out);
}
