/* How exact float32 products are at the shapes of MNIST with K = 256: not less than sums in order.
 *
 * Whatever an engine does, its sums are of products rounded once or, in fused multiply-adds, not at
 * all, added in order or in several sums side by side, whose errors are smaller. So its root mean
 * square error against double must not exceed that of plain loops, which at most fuse as well; 2 %
 * are for the luck of the draw among 51,200 elements and more. */
#include "tests/unit/core/layer_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { BATCH = 100 };

static const double IN_ORDER = 1.02, IN_HALVES = 0.74;

/* Element (i, j) of a matrix is at i row + j column. */
struct operand {
    const float *x;
    size_t row, column;
};

/* The squared errors of a row of sums, got and by plain loops. */
struct errors {
    double got, plain;
};

/* Adds x y to the sums, y [columns] being `step` apart. */
static void add_terms(float x, const float *restrict y, size_t step, size_t columns,
                      double *restrict exact, float *restrict plain) {
    for (size_t c = 0; c < columns; c++) {
        exact[c] += (double)x * (double)y[c * step];
        plain[c] += x * y[c * step];
    }
}

/* got [rows][columns] against a [rows][depth] b [depth][columns], begun with bias [columns]. */
static struct errors errors_of(size_t rows, size_t columns, size_t depth, struct operand a,
                               struct operand b, const float *bias, const float *got) {
    struct errors e = {0.0, 0.0};
    double *exact = calloc(columns, sizeof *exact);
    float *plain = calloc(columns, sizeof *plain);
    assert_true(exact != NULL && plain != NULL);
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < columns; c++)
            exact[c] = (double)(plain[c] = bias != NULL ? bias[c] : 0.0f);
        for (size_t d = 0; d < depth; d++)
            add_terms(a.x[r * a.row + d * a.column], b.x + d * b.row, b.column, columns, exact,
                      plain);
        for (size_t c = 0; c < columns; c++) {
            e.got += pow((double)got[r * columns + c] - exact[c], 2.0);
            e.plain += pow((double)plain[c] - exact[c], 2.0);
        }
    }
    free(exact);
    free(plain);
    return e;
}

static void check(const char *what, struct errors e, double most) {
    const double ratio = sqrt(e.got / e.plain);
    print_message("# %-8s %.3f of the error of plain sums\n", what, ratio);
    assert_true(ratio <= most);
}

/* The gradient of W without the blocks. */
static float *plain_gradient(const struct layer *l, const struct layer_result *r) {
    float *plain = malloc(l->in * l->out * sizeof *plain);
    assert_non_null(plain);
    vib_blocks_store(l->in, l->out, 0, l->in * l->out, r->gradient + l->weight_offset, plain);
    return plain;
}

static void check_layer(size_t in, size_t out) {
    struct layer l;
    struct layer_result r;
    layer_init(&l, in, out, BATCH, VIB_F32);
    layer_result_init(&r, &l);
    layer_forward(&l, NULL, &r);
    layer_backward(&l, NULL, LAYER_DIN | LAYER_GRADIENT, &r);
    float *dw = plain_gradient(&l, &r);
    const struct operand x = {l.x, in, 1}, x_turned = {l.x, 1, in}, w = {l.w, out, 1},
                         w_turned = {l.w, 1, out}, delta = {l.delta, out, 1};
    print_message("# %zu -> %zu\n", in, out);
    check("out", errors_of(BATCH, out, in, x, w, l.bias.data, r.out), IN_HALVES);
    check("din", errors_of(BATCH, in, out, delta, w_turned, NULL, r.din), IN_HALVES);
    check("dW", errors_of(in, out, BATCH, x_turned, delta, NULL, dw), IN_ORDER);
    free(dw);
    layer_result_release(&r);
    layer_release(&l);
}

static void test_layers(void **state) {
    (void)state;
    check_layer(784, 1024);
    check_layer(1024, 1024);
    check_layer(1024, 512);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
