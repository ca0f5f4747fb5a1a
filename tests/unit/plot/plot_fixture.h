/* What the tests of figures share: made-up jobs that are done, by their settings. */
#ifndef TESTS_PLOT_PLOT_FIXTURE_H
#define TESTS_PLOT_PLOT_FIXTURE_H

#include "runner/plot/plot_data.h"
#include "tests/unit/store/store_fixture.h"

#include <stddef.h>
#include <stdint.h>

/* Adds a job that is done, of the fixture's data set; settings are "KEY=VALUE KEY=VALUE", without
 * blanks within. Both errors and the rate (bits) are the same on both splits. Returns its id. */
int64_t plot_add_job(struct fixture *f, const char *settings, double error, double rate);

/* Adds a data set like the fixture's, which is the fixture's from now on; its digest is of this
 * character. */
void plot_use_data(struct fixture *f, char digit);

/* Reads the points that pass the filters "KEY=VALUE", and puts them in order. */
void plot_read(struct fixture *f, struct plot_data *data, const char *const *filters, size_t n);

#endif
