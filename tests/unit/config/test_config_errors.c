/* Configurations: every way in which a file can be wrong, with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/config/config_fixture.h"

static void test_unknown_names(void **state) {
    static const struct bad_config bad[] = {
        {"K: 2\nbtea: 1\n", "2:1: unknown key 'btea'; did you mean 'beta'?"},
        {"lr: 1", "1:1: unknown key 'lr'; did you mean 'train.lr'?"},
        {"train:\n  epochs: 2\n  lrr: 1e-3\n",
         "3:3: unknown key 'train.lrr'; did you mean 'train.lr'?"},
        {"trian: {epochs: 2}", "1:1: unknown section 'trian'; did you mean 'train'?"},
        {"gird: {beta: [1]}", "1:1: unknown section 'gird'; did you mean 'grid'?"},
        {"grid: {beta: [1], exlude: [{beta: 1}]}",
         "1:19: unknown key 'exlude'; did you mean 'exclude'?"},
        {"grid: {beta: [1], train: {zip: {K: [1]}}}", "1:27: unknown section 'train.zip'"},
        {"banana: 1", "1:1: unknown key 'banana'; `vib-sweep keys` lists all keys"},
        {"'': 1", "1:1: unknown key ''"},
        {"\"a\\nb\": 1", "1:1: unknown key 'a?b'"},
        {"<<: {K: 2}", "1:1: merge keys (<<) are not supported"},
        {"dataset: &d {dim: 2}\ntrain: {<<: *d, epochs: 1}\n", "2:9: merge keys (<<) are not"},
        {"zip: {K: [2]}", "1:1: unknown section 'zip'"},
        {"[K]: 2", "1:1: a key must be a name, not a list"},
        {"? {K: 1}\n: 2\n", "1:3: a key must be a name, not a mapping"},
        {"grid: {name: [a, b]}", "1:8: name belongs to the sweep as a whole and cannot be swept"},
        {"grid: {checkpoint.every: [1]}", "1:8: checkpoint.every belongs to the sweep"},
        {"grid: {zip: {dataset.dir: [a]}}", "1:14: dataset.dir belongs to the sweep"},
    };
    ASSERT_ERRORS(*state, bad);
}

static void test_duplicates(void **state) {
    static const struct bad_config bad[] = {
        {"K: 2\nK: 2\n", "2:1: 'K' is given twice"},
        {"train: {lr: 1}\ntrain: {epochs: 1}\n", "2:1: 'train' is given twice"},
        {"train:\n  lr: 1\ntrain.lr: 1\n", "3:1: train.lr is given twice, first on line 2"},
        {"K: 2\ngrid: {K: [2]}\n", "2:8: K is swept here but already fixed on line 1"},
        {"grid: {K: [2]}\nK: 3\n", "2:1: K is fixed here but already swept on line 1"},
        {"grid:\n  K: [2]\n  zip: {K: [3]}\n",
         "3:9: K is swept in zip here but already swept on line 2"},
        {"grid:\n  zip:\n    - {K: [2]}\n    - {K: [3]}\n",
         "4:8: K is swept in zip here but already swept in zip on line 3"},
        {"grid: {K: [1], exclude: {K: 1, K: 1}}", "1:32: 'K' is given twice"},
        {"grid: {train.lr: [1], exclude: {train.lr: 1, train: {lr: 1}}}",
         "1:54: train.lr is given twice"},
        {"grid: {K: [1], K: [2]}", "1:16: 'K' is given twice"},
        {"grid: {train.lr: [1], train: {lr: [1]}}",
         "1:31: train.lr is swept here but already swept on line 1"},
    };
    ASSERT_ERRORS(*state, bad);
}

static void test_types_and_ranges(void **state) {
    static const struct bad_config bad[] = {
        {"beta: [1e-3, 1e-2]",
         "1:7: beta must be a number of at least 0, not a list; to sweep it, put it under grid:"},
        {"beta: {a: 1}", "1:7: beta must be a number of at least 0, not a mapping; to sweep it"},
        {"name: [a]", "1:7: name must be 1 to 200 letters, digits and . _ - only, not a list"},
        {"dataset: [a]",
         "1:10: dataset.name must be 1 to 63 characters, none of them '/', not a "
         "list; to sweep it, put it under grid:"},
        {"dataset: ''", "1:10: dataset.name must be 1 to 63 characters"},
        {"dataset:", "1:9: dataset is empty: name its keys or leave it out"},
        {"dataset: {files: [a]}",
         "1:18: dataset.files.train must be 0 to 4095 characters, not a list"},
        {"{dataset: {files: a, files.train: b}}",
         "1:22: dataset.files.train is given twice, first on line 1"},
        {"grid: {dataset.files: [a]}", "1:8: dataset.files.train belongs to the sweep"},
        {"grid: {dataset: a}", "1:17: the values for dataset.name under grid must be a list"},
        {"train: 5", "1:8: train must be a mapping of keys, not a single value"},
        {"train:", "1:7: train is empty: name its keys or leave it out"},
        {"train:\n#  epochs: 1\nK: 2\n", "1:7: train is empty"},
        {"train: ''", "1:8: train must be a mapping of keys, not a single value"},
        {"grid:\n", "1:6: grid is empty: name its keys or leave it out"},
        {"grid: {zip: }", "1:13: a group of zip is empty"},
        {"grid: {beta: [1], exclude: [~]}", "1:29: an entry of exclude must be a mapping of keys"},
        {"train: [1]", "1:8: train must be a mapping of keys, not a list"},
        {"grid:\n  - {beta: [1], K: [2]}\n  - {beta: [2], K: [3]}",
         "2:3: grid must be a mapping of keys, not a list: it is one product, in which `zip` lists "
         "keys that vary together and `exclude` leaves points out; several grids are several "
         "configurations, which one --db takes"},
        {"grid: 5", "1:7: grid must be a mapping of keys, not a single value"},
        {"K: two", "1:4: K must be a whole number from 1 to 65536, not 'two'"},
        {"K: 2.5", "1:4: K must be a whole number from 1 to 65536, not '2.5'"},
        {"K: 2e2", "1:4: K must be a whole number"},
        {"K: 0", "1:4: K must be a whole number from 1 to 65536, not '0'"},
        {"K: 65537", "1:4: K must be"},
        {"K: -1", "1:4: K must be"},
        {"K: ~", "1:4: K must be a whole number from 1 to 65536, not '~'"},
        {"K:", "1:3: K must be a whole number from 1 to 65536, not ''"},
        {"train:\n  lr: 0\n", "2:7: train.lr must be a number above 0, not '0'"},
        {"beta: nan", "1:7: beta must be"},
        {"beta: .inf", "1:7: beta must be"},
        {"beta: 1_000", "1:7: beta must be a number of at least 0, not '1_000'"},
        {"beta: 1e-3x", "1:7: beta must be"},
        {"beta: 0x1p3", "1:7: beta must be"},
        {"beta: ' '", "1:7: beta must be a number of at least 0, not ' '"},
        {"beta: 1e999", "1:7: beta must be"},
        {"beta: |\n  1\n  2\n", "1:7: beta must be a number of at least 0, not '1?2?'"},
        {"model.hidden: 512", "1:15: model.hidden must be a list of at most 8 whole numbers"},
        {"model.hidden: [[512]]",
         "1:15: model.hidden must be a list of at most 8 whole numbers "
         "from 1 to 65536, not a list; to sweep it, put it under grid:"},
        {"model.hidden: [5, x]",
         "1:19: model.hidden must be a list of at most 8 whole numbers "
         "from 1 to 65536, not 'x'"},
        {"model.hidden: [5, 0]", "1:15: model.hidden must be"},
        {"model.hidden: [1,2,3,4,5,6,7,8,9]", "1:15: model.hidden must be a list of at most 8"},
        {"model.activation: sigmoid", "1:19: model.activation must be one of relu, tanh, not 's"},
        {"name: a/b", "1:7: name must be"},
        {"name:", "1:6: name must be"},
        {"dataset.name: \"\\x9b1m\"", "1:15: dataset.name must be 1 to 63 characters"},
        {"dataset.name: ''", "1:15: dataset.name must be 1 to 63 characters"},
    };
    ASSERT_ERRORS(*state, bad);
}

static void test_yaml(void **state) {
    static const struct bad_config bad[] = {
        {"", "1:1: the configuration is empty"},
        {"# nothing\n", "1:1: the configuration is empty"},
        {"5", "1:1: a configuration must be a mapping of keys, not a single value"},
        {"---\n- K\n", "2:1: a configuration must be a mapping of keys, not a list"},
        {"K: 2\n--- \nK: 3\n", "2:1: a second document begins here; only one is read"},
        {"K: [1, 2\nbeta: 3\n", "2:5: not valid YAML: "},
        {"K: 2\n beta: 3\n", "2:6: not valid YAML: mapping values are not allowed in this context"},
        {"K: 2\n\tbeta: 3\n", "2:1: a tab: YAML is indented with spaces"},
        {"name: c\ngrid:\n\tbeta: [1e-3]\n", "3:1: a tab: YAML is indented with spaces"},
        {"dataset.name: \u00e9\ngrid: \u00e9\tx\n\t- a\n", "3:1: a tab"},
        {"name: \"abc\n", "2:1: not valid YAML: while scanning a quoted scalar, found unexpected "},
        {"beta: *nothing", "1:7: not valid YAML: found undefined alias"},
        {"beta: &a 1\nK: &a 1\n", "2:4: not valid YAML: found duplicate anchor"},
        {"grid: &g {beta: *g}", "1:17: the alias 'g' contains itself"},
        {"grid:\n  beta: &b [1, *b]\n", "2:16: the alias 'b' contains itself"},
        {"name: \"a\\0b\"", "1:7: a value contains a NUL character"},
        {"name: \xff", "1:7: not a text in UTF-8: invalid leading UTF-8 octet"},
        {"K: 2\nname: caf\xc3(\n", "2:11: not a text in UTF-8: invalid trailing UTF-8 octet"},
        {"name: \x01", "1:7: not a text in UTF-8: control characters are not allowed"},
        {"name: \xed\xa0\x80", "1:7: not a text in UTF-8: "},
    };
    ASSERT_ERRORS(*state, bad);
    config_fixture_assert_error_bytes(*state, "K: 2\n\0beta: 1", 13, "2:1: a NUL character");
    config_fixture_assert_error_bytes(*state, "\xff\xfeK\0:\0 \0002\0", 10, "1:4: a NUL character");
    config_fixture_assert_error_bytes(*state, "\0", 1, "1:1: a NUL character");
}

static void test_grid_shapes(void **state) {
    static const struct bad_config bad[] = {
        {"grid: {}", "1:7: the grid sweeps no key; without `grid` there is one job"},
        {"grid: {exclude: []}", "1:7: the grid sweeps no key"},
        {"grid: {beta: []}", "1:14: the list of values for beta is empty"},
        {"grid: {model.hidden: []}", "1:22: the list of values for model.hidden is empty"},
        {"grid: {model.hidden: [5, 6]}", "1:22: the values for model.hidden must be lists, as in "},
        {"grid: {model.hidden: [[5], 6]}", "1:28: model.hidden must be a list of at most 8"},
        {"grid: {model.hidden: [[5, [6]]]}", "1:27: model.hidden must be a list of at most 8"},
        {"grid: {beta: 1}", "1:14: the values for beta under grid must be a list, or one of"},
        {"grid: {beta: [1, x]}", "1:18: beta must be a number of at least 0, not 'x'"},
        {"grid: {beta: [1, [2]]}", "1:18: beta must be a number of at least 0, not a list"},
        {"grid: {beta: [1, {a: 2}]}", "1:18: beta must be a number of at least 0, not a mapping"},
        {"grid: {beta: [-1]}", "1:15: beta must be"},
        {"grid: {beta: {loogspace: {}}}", "1:14: the values for beta must be a list, or one of"},
        {"grid: {beta: {}}", "1:14: the values for beta must be a list, or one of"},
        {"grid: {beta: {range: {from: 1, to: 1, step: 1}, linspace: {}}}", "1:14: the values for"},
        {"grid: {beta: {[range]: 1}}", "1:14: the values for beta must be"},
        {"grid: {zip: 5}", "1:13: a group of zip must be a mapping of keys, not a single value"},
        {"grid: {zip: [5]}", "1:14: a group of zip must be a mapping of keys"},
        {"grid: {zip: {}}", "1:13: an empty zip"},
        {"grid: {zip: {train: {}}}", "1:13: an empty zip"},
        {"grid: {zip: []}", "1:7: the grid sweeps no key"},
        {"grid: {zip: {K: 2}}", "1:17: the values for K under grid must be a list"},
        {"grid: {zip: {K: [2, 3], train.epochs: [1, 2, 3]}}",
         "1:39: keys of a zip vary together: train.epochs has 3 values, but K has 2"},
        {"grid: {beta: [1], exclude: 5}", "1:28: an entry of exclude must be a mapping of keys"},
        {"grid: {beta: [1], exclude: [[beta]]}", "1:29: an entry of exclude must be a mapping"},
        {"grid: {beta: [1], exclude: [{}]}", "1:29: an entry of exclude names no key"},
        {"grid: {beta: [1], exclude: [{btea: 1}]}",
         "1:30: unknown key 'btea'; did you mean 'beta'"},
        {"K: 2\ngrid: {beta: [1], exclude: [{K: 2}]}",
         "2:30: exclude names K, which the grid does not sweep"},
        {"grid: {beta: [1], exclude: [{seed: 2}]}", "1:30: exclude names seed, which"},
        {"grid: {beta: [1], exclude: [{beta: x}]}", "1:36: beta must be a number"},
        {"grid: {beta: [1], exclude: [{beta: []}]}", "1:36: the list of values for beta is empty"},
        {"grid: {beta: [1], exclude: [{beta: [[1]]}]}", "1:37: beta must be a number"},
    };
    ASSERT_ERRORS(*state, bad);
}

static void test_expressions(void **state) {
#define BETA(expression) "grid:\n  beta: {" expression "}\n"
    static const struct bad_config bad[] = {
        {BETA("logspace: 5"), "2:20: logspace takes a mapping: {from: ..., to: ..., count: ...}"},
        {BETA("logspace: {from: 1, to: 2}"), "2:20: logspace lacks count: it takes from, to and c"},
        {BETA("range: {from: 1, to: 2, count: 3}"),
         "2:34: unknown field 'count' in range: it takes from, to and step"},
        {BETA("logspace: {from: 1, to: 2, [count]: 3}"),
         "2:37: a field of logspace must be a name"},
        {BETA("logspace: {from: 1, from: 2, count: 3}"), "2:30: from is given twice in logspace"},
        {BETA("logspace: {from: [1], to: 2, count: 3}"), "2:27: from of logspace must be a number"},
        {BETA("logspace: {from: 0, to: 2, count: 3}"), "2:27: from of logspace must be above 0"},
        {BETA("logspace: {from: 1, to: -2, count: 3}"), "2:34: to of logspace must be above 0"},
        {BETA("logspace: {from: a, to: 2, count: 3}"), "2:27: from must be a number, not 'a'"},
        {BETA("logspace: {from: 1e-999, to: 2, count: 3}"), "2:27: from: '1e-999' is too large or"},
        {BETA("logspace: {from: 1, to: 2, count: 0}"),
         "2:44: count must be a whole number of at least 1, not '0'"},
        {BETA("logspace: {from: 1, to: 2, count: 2.5}"), "2:44: count must be a whole number"},
        {BETA("logspace: {from: 1, to: 2, count: -3}"), "2:44: count must be a whole number"},
        {BETA("linspace: {from: 1, to: 2, count: 1}"), "2:44: count must be at least 2 where from"},
        {BETA("linspace: {from: -1, to: 2, count: 4}"), "2:9: beta must be a number of at least 0"},
        {BETA("linspace: {from: 1e-200, to: 2, count: 4}"), "2:27: the numbers of linspace differ"},
        {BETA("range: {from: 0, to: 1, step: 0}"), "2:40: step must not be 0"},
        {BETA("range: {from: 0, to: 1, step: -0.1}"),
         "2:40: a step of '-0.1' leads away from `to`"},
        {BETA("range: {from: 1, to: 0, step: 0.1}"), "2:40: a step of '0.1' leads away"},
        {BETA("range: {from: 1, to: 2, step: 1e-300}"), "2:24: the numbers of range differ too mu"},
        {BETA("range: {from: 1, to: 2, step: 0.1234567890123456789012345678901}"),
         "2:40: step: '0.1234567890123456789012345678901' has more than 30 digits"},
        {"grid: {K: {range: {from: 1, to: 2, step: 0.5}}}",
         "1:11: K must be a whole number from 1 to 65536, not '1.5'"},
        {"grid: {K: {linspace: {from: 1, to: 2, count: 4}}}", "1:11: K must be a whole number"},
        {"grid: {K: {logspace: {from: 0.1, to: 2, count: 4}}}", "1:11: K must be a whole number"},
        {"grid: {seed: {logspace: {from: 1, to: 1e300, count: 4}}}", "1:14: seed must be"},
        {"grid: {method: {range: {from: 1, to: 2, step: 1}}}",
         "1:16: method is not a number: list its values instead of using range"},
        {"grid: {model.hidden: {range: {from: 1, to: 2, step: 1}}}",
         "1:22: model.hidden is not a number"},
    };
#undef BETA
    ASSERT_ERRORS(*state, bad);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        CONFIG_TEST(test_unknown_names),    CONFIG_TEST(test_duplicates),
        CONFIG_TEST(test_types_and_ranges), CONFIG_TEST(test_yaml),
        CONFIG_TEST(test_grid_shapes),      CONFIG_TEST(test_expressions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
