/* The figures of `vib-sweep plot`: from a database to a self-contained script for gnuplot. */
#ifndef RUNNER_PLOT_PLOT_H
#define RUNNER_PLOT_PLOT_H

#include "core/error.h"
#include "runner/plot/plot_canvas.h"
#include "runner/store/store_filter.h"
#include "runner/store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct plot_figure;

struct plot_request {
    const struct plot_figure *figure;
    const struct store_filter *filters; /* [n_filters] */
    size_t n_filters;
    enum plot_format format;
    bool to_file;         /* the script names its own output, <figure>.svg; else standard output */
    const char *database; /* its name for people */
};

/* The i-th figure, NULL when there are no more. */
const struct plot_figure *plot_figure_at(size_t i);

/* Its name and what it shows; false when there are no more. */
bool plot_list_figure(size_t i, const char **name, const char **help);

/* Writes the script; write errors stay in the stream (ferror), which ought to be a file: those of
 * open_memstream forget them. Notes on what the figure leaves out go to stderr. Errors: VIB_EDATA
 * when there is nothing to be shown or too much, those of the store, VIB_ENOMEM. Thread rule: as
 * for the store. */
int plot_write(const struct plot_request *request, struct store *store, FILE *out,
               struct vib_error *err);

#endif
