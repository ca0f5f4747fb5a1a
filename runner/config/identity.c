#include "runner/config/identity.h"

#include <openssl/evp.h>

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
        if (!(keys[i].flags & (KEY_SWEEP | KEY_DATA)))
            table.keys[table.n++] = &keys[i];
    qsort(table.keys, table.n, sizeof table.keys[0], by_name);
    table.seed = key_find("seed");
}

/* One for each member of struct job_identities, in its order: each leaves out what those before it
 * do, and a key more. */
enum { JOB, POINT, CURVE, HASHES };

/* Adds a text to the hashes from..until-1. */
static int add(EVP_MD_CTX *const hashes[HASHES], size_t from, size_t until, const char *text,
               struct vib_error *err) {
    for (size_t i = from; i < until; i++)
        if (EVP_DigestUpdate(hashes[i], text, strlen(text)) != 1)
            return vib_error_set(err, VIB_EBACKEND, "SHA-256 failed");
    return 0;
}

static int add_head(EVP_MD_CTX *const hashes[HASHES], const char *data_digest,
                    const struct key *trade_off, struct vib_error *err) {
    char head[64], of_point[80], of_curve[160];
    const char *seed = table.seed->name;
    snprintf(head, sizeof head, "numerics=%d\ndata=", numerics_version());
    snprintf(of_point, sizeof of_point, "\nwithout=%s\n", seed);
    snprintf(of_curve, sizeof of_curve, "\nwithout=%s%s%s\n", seed, trade_off ? "," : "",
             trade_off ? trade_off->name : "");
    int rc = add(hashes, JOB, HASHES, head, err);
    if (rc == 0)
        rc = add(hashes, JOB, HASHES, data_digest, err);
    if (rc == 0)
        rc = add(hashes, JOB, POINT, "\n", err);
    if (rc == 0)
        rc = add(hashes, POINT, CURVE, of_point, err);
    return rc != 0 ? rc : add(hashes, CURVE, HASHES, of_curve, err);
}

static int add_key(EVP_MD_CTX *const hashes[HASHES], const struct settings *settings,
                   const struct key *key, size_t until, struct vib_error *err) {
    char value[KEY_TEXT_SIZE], line[KEY_TEXT_SIZE + 64];
    if (key_format(settings, key, value, sizeof value) >= KEY_TEXT_SIZE)
        return vib_error_set(err, VIB_EINVAL, "the value of %s is too long", key->name);
    snprintf(line, sizeof line, "%s=%s\n", key->name, value);
    return add(hashes, JOB, until, line, err);
}

/* Values are compared before they are written as text, which is most of the cost. */
static int add_keys(EVP_MD_CTX *const hashes[HASHES], const struct settings *settings,
                    const struct key *trade_off, struct vib_error *err) {
    const struct settings *defaults = settings_defaults();
    int rc = 0;
    for (size_t i = 0; i < table.n && rc == 0; i++) {
        const struct key *key = table.keys[i];
        const size_t until = key == table.seed ? POINT : key == trade_off ? CURVE : HASHES;
        if (key_compare(key, key_at(settings, key), key_at(defaults, key)) != 0)
            rc = add_key(hashes, settings, key, until, err);
    }
    return rc;
}

static int begin(EVP_MD_CTX **hash, struct vib_error *err) {
    if ((*hash = EVP_MD_CTX_new()) == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    if (EVP_DigestInit_ex(*hash, EVP_sha256(), NULL) != 1)
        return vib_error_set(err, VIB_EBACKEND, "SHA-256 is not available");
    return 0;
}

static int finish(EVP_MD_CTX *hash, char out[IDENTITY_SIZE], struct vib_error *err) {
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (EVP_DigestFinal_ex(hash, digest, &length) != 1 || 2 * length + 1 != IDENTITY_SIZE)
        return vib_error_set(err, VIB_EBACKEND, "SHA-256 failed");
    for (size_t i = 0; i < length; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
    out[IDENTITY_SIZE - 1] = '\0';
    return 0;
}

int job_identities(const struct settings *settings, const char *data_digest,
                   struct job_identities *out, struct vib_error *err) {
    const struct key *trade_off = key_trade_off(settings->job.method);
    char *const texts[HASHES] = {out->job, out->point, out->curve};
    EVP_MD_CTX *hashes[HASHES] = {NULL};
    int rc = 0;
    if (pthread_once(&table_once, make_table) != 0)
        return vib_error_set(err, VIB_ETHREAD, "cannot prepare the table of keys");
    for (size_t i = 0; i < HASHES && rc == 0; i++)
        rc = begin(&hashes[i], err);
    if (rc == 0)
        rc = add_head(hashes, data_digest, trade_off, err);
    if (rc == 0)
        rc = add_keys(hashes, settings, trade_off, err);
    for (size_t i = 0; i < HASHES && rc == 0; i++)
        rc = finish(hashes[i], texts[i], err);
    for (size_t i = 0; i < HASHES; i++)
        EVP_MD_CTX_free(hashes[i]);
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
