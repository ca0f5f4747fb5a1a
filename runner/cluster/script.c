#include "runner/cluster/script.h"

#include "runner/base/number.h"
#include "runner/base/quote.h"
#include "runner/cluster/script_text.h"

#include <stdint.h>
#include <string.h>

/* --- words --- */

/* For the shell: between single quotes. */
static void write_shell(FILE *out, const char *text) {
    fputc('\'', out);
    for (; *text != '\0'; text++)
        if (*text == '\'')
            fputs("'\\''", out);
        else
            fputc(*text, out);
    fputc('\'', out);
}

/* For a line of #SBATCH, which sbatch takes apart by itself: \ before all that means something. */
static void write_option(FILE *out, const char *text) {
    fputc('"', out);
    for (; *text != '\0'; text++)
        fprintf(out, strchr("\"\\", *text) != NULL ? "\\%c" : "%c", *text);
    fputc('"', out);
}

/* In the names of logs, % begins what Slurm replaces. */
static void write_log(FILE *out, const char *folder, const char *name) {
    fputs("#SBATCH --output=\"", out);
    for (; *folder != '\0'; folder++)
        fprintf(out,
                *folder == '%'                    ? "%%%c"
                : strchr("\"\\", *folder) != NULL ? "\\%c"
                                                  : "%c",
                *folder);
    fprintf(out, "/logs/%s\"\n", name);
}

static void write_words(FILE *out, const struct script *script) {
    for (size_t i = 0; i < script->n_words; i++) {
        fputs(i == 0 ? "#SBATCH " : " ", out);
        write_option(out, script->words[i]);
    }
    fputs(script->n_words > 0 ? "\n" : "", out);
}

static void write_variable(FILE *out, const char *name, const char *value) {
    fprintf(out, "%s=", name);
    write_shell(out, value);
    fputc('\n', out);
}

int script_check_words(const char *const *words, size_t n_words, struct vib_error *err) {
    char quoted[QUOTE_SIZE];
    for (size_t i = 0; i < n_words; i++)
        if (strpbrk(words[i], "\n\r") != NULL)
            return vib_error_set(err, VIB_EUSAGE,
                                 "slurm: the option %s of sbatch has more than one line",
                                 quote(quoted, words[i]));
    return VIB_OK;
}

/* The value of -c N, -cN, --cpus-per-task N or --cpus-per-task=N that begins at words[i]; NULL:
 * none does. */
static const char *cpus_at(const char *const *words, size_t n_words, size_t i) {
    static const char option[] = "--cpus-per-task";
    const size_t length = sizeof option - 1;
    const char *next = i + 1 < n_words ? words[i + 1] : "";
    if (strcmp(words[i], "-c") == 0 || strcmp(words[i], option) == 0)
        return next;
    if (strncmp(words[i], "-c", 2) == 0)
        return words[i] + 2;
    if (strncmp(words[i], option, length) == 0 && words[i][length] == '=')
        return words[i] + length + 1;
    return NULL;
}

int script_threads(const char *const *words, size_t n_words, size_t *threads,
                   struct vib_error *err) {
    char quoted[QUOTE_SIZE];
    for (size_t i = 0; i < n_words; i++) {
        const char *value = cpus_at(words, n_words, i);
        uint64_t number = 0;
        if (value == NULL)
            continue;
        if (number_parse_integer(value, &number) != NUMBER_OK || number < 1 || number > 4096)
            return vib_error_set(
                err, VIB_EUSAGE,
                "slurm: --cpus-per-task of sbatch takes a number from 1 to 4096, not %s",
                quote(quoted, value));
        *threads = (size_t)number;
    }
    return VIB_OK;
}

/* --- scripts --- */

static void write_places(FILE *out, const struct script *script) {
    fputc('\n', out);
    write_variable(out, "program", script->program);
    write_variable(out, "folder", script->folder);
    write_variable(out, "work", script->work);
}

void script_write_task(FILE *out, const struct script *script) {
    fprintf(out,
            "#!/bin/bash\n"
            "# One shard of the sweep %s as a task of Slurm's, written by vib-sweep slurm.\n"
            "#SBATCH --cpus-per-task=%zu\n"
            "#SBATCH --time=%zu\n"
            "#SBATCH --signal=B:USR1@180\n"
            "#SBATCH --requeue\n"
            "#SBATCH --open-mode=append\n",
            script->sweep, script->threads, script->minutes);
    write_log(out, script->folder, "%A_%a.log");
    write_words(out, script);
    write_places(out, script);
    fprintf(out, "threads=${SLURM_CPUS_PER_TASK:-%zu}\n", script->threads);
    fputs((const char *)task_sh, out);
}

void script_write_merge(FILE *out, const struct script *script) {
    fprintf(out,
            "#!/bin/bash\n"
            "# Merges what the tasks of the sweep %s found, written by vib-sweep slurm.\n",
            script->sweep);
    write_words(out, script);
    fputs(
        "#SBATCH --cpus-per-task=1\n"
        "#SBATCH --time=60\n"
        "#SBATCH --requeue\n"
        "#SBATCH --open-mode=append\n",
        out);
    write_log(out, script->folder, "merge-%j.log");
    write_places(out, script);
    fputs("database=$folder/", out);
    write_shell(out, script->sweep);
    fputs(".db\n", out);
    fputs((const char *)merge_sh, out);
}
