/* The views of runner/store/schema.sql that compare points: pareto, best_beta, generalization_gap,
 * efficiency; and what all views cost. */
#include "tests/unit/store/views_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A point of one seed in the plane of the test split. */
static long long add_to_plane(struct fixture *f, double beta, int K, const char *izx_izy) {
    const long long job = views_add_job(f, beta, K);
    views_give_result(f, job, "test", "izx_upper, izy_lower", izx_izy);
    views_execute(f, "UPDATE result SET izy_lower_se = 0 WHERE job = %lld", job);
    return job;
}

static long long add_error(struct fixture *f, double beta, int K, const char *error_mc) {
    const long long job = views_add_job(f, beta, K);
    views_give_result(f, job, "test", "error_mc", error_mc);
    return job;
}

/* A bound without a value, as that of one example without a standard error, bounds nothing. */
static void test_a_bound_that_is_none(void **state) {
    struct fixture *f = *state;
    const long long job = add_to_plane(f, 1, 2, "4, 2");
    views_give_bound(f, job, "test", "lower", 3);
    fixture_execute(f, "UPDATE bound SET se = NULL");
    assert_text(f,
                "SELECT printf('%s %s %s', izx_lower IS NULL, izx_lower_by IS NULL,"
                " izx_upper_tight_by) FROM information_plane WHERE split = 'test'",
                "1 1 rate");
}

/* An estimate that chance has put on the wrong side of what is known: 0 and the other bound. */
static void test_bounds_in_order(void **state) {
    struct fixture *f = *state;
    const long long above = add_to_plane(f, 1, 2, "4, 2"), below = add_to_plane(f, 2, 2, "4, 2");
    views_give_bound(f, above, "test", "lower", 5);
    views_give_bound(f, above, "test", "upper", 3);
    views_give_bound(f, below, "test", "lower", -1);
    views_give_bound(f, below, "test", "upper", -0.5);
    assert_text(f,
                "SELECT group_concat(izx_lower || ' ' || izx_lower_by || ' ' || izx_upper_tight ||"
                " ' ' || izx_upper_tight_by, ', ') FROM information_plane",
                "3.0 mixture 3.0 leave_one_out, -1.0 mixture 0.0 leave_one_out");
}

/* --- the residual information --- */

static void give_residual(struct fixture *f, long long job, const char *estimator, const char *side,
                          int n, double bits, double se) {
    views_execute(f,
                  "INSERT INTO bound (job, quantity, split, estimator, side, n, bits, se, cap)"
                  " VALUES (%lld, 'izx_y', 'test', '%s', '%s', %d, %.17g, %.17g, 99)",
                  job, estimator, side, n, bits, se);
}

/* I(Z;X) is between 3 and 4, I(Z;Y) between 2 - 2 * 0.25 and H(Y) = 2.25. */
static void test_residual_by_differences(void **state) {
    static const char sql[] =
        "SELECT izx_y_lower || ' ' || izx_y_lower_by || ' ' || izx_y_upper_tight || ' ' ||"
        " izx_y_upper_tight_by FROM information_plane";
    struct fixture *f = *state;
    const long long job = add_to_plane(f, 1, 2, "6, 2");
    views_execute(f, "UPDATE result SET h_y = 2.25, izy_lower_se = 0.25, log2_n = 5");
    views_give_bound(f, job, "test", "lower", 3);
    views_give_bound(f, job, "test", "upper", 4);
    assert_text(f, sql, "0.75 izx_less_h_y 2.5 izx_less_izy");
    /* of estimates, two standard errors to the safe side; of a part only these hold for the whole
     */
    give_residual(f, job, "mixture", "lower", 5, 1.5, 0.125);
    give_residual(f, job, "pairwise_kl", "upper", 5, 0.5, 0);
    give_residual(f, job, "leave_one_out", "upper", 5, 1.75, 0.25);
    assert_text(f, sql, "1.25 mixture 2.25 leave_one_out");
    fixture_execute(f, "UPDATE bound SET n = 20 WHERE estimator = 'pairwise_kl'");
    assert_text(f, sql, "0.5 mixture 0.5 pairwise_kl"); /* cut at the upper one */
    fixture_execute(f,
                    "DELETE FROM bound WHERE quantity = 'izx_y';"
                    "UPDATE result SET izx_y_upper = 1");
    assert_text(f, sql, "0.75 izx_less_h_y 1.0 backward_encoder");
    fixture_execute(f, "UPDATE result SET log2_n = 3");
    assert_text(f, sql, "0.75 izx_less_h_y 0.75 log2_n_less_h_y");
    assert_text(f,
                "SELECT izx_y_lower_mean || ' ' || izx_y_upper_tight_mean || ' ' ||"
                " izx_y_upper_mean FROM summary",
                "0.75 0.75 1.0");
}

/* --- of methods without a rate, and without a code that is drawn --- */

/* CEB trades by gamma and has no rate; a deterministic code has a bound on I(Z;Y) alone. */
static void test_other_methods(void **state) {
    struct fixture *f = *state;
    for (int i = 0; i < 4; i++)
        add_to_plane(f, i + 1, 2, i < 2 ? "NULL, 2" : "NULL, 1");
    views_execute(f,
                  "UPDATE setting SET method = iif(job <= 2, 'ceb', 'dropout'), beta = NULL,"
                  " train_gamma = iif(job <= 2, job, NULL)");
    views_execute(f, "UPDATE job SET curve_identity = printf('%%064d', (id - 1) / 2)");
    views_execute(f, "UPDATE result SET error_mc = 0.25 + 0.25 * job, log2_n = 4");
    assert_text(f, "SELECT method || trade_off || coalesce(beta, '-') FROM best_beta", "ceb1.0-");
    assert_text(f,
                "SELECT group_concat(method || trade_off || ' ' || label_bits_per_input_bit ||"
                " coalesce(marginal_label_bits_per_rate_bit, '-'), ', ')"
                " FROM (SELECT * FROM efficiency ORDER BY trade_off)",
                "ceb1.0 0.5-, ceb2.0 0.5-");
    assert_text(f, "SELECT group_concat(DISTINCT izx_upper_tight_mean) FROM pareto", "4.0");
    assert_text(f,
                "SELECT count(izy_lower_mean) || count(izx_upper_tight_mean) ||"
                " count(izx_y_upper_tight_mean) || count(izx_upper_mean) FROM summary",
                "4220");
}

static void test_error_deviation(void **state) {
    struct fixture *f = *state;
    add_error(f, 1, 2, "0.2");
    views_execute(f, "UPDATE result SET error = 0.5, n = 100");
    assert_text(f,
                "SELECT error_se || ' ' || error_mc_se || coalesce(error_mu_se, '-')"
                " FROM error_deviation",
                "0.05 0.04-");
}

/* A sampled rate is a bound with two standard errors to the safe side. */
static void test_a_sampled_rate(void **state) {
    struct fixture *f = *state;
    add_to_plane(f, 1, 2, "4, 2");
    views_execute(f, "UPDATE result SET izx_upper_se = 0.25");
    assert_text(f,
                "SELECT izx_upper || ' ' || izx_upper_tight || izx_upper_tight_by"
                " FROM information_plane",
                "4.0 4.5rate");
}

/* --- pareto --- */

static void test_pareto_of_a_few(void **state) {
    struct fixture *f = *state;
    static const struct {
        const char *izx_izy;
        bool efficient;
    } points[] = {
        {"1, 1", true},     {"2, 1", false},  {"2, 2", true},    {"2, 1.5", false},
        {"3, 2.5", true},   {"3, 2.5", true}, {"4, 2.5", false}, {"5, NULL", false},
        {"NULL, 2", false}, {"6, 2", false},  {"0.5, -1", true}, {"7, 2.75", true},
    };
    char sql[100];
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++)
        add_to_plane(f, (double)(i + 1), 2 + (int)i % 3, points[i].izx_izy);
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        snprintf(sql, sizeof sql, "SELECT count(*) FROM pareto WHERE point = %zu", i + 1);
        if (fixture_integer(f, sql) != points[i].efficient)
            fail_msg("(%s) is taken wrongly", points[i].izx_izy);
    }
}

/* By the tightest bound: the rate of the second is less, its code's bits are more. */
static void test_pareto_not_by_the_rate(void **state) {
    struct fixture *f = *state;
    views_give_bound(f, add_to_plane(f, 1, 2, "7, 2.5"), "test", "upper", 3);
    views_give_bound(f, add_to_plane(f, 2, 2, "6, 2"), "test", "upper", 3.5);
    assert_text(f, "SELECT group_concat(point || ' ' || izx_upper_mean) FROM pareto", "1 7.0");
}

/* A point is compared by the mean of its seeds, within its data set and split. */
static void test_pareto_by_means_and_apart(void **state) {
    struct fixture *f = *state;
    add_to_plane(f, 1, 2, "1, 1"); /* mean 2, 2 */
    add_to_plane(f, 1, 2, "3, 3");
    add_to_plane(f, 2, 2, "1.5, 1.75");
    add_to_plane(f, 3, 2, "2.5, 1.75");
    assert_text(f, "SELECT group_concat(point, ' ') FROM (SELECT point FROM pareto ORDER BY point)",
                "1 3");
    views_add_dataset(f, 'e');
    views_execute(f,
                  "UPDATE job SET dataset_digest = replace(dataset_digest, 'd', 'e') WHERE id = 4");
    views_give_result(f, 3, "train", "izx_upper, izy_lower", "9, 0");
    assert_text(f,
                "SELECT group_concat(point || split, ' ') FROM"
                " (SELECT point, split FROM pareto ORDER BY point, split)",
                "1test 3test 3train 4test");
}

/* Against the definition, on many points with many ties. */
static void test_pareto_of_many(void **state) {
    struct fixture *f = *state;
    views_add_jobs(f, 0, 150);
    views_execute(f,
                  "INSERT INTO result (job, split, epoch, n, log2_n, izx_upper, izy_lower)"
                  " SELECT id, 'test', 1, 1, 99, id * 7919 %% 101 / 6,"
                  " id * 7919 %% 101 / 12 + id * 10007 %% 103 / 13"
                  " FROM job");
    char *want = fixture_text(
        f,
        "SELECT group_concat(job, ' ') FROM (SELECT job FROM result AS p WHERE NOT EXISTS"
        " (SELECT 1 FROM result AS q WHERE q.izx_upper <= p.izx_upper"
        " AND q.izy_lower >= p.izy_lower"
        " AND (q.izx_upper < p.izx_upper OR q.izy_lower > p.izy_lower)) ORDER BY job)");
    assert_true(strlen(want) > 10);
    assert_text(f, "SELECT group_concat(point, ' ') FROM (SELECT point FROM pareto ORDER BY point)",
                want);
    free(want);
}

/* --- best_beta --- */

static void test_best_beta_per_curve(void **state) {
    struct fixture *f = *state;
    add_error(f, 0.1, 2, "0.5");
    add_error(f, 0.2, 2, "0.25");
    add_error(f, 0.3, 2, "0.25");
    add_error(f, 0.4, 2, "NULL");
    add_error(f, 0.1, 8, "0.125");
    add_error(f, 0.2, 8, "0.75");
    views_give_result(f, 6, "train", "error_mc", "0");
    assert_text(f,
                "SELECT group_concat(K || ' ' || beta || ' ' || point || ' ' || curve || ' ' ||"
                " error_mc_mean || ' ' || n_betas || ' ' || n_indistinguishable, ', ')"
                " FROM (SELECT * FROM best_beta ORDER BY K)",
                "2 0.3 3 1 0.25 3 2, 8 0.1 5 5 0.125 2 1");
}

/* Jobs that were added in turn, `seeds` for each beta, have the same seeds. */
static void pair_seeds(struct fixture *f, int seeds) {
    views_execute(f, "UPDATE setting SET seed = (job - 1) %% %d", seeds);
}

/* Differences to the best, seed by seed: of the second 0.1 and 0.1, of the third 0.39 and 0.41, of
 * the fourth 0.02 and 0.18, that is 0.1 +- 1.02. The intervals of the first and the second, 0.2 +-
 * 0.127 and 0.3 +- 0.127, overlap. */
static void test_best_beta_and_its_rivals(void **state) {
    struct fixture *f = *state;
    static const char n[] = "SELECT n_betas || ' ' || n_indistinguishable FROM best_beta";
    static const char *const errors[] = {"0.19", "0.21", "0.29", "0.31",
                                         "0.6",  "0.6",  "0.21", "0.39"};
    for (int i = 0; i < 8; i++)
        add_error(f, 1 + i / 2, 2, errors[i]);
    assert_text(f, n, "4 3"); /* of seeds that are not the same, nothing is told */
    pair_seeds(f, 2);
    assert_text(f, n, "4 1");
    static const double values[2] = {0.19, 0.21};
    assert_near(f, "SELECT error_mc_hi FROM best_beta", 0.2 + half_width(values, 2, 1), 1e-6);
    assert_near(f, "SELECT error_mc_lo FROM best_beta", 0.2 - half_width(values, 2, 1), 1e-6);
    add_error(f, 5, 2, "0.9");
    views_execute(f, "UPDATE setting SET seed = 0 WHERE job = 9"); /* one pair has no interval */
    assert_text(f, n, "5 2");
    views_execute(f, "UPDATE setting SET seed = 7 WHERE job = 4"); /* one in common */
    assert_text(f, n, "5 3");
    assert_text(f, "SELECT beta || ' ' || trade_off || ' ' || n_seeds || method FROM best_beta",
                "1.0 1.0 2vib");
}

/* The mean difference 0.04 of three seeds, whose levels differ by far more, against the ends of its
 * 95 % interval: 0.04 +- 4.3027 s / sqrt(3). */
static void test_best_beta_is_paired(void **state) {
    static const double more[3] = {0.03, 0.04, 0.05};
    static const double base[3] = {0.1, 0.3, 0.6};
    struct fixture *f = *state;
    char text[40];
    for (int point = 0; point < 2; point++)
        for (int i = 0; i < 3; i++) {
            snprintf(text, sizeof text, "%.17g", base[i] + (point == 0 ? 0.0 : more[i]));
            add_error(f, 1 + point, 2, text);
        }
    pair_seeds(f, 3);
    assert_true(half_width(more, 3, 2) < 0.04);
    assert_text(f, "SELECT n_indistinguishable FROM best_beta", "0");
    /* 0.04 +- 0.0497 */
    views_execute(f, "UPDATE result SET error_mc = error_mc + (job - 5) * 0.01 WHERE job > 3");
    static const double wider[3] = {0.02, 0.04, 0.06};
    assert_true(half_width(wider, 3, 2) > 0.04);
    assert_text(f, "SELECT n_indistinguishable FROM best_beta", "1");
}

/* The beta that validation chooses is not that of the least test error. */
static void test_best_beta_by_validation(void **state) {
    struct fixture *f = *state;
    static const char *const errors[][2] = {
        {"0.25", "0.5"}, {"0.125", "0.75"}, {"0.375", "0.0625"}, {"NULL", "0.03125"}};
    for (int i = 0; i < 4; i++) {
        const long long job = views_add_job(f, i + 1, 2);
        views_give_result(f, job, "validation", "error_mc", errors[i][0]);
        views_give_result(f, job, "test", "error_mc", errors[i][1]);
    }
    add_error(f, 1, 8, "0.5"); /* another curve, without */
    assert_text(f,
                "SELECT group_concat(K || ' ' || chosen_by || ' ' || beta || ' ' || error_mc_mean"
                " || ' ' || chosen_error_mc_mean || ' ' || n_betas, ', ')"
                " FROM (SELECT * FROM best_beta ORDER BY K)",
                "2 validation 2.0 0.75 0.125 3, 8 test 1.0 0.5 0.5 1");
}

/* Intervals are those of the split that chooses, where the pairs differ by 0.1 each. */
static void test_best_beta_and_its_rivals_in_validation(void **state) {
    static const char *const errors[][2] = {
        {"0.19", "0.1"}, {"0.21", "0.3"}, {"0.29", "0.9"}, {"0.31", "0.9"}};
    static const double test[2] = {0.1, 0.3}, validation[2] = {0.19, 0.21};
    struct fixture *f = *state;
    for (int i = 0; i < 4; i++) {
        const long long job = views_add_job(f, 1 + i / 2, 2);
        views_give_result(f, job, "validation", "error_mc", errors[i][0]);
        views_give_result(f, job, "test", "error_mc", errors[i][1]);
    }
    pair_seeds(f, 2);
    assert_text(f, "SELECT beta || ' ' || n_betas || ' ' || n_indistinguishable FROM best_beta",
                "1.0 2 0");
    assert_near(f, "SELECT error_mc_hi FROM best_beta", 0.2 + half_width(test, 2, 1), 1e-6);
    assert_near(f, "SELECT chosen_error_mc_lo FROM best_beta", 0.2 - half_width(validation, 2, 1),
                1e-6);
    assert_near(f, "SELECT chosen_error_mc_hi FROM best_beta", 0.2 + half_width(validation, 2, 1),
                1e-6);
}

static void test_best_beta_without_a_test_split(void **state) {
    struct fixture *f = *state;
    views_give_result(f, views_add_job(f, 1, 2), "validation", "error_mc", "0.25");
    views_give_result(f, views_add_job(f, 1, 8), "train", "error_mc", "0.5");
    assert_text(f,
                "SELECT count(*) || chosen_by || coalesce(error_mc_mean, error_mc_hi, '-') ||"
                " chosen_error_mc_mean FROM best_beta",
                "1validation-0.25");
}

/* --- generalization_gap, efficiency --- */

/* The seeds' levels differ far more than their gaps, which are paired. */
static void test_gap_is_paired(void **state) {
    static const double gaps[3] = {0.0625, 0.125, 0.1875};
    struct fixture *f = *state;
    char values[100];
    for (int i = 0; i < 3; i++) {
        const long long job = views_add_job(f, 1, 2);
        snprintf(values, sizeof values, "%d, %d, %d", i, 10 * i, -20 * i);
        views_give_result(f, job, "train", "error_mc, ce, izy_lower", values);
        snprintf(values, sizeof values, "%.9g, %.9g, %.9g", i + gaps[i], 10 * (i + gaps[i]),
                 -20 * (i + gaps[i]));
        views_give_result(f, job, "test", "error_mc, ce, izy_lower", values);
    }
    const double half = half_width(gaps, 3, 2);
    assert_text(
        f,
        "SELECT point || ' ' || n_seeds || ' ' || error_mc_gap_mean || ' ' || ce_gap_mean ||"
        " ' ' || izy_lower_gap_mean FROM generalization_gap",
        "1 3 0.125 1.25 -2.5");
    assert_near(f, "SELECT error_mc_gap_lo FROM generalization_gap", 0.125 - half, 1e-6);
    assert_near(f, "SELECT error_mc_gap_hi FROM generalization_gap", 0.125 + half, 1e-6);
    assert_near(f, "SELECT ce_gap_lo FROM generalization_gap", 1.25 - 10 * half, 1e-5);
    assert_near(f, "SELECT ce_gap_hi FROM generalization_gap", 1.25 + 10 * half, 1e-5);
    assert_near(f, "SELECT izy_lower_gap_lo FROM generalization_gap", -2.5 - 20 * half, 1e-5);
    assert_near(f, "SELECT izy_lower_gap_hi FROM generalization_gap", -2.5 + 20 * half, 1e-5);
}

static void test_gap_needs_results(void **state) {
    struct fixture *f = *state;
    for (int i = 0; i < 3; i++) {
        const long long job = views_add_job(f, i + 1, 2);
        views_give_result(f, job, "train", "error_mc, ce", "0.25, NULL");
        views_give_result(f, job, "test", "error_mc, ce", "0.5, 1");
    }
    views_execute(f, "UPDATE job SET state = 'failed' WHERE id = 2");
    assert_text(
        f,
        "SELECT group_concat(beta || ' ' || error_mc_gap_mean || ' ' ||"
        " (coalesce(error_mc_gap_lo, error_mc_gap_hi, ce_gap_mean, ce_gap_lo) IS NULL), ', ')"
        " FROM generalization_gap",
        "1.0 0.25 1, 3.0 0.25 1");
}

static void test_efficiency(void **state) {
    struct fixture *f = *state;
    add_to_plane(f, 0.1, 2, "4, 2");
    add_to_plane(f, 1, 2, "1, 0.5");
    add_to_plane(f, 0.01, 2, "6, 2.5");
    add_to_plane(f, 0.001, 2, "5, 2.75");  /* the rate fell */
    add_to_plane(f, 10, 2, "0, -0.25");    /* no bits at all */
    add_to_plane(f, 0.05, 2, "NULL, 2.2"); /* not known: between its neighbours nothing changes */
    add_to_plane(f, 0.1, 8, "8, 1");       /* another curve */
    views_give_bound(f, 1, "test", "upper", 2.5);
    views_give_bound(f, 5, "test", "upper", -0.25); /* of a few examples */
    assert_text(f,
                "SELECT group_concat(K || ' ' || beta || ' ' || izx_upper_tight_mean || ' ' ||"
                " coalesce(round(label_bits_per_input_bit, 4), '-') || ' ' ||"
                " coalesce(marginal_label_bits_per_rate_bit, '-'), ', ')"
                " FROM (SELECT * FROM efficiency ORDER BY K, beta DESC)",
                "2 10.0 0.0 - -, 2 1.0 1.0 0.5 0.75, 2 0.1 2.5 0.8 0.5, 2 0.01 6.0 0.4167 0.25,"
                " 2 0.001 5.0 0.55 -, 8 0.1 8.0 0.125 -");
}

/* The estimate of I(Z;Y) is a bound when two standard errors are taken off: the mean over seeds of
 * what is then left. */
static void test_efficiency_is_safe(void **state) {
    struct fixture *f = *state;
    for (int i = 0; i < 2; i++)
        views_give_result(f, views_add_job(f, 1, 2), "test", "izx_upper, izy_lower, izy_lower_se",
                          i == 0 ? "4, 2, 0.25" : "6, 3, 0.5");
    assert_text(f, "SELECT izy_lower_mean || ' ' || label_bits_per_input_bit FROM efficiency",
                "2.5 0.35");
    views_execute(f, "UPDATE result SET izy_lower_se = NULL"); /* of one example: no bound */
    assert_text(f, "SELECT count(*) || ' ' || count(label_bits_per_input_bit) FROM efficiency",
                "1 0");
}

/* --- cost --- */

static long long steps(struct fixture *f, const char *view) {
    char sql[100];
    snprintf(sql, sizeof sql, "SELECT * FROM %s", view);
    return views_steps(f, sql);
}

/* One long curve, four seeds a point: from `from` to n jobs. */
static void fill(struct fixture *f, size_t from, size_t n) {
    views_add_jobs(f, from, n);
    views_execute(f, "UPDATE setting SET beta = job / 4, seed = job %% 4");
    fixture_regroup(f);
    views_execute(
        f,
        "INSERT INTO result (job, split, epoch, n, log2_n, error_mc, ce, izx_upper, izy_lower)"
        " SELECT job.id, value, 1, 20, 4, 1.0 / job.id, 1, job.id %% 97, job.id %% 89 FROM job,"
        " json_each('[\"train\", \"test\"]') WHERE job.id > %zu",
        from);
    views_execute(f,
                  "INSERT INTO bound (job, quantity, split, estimator, side, n, bits, se, cap)"
                  " SELECT job, 'izx', split, value, 'upper', 20, 3, 0, 4 FROM result,"
                  " json_each('[\"leave_one_out\", \"pairwise_kl\"]') WHERE job > %zu",
                  from);
}

/* No view compares all jobs, points or betas with one another. */
static void test_cost_grows_with_the_jobs(void **state) {
    static const char *const views[] = {
        "information_plane", "job_point",          "summary",   "pareto",
        "best_beta",         "generalization_gap", "efficiency"};
    enum { VIEWS = sizeof views / sizeof views[0] };
    struct fixture *f = *state;
    long long few[VIEWS];
    fill(f, 0, 200);
    for (size_t i = 0; i < VIEWS; i++)
        few[i] = steps(f, views[i]);
    fill(f, 200, 800);
    for (size_t i = 0; i < VIEWS; i++) {
        const long long many = steps(f, views[i]);
        if (!(many < 5 * few[i]))
            fail_msg("%s: %lld steps for 200 jobs, %lld for 800", views[i], few[i], many);
    }
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_new, fixture_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(test_pareto_of_a_few),
        WITH_FIXTURE(test_pareto_by_means_and_apart),
        WITH_FIXTURE(test_pareto_of_many),
        WITH_FIXTURE(test_best_beta_per_curve),
        WITH_FIXTURE(test_best_beta_and_its_rivals),
        WITH_FIXTURE(test_best_beta_is_paired),
        WITH_FIXTURE(test_best_beta_by_validation),
        WITH_FIXTURE(test_best_beta_and_its_rivals_in_validation),
        WITH_FIXTURE(test_best_beta_without_a_test_split),
        WITH_FIXTURE(test_gap_is_paired),
        WITH_FIXTURE(test_gap_needs_results),
        WITH_FIXTURE(test_efficiency),
        WITH_FIXTURE(test_cost_grows_with_the_jobs),
        WITH_FIXTURE(test_a_bound_that_is_none),
        WITH_FIXTURE(test_residual_by_differences),
        WITH_FIXTURE(test_other_methods),
        WITH_FIXTURE(test_error_deviation),
        WITH_FIXTURE(test_a_sampled_rate),
        WITH_FIXTURE(test_bounds_in_order),
        WITH_FIXTURE(test_pareto_not_by_the_rate),
        WITH_FIXTURE(test_efficiency_is_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
