/* The identity of a job: declared, and the text that is hashed described, in keys.h. */
#include "runner/keys.h"

#include <openssl/evp.h>

#include <string.h>

/* To be raised when the same keys and data give other results than they used to. */
static const int numerics_version = 1;

enum { MAX_TEXT = 512 };

/* The key whose name follows `name` among the names in order, NULL after the last. */
static const struct key *next_key(const char *name) {
    const struct key *next = NULL;
    for (size_t i = 0; i < n_keys; i++) {
        if (strcmp(keys[i].name, name) > 0 && (!next || strcmp(keys[i].name, next->name) < 0))
            next = &keys[i];
    }
    return next;
}

static int hash_text(EVP_MD_CTX *hash, const char *text, struct vib_error *err) {
    if (EVP_DigestUpdate(hash, text, strlen(text)) != 1)
        return vib_error_set(err, VIB_EBACKEND, "SHA-256 failed");
    return 0;
}

static int hash_keys(EVP_MD_CTX *hash, const struct settings *settings, struct vib_error *err) {
    struct settings defaults;
    settings_init(&defaults);
    int rc = 0;
    for (const struct key *key = next_key(""); key && rc == 0; key = next_key(key->name)) {
        char value[MAX_TEXT], usual[MAX_TEXT], line[MAX_TEXT + 64];
        if (key->flags & (KEY_SWEEP | KEY_DATA))
            continue;
        if (key_format(settings, key, value, sizeof value) >= MAX_TEXT)
            return vib_error_set(err, VIB_EINVAL, "the value of %s is too long", key->name);
        key_format(&defaults, key, usual, sizeof usual);
        if (strcmp(value, usual) == 0)
            continue;
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
