/* Sharing a grid out: what --shard says, and who gets which jobs. */
#include "runner/sweep/shard.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void what_a_shard_is_called(void **state) {
    struct shard shard;
    struct vib_error err;
    (void)state;
    assert_int_equal(shard_parse(&shard, "7/40", &err), VIB_OK);
    assert_int_equal(shard.number, 7);
    assert_int_equal(shard.n, 40);
    assert_int_equal(shard_parse(&shard, "1000000/1000000", &err), VIB_OK);
    assert_int_equal(shard_parse(&shard, "12", &err), VIB_OK);
    assert_int_equal(shard.number, 12);
    assert_int_equal(shard.n, 0);
}

static void what_is_none_is_refused(void **state) {
    static const char *const wrong[] = {"",
                                        "/",
                                        "0",
                                        "0/4",
                                        "5/4",
                                        "1/0",
                                        "1/",
                                        "/4",
                                        "-1/4",
                                        "a",
                                        "1/b",
                                        "1//4",
                                        "1 /4",
                                        "1/4/4",
                                        "1/1000001",
                                        "1000001",
                                        "1.5/4",
                                        "4294967297/4294967298",
                                        "00000000000000000000000000000000001/4"};
    struct shard shard;
    struct vib_error err;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (shard_parse(&shard, wrong[i], &err) != VIB_EUSAGE)
            fail_msg("%s was taken", wrong[i]);
        assert_non_null(strstr(err.message, "expected I/N"));
    }
}

enum { JOBS = 1000 };

/* Of very different lengths, many of them equal, under identities in no order. */
static struct job_estimate *make_jobs(size_t n) {
    struct job_estimate *jobs = calloc(n, sizeof *jobs);
    assert_non_null(jobs);
    for (size_t i = 0; i < n; i++) {
        const unsigned mixed = (unsigned)i * 2654435761u;
        jobs[i].flops = (double)(1u << (mixed >> 28)) * (double)(1 + i % 3);
        (void)snprintf(jobs[i].identity, IDENTITY_SIZE, "%08x%056x", mixed, (unsigned)i);
    }
    return jobs;
}

static void pack(const struct job_estimate *jobs, size_t n_jobs, uint32_t n, uint32_t *shards) {
    struct vib_error err;
    assert_int_equal(shard_pack(jobs, n_jobs, n, shards, &err), VIB_OK);
}

static void assert_balanced(const struct job_estimate *jobs, const uint32_t *shards, uint32_t n) {
    double *loads = calloc(n, sizeof *loads), most = 0.0, least = HUGE_VAL, longest = 0.0;
    assert_non_null(loads);
    for (size_t i = 0; i < JOBS; i++) {
        assert_in_range(shards[i], 1, n); /* each is in a shard, and by the array in one alone */
        loads[shards[i] - 1] += jobs[i].flops;
        longest = fmax(longest, jobs[i].flops);
    }
    for (uint32_t s = 0; s < n; s++) {
        most = fmax(most, loads[s]);
        least = fmin(least, loads[s]);
    }
    assert_true(most - least <= longest);
    free(loads);
}

static void shards_differ_by_the_longest_job_at_most(void **state) {
    static const uint32_t counts[] = {1, 2, 3, 7, 64, 999, JOBS, JOBS + 1, SHARD_MAX};
    struct job_estimate *jobs = make_jobs(JOBS);
    uint32_t shards[JOBS];
    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        pack(jobs, JOBS, counts[i], shards);
        assert_balanced(jobs, shards, counts[i]);
    }
    free(jobs);
}

/* Jobs in another order, as of a grid whose axes were exchanged. */
static void the_order_of_the_jobs_does_not_matter(void **state) {
    struct job_estimate *jobs = make_jobs(JOBS), turned[JOBS];
    uint32_t shards[JOBS], of_turned[JOBS];
    (void)state;
    for (size_t i = 0; i < JOBS; i++)
        turned[i] = jobs[JOBS - 1 - i];
    pack(jobs, JOBS, 13, shards);
    pack(turned, JOBS, 13, of_turned);
    for (size_t i = 0; i < JOBS; i++)
        assert_int_equal(shards[i], of_turned[JOBS - 1 - i]);
    free(jobs);
}

/* By hand: 8, then 7, then 6 to whom has 7, ...; ties by identity, and to the lowest number. */
static void longest_first(void **state) {
    struct job_estimate jobs[] = {{.identity = "d", .flops = 6},
                                  {.identity = "b", .flops = 8},
                                  {.identity = "a", .flops = 8},
                                  {.identity = "e", .flops = 5},
                                  {.identity = "c", .flops = 7}};
    uint32_t shards[5];
    (void)state;
    pack(jobs, 5, 2, shards);
    assert_int_equal(shards[2], 1); /* a: 8, 0 */
    assert_int_equal(shards[1], 2); /* b: 8, 8 */
    assert_int_equal(shards[4], 1); /* c: 15, 8 */
    assert_int_equal(shards[0], 2); /* d: 15, 14 */
    assert_int_equal(shards[3], 2); /* e: 15, 19 */
}

/* The same data set under two names makes them; two shards would train one job twice. */
static void jobs_of_one_identity_stay_together(void **state) {
    struct job_estimate jobs[] = {{.identity = "a", .flops = 4},
                                  {.identity = "b", .flops = 4},
                                  {.identity = "a", .flops = 4},
                                  {.identity = "c", .flops = 4}};
    uint32_t shards[4];
    (void)state;
    pack(jobs, 4, 2, shards);
    assert_int_equal(shards[0], 1);
    assert_int_equal(shards[2], 1);
    assert_int_equal(shards[1], 2);
    assert_int_equal(shards[3], 1); /* the twin is no load */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_shard_is_called),
        cmocka_unit_test(what_is_none_is_refused),
        cmocka_unit_test(shards_differ_by_the_longest_job_at_most),
        cmocka_unit_test(the_order_of_the_jobs_does_not_matter),
        cmocka_unit_test(longest_first),
        cmocka_unit_test(jobs_of_one_identity_stay_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
