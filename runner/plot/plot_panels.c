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

static bool same_K_and_beta(const struct plot_point *a, const struct plot_point *b) {
    return a->K == b->K && !(a->beta < b->beta || a->beta > b->beta);
}

/* What write_variation is about. */
struct variation {
    const struct plot_panel *panel;
    const bool *differs;
};

/* What the panel's title does not tell: keys that change along the curve, or the data where none of
 * its keys do. */
static void write_variation(FILE *out, const void *context) {
    const struct variation *variation = context;
    const struct plot_panel *panel = variation->panel;
    const char *separator = "";
    bool of_data = false;
    for (size_t k = 0; k <= n_keys; k++) {
        const char *name = k < n_keys ? keys[k].name : "data";
        bool varies = false;
        if (variation->differs[k] || strcmp(name, "beta") == 0)
            continue;
        for (size_t i = 1; i < panel->n && !varies; i++)
            varies = !store_value_same(&panel->points[0]->values[k], &panel->points[i]->values[k]);
        if (!varies || (k == n_keys && of_data))
            continue;
        of_data |= plot_is_of_data(k);
        (void)fprintf(out, "%s%s", separator, name);
        separator = ", ";
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

static int describe(struct plot_panels *panels, const bool *which, const int *digits,
                    struct vib_error *err) {
    for (size_t i = 0; i < panels->n; i++) {
        struct plot_panel *panel = &panels->panel[i];
        free(panel->variant);
        panel->variant = plot_describe(panel->points[0], "", which, digits);
        if (panel->variant == NULL)
            return no_memory(err);
    }
    return 0;
}

/* The digest of the data is shown only where nothing else tells panels apart. digits is for work.
 */
static int describe_panels(struct plot_panels *panels, bool *differs, int *digits,
                           struct vib_error *err) {
    const struct plot_point *points[PLOT_MAX_PANELS];
    const bool digest = differs[n_keys];
    for (size_t i = 0; i < panels->n; i++)
        points[i] = panels->panel[i].points[0];
    int rc = plot_digits(points, panels->n, digits, err);
    differs[n_keys] = false;
    if (rc == 0)
        rc = describe(panels, differs, digits, err);
    differs[n_keys] = digest;
    if (rc == 0 && digest && any_two_alike(panels))
        rc = describe(panels, differs, digits, err);
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
                     struct vib_error *err) {
    bool *differs = calloc(n_keys + 1, sizeof *differs);
    int *digits = calloc(n_keys + 1, sizeof *digits);
    memset(panels, 0, sizeof *panels);
    int rc = differs == NULL || digits == NULL ? no_memory(err) : 0;
    if (rc == 0)
        plot_differences(data->ordered, data->n, same_K_and_beta, differs);
    for (size_t i = 0; i < data->n && rc == 0; i++)
        rc = add_point(panels, data->ordered[i], data->n - i, differs, err);
    if (rc == 0)
        rc = describe_panels(panels, differs, digits, err);
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
