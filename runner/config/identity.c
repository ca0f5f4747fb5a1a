/* The identity of a job: declared, and the text that is hashed described, in keys.h. */
#include "runner/config/keys.h"

#include <openssl/evp.h>

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* To be raised when the same keys and data give other results than they used to. */
static const int numerics_version = 2;

enum { MAX_KEYS = 256 };

/* The keys that count, in the order of their names: made once. */
static struct {
    const struct key *keys[MAX_KEYS];
    size_t n;
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
}

/* Numbers are compared as such: formatting all of them would be most of a small job's cost. */
static bool is_default(const struct settings *settings, const struct key *key) {
    const struct settings *defaults = settings_defaults();
    char value[KEY_TEXT_SIZE], usual[KEY_TEXT_SIZE];
    if (key->type == KEY_REAL)
        return !(key_real(settings, key) < key_real(defaults, key)) &&
               !(key_real(settings, key) > key_real(defaults, key));
    if (key->type == KEY_SIZE || key->type == KEY_SEED)
        return key_integer(settings, key) == key_integer(defaults, key);
    key_format(settings, key, value, sizeof value);
    key_format(defaults, key, usual, sizeof usual);
    return strcmp(value, usual) == 0;
}

static int hash_text(EVP_MD_CTX *hash, const char *text, struct vib_error *err) {
    if (EVP_DigestUpdate(hash, text, strlen(text)) != 1)
        return vib_error_set(err, VIB_EBACKEND, "SHA-256 failed");
    return 0;
}

static int hash_keys(EVP_MD_CTX *hash, const struct settings *settings, struct vib_error *err) {
    int rc = 0;
    for (size_t i = 0; i < table.n && rc == 0; i++) {
        const struct key *key = table.keys[i];
        char value[KEY_TEXT_SIZE], line[KEY_TEXT_SIZE + 64];
        if (is_default(settings, key))
            continue;
        if (key_format(settings, key, value, sizeof value) >= KEY_TEXT_SIZE)
            return vib_error_set(err, VIB_EINVAL, "the value of %s is too long", key->name);
        snprintf(line, sizeof line, "%s=%s\n", key->name, value);
        rc = hash_text(hash, line, err);
    }
    return rc;
}

int job_identity(const struct settings *settings, const char *data_digest, char out[65],
                 struct vib_error *err) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    char head[128];
    if (pthread_once(&table_once, make_table) != 0)
        return vib_error_set(err, VIB_ETHREAD, "cannot prepare the table of keys");
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    if (!hash)
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    snprintf(head, sizeof head, "numerics=%d\ndata=", numerics_version);
    int rc = 0;
    if (EVP_DigestInit_ex(hash, EVP_sha256(), NULL) != 1)
        rc = vib_error_set(err, VIB_EBACKEND, "SHA-256 is not available");
    if (rc == 0)
        rc = hash_text(hash, head, err);
    if (rc == 0)
        rc = hash_text(hash, data_digest, err);
    if (rc == 0)
        rc = hash_text(hash, "\n", err);
    if (rc == 0)
        rc = hash_keys(hash, settings, err);
    if (rc == 0 && (EVP_DigestFinal_ex(hash, digest, &length) != 1 || length != 32))
        rc = vib_error_set(err, VIB_EBACKEND, "SHA-256 failed");
    for (unsigned i = 0; rc == 0 && i < length; i++)
        snprintf(out + 2 * (size_t)i, 3, "%02x", digest[i]);
    EVP_MD_CTX_free(hash);
    return rc;
}
