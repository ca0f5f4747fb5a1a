/* A labelled data set in its splits, loaded once, immutable, shared by all jobs.
 *
 * Inputs are kept as they came: bytes where they were (a batch sees 2 x/255 - 1), else float32.
 * Loaders are vib_dataset_make_mixture here and those of core/data/. Thread rule: every const
 * function may be called from any thread at once. */
#ifndef VIB_CORE_DATASET_H
#define VIB_CORE_DATASET_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    VIB_MAX_CLASSES = 65536,
    VIB_MAX_AXES = 32,
    VIB_DATASET_NAME = 256 /* bytes of a name, with its zero: 63 characters of UTF-8 fit */
};

/* The numbers name random streams and stand in checkpoints: they never change. A data set need not
 * have every split. */
enum vib_split_id { VIB_TRAIN = 0, VIB_TEST = 1, VIB_VALIDATION = 2, VIB_SPLITS = 3 };

struct vib_split {
    size_t n;         /* 0 of a split that the data set does not have */
    uint8_t *bytes;   /* [n][dim], or NULL when the data are float32; owned */
    float *values;    /* [n][dim], or NULL when the data are bytes; owned */
    uint16_t *labels; /* [n], each < classes; owned */
    double h_y;       /* empirical label entropy H(Y) of the split, bits */
    size_t n_classes; /* classes that have an example in the split */
};

struct vib_dataset {
    char name[VIB_DATASET_NAME];
    size_t dim;                 /* inputs per example */
    size_t n_axes;              /* 1..VIB_MAX_AXES, of an example's shape; 0: not told, [dim] */
    size_t shape[VIB_MAX_AXES]; /* [n_axes], their product is dim */
    size_t classes;             /* 2..VIB_MAX_CLASSES */
    char **class_names; /* [classes], the labels that the classes stand for, UTF-8; NULL: each its
                           own number. Owned, and not part of the digest */
    struct vib_split split[VIB_SPLITS];
    char digest[65]; /* SHA-256, lower-case hex, of shapes, inputs and labels of all splits */
    double ixy;      /* true I(X;Y) in bits where it is known (mixture), else NaN */
    double ixy_se;   /* its Monte Carlo standard error, bits, else NaN */
};

/* "train", "test" or "validation"; a static string. */
const char *vib_split_name(enum vib_split_id split);

/* The split of that name, or VIB_SPLITS. */
enum vib_split_id vib_split_of(const char *name);

/* Its place in the order for people: train, validation, test; from 0. */
size_t vib_split_place(enum vib_split_id split);

bool vib_dataset_has(const struct vib_dataset *data, enum vib_split_id split);

/* Frees what a dataset owns and zeroes it; harmless on a zeroed one. */
void vib_dataset_release(struct vib_dataset *data);

/* Computes h_y and n_classes of all splits and the digest. To be called once, by loaders, when all
 * else is set. Errors: VIB_EDATA if a label is >= classes, VIB_ENOMEM. */
int vib_dataset_finish(struct vib_dataset *data, struct vib_error *err);

/* Converts the rows index[0..count) of a split into out [count][ld], float32, of which the first
 * dim of every row are set. index == NULL means rows first .. first + count. */
void vib_dataset_gather(const struct vib_dataset *data, enum vib_split_id split,
                        const uint32_t *index, size_t first, size_t count, float *out, size_t ld);

/* The built-in data set: X | Y = c ~ N(m_c, noise^2 I) in `dim` dimensions, Y uniform. */
struct vib_mixture {
    size_t dim, classes;
    size_t n_train, n_test;
    double separation; /* root mean square distance between two class means */
    double noise;      /* s, the standard deviation of each input within a class */
    uint64_t seed;     /* chooses means and samples, apart from every job's streams */
};

/* Generates a mixture; the true I(X;Y) = H(Y) - E[H(Y|X)] is computed by Monte Carlo with exact
 * posteriors (double precision) and stored with its standard error. The same struct vib_mixture
 * gives the same bytes. Errors: VIB_EINVAL, VIB_ENOMEM. */
int vib_dataset_make_mixture(struct vib_dataset *data, const struct vib_mixture *mixture,
                             struct vib_error *err);

#endif
