/* The table of keys: parsing, canonical text, ranges, names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "runner/config/key_name.h"
#include "runner/config/keys.h"
#include "runner/base/number.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct key *key(const char *name) {
    const struct key *found = key_find(name);
    assert_non_null(found);
    return found;
}

static void assert_sets(const char *name, const char *text, const char *canonical) {
    struct settings settings;
    struct vib_error err = {0, ""};
    char out[256];
    settings_init(&settings);
    if (key_set(&settings, key(name), text, &err) != 0)
        fail_msg("%s = %s: %s", name, text, err.message);
    int length = key_format(&settings, key(name), out, sizeof out);
    assert_string_equal(out, canonical);
    assert_int_equal(length, (int)strlen(canonical));
}

static void assert_rejects(const char *name, const char *text, const char *message) {
    struct settings before, settings;
    struct vib_error err = {0, ""};
    settings_init(&before);
    settings_init(&settings);
    if (key_set(&settings, key(name), text, &err) == 0)
        fail_msg("%s = %s was accepted", name, text);
    assert_int_equal(err.code, VIB_ECONFIG);
    if (!strstr(err.message, message) || strpbrk(err.message, "\n\r"))
        fail_msg("%s = %s: '%s' lacks '%s'", name, text, err.message, message);
    assert_memory_equal(&before, &settings, sizeof before);
}

static void test_table_is_consistent(void **state) {
    (void)state;
    for (size_t i = 0; i < n_keys; i++) {
        char accepted[KEY_ACCEPTS_SIZE];
        assert_ptr_equal(key_find(keys[i].name), &keys[i]);
        assert_true(strlen(key_accepts(&keys[i], accepted)) < KEY_ACCEPTS_SIZE - 1);
        assert_true(strlen(keys[i].help) > 0);
        assert_true(strlen(keys[i].name) < KEY_COLUMN_SIZE);
    }
    assert_null(key_find("train"));
    assert_null(key_find(""));
}

/* At most one key of a section may be its value, and none outside of a section. */
static void test_keys_of_sections(void **state) {
    (void)state;
    assert_ptr_equal(key_of_section("dataset"), key("dataset.name"));
    assert_ptr_equal(key_of_section("dataset.files"), key("dataset.files.train"));
    assert_null(key_of_section("train"));
    assert_null(key_of_section("dataset.name"));
    assert_null(key_of_section("data"));
    assert_null(key_of_section(""));
    for (size_t i = 0; i < n_keys; i++) {
        char section[KEY_COLUMN_SIZE];
        const char *dot = strrchr(keys[i].name, '.');
        if (!(keys[i].flags & KEY_OF_SECTION))
            continue;
        assert_non_null(dot);
        snprintf(section, sizeof section, "%.*s", (int)(dot - keys[i].name), keys[i].name);
        assert_ptr_equal(key_of_section(section), &keys[i]);
    }
}

static void assert_column(const char *name, const char *column, enum key_storage storage) {
    char out[KEY_COLUMN_SIZE];
    key_column(key(name), out);
    assert_string_equal(out, column);
    assert_int_equal(key_storage(key(name)), storage);
    assert_true(key_has_column(key(name)));
}

static void test_columns(void **state) {
    (void)state;
    assert_column("K", "K", KEY_STORE_INTEGER);
    assert_column("seed", "seed", KEY_STORE_INTEGER);
    assert_column("train.lr_decay_epochs", "train_lr_decay_epochs", KEY_STORE_INTEGER);
    assert_column("train.lr", "train_lr", KEY_STORE_REAL);
    assert_column("method", "method", KEY_STORE_TEXT);
    assert_column("dataset.name", "dataset_name", KEY_STORE_TEXT);
    assert_column("model.hidden", "model_hidden", KEY_STORE_TEXT);
    assert_column("evaluate.bounds", "evaluate_bounds", KEY_STORE_TEXT);
    assert_false(key_has_column(key("dataset.dir")));
    assert_false(key_has_column(key("save.codes")));
}

static void test_defaults(void **state) {
    (void)state;
    struct settings s;
    settings_init(&s);
    assert_string_equal(s.data.name, "mnist");
    assert_string_equal(s.data.dir, "");
    assert_int_equal(s.data.classes, 0);
    assert_int_equal(s.job.method, VIB_METHOD_VIB);
    assert_int_equal(s.job.activation, VIB_RELU);
    assert_int_equal(s.job.K, 256);
    assert_int_equal(s.job.n_hidden, 2);
    assert_int_equal(s.job.hidden[0], 1024);
    assert_int_equal(s.job.hidden[1], 1024);
    assert_int_equal(s.job.epochs, 200);
    assert_int_equal(s.job.batch, 100);
    assert_int_equal(s.job.eval_every, 20);
    assert_int_equal(s.job.eval_samples, 12);
    assert_true(s.job.beta == 1e-3 && s.job.lr == 1e-4 && s.job.lr_decay == 0.97);
    assert_true(s.job.adam_beta1 == 0.5 && s.job.adam_beta2 == 0.999);
    assert_true(s.job.adam_epsilon == 1e-8 && s.job.average_decay == 0.999);
    assert_true(s.checkpoint_every_s == 60);
    assert_true(key_real(&s, key("train.lr")) == 1e-4);
    assert_int_equal(key_integer(&s, key("K")), 256);
    assert_int_equal(key_integer(&s, key("seed")), 0);
}

static void test_reals(void **state) {
    (void)state;
    const char *const same[] = {"1e-3", ".001", "1E-3", "+1e-3", "0.001", "0.0010", "1.e-3"};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        assert_sets("beta", same[i], "0.001");
    assert_sets("beta", "1e-6", "1e-06");
    assert_sets("beta", "0", "0");
    assert_sets("beta", "-0", "0");
    assert_sets("beta", "10", "10");
    assert_sets("beta", "0.1", "0.1");
    assert_sets("beta", "0.30000000000000004", "0.30000000000000004");
    assert_sets("beta", "1e22", "1e+22");
    assert_sets("beta", "5e-324", "4.94065645841247e-324");
    assert_sets("beta", "1.7976931348623157e308", "1.7976931348623157e+308");
    assert_sets("train.adam_beta1", "0.99999999999999989", "0.9999999999999999");
    const char *const bad[] = {"1e-3x", "nan", "inf", "-inf", "1_000", "0x10", "",
                               " ",     " 1",  "1 ",  "1,5",  "1e",    "e5",   ".",
                               "1.2.3", "- 1", "+",   "--1",  "1e+",   "NaN",  "infinity"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_rejects("beta", bad[i], "beta must be a number of at least 0, not '");
    assert_rejects("beta", "-1e-9", "beta must be a number of at least 0, not '-1e-9'");
    assert_rejects("beta", "1e999", "too large or too small");
    assert_rejects("beta", "1e-999", "too large or too small");
    assert_rejects("train.lr", "0", "train.lr must be a number above 0, not '0'");
    assert_rejects("train.lr_decay", "1.01", "above 0 and at most 1, not '1.01'");
    assert_sets("train.lr_decay", "1", "1");
    assert_rejects("train.adam_beta1", "1", "of at least 0 and below 1, not '1'");
    assert_rejects("train.adam_beta1", "0.99999999999999999", "below 1");
}

/* Digits of a decimal text without leading and trailing zeros. */
static int significant_digits(const char *text) {
    int n = 0, zeros = 0;
    for (; *text && *text != 'e'; text++) {
        if (*text < '0' || *text > '9' || (*text == '0' && n == 0))
            continue;
        zeros = *text == '0' ? zeros + 1 : 0;
        n++;
    }
    return n - zeros;
}

static int fewest_digits(double value) {
    char text[40];
    int digits = 1;
    do {
        snprintf(text, sizeof text, "%.*e", digits - 1, value);
    } while (strtod(text, NULL) != value && digits++ < 17);
    return digits;
}

static void test_reals_read_back(void **state) {
    (void)state;
    uint64_t bits = 88172645463325252u;
    for (int i = 0; i < 20000; i++) {
        char text[64];
        double value, back;
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        memcpy(&value, &bits, sizeof value);
        if (i % 2) /* also values with few digits */
            value = (double)(bits % 100000) / 1000;
        if (!isfinite(value))
            continue;
        number_format_real(value, text, sizeof text);
        assert_int_equal(number_parse_real(text, &back), NUMBER_OK);
        assert_memory_equal(&value, &back, sizeof value);
        if (value < 0 || value > 0)
            assert_int_equal(significant_digits(text), fewest_digits(value));
    }
}

static void test_integers(void **state) {
    (void)state;
    assert_sets("K", "1", "1");
    assert_sets("K", "+65536", "65536");
    assert_sets("K", "007", "7");
    assert_sets("seed", "9223372036854775807", "9223372036854775807");
    assert_sets("seed", "9007199254740993", "9007199254740993");
    assert_sets("dataset.n_train", "2147483648", "2147483648");
    assert_sets("evaluate.every", "9223372036854775807", "9223372036854775807");
    const char *const bad[] = {"2e2", "200.5", "200.", "-1", "", " 5", "0x10", "1_000", "five"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_rejects("K", bad[i], "K must be a whole number from 1 to 65536, not '");
    assert_rejects("K", "0", "not '0'");
    assert_rejects("K", "65537", "not '65537'");
    assert_rejects("seed", "9223372036854775808", "from 0 to 9223372036854775807");
    assert_rejects("seed", "99999999999999999999999", "too large");
    assert_rejects("dataset.n_test", "2147483649", "from 0 to 2147483648");
}

static void test_sets(void **state) {
    (void)state;
    const char *const name = "evaluate.bounds";
    assert_sets(name, "[]", "[]");
    assert_sets(name, " [ mixture ] ", "[mixture]");
    /* in the order of the table, whatever was given */
    assert_sets(name, "[leave_one_out,rate]", "[rate, leave_one_out]");
    const char *const bad[] = {"",         "rate",     "[rate",         "[rate,]",
                               "[rate, ]", "[rates]",  "[rate rate]",   "[rate, rate]",
                               "[, rate]", "[rate] x", "[rate, mixtu]", "[[rate]]"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_rejects(name, bad[i],
                       "must be a list of at most 6 different names among rate, moment_matched");
}

/* What a method makes no use of does not tell its jobs apart. */
static void test_what_matters_to_a_method(void **state) {
    (void)state;
    struct settings s, defaults;
    assert_true(
        key_matters(key("beta"), (struct job_kind){.method = VIB_METHOD_VIB, .mixture = true}));
    assert_false(
        key_matters(key("beta"), (struct job_kind){.method = VIB_METHOD_DROPOUT, .mixture = true}));
    assert_true(key_matters(key("train.dropout"),
                            (struct job_kind){.method = VIB_METHOD_DROPOUT, .mixture = true}));
    assert_false(key_matters(key("train.dropout"),
                             (struct job_kind){.method = VIB_METHOD_VIB, .mixture = true}));
    assert_true(key_matters(
        key("train.lr"), (struct job_kind){.method = VIB_METHOD_LABEL_SMOOTHING, .mixture = true}));
    settings_init(&s);
    settings_init(&defaults);
    s.job.beta = 0.5;
    s.job.dropout = 0.25;
    s.job.K = 7;
    settings_normalize(&s);
    assert_true(s.job.beta == 0.5 && s.job.dropout == defaults.job.dropout && s.job.K == 7);
    s.job.method = VIB_METHOD_DROPOUT;
    s.job.dropout = 0.25;
    s.job.covariance = VIB_FULL;
    settings_normalize(&s);
    assert_true(s.job.beta == defaults.job.beta && s.job.dropout == 0.25 && s.job.K == 7);
    assert_int_equal(s.job.covariance, VIB_DIAGONAL);
}

/* The rows take this from the table of methods. */
static void test_methods_choose_their_keys(void **state) {
    (void)state;
    static const char *const of_a_drawn_code[] = {"model.covariance", "evaluate.samples",
                                                  "evaluate.bounds", "evaluate.bounds_n"};
    for (int m = 0; m < VIB_METHODS; m++) {
        const struct job_kind kind = {.method = (enum vib_method)m, .mixture = true};
        const struct vib_method_info *method = vib_method_info(kind.method);
        for (size_t i = 0; i < sizeof of_a_drawn_code / sizeof of_a_drawn_code[0]; i++)
            assert_int_equal(key_matters(key(of_a_drawn_code[i]), kind), method->stochastic);
        for (size_t i = 0; i < n_keys; i++) {
            if (keys[i].methods == KEY_TRADE_OFF)
                assert_int_equal(key_matters(&keys[i], kind),
                                 key_trade_off(kind.method) == &keys[i]);
        }
        if (*method->trade_off != '\0')
            assert_int_equal(key_trade_off(kind.method)->methods, KEY_TRADE_OFF);
        else
            assert_null(key_trade_off(kind.method));
    }
}

/* An exponent matters where a rate function has one, of methods that have a rate function, a scale
 * where noise is fixed, and the number of components where a marginal has several. */
static void test_what_matters_to_a_choice(void **state) {
    (void)state;
    struct settings s;
    settings_init(&s);
    s.job.rate_exponent = 3.0;
    s.job.rate_function = VIB_RATE_POWER;
    settings_normalize(&s);
    assert_true(s.job.rate_exponent == 3.0);
    s.job.rate_function = VIB_RATE_LINEAR;
    settings_normalize(&s);
    assert_true(s.job.rate_exponent == 1.0);
    s.job.rate_exponent = 3.0;
    s.job.rate_function = VIB_RATE_EXPONENTIAL;
    s.job.method = VIB_METHOD_CEB;
    s.job.noise_scale = 0.25;
    s.job.noise = VIB_NOISE_FIXED;
    settings_normalize(&s);
    assert_true(s.job.noise_scale == 0.25);
    s.job.noise = VIB_NOISE_LEARNED;
    s.job.method = VIB_METHOD_VIB;
    s.job.marginal = VIB_MARGINAL_MIXTURE;
    s.job.components = 3;
    settings_normalize(&s);
    assert_int_equal(s.job.components, 3);
    s.job.marginal = VIB_MARGINAL_DIAGONAL;
    settings_normalize(&s);
    assert_int_equal(s.job.components, 10);
    assert_true(s.job.noise_scale == 1.0);
    assert_true(s.job.rate_exponent == 1.0 && s.job.rate_function == VIB_RATE_LINEAR);
}

/* Nor does what other data sets make no use of: only the mixture is generated. */
static void test_what_matters_to_a_data_set(void **state) {
    (void)state;
    struct settings s, defaults;
    settings_init(&s);
    settings_init(&defaults);
    s.data.noise = 0.5;
    s.data.n_train = 10;
    assert_false(key_matters(key("dataset.noise"), settings_kind(&s)));
    assert_true(key_matters(key("dataset.n_train"), settings_kind(&s)));
    settings_normalize(&s);
    assert_true(s.data.noise == defaults.data.noise && s.data.n_train == 10);
    s.data.name = "mixture";
    s.data.noise = 0.5;
    assert_true(key_matters(key("dataset.noise"), settings_kind(&s)));
    settings_normalize(&s);
    assert_true(s.data.noise == 0.5);
}

static void test_choices_and_strings(void **state) {
    (void)state;
    char long_name[300];
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    assert_sets("dataset.classes", "0", "0");
    assert_sets("dataset.classes", "2", "2");
    assert_rejects("dataset.classes", "1", "a whole number, 0 or from 2 to 65536, not '1'");
    assert_sets("model.activation", "tanh", "tanh");
    assert_rejects("model.activation", "Tanh", "must be one of relu, tanh, not 'Tanh'");
    assert_sets("method", "label_smoothing", "label_smoothing");
    assert_rejects("method", "",
                   "method must be one of vib, ceb, nonlinear_ib, deterministic, dropout, ");
    assert_sets("name", "run-1.b_C", "run-1.b_C");
    assert_rejects("name", "", "name must be 1 to 200 letters, digits and . _ - only, not ''");
    assert_rejects("name", "a/b", "not 'a/b'");
    assert_rejects("name", "a b", "not 'a b'");
    assert_rejects("name", long_name, "aaa...'");
    assert_sets("dataset.name", "fashion mnist", "fashion mnist");
#define NINE "手写数字手写数字手"
    assert_sets("dataset.name", NINE NINE NINE NINE NINE NINE NINE,
                NINE NINE NINE NINE NINE NINE NINE);
    assert_rejects("dataset.name", NINE NINE NINE NINE NINE NINE NINE "写", "1 to 63 characters");
#undef NINE
    assert_rejects("dataset.name", "../x", "not '../x' (dataset.dir is for paths)");
    assert_rejects("dataset.name", "", "1 to 63 characters");
    assert_rejects("dataset.name",
                   "a\xc2\x9b"
                   "b",
                   "(control characters");
    assert_sets("dataset.dir", "", "");
    assert_sets("dataset.dir", "/a/b c", "/a/b c");
    assert_rejects("dataset.dir", "a\nb", "not 'a?b' (control characters");
}

static void test_widths(void **state) {
    (void)state;
    assert_sets("model.hidden", "[1024,1024]", "[1024, 1024]");
    assert_sets("model.hidden", " [ 5 , 6 ] ", "[5, 6]");
    assert_sets("model.hidden", "[]", "[]");
    assert_sets("model.hidden", "[1,2,3,4,5,6,7,8]", "[1, 2, 3, 4, 5, 6, 7, 8]");
    const char *const bad[] = {"",      "5",       "[",
                               "[5",    "[5,]",    "[5,,6]",
                               "[,5]",  "[5 6]",   "[5]x",
                               "[0]",   "[65537]", "[1.5]",
                               "[a]",   "[-1]",    "[1,2,3,4,5,6,7,8,9]",
                               "[5],5", "[[5]]",   "[99999999999999999999999999999999999999]"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_rejects("model.hidden", bad[i],
                       "must be a list of at most 8 whole numbers from 1 to 65536");
    struct settings a, b;
    settings_init(&a);
    settings_init(&b);
    assert_int_equal(key_set(&a, key("model.hidden"), "[7, 8, 9]", NULL), 0);
    assert_int_equal(key_set(&a, key("model.hidden"), "[512]", NULL), 0);
    assert_int_equal(key_set(&b, key("model.hidden"), "[512]", NULL), 0);
    assert_memory_equal(&a, &b, sizeof a); /* nothing of a longer list is left behind */
    assert_int_equal(a.job.hidden[1], 0);
}

static void test_format_truncates(void **state) {
    (void)state;
    struct settings s;
    char text[4];
    settings_init(&s);
    assert_int_equal(key_format(&s, key("model.hidden"), text, sizeof text), 12);
    assert_string_equal(text, "[10");
    assert_int_equal(key_format(&s, key("train.average_decay"), text, sizeof text), 5);
}

static void test_nearest(void **state) {
    (void)state;
    static const char *const near[][2] = {
        {"lr", "train.lr"},
        {"epochs", "train.epochs"},
        {"epoch", "train.epochs"},
        {"btea", "beta"},
        {"bta", "beta"},
        {"k", "K"},
        {"train.epoch", "train.epochs"},
        {"model.epochs", "train.epochs"},
        {"sede", "seed"},
        {"hiden", "model.hidden"},
        {"train.learning.lr", "train.lr"},
        {"Beta", "beta"},
        {"dataset.sede", "dataset.seed"},
        {"evaluate.evry", "evaluate.every"},
        {"dataset.path", "dataset.dir"},
        {"dataset.file", "dataset.dir"},
        {"model.learning_rate", "train.lr"},
    };
    for (size_t i = 0; i < sizeof near / sizeof near[0]; i++) {
        const char *found = key_nearest(near[i][0]);
        if (!found || strcmp(found, near[i][1]) != 0)
            fail_msg("%s: %s instead of %s", near[i][0], found ? found : "nothing", near[i][1]);
    }
    char endless[5000];
    memset(endless, 'e', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    assert_null(key_nearest(endless));
    assert_null(key_nearest("x"));
    assert_null(key_nearest(""));
    assert_null(key_nearest("banana"));
}

static void test_locale_does_not_matter(void **state) {
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE"};
    size_t i = 0;
    while (i < 4 && !setlocale(LC_ALL, names[i]))
        i++;
    assert_sets("beta", "0.5", "0.5");
    assert_rejects("beta", "0,5", "not '0,5'");
    assert_rejects("train.lr_decay", "1.5", "at most 1,");
    setlocale(LC_ALL, "C");
    if (i == 4)
        print_message("no locale with a decimal comma here\n");
}

static void test_print(void **state) {
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(keys_print(out), 0);
    fclose(out);
    for (size_t i = 0; i < n_keys; i++) {
        assert_non_null(strstr(text, keys[i].name));
        assert_non_null(strstr(text, keys[i].help));
        for (const struct key_choice *c = keys[i].choices; c && c->name; c++) {
            char line[128];
            assert_true(strlen(c->help) > 0);
            snprintf(line, sizeof line, "\n        %s: %s\n", c->name, c->help);
            assert_non_null(strstr(text, line));
        }
    }
    assert_non_null(strstr(text, "a number of at least 0 and below 1"));
    assert_non_null(strstr(text, "\n    dataset: VALUE is short for it\n"));
    assert_non_null(strstr(text, "\n    dataset.files: VALUE is short for it\n"));
    free(text);
    out = fopen("/dev/full", "w");
    if (out) {
        assert_int_equal(keys_print(out), VIB_EIO);
        fclose(out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_is_consistent),
        cmocka_unit_test(test_keys_of_sections),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_reals),
        cmocka_unit_test(test_reals_read_back),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_choices_and_strings),
        cmocka_unit_test(test_widths),
        cmocka_unit_test(test_sets),
        cmocka_unit_test(test_what_matters_to_a_method),
        cmocka_unit_test(test_what_matters_to_a_data_set),
        cmocka_unit_test(test_what_matters_to_a_choice),
        cmocka_unit_test(test_methods_choose_their_keys),
        cmocka_unit_test(test_format_truncates),
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_locale_does_not_matter),
        cmocka_unit_test(test_print),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
