/* What squeue tells of a plan's tasks, and the arrays that these are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "runner/cluster/array.h"
#include "runner/cluster/queue.h"
#include "runner/cluster/queue_words.h"

#include <stdio.h>
#include <string.h>

static void whose_tasks_are_found(void **state) {
    static const char text[] =
        "12|3|small-0123456789ab-0\n"
        "12|1|small-0123456789ab-0\n"
        "13|2|sm-all-0123456789ab-8\n"
        "14|N/A|small-0123456789ab-merge\n"
        "15|4|small-ba9876543210-0\n"
        "16|5|0123456789ab-0\n"
        "17|6|x0123456789ab-0\n"
        "18|7|small-0123456789ab-\n"
        "19|8|small-0123456789ab-x\n"
        "20|N/A|small-0123456789ab-0\n"
        "21|N/A|a|b|c d\n"
        "\n|\n||\nnonsense\n"
        "99999999999999999999999999999999999|1|small-0123456789ab-0\n";
    struct queue queue;
    struct vib_error err;
    (void)state;
    assert_int_equal(queue_parse(&queue, text, "0123456789ab", &err), 0);
    assert_int_equal(queue.n, 3);
    assert_int_equal(queue.tasks[0].shard, 1);
    assert_int_equal(queue.tasks[1].shard, 3);
    assert_int_equal(queue.tasks[2].shard, 10);
    assert_string_equal(queue.merge.id, "14");
    assert_string_equal(queue_find(&queue, 10)->job.id, "13");
    assert_null(queue_find(&queue, 2));
    queue_release(&queue);
}

static void an_empty_queue(void **state) {
    struct queue queue;
    struct vib_error err;
    (void)state;
    assert_int_equal(queue_parse(&queue, "", "0123456789ab", &err), 0);
    assert_int_equal(queue.n, 0);
    assert_string_equal(queue.merge.id, "");
    assert_null(queue_find(&queue, 1));
    queue_release(&queue);
    queue_release(&queue);
}

static void assert_words(const char *lines, bool any, const char *wanted) {
    char words[QUEUE_WORDS_SIZE], text[2048];
    assert_true(strlen(lines) < sizeof text);
    strcpy(text, lines);
    assert_int_equal(queue_words_parse(words, text, "0123456789ab"), any);
    assert_string_equal(words, wanted);
}

static void words_for_a_queue(void **state) {
    (void)state;
    assert_words("", false, "no task");
    assert_words(
        "nonsense\n|\n\nPD|0|Priority\nPD|0|Priority|other-ba9876543210-0\n"
        "PD      |0   |Dependency |small-0123456789ab-merge \n",
        false, "no task");
    assert_words(
        "R       |0   |None    |small-0123456789ab-0  \n"
        "CG      |3   |None    |small-0123456789ab-0  \n",
        true, "2 running, 0 pending, 1 requeued");
    assert_words(
        "PD|0|Resources|small-0123456789ab-0\n"
        "PD|0|Priority|small-0123456789ab-8\n"
        "PD|1|Priority|small-0123456789ab-0\n",
        true, "0 running, 3 pending (Priority 2, Resources 1), 1 requeued");
}

/* More reasons than are told apart, each longer than has room. */
static void words_have_bounds(void **state) {
    char text[2048] = "", words[QUEUE_WORDS_SIZE];
    (void)state;
    for (int i = 0; i < 9; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text),
                 "PD|0|%c%0100d|small-0123456789ab-0\n", 'a' + i, 0);
    assert_true(queue_words_parse(words, text, "0123456789ab"));
    assert_int_equal(strlen(words), QUEUE_WORDS_SIZE - 1);
    assert_int_equal(strncmp(words, "0 running, 9 pending (a0000", 27), 0);
}

static void assert_array(const size_t *shards, size_t n, size_t most, size_t taken, size_t offset,
                         const char *text) {
    struct array array;
    array_init(&array, shards, n, most);
    assert_int_equal(array.n, taken);
    assert_int_equal(array.offset, offset);
    assert_string_equal(array.text, text);
    array_release(&array);
}

static void shards_as_arrays(void **state) {
    static const size_t shards[] = {1, 2, 3, 5, 7, 8, 9, 23};
    (void)state;
    assert_array(shards, 8, 1001, 8, 0, "1-3,5,7-9,23");
    assert_array(shards, 8, 8, 5, 0, "1-3,5,7");
    assert_array(shards + 5, 3, 8, 2, 8, "0-1");
    assert_array(shards + 7, 1, 8, 1, 16, "7");
    assert_array(shards, 1, 2, 1, 0, "1");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whose_tasks_are_found), cmocka_unit_test(an_empty_queue),
        cmocka_unit_test(words_for_a_queue),     cmocka_unit_test(words_have_bounds),
        cmocka_unit_test(shards_as_arrays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
