/* Words for what tells points apart. */
#ifndef RUNNER_PLOT_PLOT_LABEL_H
#define RUNNER_PLOT_PLOT_LABEL_H

#include "core/error.h"
#include "runner/plot/plot_data.h"

#include <stdbool.h>
#include <stddef.h>

/* A method as figures call it, "nonlinear IB", or as the database does where it is unknown. */
const char *plot_method_name(const char *method);

/* Its place among all methods, in the order of core/method.h; VIB_METHODS where it is unknown. */
int plot_method_place(const char *method);

/* "β", or "γ" where that is what the point's method trades by; static. */
const char *plot_trade_off_letter(const struct plot_point *point);

/* What the n points trade by: "β", "γ", or `both`, where these stand on one axis. */
const char *plot_trade_off_letters(const struct plot_point *points, size_t n, const char *both);

/* For every key and, last, the digest of the data: whether points that are `alike` differ in it.
 * Points that are alike stand together. differs is [n_keys + 1]. */
typedef bool plot_alike(const struct plot_point *a, const struct plot_point *b);
void plot_differences(const struct plot_point *const *points, size_t n, plot_alike *alike,
                      bool *differs);

/* Whether a key, or n_keys for the digest, is about the data. */
bool plot_is_of_data(size_t k);

/* As how many digits a real of each key, and as how many characters the digest, is to be written so
 * that those of the points that differ look different: three digits, twelve characters, or more.
 * digits is [n_keys + 1]. Error: VIB_ENOMEM. */
int plot_digits(const struct plot_point *const *points, size_t n, int *digits,
                struct vib_error *err);

/* "NAME, KEY = VALUE, ..." with each of these keys that the point has, or without a name; the
 * caller's to free, NULL when out of memory. */
char *plot_describe(const struct plot_point *point, const char *name, const bool *which,
                    const int *digits);

#endif
