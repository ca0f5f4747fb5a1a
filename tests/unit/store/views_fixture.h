/* What the tests of the views share: made-up results, and what is expected of them. */
#ifndef TESTS_STORE_VIEWS_FIXTURE_H
#define TESTS_STORE_VIEWS_FIXTURE_H

#include "tests/unit/store/store_fixture.h"

#include <stddef.h>

/* Runs printf-like SQL. */
__attribute__((format(printf, 2, 3))) void views_execute(struct fixture *f, const char *format,
                                                         ...);

/* Adds a job of its own seed that is done; returns its id, which ascends from 1. */
long long views_add_job(struct fixture *f, double beta, int K);

/* Raises the number of jobs from `from` to n, all of them done, each with a beta of its own. */
void views_add_jobs(struct fixture *f, size_t from, size_t n);

/* Adds another data set like the fixture's; d in its digest is replaced by the digit. */
void views_add_dataset(struct fixture *f, char digit);

/* Gives a job its result on a split: names and values of columns as in SQL. The split is of so many
 * examples that I(Z;X) can be 99 bits. */
void views_give_result(struct fixture *f, long long job, const char *split, const char *columns,
                       const char *values);

/* Gives a job an estimate of I(Z;X) on a split, without a statistical error, that lies on a side.
 */
void views_give_bound(struct fixture *f, long long job, const char *split, const char *side,
                      double bits);

/* The only row of a query has this text, or this number. */
void assert_text(struct fixture *f, const char *sql, const char *want);
void assert_near(struct fixture *f, const char *sql, double want, double tolerance);

/* Steps of SQLite's virtual machine for all rows of a query. */
long long views_steps(struct fixture *f, const char *sql);

/* Student's t: the quantile 0.975 for df degrees of freedom. */
double t95(int df);

/* Half the 95 % interval of the mean of n values, with the t of df degrees of freedom. */
double half_width(const double *values, int n, int df);

#endif
