/* A layer's products against double loops, what is handed out and how often, and the same bits
 * whatever is made along and whoever makes it. */
#include "tests/unit/core/layer_fixture.h"
#include "tests/unit/core/team_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Every kind of piece: one and several of rows, columns and depth, whole and not. */
static const struct {
    size_t in, out, batch;
} shapes[] = {{1, 1, 1},      {2, 1, 3},       {1, 2, 16},     {10, 17, 100},  {17, 10, 129},
              {64, 64, 257},  {70, 300, 16},   {300, 70, 100}, {300, 785, 3},  {785, 10, 257},
              {1100, 64, 16}, {64, 1100, 129}, {2, 785, 1},    {785, 1100, 3}, {1100, 785, 16},
              {17, 70, 1030}, {70, 2, 2049}};

enum { N_SHAPES = sizeof shapes / sizeof *shapes };

/* Two kinds of sums of a product: of its terms, and of their magnitudes. */
struct sums {
    double *sum, *magnitude;
};

static struct sums sums_new(size_t n) {
    const struct sums s = {calloc(n, sizeof *s.sum), calloc(n, sizeof *s.magnitude)};
    assert_true(s.sum != NULL && s.magnitude != NULL);
    return s;
}

static void sums_free(struct sums *s) {
    free(s->sum);
    free(s->magnitude);
}

/* s [rows][columns] += a b, with element (r, d) of a at r a_row + d a_depth, b [depth][columns] or,
 * turned over, [columns][depth]. */
static void add_product(struct sums *s, size_t rows, size_t columns, size_t depth, const float *a,
                        size_t a_row, size_t a_depth, const float *b, bool turned) {
    for (size_t r = 0; r < rows; r++)
        for (size_t d = 0; d < depth; d++)
            for (size_t c = 0; c < columns; c++) {
                const double y = (double)(turned ? b[c * depth + d] : b[d * columns + c]);
                const double term = (double)a[r * a_row + d * a_depth] * y;
                s->sum[r * columns + c] += term;
                s->magnitude[r * columns + c] += fabs(term);
            }
}

/* A sum of n rounded terms is off by at most n u / (1 - n u) of their magnitudes, in any order. */
static void assert_sum(float got, double want, double magnitude, size_t n) {
    const double u = 0x1p-24, nu = ((double)n + 1.0) * u;
    if (!(fabs((double)got - want) <= nu / (1.0 - nu) * magnitude))
        fail_msg("got %.9g, want %.9g, sum of %zu terms of %.3g", (double)got, want, n, magnitude);
}

static void check_out(const struct layer *l, const float *out) {
    struct sums s = sums_new(l->batch * l->out);
    add_product(&s, l->batch, l->out, l->in, l->x, l->in, 1, l->w, false);
    for (size_t i = 0; i < l->batch * l->out; i++) {
        const double bias = (double)((float *)l->bias.data)[i % l->out];
        assert_sum(out[i], s.sum[i] + bias, s.magnitude[i] + fabs(bias), l->in + 1);
    }
    sums_free(&s);
}

static void check_din(const struct layer *l, const float *din) {
    struct sums s = sums_new(l->batch * l->in);
    add_product(&s, l->batch, l->in, l->out, l->delta, l->out, 1, l->w, true);
    for (size_t i = 0; i < l->batch * l->in; i++)
        assert_sum(din[i], s.sum[i], s.magnitude[i], l->out);
    sums_free(&s);
}

/* Every parameter's came; what fills up rows of blocks has none but 0, and nothing else came. */
static void check_gradient(const struct layer *l, const float *gradient) {
    struct sums w = sums_new(l->in * l->out), bias = sums_new(l->out);
    const float one = 1.0f;
    add_product(&w, l->in, l->out, l->batch, l->x, 1, l->in, l->delta, false);
    add_product(&bias, 1, l->out, l->batch, &one, 0, 0, l->delta, false);
    for (size_t i = 0; i < l->n_parameters; i++) {
        const size_t at = i - l->weight_offset, size = vib_blocks_size(l->in, l->out);
        size_t row, column;
        if (i >= l->weight_offset && at < size && layer_element(l, at, &row, &column))
            assert_sum(gradient[i], w.sum[row * l->out + column],
                       w.magnitude[row * l->out + column], l->batch);
        else if (i >= l->weight_offset && at < size)
            assert_true(row < l->in ? gradient[i] == 0.0f : isnan(gradient[i]));
        else if (i >= l->bias_offset && i - l->bias_offset < l->out)
            assert_sum(gradient[i], bias.sum[i - l->bias_offset],
                       bias.magnitude[i - l->bias_offset], l->batch);
        else
            assert_true(isnan(gradient[i]));
    }
    sums_free(&w);
    sums_free(&bias);
}

static void assert_no_faults(const struct layer_result *r) {
    assert_int_equal(atomic_load(&r->stray), 0);
    assert_int_equal(atomic_load(&r->twice), 0);
    assert_int_equal(atomic_load(&r->late), 0);
}

static void check_sums(size_t in, size_t out, size_t batch, enum vib_type type) {
    struct layer layer;
    struct layer_result result;
    layer_init(&layer, in, out, batch, type);
    layer_result_init(&result, &layer);
    layer_forward(&layer, NULL, &result);
    layer_backward(&layer, NULL, LAYER_DIN | LAYER_GRADIENT, &result);
    assert_no_faults(&result);
    check_out(&layer, result.out);
    check_din(&layer, result.din);
    check_gradient(&layer, result.gradient);
    layer_result_release(&result);
    layer_release(&layer);
}

/* The same bits as `want` of what is wished for, of which the rest did not come. */
static void check_bits(const struct layer *l, struct vib_team *team, unsigned wishes,
                       const struct layer_result *want) {
    struct layer_result got;
    layer_result_init(&got, l);
    layer_forward(l, team, &got);
    layer_backward(l, team, wishes, &got);
    assert_no_faults(&got);
    assert_memory_equal(got.out, want->out, l->batch * l->out * sizeof *got.out);
    if ((wishes & LAYER_DIN) != 0)
        assert_memory_equal(got.din, want->din, l->batch * l->in * sizeof *got.din);
    if ((wishes & LAYER_GRADIENT) != 0)
        assert_memory_equal(got.gradient, want->gradient, l->n_parameters * sizeof *got.gradient);
    layer_result_release(&got);
}

static void check_wishes(const struct layer *l, struct vib_team *team,
                         const struct layer_result *want) {
    check_bits(l, team, LAYER_DIN, want);
    check_bits(l, team, LAYER_GRADIENT, want);
    check_bits(l, team, LAYER_DIN | LAYER_GRADIENT, want);
    check_bits(l, team, LAYER_DIN | LAYER_GRADIENT | LAYER_UPDATE, want);
}

static void check_teams(size_t in, size_t out, size_t batch, enum vib_type type) {
    static const size_t threads[] = {1, 2, 3, 5};
    struct layer layer;
    struct layer_result want;
    layer_init(&layer, in, out, batch, type);
    layer_result_init(&want, &layer);
    layer_forward(&layer, NULL, &want);
    layer_backward(&layer, NULL, LAYER_DIN | LAYER_GRADIENT, &want);
    check_wishes(&layer, NULL, &want);
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        struct vib_team *team = team_fixture_new(threads[i]);
        check_wishes(&layer, team, &want);
        team_fixture_free(team);
    }
    layer_result_release(&want);
    layer_release(&layer);
}

static void test_sums(void **state) {
    (void)state;
    for (size_t i = 0; i < N_SHAPES; i++)
        check_sums(shapes[i].in, shapes[i].out, shapes[i].batch, VIB_F32);
}

static void test_sums_of_bfloat16(void **state) {
    (void)state;
    if (!vib_kernel_supports(VIB_BF16)) {
        print_message("# SKIPPED: bfloat16, not on this machine\n");
        return;
    }
    for (size_t i = 0; i < N_SHAPES; i++)
        check_sums(shapes[i].in, shapes[i].out, shapes[i].batch, VIB_BF16);
}

static void test_same_bits(void **state) {
    (void)state;
    for (size_t i = 0; i < N_SHAPES; i++)
        check_teams(shapes[i].in, shapes[i].out, shapes[i].batch, VIB_F32);
}

static void test_same_bits_of_bfloat16(void **state) {
    (void)state;
    for (size_t i = 0; i < N_SHAPES && vib_kernel_supports(VIB_BF16); i++)
        check_teams(shapes[i].in, shapes[i].out, shapes[i].batch, VIB_BF16);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_sums_of_bfloat16),
        cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_same_bits_of_bfloat16),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
