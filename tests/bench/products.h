/* The matrix products of a training step alone: as core/pass.c plans them, on operands of a step's
 * size, with nothing in between. */
#ifndef BENCH_PRODUCTS_H
#define BENCH_PRODUCTS_H

#include "core/network.h"
#include "core/params.h"
#include "tests/bench/team.h"

#include <stddef.h>

enum product_kind { PRODUCT_FORWARD, PRODUCT_INPUT, PRODUCT_WEIGHT };

struct product {
    size_t layer;
    enum product_kind kind;
};

enum { MOST_PRODUCTS = 3 * VIB_MAX_LAYERS };

/* The products of a step in their order; returns how many. */
size_t products_of_step(const struct vib_network *net, struct product list[MOST_PRODUCTS]);

/* Multiply-adds of one product for a batch, times 2. */
double product_flops(const struct vib_network *net, size_t batch, const struct product *product);

/* As in "hidden 1 forward 100 x 1024 x 784": m x n x k; a weight gradient is all of its blocks. */
void product_name(const struct vib_network *net, size_t batch, const struct product *product,
                  char *text, size_t size);

/* What to run again and again: a step's products, or one of them. */
struct products {
    struct vib_params params; /* batch, precision */
    struct vib_network net;
    size_t n;
    struct product list[MOST_PRODUCTS];
};

/* Work is in FLOP. The workload borrows *products. */
struct workload products_workload(const struct products *products);

#endif
