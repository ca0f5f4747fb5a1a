/* When a snapshot is due, and what waits for one. */
#include "runner/sweep/sweep_internal.h"
#include "tests/unit/store/store_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void the_first_is_due_at_once_and_then_one_a_minute(void **state) {
    struct publishing p = {.at_s = -HUGE_VAL};
    (void)state;
    assert_false(sweep_publish_due(&p, 0.0)); /* nothing is new */
    p.changed = true;
    assert_true(sweep_publish_due(&p, 0.0));
    p.at_s = 100.0;
    assert_false(sweep_publish_due(&p, 159.9));
    assert_true(sweep_publish_due(&p, 160.0));
    p.changed = false;
    assert_false(sweep_publish_due(&p, 1e6));
}

struct place {
    struct fixture *f;
    char snapshot[400], checkpoint[400];
    struct sweep_options options;
    struct sweep sweep;
    struct job job;
};

static int place_new(void **state) {
    struct place *p = calloc(1, sizeof *p);
    void *fixture;
    assert_non_null(p);
    assert_int_equal(fixture_new(&fixture), 0);
    p->f = fixture;
    memset(p->job.identity, 'a', 64);
    (void)snprintf(p->snapshot, sizeof p->snapshot, "%s/snapshot.db", p->f->folder);
    (void)snprintf(p->checkpoint, sizeof p->checkpoint, "%s/%s.ckpt", p->f->folder,
                   p->job.identity);
    p->options.publish = p->snapshot;
    p->sweep.options = &p->options;
    p->sweep.store = p->f->store;
    p->sweep.checkpoints = p->f->folder;
    p->sweep.progress.quiet = true;
    FILE *stream = fopen(p->checkpoint, "wb");
    assert_non_null(stream);
    assert_int_equal(fclose(stream), 0);
    *state = p;
    return 0;
}

static int place_free(void **state) {
    struct place *p = *state;
    void *fixture = p->f;
    job_set_release(&p->sweep.publishing.settled);
    free(p);
    return fixture_free(&fixture);
}

static bool is_there(const char *path) {
    return access(path, F_OK) == 0;
}

static void a_checkpoint_waits_for_the_snapshot(void **state) {
    struct place *p = *state;
    struct vib_error err;
    p->sweep.publishing.changed = true;
    sweep_drop_checkpoint(&p->sweep, &p->job);
    assert_true(is_there(p->checkpoint));
    p->options.publish = "/dev/null/x.db";
    assert_int_equal(sweep_publish(&p->sweep, &err), VIB_EIO);
    assert_true(is_there(p->checkpoint));
    assert_true(p->sweep.publishing.changed);
    p->options.publish = p->snapshot;
    assert_ok(sweep_publish(&p->sweep, &err), &err);
    assert_true(is_there(p->snapshot));
    assert_false(is_there(p->checkpoint));
    assert_false(p->sweep.publishing.changed);
}

static void without_snapshots_it_goes_at_once(void **state) {
    struct place *p = *state;
    struct vib_error err;
    p->options.publish = NULL;
    sweep_drop_checkpoint(&p->sweep, &p->job);
    assert_false(is_there(p->checkpoint));
    assert_ok(sweep_publish(&p->sweep, &err), &err);
    assert_false(is_there(p->snapshot));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_is_due_at_once_and_then_one_a_minute),
        cmocka_unit_test_setup_teardown(a_checkpoint_waits_for_the_snapshot, place_new, place_free),
        cmocka_unit_test_setup_teardown(without_snapshots_it_goes_at_once, place_new, place_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
