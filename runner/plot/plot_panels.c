#include "runner/plot/plot_panels.h"

#include "runner/base/text.h"
#include "runner/plot/plot_label.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int no_memory(struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "plot: out of memory");
}

static bool same_values(const struct plot_point *a, const struct plot_point *b, const bool *which) {
    for (size_t k = 0; k <= n_keys; k++)
        if (which[k] && !store_value_same(&a->values[k], &b->values[k]))
            return false;
    return true;
}

static bool are_alike(const struct plot_point *a, const struct plot_point *b) {
    return strcmp(a->method, b->method) == 0 && a->K == b->K && a->series == b->series &&
           !(a->trade_off < b->trade_off || a->trade_off > b->trade_off);
}

/* What panels are made by. */
struct making {
    const bool *differs;             /* [n_keys + 1] in which variants differ */
    const struct plot_series *apart; /* NULL: a panel has all series */
};

/* What write_variation is about. */
struct variation {
    const struct plot_panel *panel;
    const bool *differs;
};

static bool is_trade_off(size_t k) {
    for (int m = 0; k < n_keys && m < VIB_METHODS; m++)
        if (key_trade_off((enum vib_method)m) == &keys[k])
            return true;
    return false;
}

/* Whether points of one series differ in the key, or those of two that both have it. */
static bool varies(const struct plot_panel *panel, size_t k) {
    const struct plot_point *first = panel->points[0], *of_series = first;
    for (size_t i = 1; i < panel->n; i++) {
        const struct plot_point *point = panel->points[i];
        const struct store_value *value = &point->values[k];
        if (point->series != of_series->series)
            of_series = point;
        if (!store_value_same(&of_series->values[k], value) ||
            (value->type != STORE_NULL && first->values[k].type != STORE_NULL &&
             !store_value_same(&first->values[k], value)))
            return true;
    }
    return false;
}

/* What the panel's title does not tell: keys that change along a curve or from one to another, or
 * the data where none of its keys do. */
static void write_variation(FILE *out, const void *context) {
    const struct variation *variation = context;
    const struct plot_panel *panel = variation->panel;
    const char *separator = "";
    bool of_data = false;
    for (size_t k = 0; k <= n_keys; k++) {
        const char *name = k < n_keys ? keys[k].name : "data";
        if (variation->differs[k] || is_trade_off(k) || plot_series_has_key(k) ||
            !varies(panel, k) || (k == n_keys && of_data))
            continue;
        of_data |= plot_is_of_data(k);
        (void)fprintf(out, "%s%s", separator, name);
        separator = ", ";
    }
}

/* The panel a point belongs to: an index up to panels->n, which stands for a new one. */
static size_t find_panel(const struct plot_panels *panels, const struct plot_point *point,
                         const struct making *making) {
    size_t i = 0;
    for (; i < panels->n; i++) {
        const struct plot_point *first = panels->panel[i].points[0];
        if (first->K == point->K && (making->apart == NULL || first->series == point->series) &&
            same_values(first, point, making->differs))
            break;
    }
    return i;
}

static int too_many(const struct making *making, struct vib_error *err) {
    const bool *differs = making->differs;
    char names[256] = "";
    if (making->apart != NULL)
        (void)snprintf(names, sizeof names, " and objective");
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
                     const struct making *making, struct vib_error *err) {
    const size_t i = find_panel(panels, point, making);
    if (i == PLOT_MAX_PANELS)
        return too_many(making, err);
    struct plot_panel *panel = &panels->panel[i];
    if (i == panels->n) {
        panel->K = point->K;
        panel->points = calloc(room, sizeof(const struct plot_point *));
        if (panel->points == NULL)
            return no_memory(err);
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

static int describe(struct plot_panels *panels, const struct plot_series *apart, const bool *which,
                    const int *digits, struct vib_error *err) {
    for (size_t i = 0; i < panels->n; i++) {
        struct plot_panel *panel = &panels->panel[i];
        const char *name = apart != NULL ? apart->names[panel->points[0]->series] : "";
        free(panel->variant);
        panel->variant = plot_describe(panel->points[0], name, which, digits);
        if (panel->variant == NULL)
            return no_memory(err);
    }
    return 0;
}

/* The digest of the data is shown only where nothing else tells panels apart. digits is for work.
 */
static int describe_panels(struct plot_panels *panels, const struct plot_series *apart,
                           bool *differs, int *digits, struct vib_error *err) {
    const struct plot_point *points[PLOT_MAX_PANELS];
    const bool digest = differs[n_keys];
    for (size_t i = 0; i < panels->n; i++)
        points[i] = panels->panel[i].points[0];
    int rc = plot_digits(points, panels->n, digits, err);
    differs[n_keys] = false;
    if (rc == 0)
        rc = describe(panels, apart, differs, digits, err);
    differs[n_keys] = digest;
    if (rc == 0 && digest && any_two_alike(panels))
        rc = describe(panels, apart, differs, digits, err);
    return rc;
}

static int note_variations(struct plot_panels *panels, const bool *differs, struct vib_error *err) {
    for (size_t i = 0; i < panels->n; i++) {
        const struct variation variation = {&panels->panel[i], differs};
        panels->panel[i].varying = text_make(write_variation, &variation);
        if (panels->panel[i].varying == NULL)
            return no_memory(err);
    }
    return 0;
}

int plot_panels_make(struct plot_panels *panels, const struct plot_data *data,
                     const struct plot_series *apart, struct vib_error *err) {
    bool *differs = calloc(n_keys + 1, sizeof *differs);
    const struct making making = {differs, apart};
    int *digits = calloc(n_keys + 1, sizeof *digits);
    memset(panels, 0, sizeof *panels);
    int rc = differs == NULL || digits == NULL ? no_memory(err) : 0;
    if (rc == 0)
        plot_differences(data->ordered, data->n, are_alike, differs);
    for (size_t i = 0; i < data->n && rc == 0; i++)
        rc = add_point(panels, data->ordered[i], data->n - i, &making, err);
    if (rc == 0)
        rc = describe_panels(panels, apart, differs, digits, err);
    if (rc == 0)
        rc = note_variations(panels, differs, err);
    free(digits);
    free(differs);
    return rc;
}

void plot_panels_release(struct plot_panels *panels) {
    for (size_t i = 0; i < panels->n; i++) {
        free(panels->panel[i].points);
        free(panels->panel[i].variant);
        free(panels->panel[i].varying);
    }
    memset(panels, 0, sizeof *panels);
}

bool plot_panels_repeated(const struct plot_panels *panels) {
    for (size_t i = 0; i < panels->n; i++)
        for (size_t j = 0; j < panels->panel[i].n; j++)
            if (panels->panel[i].points[j]->n_seeds > 1)
                return true;
    return false;
}
