/* Hashes by which a job is known wherever it is trained, and by which jobs are grouped.
 *
 * Each is the SHA-256, in lower-case hex, of a text of one line per fact:
 *
 *   numerics=2          numerics_version
 *   data=...            the digest of the data
 *   without=seed,beta   of a point and a curve: the keys that are left out
 *   K=2                 every other key that is neither KEY_SWEEP nor KEY_DATA, or is the view's
 *   train.lr=0.001      (data_limits_view), that matters and is neither at its default nor as it
 *                       was before there was the key, as canonical text, in the order of
 *                       their names
 *
 * So a new key with a default that keeps the old behaviour leaves old hashes alone, and neither the
 * place of the data nor the grid around a job matters. Settings are to be normalised
 * (settings_normalize). Thread rule: any thread. */
#ifndef RUNNER_CONFIG_IDENTITY_H
#define RUNNER_CONFIG_IDENTITY_H

#include "core/error.h"
#include "runner/config/keys.h"

enum { IDENTITY_SIZE = 65 };

struct job_identities {
    char job[IDENTITY_SIZE];   /* nothing is left out */
    char point[IDENTITY_SIZE]; /* without its seed: equal for repetitions of one point */
    char curve[IDENTITY_SIZE]; /* nor the trade-off of its method, where it has one (beta): equal
                                  for the points of one curve */
};

/* Errors: VIB_EINVAL (a value that is too long as text), VIB_ETHREAD. */
int job_identities(const struct settings *settings, const char *data_digest,
                   struct job_identities *out, struct vib_error *err);

/* The first of them alone. Errors likewise. */
int job_identity(const struct settings *settings, const char *data_digest, char out[IDENTITY_SIZE],
                 struct vib_error *err);

/* The version of this program's numerics: with others the same keys and data have other results. */
int numerics_version(void);

/* What a version of the numerics changed, to stand after "since numerics 2, "; static. NULL for the
 * first version and for those that this program does not know. */
const char *numerics_change(int version);

#endif
