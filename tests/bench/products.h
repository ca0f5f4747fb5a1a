/* The matrix products of a training step alone, on operands of a step's size with nothing in
 * between, and what is done to operands for the products' sake. Of the benchmark, only products.c
 * knows how core's passes (core/pass.h) do that. */
#ifndef BENCH_PRODUCTS_H
#define BENCH_PRODUCTS_H

#include "core/network.h"
#include "tests/bench/model.h"
#include "tests/bench/workload.h"

#include <stdbool.h>
#include <stddef.h>

enum product_kind { PRODUCT_FORWARD, PRODUCT_INPUT, PRODUCT_WEIGHT };

struct product {
    const struct model *model; /* borrowed */
    size_t place;              /* among the products of a step, in their order */
    size_t layer;
    enum product_kind kind;
};

enum { MOST_PRODUCTS = 3 * VIB_MAX_LAYERS };

/* The products of a step in their order; returns how many. */
size_t products_of_step(const struct model *model, struct product list[MOST_PRODUCTS]);

/* Whether a and b multiply matrices of the same shapes and types for the same purpose. */
bool product_equal(const struct product *a, const struct product *b);

/* All products of a step, and one alone. Work is in FLOP. The workloads borrow what is pointed
 * to. */
struct workload step_products_workload(const struct model *model);
struct workload product_workload(const struct product *product);

/* What a step does for the products' sake alone: it transposes weights and stores activations and
 * gradients as products want them. Work is in steps. The workload borrows *model. */
struct workload packing_workload(const struct model *model);

#endif
