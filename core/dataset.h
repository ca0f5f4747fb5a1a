/* A labelled data set in its splits, loaded once, immutable, shared by all jobs.
 *
 * Inputs are kept as they came: bytes where they were, else float32; they are scaled where a batch
 * is gathered. A data set owns its inputs, or is a view (core/view.h) that has another's, in rows
 * and by a scale of its own. Loaders are vib_dataset_make_mixture here and those of core/data/.
 * Thread rule: every const function may be called from any thread at once. */
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

/* What a model sees of an input x. AUTO is none of them: it asks for the usual one. */
enum vib_scale {
    VIB_SCALE_SYMMETRIC,   /* of bytes alone: 2 x / 255 - 1 */
    VIB_SCALE_UNIT,        /* of bytes alone: x / 255 */
    VIB_SCALE_NONE,        /* x */
    VIB_SCALE_STANDARDIZE, /* (x - mean) / deviation, 0 where the deviation is 0 */
    VIB_SCALE_AUTO
};

struct vib_split {
    size_t n;         /* 0 of a split that the data set does not have */
    uint8_t *bytes;   /* [n][dim], or NULL when the data are float32; owned, but of a view */
    float *values;    /* [n][dim], or NULL when the data are bytes; likewise */
    uint32_t *rows;   /* [n], of a view: where its examples stand in bytes or values; owned. NULL:
                         one after the other */
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
    enum vib_scale scale;    /* of bytes; float32 are NONE unless they are standardized */
    float *mean, *deviation; /* [dim] of the training inputs, where they are standardized; owned */
    char scale_digest[65];   /* SHA-256, lower-case hex, of mean and deviation; "" without them */
    double input_noise;      /* standard deviation of what is added to scaled training inputs, the
                                same at every look: by the example's row and noise_seed */
    uint64_t noise_seed;
    const struct vib_dataset *base; /* of a view: whose inputs and class_names it has, else NULL */
    char digest[65]; /* SHA-256, lower-case hex, of shapes, inputs and labels of all splits; that of
                        a view is its base's */
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

/* What was loaded: the data set itself, or that which it is a view of. */
static inline const struct vib_dataset *vib_dataset_base(const struct vib_dataset *data) {
    return data->base != NULL ? data->base : data;
}

/* Frees what a dataset owns and zeroes it; harmless on a zeroed one. */
void vib_dataset_release(struct vib_dataset *data);

/* Computes h_y and n_classes of all splits and the digest. To be called once, by loaders, when all
 * else is set. Errors: VIB_EDATA if a label is >= classes, VIB_ENOMEM. */
int vib_dataset_finish(struct vib_dataset *data, struct vib_error *err);

/* Computes h_y and n_classes of all splits, which vib_dataset_finish does, too. Errors likewise. */
int vib_dataset_measure(struct vib_dataset *data, struct vib_error *err);

/* Scales the examples index[0..count) of a split into out [count][ld], float32, of which the first
 * dim of every row are set. index == NULL means examples first .. first + count. */
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
