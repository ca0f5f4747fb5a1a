#include "runner/plot/plot_panels.h"

#include "runner/base/number.h"
#include "runner/base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void plot_differences(const struct plot_point *const *points, size_t n, plot_alike *alike,
                      bool *differs) {
    memset(differs, 0, (n_keys + 1) * sizeof *differs);
    for (size_t first = 0, i = 1; i < n; i++) {
        if (!alike(points[first], points[i]))
            first = i;
        for (size_t k = 0; k <= n_keys; k++)
            differs[k] |= !plot_value_same(&points[first]->values[k], &points[i]->values[k]);
    }
}

static bool same_values(const struct plot_point *a, const struct plot_point *b, const bool *which) {
    for (size_t k = 0; k <= n_keys; k++)
        if (which[k] && !plot_value_same(&a->values[k], &b->values[k]))
            return false;
    return true;
}

/* Reals with three digits, words cut: for the eye. What does not fit as a whole is left out. */
static void append_value(const char *name, const char *value, char *text, size_t size) {
    enum { WORD = 12 };
    const size_t used = strlen(text);
    const char *separator = used > 0 ? ", " : "";
    double real;
    uint64_t integer;
    int length;
    if (number_parse_integer(value, &integer) != NUMBER_OK &&
        number_parse_real(value, &real) == NUMBER_OK)
        length = snprintf(text + used, size - used, "%s%s = %.3g", separator, name, real);
    else
        length = snprintf(text + used, size - used, "%s%s = %.*s", separator, name,
                          (int)text_cut(value, WORD), value);
    if (length < 0 || (size_t)length >= size - used)
        text[used] = '\0';
}

bool plot_is_of_data(size_t k) {
    return k == n_keys || strncmp(keys[k].name, "dataset.", strlen("dataset.")) == 0;
}

void plot_describe(const struct plot_point *point, const bool *which, char *text, size_t size) {
    char number[PLOT_NUMBER];
    for (size_t k = 0; k <= n_keys; k++)
        if (which[k] && point->values[k].type != STORE_NULL)
            append_value(k < n_keys ? keys[k].name : "data",
                         plot_value_text(&point->values[k], number), text, size);
}

/* --- panels --- */

static bool same_K_and_beta(const struct plot_point *a, const struct plot_point *b) {
    return a->K == b->K && !(a->beta < b->beta || a->beta > b->beta);
}

/* What the panel's title does not tell: keys that change along the curve, or the data where none of
 * its keys do. */
static void note_variation(struct plot_panel *panel, const bool *differs) {
    bool of_data = false;
    for (size_t k = 0; k <= n_keys; k++) {
        const char *name = k < n_keys ? keys[k].name : "data";
        bool varies = false;
        if (differs[k] || strcmp(name, "beta") == 0)
            continue;
        for (size_t i = 1; i < panel->n && !varies; i++)
            varies = !plot_value_same(&panel->points[0]->values[k], &panel->points[i]->values[k]);
        if (!varies || (k == n_keys && of_data))
            continue;
        of_data |= plot_is_of_data(k);
        const size_t used = strlen(panel->varying);
        (void)snprintf(panel->varying + used, sizeof panel->varying - used, "%s%s",
                       used > 0 ? ", " : "", name);
    }
}

/* The panel a point belongs to: an index up to panels->n, which stands for a new one. */
static size_t find_panel(const struct plot_panels *panels, const struct plot_point *point,
                         const bool *differs) {
    size_t i = 0;
    while (i < panels->n && !(panels->panel[i].K == point->K &&
                              same_values(panels->panel[i].points[0], point, differs)))
        i++;
    return i;
}

static int too_many(const bool *differs, struct vib_error *err) {
    char names[256] = "";
    for (size_t k = 0; k <= n_keys; k++)
        if (differs[k]) {
            const size_t used = strlen(names);
            (void)snprintf(names + used, sizeof names - used, " and %s",
                           k < n_keys ? keys[k].name : "data");
        }
    return vib_error_set(err, VIB_EDATA,
                         "plot: more than %d panels, one for each value of K%s; choose with --K N "
                         "or --only KEY=VALUE",
                         PLOT_MAX_PANELS, names);
}

/* `room` is the most that the panel may come to hold. */
static int add_point(struct plot_panels *panels, const struct plot_point *point, size_t room,
                     const bool *differs, struct vib_error *err) {
    const size_t i = find_panel(panels, point, differs);
    if (i == PLOT_MAX_PANELS)
        return too_many(differs, err);
    struct plot_panel *panel = &panels->panel[i];
    if (i == panels->n) {
        panel->K = point->K;
        panel->points = calloc(room, sizeof(const struct plot_point *));
        if (panel->points == NULL)
            return vib_error_set(err, VIB_ENOMEM, "plot: out of memory");
        panels->n++;
    }
    panel->points[panel->n++] = point;
    return 0;
}

static bool any_two_alike(const struct plot_panels *panels) {
    for (size_t i = 1; i < panels->n; i++)
        for (size_t j = 0; j < i; j++)
            if (panels->panel[i].K == panels->panel[j].K &&
                strcmp(panels->panel[i].variant, panels->panel[j].variant) == 0)
                return true;
    return false;
}

static void describe(struct plot_panels *panels, const bool *which) {
    for (size_t i = 0; i < panels->n; i++) {
        panels->panel[i].variant[0] = '\0';
        plot_describe(panels->panel[i].points[0], which, panels->panel[i].variant,
                      sizeof panels->panel[i].variant);
    }
}

/* The digest of the data is shown only where nothing else tells panels apart. */
static void describe_panels(struct plot_panels *panels, bool *differs) {
    const bool digest = differs[n_keys];
    differs[n_keys] = false;
    describe(panels, differs);
    differs[n_keys] = digest;
    if (digest && any_two_alike(panels))
        describe(panels, differs);
}

int plot_panels_make(struct plot_panels *panels, const struct plot_data *data,
                     struct vib_error *err) {
    int rc = 0;
    bool *differs = calloc(n_keys + 1, sizeof *differs);
    memset(panels, 0, sizeof *panels);
    if (differs == NULL)
        return vib_error_set(err, VIB_ENOMEM, "plot: out of memory");
    plot_differences(data->ordered, data->n, same_K_and_beta, differs);
    for (size_t i = 0; i < data->n && rc == 0; i++)
        rc = add_point(panels, data->ordered[i], data->n - i, differs, err);
    if (rc == 0)
        describe_panels(panels, differs);
    for (size_t i = 0; i < panels->n; i++)
        note_variation(&panels->panel[i], differs);
    free(differs);
    return rc;
}

void plot_panels_release(struct plot_panels *panels) {
    for (size_t i = 0; i < panels->n; i++)
        free(panels->panel[i].points);
    memset(panels, 0, sizeof *panels);
}

bool plot_panels_repeated(const struct plot_panels *panels) {
    for (size_t i = 0; i < panels->n; i++)
        for (size_t j = 0; j < panels->panel[i].n; j++)
            if (panels->panel[i].points[j]->n_seeds > 1)
                return true;
    return false;
}
