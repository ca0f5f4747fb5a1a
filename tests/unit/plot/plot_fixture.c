#include "tests/unit/plot/plot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* text is cut into the values, which the settings borrow. */
static void make_settings(struct fixture *f, struct settings *settings, char *text) {
    char *rest = NULL;
    settings_init(settings);
    for (char *pair = strtok_r(text, " ", &rest); pair != NULL; pair = strtok_r(NULL, " ", &rest)) {
        char *equals = strchr(pair, '=');
        assert_non_null(equals);
        *equals = '\0';
        const struct key *key = key_find(pair);
        assert_non_null(key);
        assert_ok(key_set(settings, key, equals + 1, &f->err), &f->err);
    }
    settings_normalize(settings);
}

int64_t plot_add_job(struct fixture *f, const char *settings, double error, double rate) {
    char text[256];
    struct settings wanted;
    struct epoch_result epochs[2];
    struct job_result result;
    bool claimed = false, recorded = false;
    assert_true((size_t)snprintf(text, sizeof text, "%s", settings) < sizeof text);
    make_settings(f, &wanted, text);
    const int64_t job = fixture_add_settings(f, f->store, &wanted);
    fixture_result(&result, epochs);
    for (int split = 0; split < VIB_SPLITS; split++) {
        epochs[1].split[split].error = epochs[1].split[split].error_mc = error;
        epochs[1].split[split].rate = rate;
    }
    assert_ok(store_claim(f->store, job, f->run, &claimed, &f->err), &f->err);
    assert_ok(store_finish(f->store, job, f->run, &f->data, &result, &recorded, &f->err), &f->err);
    assert_true(claimed && recorded);
    return job;
}

void plot_use_data(struct fixture *f, char digit) {
    memset(f->data.digest, digit, 64);
    assert_ok(store_add_dataset(f->store, &f->data, &f->err), &f->err);
}

void plot_read(struct fixture *f, struct plot_data *data, const char *const *filters, size_t n) {
    struct store_filter parsed[4];
    struct store *reader = NULL;
    assert_true(n <= sizeof parsed / sizeof parsed[0]);
    for (size_t i = 0; i < n; i++)
        assert_ok(store_filter_parse(&parsed[i], filters[i], "plot", &f->err), &f->err);
    assert_ok(store_open_reader(&reader, f->path, &f->err), &f->err);
    assert_ok(plot_data_read(data, reader, parsed, n, &f->err), &f->err);
    assert_ok(plot_data_order(data, &f->err), &f->err);
    store_close(reader);
}
