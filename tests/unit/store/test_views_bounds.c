/* The tightest bounds of view information_plane against the lists of all valid ones, and what
 * finding them takes. */
#include "tests/unit/store/views_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* So many jobs, some of them deterministic, with estimates that lie on either side of one another,
 * are often equal, and lack a value or a standard error now and then, from all examples or half. */
static void fill(struct fixture *f, size_t from, size_t n) {
    views_add_jobs(f, from, n);
    views_execute(f,
                  "UPDATE setting SET method = CASE job %% 5 WHEN 0 THEN 'dropout'"
                  " WHEN 1 THEN 'ceb' ELSE 'vib' END");
    views_execute(
        f,
        "INSERT INTO result (job, split, epoch, n, log2_n, h_y, izy_lower, izy_lower_se, izx_upper,"
        " izx_upper_se, izx_y_upper) SELECT job, value, 1, 20, 3.5, 1, job %% 3, nullif(job %% 2, 1),"
        " nullif(job %% 7, 4), nullif(job %% 2, 0), nullif(job %% 11, 2)"
        " FROM setting, json_each('[\"train\", \"test\"]') WHERE job > %zu",
        from);
    views_execute(f,
                  "WITH estimator (name, place, side) AS (VALUES ('mixture', 1, 'lower'),"
                  " ('pairwise_bhattacharyya', 2, 'lower'), ('leave_one_out', 3, 'upper'),"
                  " ('moment_matched', 4, 'upper'), ('pairwise_kl', 5, 'upper'))"
                  "INSERT INTO bound SELECT result.job, value, split, name, side,"
                  " iif(result.job %% 3, n, n / 2), nullif((result.job * 7 + place * 3) %% 5, 3),"
                  " nullif(0.5 * (result.job %% 4), 1.5), 4 FROM result, estimator,"
                  " json_each('[\"izx\", \"izx_y\"]')"
                  " WHERE result.job > %zu AND result.job %% 5 > 0 AND result.job %% 13 > 0",
                  from);
}

/* A bound of the plane, and the ends of a list that it must be: by SQL's aggregate over the list.
 */
struct tightest {
    const char *value, *name, *list, *side, *aggregate;
};

static const struct tightest bounds[] = {
    {"izx_lower", "izx_lower_by", "valid_bound", "lower", "max"},
    {"izx_upper_tight", "izx_upper_tight_by", "valid_bound", "upper", "min"},
    {"izx_y_lower", "izx_y_lower_by", "valid_residual_bound", "lower", "max"},
    {"izx_y_upper_tight", "izx_y_upper_tight_by", "valid_residual_bound", "upper", "min"},
};

/* Each value is the tightest of its list: not below 0 from above, and from below no more than from
 * above. Its name is that of the first in the list that has it. */
static void test_the_tightest_of_all(void **state) {
    struct fixture *f = *state;
    char sql[1024];
    fill(f, 0, 200);
    assert_text(f,
                "SELECT count(*) || ' ' || count(DISTINCT izx_upper_tight_by) || ' ' ||"
                " count(DISTINCT izx_y_upper_tight_by) FROM information_plane",
                "400 5 6");
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        const struct tightest *bound = &bounds[i];
        const struct tightest *above = &bounds[i | 1];
        snprintf(sql, sizeof sql,
                 "WITH list AS MATERIALIZED (SELECT row_number() OVER () AS place, * FROM %s"
                 " WHERE side = '%s'),"
                 " tightest AS (SELECT job, split, %s(bits) AS bits FROM list GROUP BY job, split)"
                 "SELECT count(*) FROM information_plane AS p LEFT JOIN tightest USING (job, split)"
                 " WHERE p.%s IS iif('%s' = 'upper', max(bits, 0.0), min(bits, p.%s))"
                 " AND p.%s IS (SELECT estimator FROM list WHERE list.job = p.job"
                 " AND list.split = p.split AND list.bits = tightest.bits ORDER BY place LIMIT 1)",
                 bound->list, bound->side, bound->aggregate, bound->value, bound->side,
                 above->value, bound->name);
        assert_text(f, sql, "400");
    }
}

/* --- cost --- */

/* The estimates are read once; of one job or one split no other's, and no names that nobody asks
 * for. */
static void test_only_what_is_asked_for(void **state) {
#define VALUES "izx_lower, izx_upper_tight, izx_y_lower, izx_y_upper_tight"
#define NAMES "izx_lower_by, izx_upper_tight_by, izx_y_lower_by, izx_y_upper_tight_by"
    static const char one[] = "SELECT izx_lower FROM information_plane WHERE job = 3";
    struct fixture *f = *state;
    fill(f, 0, 50);
    const long long few = views_steps(f, one);
    fill(f, 50, 200);
    assert_true(views_steps(f, one) < 2 * few);
    const long long all = views_steps(f, "SELECT " VALUES " FROM information_plane");
    const long long split =
        views_steps(f, "SELECT " VALUES " FROM information_plane WHERE split = 'test'");
    const long long named = views_steps(f, "SELECT " VALUES ", " NAMES " FROM information_plane");
    assert_true(all < 3 * views_steps(f, "SELECT bits FROM valid_estimate"));
    assert_true(3 * split < 2 * all);
    assert_true(4 * all < 3 * named);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_tightest_of_all, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_only_what_is_asked_for, fixture_new, fixture_free),
    };
    return cmocka_run_group_tests_name("views_bounds", tests, NULL, NULL);
}
