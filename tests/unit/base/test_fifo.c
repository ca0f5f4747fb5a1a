/* The queue: order, emptiness, and filling again after it. */
#include "runner/base/fifo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void first_in_first_out(void **state) {
    (void)state;
    struct fifo fifo = {0};
    struct fifo_item items[3];
    for (size_t i = 0; i < 3; i++)
        fifo_push(&fifo, &items[i]);
    for (size_t i = 0; i < 3; i++)
        assert_ptr_equal(fifo_pop(&fifo), &items[i]);
    assert_null(fifo_pop(&fifo));
}

static void emptied_and_filled_again(void **state) {
    (void)state;
    struct fifo fifo = {0};
    struct fifo_item items[3];
    assert_null(fifo_pop(&fifo));
    for (size_t round = 0; round < 3; round++) {
        fifo_push(&fifo, &items[round]);
        fifo_push(&fifo, &items[(round + 1) % 3]);
        assert_ptr_equal(fifo_pop(&fifo), &items[round]);
        fifo_push(&fifo, &items[round]); /* behind the other */
        assert_ptr_equal(fifo_pop(&fifo), &items[(round + 1) % 3]);
        assert_ptr_equal(fifo_pop(&fifo), &items[round]);
        assert_null(fifo_pop(&fifo));
    }
}

/* As save_ended does: from the first to the last, whatever stood behind it elsewhere. */
static void items_are_a_list(void **state) {
    (void)state;
    struct fifo one = {0}, other = {0};
    struct fifo_item items[3];
    size_t n = 0;
    for (size_t i = 0; i < 3; i++)
        fifo_push(&one, &items[i]);
    fifo_push(&other, fifo_pop(&one));
    fifo_push(&other, fifo_pop(&one));
    for (const struct fifo_item *item = other.first; item != NULL; item = item->next)
        assert_ptr_equal(item, &items[n++]);
    assert_int_equal(n, 2);
    assert_ptr_equal(one.first, &items[2]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_in_first_out),
        cmocka_unit_test(emptied_and_filled_again),
        cmocka_unit_test(items_are_a_list),
    };
    return cmocka_run_group_tests_name("fifo", tests, NULL, NULL);
}
