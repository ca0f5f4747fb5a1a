#include "runner/sweep/report_choice.h"

#include "runner/base/number.h"
#include "runner/base/quote.h"
#include "runner/base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CURVES = 5, LABEL_SIZE = 400, LINE_SIZE = LABEL_SIZE + 200 };

struct curve {
    struct report_place place; /* that view job_point calls curve */
    size_t n;                  /* trade-offs; 0: nothing to choose */
    size_t n_alike;
    bool validated;
    double value, test; /* the trade-off chosen; its error_mc, NaN without a test split */
};

struct choice_walk {
    const struct report *report;
    struct report_place *places; /* [grid->n] */
    struct curve *curves;        /* [n] by id, then by their place in the grid */
    size_t n;
};

/* --- which curves --- */

static int on_job(void *context, struct store_row *row, struct vib_error *err) {
    struct choice_walk *walk = context;
    const struct report_place *place =
        report_find(walk->places, walk->report->grid->n, store_row_integer(row, 0));
    (void)err;
    if (place != NULL && walk->n < walk->report->grid->n)
        walk->curves[walk->n++] = (struct curve){.place = {store_row_integer(row, 1), place->i}};
    return 0;
}

static int find_curves(struct choice_walk *walk, struct vib_error *err) {
    const struct store_query query = {
        .sql = "SELECT job, curve FROM job_point", .row = on_job, .context = walk};
    const int rc = store_query(walk->report->store, &query, err);
    walk->n = report_unite(walk->curves, walk->n, sizeof *walk->curves);
    return rc;
}

/* --- what they choose --- */

static int on_best(void *context, struct store_row *row, struct vib_error *err) {
    struct choice_walk *walk = context;
    const struct curve wanted = {.place.id = store_row_integer(row, 0)};
    struct curve *curve = bsearch(&wanted, walk->curves, walk->n, sizeof wanted, report_by_id);
    (void)err;
    if (curve == NULL)
        return 0;
    curve->value = store_row_real(row, 1);
    curve->validated = store_row_integer(row, 2) != 0;
    curve->test = store_row_real(row, 3);
    curve->n = (size_t)store_row_integer(row, 4);
    curve->n_alike = (size_t)store_row_integer(row, 5);
    return 0;
}

static int read_choices(struct choice_walk *walk, struct vib_error *err) {
    const struct store_query query = {
        .sql =
            "SELECT curve, trade_off, chosen_by = 'validation', error_mc_mean, n_betas,"
            " n_indistinguishable FROM best_beta WHERE n_betas > 1",
        .row = on_best,
        .context = walk};
    const int rc = store_query(walk->report->store, &query, err);
    size_t n = 0;
    for (size_t i = 0; i < walk->n; i++)
        if (walk->curves[i].n > 0)
            walk->curves[n++] = walk->curves[i];
    walk->n = n;
    if (n > 0)
        qsort(walk->curves, n, sizeof *walk->curves, report_by_place);
    return rc;
}

/* --- in words --- */

void report_unvalidated(const char *dataset, char *text, size_t size) {
    char quoted[QUOTE_SIZE];
    (void)snprintf(text, size,
                   "data set %s has no validation split: to choose by its test error flatters; "
                   "dataset.validation keeps training examples for that",
                   quote(quoted, dataset));
}

/* The key that the job's method trades by. */
static const struct key *trade_off_of(const struct settings *settings) {
    for (size_t i = 0; i < n_keys; i++)
        if (keys[i].methods == KEY_TRADE_OFF && key_matters(&keys[i], settings_kind(settings)))
            return &keys[i];
    return NULL;
}

/* What tells the curve from others. */
static void name_curve(const struct report *report, const struct settings *settings,
                       char name[LABEL_SIZE]) {
    struct label all, label = {.n = 0};
    label_init(&all, report->grid->config);
    for (size_t c = 0; c < all.n; c++)
        if (config_sweeps(report->grid->config, all.keys[c]) && all.keys[c] != key_find("seed") &&
            all.keys[c]->methods != KEY_TRADE_OFF) {
            label.digits[label.n] = all.digits[c];
            label.keys[label.n++] = all.keys[c];
        }
    label_job(&label, settings, name, LABEL_SIZE);
}

static void print_chosen(const struct report *report, const struct curve *curve) {
    struct settings settings;
    char name[LABEL_SIZE] = "", value[40], line[LINE_SIZE], test[40] = "";
    grid_settings(report->grid, curve->place.i, &settings);
    name_curve(report, &settings, name);
    (void)number_format_real(curve->value, value, sizeof value);
    if (!isnan(curve->test))
        (void)snprintf(test, sizeof test, ", %.2f %%", 100.0 * curve->test);
    (void)snprintf(line, sizeof line, "%s%s%s=%s%s; %zu of %zu others not told apart from it", name,
                   name[0] != '\0' ? ": " : "", trade_off_of(&settings)->name, value, test,
                   curve->n_alike, curve->n - 1);
    (void)fputs("  ", stdout);
    text_wrap(stdout, line, 2, 4);
}

static void print_unvalidated(const struct report *report, const struct curve *curve) {
    struct settings settings;
    char why[LINE_SIZE], line[LINE_SIZE + 80];
    grid_settings(report->grid, curve->place.i, &settings);
    report_unvalidated(settings.data.name, why, sizeof why);
    (void)snprintf(line, sizeof line, "%s is chosen, as %s", trade_off_of(&settings)->name, why);
    (void)fputs("no ", stdout);
    text_wrap(stdout, line, 3, 2);
}

static void print_choices(const struct choice_walk *walk) {
    const struct curve *unvalidated = NULL;
    size_t n = 0;
    for (size_t i = 0; i < walk->n; i++) {
        const struct curve *curve = &walk->curves[i];
        if (!curve->validated && unvalidated == NULL)
            unvalidated = curve;
        if (!curve->validated || n++ >= MAX_CURVES)
            continue;
        if (n == 1)
            puts("chosen by error_mc of the validation split, with error_mc of the test split:");
        print_chosen(walk->report, curve);
    }
    if (n > MAX_CURVES) {
        printf("  ... and of %zu curve%s more: vib-sweep export --table best_beta ", n - MAX_CURVES,
               n == MAX_CURVES + 1 ? "" : "s");
        text_show(stdout, walk->report->database);
        (void)putchar('\n');
    }
    if (unvalidated != NULL)
        print_unvalidated(walk->report, unvalidated);
}

/* Whether the grid has anything to choose from. */
static bool sweeps_trade_off(const struct config *config) {
    for (size_t i = 0; i < n_keys; i++) {
        const struct key_values *values = config_values(config, &keys[i]);
        if (keys[i].methods == KEY_TRADE_OFF && values != NULL && values->n > 1)
            return true;
    }
    return false;
}

int report_choice(const struct report *report, struct vib_error *err) {
    if (!sweeps_trade_off(report->grid->config))
        return VIB_OK;
    struct choice_walk walk = {.report = report,
                               .curves = calloc(report->grid->n, sizeof *walk.curves)};
    int rc = walk.curves == NULL ? report_no_memory(report, err)
                                 : report_places(report, report->grid->n, &walk.places, err);
    if (rc == VIB_OK)
        rc = find_curves(&walk, err);
    if (rc == VIB_OK)
        rc = read_choices(&walk, err);
    if (rc == VIB_OK)
        print_choices(&walk);
    free(walk.places);
    free(walk.curves);
    return rc;
}
