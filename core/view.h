/* What a job sees of a data set: examples kept apart for validation and test, a part of the rest,
 * a scale, and damage that is done on purpose.
 *
 * A view is a struct vib_dataset that shares the inputs of another and has rows and labels of its
 * own, 6 bytes an example. All of it follows from the base and struct vib_view by counter-based
 * draws, so that no job depends on another or on the order of loading. In this order:
 *
 *   test         that many training examples, stratified, become the test split
 *   validation   that many of those left, stratified, become the validation split
 *   n_train      of those left, and n_test of the test split, are kept
 *   labels       of the training examples left are shuffled, then replaced at random
 *   scale        mean and deviation are of the training inputs left
 *   input_noise  is added to scaled training inputs
 *
 * Stratified: of each class a share that differs from the whole's by less than one example, but at
 * least one example of every class stays. */
#ifndef VIB_CORE_VIEW_H
#define VIB_CORE_VIEW_H

#include "core/dataset.h"
#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vib_view {
    double test, validation; /* a number of examples, or below 1 a share of them; 0: none */
    size_t n_train, n_test;  /* 0: all */
    int random_subset;       /* 0 or 1: n_train and n_test are random examples, not the first */
    uint64_t seed;           /* of all draws */
    enum vib_scale scale;    /* AUTO: symmetric of bytes, of float32 standardize */
    int shuffle_labels;      /* 0 or 1: the training labels are permuted at random: as many of each
                                class as before, but none tells of its input */
    double label_noise; /* 0..1: the share of training labels replaced by ones drawn uniformly from
                           all classes (Zhang et al. 2017, "partially corrupted") */
    double input_noise; /* standard deviation, in scaled units; 0: none */
};

/* The scale that it asks for, which AUTO leaves to the type of the inputs. */
enum vib_scale vib_view_scale(const struct vib_view *view, const struct vib_dataset *base);

/* Whether the view would be the data set as it is, whose scale is symmetric or none. */
bool vib_view_is_plain(const struct vib_view *view, const struct vib_dataset *base);

/* Makes *data the view of a base, which it borrows and which is no view. On failure *data is
 * zeroed. Errors: VIB_ECONFIG with a sentence where the base cannot be seen so, VIB_ENOMEM. */
int vib_view_make(struct vib_dataset *data, const struct vib_view *view, struct vib_dataset *base,
                  struct vib_error *err);

/* To be called when the inputs of the base were freed and read again: these are other pointers. */
void vib_view_attach(struct vib_dataset *data, struct vib_dataset *base);

#endif
