#include "runner/plot/plot_series.h"

#include "runner/base/text.h"
#include "runner/plot/plot_label.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What an objective is, beside its method. */
static const struct {
    const char *key;
    const char *noun; /* after a choice that does not tell alone what it is of */
    bool always; /* a choice that is not the default is told even where all of a method have it */
} parts[] = {
    {"train.rate_function", "", true}, {"train.rate_exponent", "", false},
    {"model.marginal", "", true},      {"model.components", "", false},
    {"model.noise", " noise", false},  {"model.noise_scale", "", false},
};
enum { PARTS = sizeof parts / sizeof parts[0] };

/* A point of each series. */
struct found {
    size_t n;
    const struct plot_point *first[PLOT_MAX_SERIES]; /* of its points */
};

static int no_memory(struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "plot: out of memory");
}

static const struct store_value *value_of(const struct plot_point *point, const char *key_name) {
    return &point->values[key_find(key_name) - keys];
}

bool plot_series_has_key(size_t k) {
    bool has = k < n_keys && strcmp(keys[k].name, "method") == 0;
    for (size_t p = 0; p < PARTS && !has; p++)
        has = k < n_keys && strcmp(keys[k].name, parts[p].key) == 0;
    return has;
}

/* --- which there are --- */

static bool is_same(const struct plot_point *a, const struct plot_point *b) {
    bool same = strcmp(a->method, b->method) == 0;
    for (size_t p = 0; p < PARTS && same; p++)
        same = store_value_same(value_of(a, parts[p].key), value_of(b, parts[p].key));
    return same;
}

/* A place up to found->n, which stands for a new one. */
static size_t place_of(const struct found *found, const struct plot_point *point) {
    size_t i = 0;
    while (i < found->n && !is_same(found->first[i], point))
        i++;
    return i;
}

static int compare_firsts(const void *a, const void *b) {
    const struct plot_point *p = *(const struct plot_point *const *)a;
    const struct plot_point *q = *(const struct plot_point *const *)b;
    const int order = plot_method_place(p->method) - plot_method_place(q->method);
    return order != 0 ? order : (p->id > q->id) - (p->id < q->id);
}

static int find(struct found *found, const struct plot_data *data, struct vib_error *err) {
    for (size_t i = 0; i < data->n; i++) {
        const size_t place = place_of(found, &data->points[i]);
        if (place == PLOT_MAX_SERIES)
            return vib_error_set(
                err, VIB_EDATA,
                "plot: more than %d objectives, by method, rate function, marginal "
                "and noise; choose with --only KEY=VALUE",
                PLOT_MAX_SERIES);
        if (place == found->n)
            found->first[found->n++] = &data->points[i];
    }
    qsort(found->first, found->n, sizeof found->first[0], compare_firsts);
    return 0;
}

/* --- their names --- */

/* What write_name is about. */
struct naming {
    const struct found *found;
    const struct plot_point *point;
};

/* Whether the method has points of different values, not NULL, of the key. */
static bool varies(const struct naming *naming, const char *key) {
    const struct store_value *value = value_of(naming->point, key);
    for (size_t i = 0; i < naming->found->n; i++) {
        const struct plot_point *other = naming->found->first[i];
        if (strcmp(other->method, naming->point->method) == 0 &&
            value_of(other, key)->type != STORE_NULL &&
            !store_value_same(value_of(other, key), value))
            return true;
    }
    return false;
}

/* "power" of a choice, "rate_exponent = 0.5" of a number, which has no default that all know. */
static void write_part(const struct naming *naming, size_t p, FILE *out) {
    char number[STORE_NUMBER];
    const struct key *key = key_find(parts[p].key);
    const struct store_value *value = value_of(naming->point, key->name);
    const bool differs = varies(naming, key->name);
    const char *text = store_value_text(value, number), *dot = strrchr(key->name, '.');
    if (text == NULL)
        return;
    if (value->type != STORE_TEXT && differs)
        (void)fprintf(out, ", %s = %s", dot != NULL ? dot + 1 : key->name, text);
    else if (value->type == STORE_TEXT && (differs || parts[p].always) &&
             strcmp(text, key->default_text) != 0)
        (void)fprintf(out, ", %s%s", text, parts[p].noun);
}

static void write_name(FILE *out, const void *context) {
    const struct naming *naming = context;
    (void)fputs(plot_method_name(naming->point->method), out);
    for (size_t p = 0; p < PARTS; p++)
        write_part(naming, p, out);
}

int plot_series_make(struct plot_series *series, struct plot_data *data, struct vib_error *err) {
    struct found found = {.n = 0};
    *series = (struct plot_series){.n = 0};
    const int rc = find(&found, data, err);
    if (rc != 0)
        return rc;
    for (size_t i = 0; i < data->n; i++)
        data->points[i].series = place_of(&found, &data->points[i]);
    for (; series->n < found.n; series->n++) {
        const struct naming naming = {&found, found.first[series->n]};
        series->names[series->n] = text_make(write_name, &naming);
        if (series->names[series->n] == NULL)
            return no_memory(err);
    }
    return 0;
}

void plot_series_release(struct plot_series *series) {
    for (size_t i = 0; i < series->n; i++)
        free(series->names[i]);
    *series = (struct plot_series){.n = 0};
}

/* --- how they look --- */

/* Told apart by colour-blind readers (Okabe & Ito 2008), and by their marks without colour. */
static const struct {
    unsigned color;
    int mark;          /* a pointtype */
    const char *entry; /* of the legend */
} looks[PLOT_MAX_SERIES] = {
    {0x0072b2, 7, "with linespoints linestyle 11"},
    {0xd55e00, 5, "with linespoints linestyle 12"},
    {0x009e73, 9, "with linespoints linestyle 13"},
    {0xcc79a7, 13, "with linespoints linestyle 14"},
    {0xe69f00, 11, "with linespoints linestyle 15"},
    {0x56b4e9, 15, "with linespoints linestyle 16"},
    {0x000000, 6, "with linespoints linestyle 17"},
    {0x888888, 4, "with linespoints linestyle 18"},
};
_Static_assert(PLOT_SERIES_STYLE == 11, "the first style of the legend's entries");

void plot_series_styles(const struct plot_series *series, FILE *out) {
    (void)fprintf(out, "n_series = %zu\n", series->n);
    for (size_t i = 0; i < series->n; i++)
        (void)fprintf(out,
                      "set style line %zu linewidth 1.5 pointtype %d pointsize %s * dot "
                      "linecolor rgb 0x%06x\n",
                      PLOT_SERIES_STYLE + i, looks[i].mark, looks[i].mark == 7 ? "0.75" : "0.8",
                      looks[i].color);
}

void plot_series_entries(const struct plot_series *series, struct plot_canvas *canvas) {
    for (size_t i = 0; i < series->n; i++)
        plot_canvas_entry(canvas, looks[i].entry, series->names[i]);
}
