/* A table in too little room. */
#include "runner/sweep/report_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct vib_error err;

static void add_row(struct report_table *table, const char *const cells[4]) {
    assert_int_equal(report_table_row(table, &err), VIB_OK);
    for (size_t c = 0; c < 4; c++)
        assert_int_equal(report_table_cell(table, c, cells[c], &err), VIB_OK);
}

static int table_new(void **state) {
    struct report_table *table = calloc(1, sizeof *table);
    assert_non_null(table);
    report_table_column(table, "beta", 1);
    report_table_column(table, "K", 2);
    table->values = 2;
    report_table_column(table, "error %", 70);
    report_table_column(table, "error_mc %", 0);
    add_row(table, (const char *const[]){"0.001", "256", "1.50", "1.25"});
    add_row(table, (const char *const[]){"0.01", "256", "12.50", "11.25"});
    *state = table;
    return 0;
}

static int table_free(void **state) {
    report_table_release(*state);
    free(*state);
    return 0;
}

static void assert_printed(const struct report_table *table, size_t room, const char *wanted) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    report_table_print(table, room, out);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, wanted);
    free(text);
}

static void with_room_for_all(void **state) {
    static const char all[] =
        " beta    K  error %  error_mc %\n"
        "0.001  256     1.50        1.25\n"
        " 0.01  256    12.50       11.25\n";
    assert_printed(*state, 0, all);
    assert_printed(*state, 31, all);
}

/* First what is the same in every row, and its value is told; then by rank; some column stays. */
static void columns_go_one_by_one(void **state) {
    assert_printed(*state, 30,
                   " beta  error %  error_mc %\n"
                   "0.001     1.50        1.25\n"
                   " 0.01    12.50       11.25\n"
                   "left out for want of room: K=256\n");
    assert_printed(*state, 25,
                   " beta  error_mc %\n"
                   "0.001        1.25\n"
                   " 0.01       11.25\n"
                   "left out for want of room: K=256, error %\n");
    assert_printed(*state, 3,
                   "error_mc %\n"
                   "      1.25\n"
                   "     11.25\n"
                   "left out for want of room: beta, K=256, error %\n");
}

/* A row without values has its word in the first of their columns that is shown. */
static void a_word_instead_of_values(void **state) {
    struct report_table *table = *state;
    assert_int_equal(report_table_row(table, &err), VIB_OK);
    assert_int_equal(report_table_cell(table, 0, "0.1", &err), VIB_OK);
    assert_int_equal(report_table_cell(table, 1, "2", &err), VIB_OK);
    assert_int_equal(report_table_instead(table, "failed", &err), VIB_OK);
    assert_int_equal(report_table_note(table, "train", &err), VIB_OK);
    assert_printed(table, 0,
                   " beta    K  error %  error_mc %\n"
                   "0.001  256     1.50        1.25\n"
                   " 0.01  256    12.50       11.25\n"
                   "  0.1    2   failed  train\n");
    assert_printed(table, 30,
                   " beta    K  error_mc %\n"
                   "0.001  256        1.25\n"
                   " 0.01  256       11.25\n"
                   "  0.1    2      failed  train\n"
                   "left out for want of room: error %\n");
}

#define TABLE_TEST(name) cmocka_unit_test_setup_teardown(name, table_new, table_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        TABLE_TEST(with_room_for_all),
        TABLE_TEST(columns_go_one_by_one),
        TABLE_TEST(a_word_instead_of_values),
    };
    return cmocka_run_group_tests_name("report_table", tests, NULL, NULL);
}
