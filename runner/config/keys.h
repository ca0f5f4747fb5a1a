/* Every configuration key, as one table: parser, grid, --set, --help, `vib-sweep keys`, job
 * identity and the columns of the database all read these rows. */
#ifndef RUNNER_CONFIG_KEYS_H
#define RUNNER_CONFIG_KEYS_H

#include "core/error.h"
#include "core/params.h"
#include "core/view.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Files that a data set may name: of a split its inputs, and its labels where they are apart. */
enum data_file {
    DATA_TRAIN,
    DATA_VALIDATION,
    DATA_TEST,
    DATA_TRAIN_LABELS,
    DATA_VALIDATION_LABELS,
    DATA_TEST_LABELS,
    DATA_FILES
};

/* The data set a job asks for. Strings are borrowed from whoever set the key (see key_set). */
struct data_spec {
    const char *name;              /* "mixture", or a folder name such as "mnist" */
    const char *dir;               /* "" = search (see runner/sweep/data.h) */
    const char *files[DATA_FILES]; /* "" = not named */
    const char *label;             /* of CSV, the column; "" = by its usual names */
    size_t classes;                /* 0 = what the labels of the files ask for, 10 of the mixture */
    size_t n_train, n_test;        /* 0 = all examples of a file, 10000 of the mixture */
    struct vib_view view; /* what a job sees of it; but for n_train and n_test, see data_view */
    size_t dim;           /* mixture only, as are the rest */
    double separation, noise;
    uint64_t seed;
};

/* The value of every key, for one point of the grid. Plain data: copied freely; the strings in it
 * live as long as the configuration they come from. */
struct settings {
    const char *name; /* of the sweep */
    struct data_spec data;
    struct vib_params job;
    double checkpoint_every_s;
    int save_weights;     /* 0 or 1: a file of the final weights for each job */
    int save_predictions; /* 0 or 1: the class of every example that is not trained on */
    size_t save_codes;    /* test examples whose codes are kept for each job */
};

enum key_type {
    KEY_REAL,   /* double */
    KEY_SIZE,   /* size_t */
    KEY_SEED,   /* uint64_t below 2^63, so that SQLite's INTEGER holds it */
    KEY_CHOICE, /* int (an enum), one of a list of names */
    KEY_STRING, /* const char * */
    KEY_WIDTHS, /* n_hidden and hidden: a list of positive integers, may be empty */
    KEY_SET     /* unsigned: a list, may be empty, of different names; bit i is name i */
};

enum {
    KEY_SWEEP = 1,     /* belongs to the sweep as a whole: cannot be swept, has no column */
    KEY_DATA = 2,      /* selects the data: its digest stands for it in the job's identity */
    KEY_ABOVE_MIN = 4, /* min is exclusive: the value must be > min */
    KEY_WORD = 8,      /* KEY_STRING of letters, digits and . _ - only */
    KEY_PART = 16,     /* KEY_STRING without '/' */
    KEY_MIXTURE = 32,  /* KEY_DATA of the built-in data set alone */
    KEY_OR_ZERO = 64,  /* KEY_SIZE that may also be 0, below its min */
    KEY_FILES = 128,   /* of data sets from files, not of the built-in one */
    KEY_SHARE = 256,   /* KEY_REAL that is a share below 1, and from 1 on a number: a whole one */
    KEY_LIMIT = 512,   /* KEY_DATA that counts as a key of its own where the view takes it, see
                          data_limits_view */
    KEY_OF_SECTION = 1024,  /* what a value in its section's place is: one key of a section */
    KEY_EXPONENT = 2048,    /* of a rate function that has an exponent */
    KEY_FIXED_NOISE = 4096, /* of noise that is not learned */
    KEY_COMPONENTS = 8192,  /* of a marginal that has several */
    KEY_ALONG = 16384       /* of estimates along the way */
};

/* A value of a KEY_CHOICE, or a name in a KEY_SET. */
struct key_choice {
    const char *name;
    const char *help; /* one line */
};

/* In place of the methods that a key matters to: those whose trade-off it is (core/method.h). */
enum { KEY_TRADE_OFF = 1 << 30 };

struct key {
    const char *name; /* dotted, as in YAML: "train.lr" */
    enum key_type type;
    size_t field; /* its offset into struct settings */
    unsigned flags;
    const char *default_text;
    const char *before; /* what jobs of programs that did not know the key had; it counts as nothing
                           in an identity. NULL: default_text */
    double min, max;    /* of a number, of each width, of the characters of a KEY_STRING */
    const struct key_choice *choices; /* KEY_CHOICE and KEY_SET only; a nameless one ends them */
    const char *unit;                 /* NULL when it has none */
    const char *help;                 /* one sentence */
    unsigned methods; /* bit m: matters to enum vib_method m; 0: to all; KEY_TRADE_OFF. Where a key
                         does not matter it counts as its default, and its column is NULL */
};

/* Whether the key's values are lists. */
static inline bool key_is_list(const struct key *key) {
    return key->type == KEY_WIDTHS || key->type == KEY_SET;
}

/* How many items a list of the key's may have. */
size_t key_max_items(const struct key *key);

extern const struct key keys[];
extern const size_t n_keys;
enum { KEYS_MAX = 128 }; /* there are never more, which the compiler checks */

/* The row with that dotted name, or NULL. */
const struct key *key_find(const char *name);

/* The existing key name that others call `name`, or nearest to it (edit distance; a missing section
 * prefix, as in `lr` for `train.lr`, counts as near), or NULL when nothing is near. A static
 * string. */
const char *key_nearest(const char *name);

/* Every key at its default; static. Thread rule: any thread, any time. */
const struct settings *settings_defaults(void);

/* Sets every key of *settings to its default. */
void settings_init(struct settings *settings);

/* Every key as jobs had it before there was the key; static. Thread rule: any thread, any time. */
const struct settings *settings_before(void);

/* Whether the data is the built-in data set. */
bool data_is_mixture(const struct data_spec *data);

/* Whether the data names files, rather than a folder to look into. */
bool data_names_files(const struct data_spec *data);

/* Whether dataset.n_train and n_test are of the view: they keep some of what other draws left, so
 * that the whole of the files is read. Else they are of the loader. */
bool data_limits_view(const struct data_spec *data);

/* What jobs see of the data set, with n_train and n_test where they are the view's. */
struct vib_view data_view(const struct data_spec *data);

/* What decides which keys matter to a job. Where one does not, it counts as its default. */
struct job_kind {
    enum vib_method method;
    bool mixture;  /* of the built-in data set */
    bool exponent; /* its rate function has one */
    bool fixed_noise;
    bool components; /* its marginal has some */
    bool along;      /* estimates along the way are asked for */
};
struct job_kind settings_kind(const struct settings *settings);

bool key_matters(const struct key *key, struct job_kind kind);

/* The key that trades the method's rate for its fit, or NULL. */
const struct key *key_trade_off(enum vib_method method);

/* Sets every key that does not matter to the settings' method and data set to its default, so that
 * jobs that compute the same have the same settings. */
void settings_normalize(struct settings *settings);

/* Parses text as a value of the key and stores it. Numbers: strtod / strtoull on the whole scalar,
 * finite, in range; an integer key takes 200, not 2e2 or 200.5. KEY_WIDTHS text is "[1024, 1024]",
 * KEY_SET text "[a, b]".
 * A KEY_STRING stores the pointer `text` itself: it must outlive *settings.
 * Error: VIB_ECONFIG; the message says what is wrong and what is accepted and names the key, but
 * not the place (the caller adds file:line:column). */
int key_set(struct settings *settings, const struct key *key, const char *text,
            struct vib_error *err);

/* Writes the canonical text of the key's value (reals as the shortest text that reads back to the
 * same double) and returns what snprintf would. Equal values have equal texts, and key_set makes of
 * the text the same value. KEY_TEXT_SIZE holds all of it, but of a long KEY_STRING. */
enum { KEY_TEXT_SIZE = 1024 };
int key_format(const struct settings *settings, const struct key *key, char *text, size_t size);

/* Whether a job's value of the key is kept in a column of the database, and that column's name: the
 * key's with '_' for '.', as in "train_lr". */
enum { KEY_COLUMN_SIZE = 64 };
bool key_has_column(const struct key *key);
void key_column(const struct key *key, char out[KEY_COLUMN_SIZE]);

/* How a database keeps the values: as a number or as their canonical text. */
enum key_storage { KEY_STORE_INTEGER, KEY_STORE_REAL, KEY_STORE_TEXT };
enum key_storage key_storage(const struct key *key);

/* A value as struct settings holds it: key_size bytes without padding, of which key_put makes a
 * copy (of a KEY_STRING it copies the pointer). For the key alone that it was made for. */
size_t key_size(const struct key *key);
const void *key_at(const struct settings *settings, const struct key *key);
void key_put(struct settings *settings, const struct key *key, const void *value);

/* 0 when the values of the key are equal, else negative or positive: an order, but not of size. */
int key_compare(const struct key *key, const void *a, const void *b);

/* Continues a hash with a value of the key; equal values give equal hashes. */
uint64_t key_hash(const struct key *key, const void *value, uint64_t hash);

/* Typed reads of a value, for binding to SQL. key must have the matching type. */
double key_real(const struct settings *settings, const struct key *key);
uint64_t key_integer(const struct settings *settings, const struct key *key); /* SIZE, SEED */

/* What the key accepts, as in "a number above 0" or "one of relu, tanh"; returns out. */
enum { KEY_ACCEPTS_SIZE = 192 };
const char *key_accepts(const struct key *key, char out[KEY_ACCEPTS_SIZE]);

/* What to add to the refusal of a value two parts of which stand side by side, else "": "[1 2]" has
 * one value in YAML, "1 2". A static string. */
const char *key_note_comma(const char *text);

/* The table as text for people (name, default, unit, help, range or choices with their help).
 * Returns 0, or VIB_EIO when out takes no more. */
int keys_print(FILE *out);

#endif
