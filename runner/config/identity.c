#include "runner/config/identity.h"

#include "core/sha256.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What changed with each version. A line is to be added when the same keys and data give other
 * results than they used to. */
static const char *const changes[] = {
    [2] =
        "jobs are evaluated every 20 epochs where evaluate.every is not given, no longer every 10",
};

int numerics_version(void) {
    return (int)(sizeof changes / sizeof changes[0]) - 1;
}

const char *numerics_change(int version) {
    return version >= 0 && version <= numerics_version() ? changes[version] : NULL;
}

/* The keys that count, in the order of their names: made once. */
enum { MAX_KEYS = 256 };
static struct {
    const struct key *keys[MAX_KEYS];
    size_t n;
    const struct key *seed;
} table;
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static int by_name(const void *a, const void *b) {
    const struct key *const *left = a, *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

static void make_table(void) {
    assert(n_keys <= MAX_KEYS);
    for (size_t i = 0; i < n_keys; i++)
        if (!(keys[i].flags & (KEY_SWEEP | KEY_DATA)) || keys[i].flags & KEY_LIMIT)
            table.keys[table.n++] = &keys[i];
    qsort(table.keys, table.n, sizeof table.keys[0], by_name);
    table.seed = key_find("seed");
}

/* One for each member of struct job_identities, in its order: each leaves out what those before it
 * do, and a key more. */
enum { JOB, POINT, CURVE, HASHES };

/* Adds a text to the hashes from..until-1. */
static void add(struct vib_sha256 hashes[HASHES], size_t from, size_t until, const char *text) {
    for (size_t i = from; i < until; i++)
        vib_sha256_add(&hashes[i], text, strlen(text));
}

static void add_head(struct vib_sha256 hashes[HASHES], const char *data_digest,
                     const struct key *trade_off) {
    char head[64], of_point[80], of_curve[160];
    const char *seed = table.seed->name;
    snprintf(head, sizeof head, "numerics=%d\ndata=", numerics_version());
    snprintf(of_point, sizeof of_point, "\nwithout=%s\n", seed);
    snprintf(of_curve, sizeof of_curve, "\nwithout=%s%s%s\n", seed, trade_off ? "," : "",
             trade_off ? trade_off->name : "");
    add(hashes, JOB, HASHES, head);
    add(hashes, JOB, HASHES, data_digest);
    add(hashes, JOB, POINT, "\n");
    add(hashes, POINT, CURVE, of_point);
    add(hashes, CURVE, HASHES, of_curve);
}

static int add_key(struct vib_sha256 hashes[HASHES], const struct settings *settings,
                   const struct key *key, size_t until, struct vib_error *err) {
    char value[KEY_TEXT_SIZE], line[KEY_TEXT_SIZE + 64];
    if (key_format(settings, key, value, sizeof value) >= KEY_TEXT_SIZE)
        return vib_error_set(err, VIB_EINVAL, "the value of %s is too long", key->name);
    snprintf(line, sizeof line, "%s=%s\n", key->name, value);
    add(hashes, JOB, until, line);
    return 0;
}

/* Whether a key tells a job from those of programs that did not know it. */
static bool counts(const struct key *key, const struct settings *settings) {
    const void *value = key_at(settings, key);
    return key_compare(key, value, key_at(settings_defaults(), key)) != 0 &&
           key_compare(key, value, key_at(settings_before(), key)) != 0 &&
           key_matters(key, settings_kind(settings)) &&
           (!(key->flags & KEY_LIMIT) || data_limits_view(&settings->data));
}

/* Values are compared before they are written as text, which is most of the cost. */
static int add_keys(struct vib_sha256 hashes[HASHES], const struct settings *settings,
                    const struct key *trade_off, struct vib_error *err) {
    int rc = 0;
    for (size_t i = 0; i < table.n && rc == 0; i++) {
        const struct key *key = table.keys[i];
        const size_t until = key == table.seed ? POINT : key == trade_off ? CURVE : HASHES;
        if (counts(key, settings))
            rc = add_key(hashes, settings, key, until, err);
    }
    return rc;
}

int job_identities(const struct settings *settings, const char *data_digest,
                   struct job_identities *out, struct vib_error *err) {
    const struct key *trade_off = key_trade_off(settings->job.method);
    char *const texts[HASHES] = {out->job, out->point, out->curve};
    struct vib_sha256 hashes[HASHES];
    if (pthread_once(&table_once, make_table) != 0)
        return vib_error_set(err, VIB_ETHREAD, "cannot prepare the table of keys");
    for (size_t i = 0; i < HASHES; i++)
        vib_sha256_init(&hashes[i]);
    add_head(hashes, data_digest, trade_off);
    const int rc = add_keys(hashes, settings, trade_off, err);
    for (size_t i = 0; i < HASHES && rc == 0; i++)
        vib_sha256_end(&hashes[i], texts[i]);
    return rc;
}

int job_identity(const struct settings *settings, const char *data_digest, char out[IDENTITY_SIZE],
                 struct vib_error *err) {
    struct job_identities all;
    int rc = job_identities(settings, data_digest, &all, err);
    if (rc == 0)
        memcpy(out, all.job, sizeof all.job);
    return rc;
}
