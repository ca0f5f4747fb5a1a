/* Command lines read by a table, and what it tells people. */
#include "runner/base/options.h"
#include "tests/unit/base/failing_malloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_WORDS = 14, RESULT_OF_VERSION = 300 };

struct values {
    const char *database, *second, *output;
    size_t jobs, figure;
    bool quiet, verbose, script;
    struct option_list sets;
};

static bool list_figure(size_t i, const char **name, const char **help) {
    static const char *const figures[][2] = {{"plane", "both kinds of information"},
                                             {"table1", "errors"}};
    if (i >= 2)
        return false;
    *name = figures[i][0];
    *help = figures[i][1];
    return true;
}

#define FIELD(field) .offset = offsetof(struct values, field)

static const struct option_row rows[] = {
    {.argument = "DB", .kind = OPTION_TEXT, .required = true, FIELD(database), .help = "the data"},
    {.argument = "OTHER", .kind = OPTION_TEXT, FIELD(second), .help = "more data"},
    {.name = "figure",
     .letter = 'f',
     .kind = OPTION_CHOICE,
     .argument = "NAME",
     .required = true,
     .choice = list_figure,
     FIELD(figure),
     .help = "the figure:"},
    {.name = "output",
     .letter = 'o',
     .kind = OPTION_TEXT,
     .argument = "FILE",
     FIELD(output),
     .help = "write to FILE"},
    {.name = "jobs",
     .letter = 'j',
     .kind = OPTION_NUMBER,
     .argument = "N",
     .min = 1,
     .max = 40,
     FIELD(jobs),
     .help = "at a time"},
    {.name = "set", .kind = OPTION_LIST, .argument = "KEY=VALUE", FIELD(sets), .help = "a key"},
    {.name = "quiet", .letter = 'q', .kind = OPTION_FLAG, FIELD(quiet), .help = "say nothing"},
    {.name = "verbose", .letter = 'v', .kind = OPTION_FLAG, FIELD(verbose), .help = "say all"},
    {.name = "script", .kind = OPTION_FLAG, FIELD(script), .help = "a script"},
    {.name = "scripts", .kind = OPTION_FLAG, FIELD(script), .help = "its near neighbour"},
    {.name = "version", .kind = OPTION_END, .result = RESULT_OF_VERSION, .help = "what it is"},
};
static const struct option_table table = {.command = "draw",
                                          .help = "Draws.\n\nA figure.",
                                          .rows = rows,
                                          .n = sizeof rows / sizeof rows[0]};

struct fixture {
    struct values values;
    struct vib_error err;
};

static int fixture_new(void **state) {
    *state = calloc(1, sizeof(struct fixture));
    assert_non_null(*state);
    return 0;
}

static int fixture_free(void **state) {
    struct fixture *f = *state;
    option_list_release(&f->values.sets);
    free(f);
    return 0;
}

/* Reads a line of words between single blanks, into fresh values. */
static int read_by(const struct option_table *by, struct fixture *f, const char *line) {
    static char text[200]; /* values borrow from it */
    char *argv[MOST_WORDS] = {"draw"}, *rest = text;
    int argc = 1;
    assert_true((size_t)snprintf(text, sizeof text, "%s", line) < sizeof text);
    while (*line != '\0' && rest != NULL) {
        assert_true(argc < MOST_WORDS);
        argv[argc++] = strsep(&rest, " ");
    }
    option_list_release(&f->values.sets);
    f->values = (struct values){.jobs = 7, .figure = SIZE_MAX};
    f->err = (struct vib_error){0};
    return options_read(by, argc, argv, &f->values, &f->err);
}

static int read_line(struct fixture *f, const char *line) {
    return read_by(&table, f, line);
}

static void assert_reads(struct fixture *f, const char *line) {
    const int rc = read_line(f, line);
    if (rc != 0)
        fail_msg("'%s' gives %d: %s", line, rc, f->err.message);
}

static void assert_refused(struct fixture *f, const char *line, const char *want) {
    assert_int_equal(read_line(f, line), VIB_EUSAGE);
    assert_string_equal(f->err.message, want);
}

static void each_kind_is_stored(void **state) {
    struct fixture *f = *state;
    assert_reads(f, "a.db --figure table1 --output x --jobs 40 --set a=1 --set b --quiet");
    assert_string_equal(f->values.database, "a.db");
    assert_int_equal(f->values.figure, 1);
    assert_string_equal(f->values.output, "x");
    assert_int_equal(f->values.jobs, 40);
    assert_int_equal(f->values.sets.n, 2);
    assert_string_equal(f->values.sets.texts[0], "a=1");
    assert_string_equal(f->values.sets.texts[1], "b");
    assert_true(f->values.quiet && !f->values.verbose && !f->values.script);
}

static void what_is_not_given_stays(void **state) {
    struct fixture *f = *state;
    assert_reads(f, "a.db -fplane");
    assert_int_equal(f->values.jobs, 7);
    assert_int_equal(f->values.figure, 0);
    assert_null(f->values.output);
    assert_null(f->values.second);
    assert_int_equal(f->values.sets.n, 0);
}

static void every_spelling_is_read(void **state) {
    struct fixture *f = *state;
    assert_reads(f, "-qvj4 a.db -o - --figure=plane b.db");
    assert_true(f->values.quiet && f->values.verbose);
    assert_int_equal(f->values.jobs, 4);
    assert_string_equal(f->values.output, "-");
    assert_string_equal(f->values.database, "a.db");
    assert_string_equal(f->values.second, "b.db");
    assert_reads(f, "-f plane -j 5 --set=a=1 - --output=--quiet");
    assert_int_equal(f->values.jobs, 5);
    assert_string_equal(f->values.sets.texts[0], "a=1");
    assert_string_equal(f->values.database, "-");
    assert_string_equal(f->values.output, "--quiet");
    assert_reads(f, "-f plane -o --quiet --set  a.db");
    assert_string_equal(f->values.output, "--quiet");
    assert_false(f->values.quiet);
    assert_string_equal(f->values.sets.texts[0], "");
    assert_reads(f, "-f plane -- -q --jobs");
    assert_string_equal(f->values.database, "-q");
    assert_string_equal(f->values.second, "--jobs");
    assert_false(f->values.quiet);
}

static void the_last_counts(void **state) {
    struct fixture *f = *state;
    assert_reads(f, "a.db -f plane -o x -f table1 -j1 --output y -j2");
    assert_int_equal(f->values.figure, 1);
    assert_string_equal(f->values.output, "y");
    assert_int_equal(f->values.jobs, 2);
}

static void names_may_be_cut_short(void **state) {
    struct fixture *f = *state;
    assert_reads(f, "a.db --fig plane --out=x --q");
    assert_string_equal(f->values.output, "x");
    assert_true(f->values.quiet);
    assert_reads(f, "a.db --fig plane --script"); /* whole, though another begins so */
    assert_true(f->values.script);
    assert_refused(f, "a.db --s x",
                   "draw: option '--s' may be one of --set, --script, --scripts; "
                   "see vib-sweep draw --help");
    assert_refused(f, "a.db --ve x",
                   "draw: option '--ve' may be one of --verbose, --version; see vib-sweep draw "
                   "--help");
}

static void unknown_options_have_neighbours(void **state) {
    struct fixture *f = *state;
    assert_refused(f, "a.db --figre plane",
                   "draw: there is no option '--figre'; did you mean --figure?");
    assert_refused(f, "a.db --Jobs=4", "draw: there is no option '--Jobs=4'; did you mean --jobs?");
    assert_refused(f, "a.db --hlep", "draw: there is no option '--hlep'; did you mean --help?");
    assert_refused(f, "-verbsoe", "draw: there is no option '-e'; did you mean --verbose?");
    assert_refused(f, "--colour", "draw: there is no option '--colour'; see vib-sweep draw --help");
    assert_refused(f, "-qx", "draw: there is no option '-x'; see vib-sweep draw --help");
    assert_refused(f, "-q\a", "draw: there is no option '-?'; see vib-sweep draw --help");
    assert_refused(f, "-qβ", "draw: there is no option '-qβ'; see vib-sweep draw --help");
}

static void values_are_judged(void **state) {
    struct fixture *f = *state;
    static const char *const numbers[] = {"0", "41", "-1", "4x", "", "99999999999999999999"};
    char line[60], want[200];
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        snprintf(line, sizeof line, "a.db --jobs=%s", numbers[i]);
        snprintf(want, sizeof want,
                 "draw: --jobs takes a whole number from 1 to 40, not '%s'; see vib-sweep draw "
                 "--help",
                 numbers[i]);
        assert_refused(f, line, want);
    }
    assert_refused(f, "-o", "draw: --output needs a value, FILE; see vib-sweep draw --help");
    assert_refused(f, "a.db --output",
                   "draw: --output needs a value, FILE; see vib-sweep draw --help");
    assert_refused(f, "--output=",
                   "draw: --output needs a value, FILE, that is not empty; "
                   "see vib-sweep draw --help");
    assert_refused(f, "--quiet=yes", "draw: --quiet takes no value; see vib-sweep draw --help");
    assert_refused(f, "--figure plan",
                   "draw: --figure is one of plane, table1, not 'plan'; did you mean plane?");
    assert_refused(f, "-ffig9",
                   "draw: --figure is one of plane, table1, not 'fig9'; see vib-sweep "
                   "draw --help");
}

static void arguments_are_counted(void **state) {
    struct fixture *f = *state;
    assert_refused(f, "-f plane",
                   "draw: name the data, as in vib-sweep draw DB -f NAME; see vib-sweep draw "
                   "--help");
    assert_refused(f, "a.db", "draw: --figure NAME is missing; see vib-sweep draw --help");
    assert_refused(f, "a.db b.db c.db -f plane",
                   "draw: 'c.db' is one argument too many; see vib-sweep draw --help");
}

static void a_list_takes_all_arguments(void **state) {
    struct fixture *f = *state;
    static const struct option_row list[] = {
        {.argument = "OUT", .kind = OPTION_TEXT, .required = true, FIELD(database), .help = "it"},
        {.argument = "IN", .kind = OPTION_LIST, .required = true, FIELD(sets), .help = "a part"}};
    const struct option_table merge = {.command = "merge", .help = "Merges.", .rows = list, .n = 2};
    char brief[60];
    assert_int_equal(read_by(&merge, f, "out a b -- -c"), 0);
    assert_string_equal(f->values.database, "out");
    assert_int_equal(f->values.sets.n, 3);
    assert_string_equal(f->values.sets.texts[2], "-c");
    assert_int_equal(read_by(&merge, f, "out"), VIB_EUSAGE);
    options_brief(&merge, brief, sizeof brief);
    assert_string_equal(brief, "vib-sweep merge OUT IN...");
}

static void no_memory_for_a_list(void **state) {
#ifdef CAN_REPLACE_MALLOC
    struct fixture *f = *state;
    for (long n = 0; n < 3; n++) {
        fail_after = n;
        const int rc = read_line(f, "a.db -f plane --set a=1 --set b=2");
        const bool all_succeeded = fail_after >= 0;
        fail_after = -1;
        assert_int_equal(rc, all_succeeded ? 0 : VIB_ENOMEM);
        assert_int_equal(f->values.sets.n, n);
        assert_int_equal(all_succeeded, n == 2);
    }
#else
    (void)state;
    skip();
#endif
}

static void some_options_end_the_reading(void **state) {
    struct fixture *f = *state;
    static const char *const lines[] = {"-h", "--help", "-qh", "--he", "a b --help --wrong c d"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_int_equal(read_line(f, lines[i]), OPTIONS_HELP);
    assert_int_equal(read_line(f, "--version"), RESULT_OF_VERSION);
    assert_int_equal(read_line(f, "--wrong --help"), VIB_EUSAGE);
    assert_int_equal(read_line(f, "-o --help"), VIB_EUSAGE); /* a value; DB is missing */
    assert_string_equal(f->values.output, "--help");
}

/* The program itself has no command's name in front. */
static void the_program_is_no_command(void **state) {
    struct fixture *f = *state;
    const struct option_table program = {.command = "", .help = "Does.", .rows = rows, .n = 1};
    char brief[60];
    assert_int_equal(read_by(&program, f, ""), VIB_EUSAGE);
    assert_string_equal(f->err.message, "name the data, as in vib-sweep DB; see vib-sweep --help");
    assert_int_equal(read_by(&program, f, "--hlp"), VIB_EUSAGE);
    assert_string_equal(f->err.message, "there is no option '--hlp'; did you mean --help?");
    options_brief(&program, brief, sizeof brief);
    assert_string_equal(brief, "vib-sweep DB");
}

static bool explain(const char *name, const char *value, bool near, char *hint, size_t size) {
    if (strcmp(name, near ? "betta" : "beta") != 0)
        return false;
    (void)snprintf(hint, size, "say beta=%s", value != NULL ? value : "?");
    return true;
}

static void people_try_other_options(void **state) {
    static const struct option_hint hints[] = {
        {"size", "-j N is it"}, {"s", "-j N is it"}, {"sit", "sit"}, {0}};
    static const char *const tries[][2] = {
        {"--size 3", "draw: there is no option '--size'; -j N is it"},
        {"-s", "draw: there is no option '-s'; -j N is it"},
        {"--beta 3", "draw: there is no option '--beta'; say beta=3"},
        {"--beta=4 3", "draw: there is no option '--beta=4'; say beta=4"},
        {"--beta -q", "draw: there is no option '--beta'; say beta=?"},
        {"--betta 3", "draw: there is no option '--betta'; say beta=3"},
        {"--sett 3", "draw: there is no option '--sett'; did you mean --set?"},
        {"--sizes 3", "draw: there is no option '--sizes'; -j N is it"},
        {"--SIZE", "draw: there is no option '--SIZE'; -j N is it"},
        {"--sst 3", "draw: there is no option '--sst'; did you mean --set?"}, /* as near as sit */
        {"--sixteen", "draw: there is no option '--sixteen'; see vib-sweep draw --help"},
        {"a b c=d", "draw: 'c=d' is one argument too many; did you mean --set 'c=d'?"},
        {"a b c", "draw: 'c' is one argument too many; see vib-sweep draw --help"}};
    struct option_table draw = table;
    struct fixture *f = *state;
    draw.hints = hints;
    draw.explain = explain;
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        assert_int_equal(read_by(&draw, f, tries[i][0]), VIB_EUSAGE);
        assert_string_equal(f->err.message, tries[i][1]);
    }
}

/* What a print function writes, to be freed. */
static char *printed(void (*print)(const struct option_table *, FILE *)) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    print(&table, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void usage_is_wrapped(void **state) {
    (void)state;
    char *usage = printed(options_print_usage);
    assert_string_equal(
        usage,
        "usage: vib-sweep draw DB [OTHER] -f NAME [-o FILE] [-j N] [--set KEY=VALUE]...\n"
        "                      [-q] [-v] [--script] [--scripts]\n");
    free(usage);
}

static void help_has_every_row(void **state) {
    (void)state;
    char *help = printed(options_print_help), *usage = printed(options_print_usage);
    assert_memory_equal(help, usage, strlen(usage));
    assert_string_equal(help + strlen(usage),
                        "\nDraws.\n\nA figure.\n\n"
                        "  DB                   the data\n"
                        "  OTHER                more data\n"
                        "  -f, --figure NAME    the figure:\n"
                        "                         plane   both kinds of "
                        "information\n"
                        "                         table1  errors\n"
                        "  -o, --output FILE    write to FILE\n"
                        "  -j, --jobs N         at a time\n"
                        "      --set KEY=VALUE  a key\n"
                        "  -q, --quiet          say nothing\n"
                        "  -v, --verbose        say all\n"
                        "      --script         a script\n"
                        "      --scripts        its near neighbour\n"
                        "      --version        what it is\n"
                        "  -h, --help           show this text\n");
    free(usage);
    free(help);
}

#define OPTIONS_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_new, fixture_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        OPTIONS_TEST(each_kind_is_stored),        OPTIONS_TEST(what_is_not_given_stays),
        OPTIONS_TEST(every_spelling_is_read),     OPTIONS_TEST(the_last_counts),
        OPTIONS_TEST(names_may_be_cut_short),     OPTIONS_TEST(unknown_options_have_neighbours),
        OPTIONS_TEST(values_are_judged),          OPTIONS_TEST(arguments_are_counted),
        OPTIONS_TEST(a_list_takes_all_arguments), OPTIONS_TEST(some_options_end_the_reading),
        OPTIONS_TEST(no_memory_for_a_list),       OPTIONS_TEST(the_program_is_no_command),
        OPTIONS_TEST(people_try_other_options),   OPTIONS_TEST(usage_is_wrapped),
        OPTIONS_TEST(help_has_every_row),
    };
    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
