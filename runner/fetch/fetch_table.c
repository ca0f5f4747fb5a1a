#include "runner/fetch/fetch_table.h"

#include <string.h>

enum { IMAGES_60K = 47040016, IMAGES_10K = 7840016, LABELS_60K = 60008, LABELS_10K = 10008 };

/* What the MNIST files in use everywhere unpack to. */
static const struct fetch_file mnist_files[] = {
    {"train-images-idx3-ubyte", IMAGES_60K,
     "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"},
    {"train-labels-idx1-ubyte", LABELS_60K,
     "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"},
    {"t10k-images-idx3-ubyte", IMAGES_10K,
     "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
    {"t10k-labels-idx1-ubyte", LABELS_10K,
     "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"},
};

/* PyTorch's and TensorFlow's; the original place, yann.lecun.com, has been empty since 2024. */
static const char *const mnist_mirrors[] = {
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
};

/* Those of Debian's package dataset-fashion-mnist. */
static const struct fetch_file fashion_files[] = {
    {"train-images-idx3-ubyte", IMAGES_60K,
     "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"},
    {"train-labels-idx1-ubyte", LABELS_60K,
     "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"},
    {"t10k-images-idx3-ubyte", IMAGES_10K,
     "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"},
    {"t10k-labels-idx1-ubyte", LABELS_10K,
     "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"},
};

/* Keras', the authors' repository, and the place their README names, which has no https. */
static const char *const fashion_mirrors[] = {
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
};

static const struct fetch_set sets[] = {
    {.name = "mnist",
     .help = "handwritten digits (LeCun and Cortes), 60,000 and 10,000 images of 28 x 28",
     .packed = 11594722,
     .n_files = sizeof mnist_files / sizeof mnist_files[0],
     .files = mnist_files,
     .n_mirrors = sizeof mnist_mirrors / sizeof mnist_mirrors[0],
     .mirrors = mnist_mirrors},
    {.name = "fashion-mnist",
     .help = "pictures of clothes (Zalando), in the same numbers and size",
     .packed = 30878645,
     .n_files = sizeof fashion_files / sizeof fashion_files[0],
     .files = fashion_files,
     .n_mirrors = sizeof fashion_mirrors / sizeof fashion_mirrors[0],
     .mirrors = fashion_mirrors},
};

const struct fetch_set *fetch_set(size_t i) {
    return i < sizeof sets / sizeof sets[0] ? &sets[i] : NULL;
}

const struct fetch_set *fetch_find(const char *name) {
    const struct fetch_set *set;
    for (size_t i = 0; (set = fetch_set(i)) != NULL; i++)
        if (strcmp(set->name, name) == 0)
            return set;
    return NULL;
}
