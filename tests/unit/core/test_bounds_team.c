/* A team shares the work of the estimators and changes no bit of them. */
#include "tests/unit/core/codes_fixture.h"
#include "tests/unit/core/team_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { EVERY = (1 << VIB_ESTIMATORS) - 1 };

/* Ten clouds, so that some pairs are left early and some are not. */
static void cook(struct codes *codes, enum vib_covariance covariance, size_t n, size_t K) {
    codes_init(codes, covariance, n, K);
    codes_normals(1, 1, n * K, codes->mu);
    codes_normals(1, 2, n * codes->F, codes->factor);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < codes->F; k++) {
            float *factor = codes->factor + i * codes->F + k;
            *factor = k < K ? expf(0.1f * *factor) : 0.2f * *factor;
            if (k < K)
                codes->mu[i * K + k] += i % 10 == k % 10 ? 30.0f : 0.0f;
        }
    codes_draw(codes, 2);
}

static void check_teams(enum vib_covariance covariance, size_t n, size_t K) {
    static const size_t threads[] = {1, 2, 3, 5};
    struct codes codes;
    struct vib_bound alone[VIB_ESTIMATORS], shared[VIB_ESTIMATORS];
    struct vib_error err;
    cook(&codes, covariance, n, K);
    const struct vib_gaussians g = codes_view(&codes);
    assert_int_equal(vib_bounds(&g, EVERY, NULL, NULL, alone, &err), VIB_OK);
    for (size_t t = 0; t < sizeof threads / sizeof threads[0]; t++) {
        struct vib_team *team = team_fixture_new(threads[t]);
        for (int again = 0; again < 2; again++) {
            assert_int_equal(vib_bounds(&g, EVERY, NULL, team, shared, &err), VIB_OK);
            assert_memory_equal(shared, alone, sizeof alone);
        }
        team_fixture_free(team);
    }
    codes_release(&codes);
}

/* Less than a group, some groups, and more than one panel of 1024 columns. */
static void test_diagonal(void **state) {
    (void)state;
    check_teams(VIB_DIAGONAL, 50, 70);
    check_teams(VIB_DIAGONAL, 700, 40);
    check_teams(VIB_DIAGONAL, 2500, 13);
}

static void test_full(void **state) {
    (void)state;
    check_teams(VIB_FULL, 50, 5);
    check_teams(VIB_FULL, 300, 11);
}

static void test_stops_on_request(void **state) {
    const atomic_bool stop = true;
    struct codes codes;
    struct vib_bound got[VIB_ESTIMATORS];
    struct vib_error err;
    struct vib_team *team = team_fixture_new(3);
    (void)state;
    cook(&codes, VIB_DIAGONAL, 300, 20);
    const struct vib_gaussians g = codes_view(&codes);
    for (unsigned e = VIB_ESTIMATOR_MOMENT_MATCHED; e < VIB_ESTIMATORS; e++)
        assert_int_equal(vib_bounds(&g, 1u << e, &stop, team, got, &err), VIB_ESTOPPED);
    codes_release(&codes);
    team_fixture_free(team);
}

struct count {
    atomic_int of[1000];
};

static void count_part(void *context, size_t part) {
    struct count *count = context;
    atomic_fetch_add(&count->of[part], 1);
}

/* Of the fixture: each part once, however many there are. */
static void test_every_part_once(void **state) {
    static const size_t parts[] = {1, 2, 6, 64, 999, 1000};
    (void)state;
    for (size_t threads = 1; threads <= 5; threads++) {
        struct vib_team *team = team_fixture_new(threads);
        for (size_t p = 0; p < sizeof parts / sizeof parts[0]; p++) {
            struct count count = {0};
            team->run(team, parts[p], count_part, &count);
            for (size_t i = 0; i < 1000; i++)
                assert_int_equal(count.of[i], i < parts[p]);
        }
        team_fixture_free(team);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_part_once),
        cmocka_unit_test(test_diagonal),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_stops_on_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
