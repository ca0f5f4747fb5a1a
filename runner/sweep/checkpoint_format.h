/* Layout, all numbers little-endian, doubles as their 64 bits, no padding:
 *
 *   magic[8] version:u32 file_bytes:u64 identity[64]
 *   message_bytes:u32 message[] train_s:f64 evaluate_s:f64 examples:u64 objective:f64
 *   n_epochs:u64 { epoch:u64 lr:f64 splits:u32 { error error_mc ce ce_se ce_mc rate
 *   rate_se compression error_mu }[splits] }[n_epochs]
 *   n_along:u64 { epoch:u64 split:u32 n:u64 made:u32 cap residual_made:u32 residual_cap
 *   { bits se }[estimators] of I(Z;X), the same of I(X;Z|Y) }[n_along]
 *   state_bytes:u64 state[] crc:u32
 *
 * splits is the set of those evaluated, a bit for each by its number, in whose order they follow.
 * Older versions are still read. Version 5 has no estimates along the way, version 4 no error_mu,
 * version 3 neither rate_se nor compression: the rates of its time were exact, and the only
 * compression. In version 2 splits is left out, too: train and test.
 *
 * crc is CRC-32 (zlib's) of all that comes before it. No size is believed before it has been held
 * against the bytes that the file has left. */
#ifndef RUNNER_SWEEP_CHECKPOINT_FORMAT_H
#define RUNNER_SWEEP_CHECKPOINT_FORMAT_H

#include "core/bounds.h"

#define CHECKPOINT_MAGIC "VIBCKPT\n"

enum {
    CHECKPOINT_FORMAT_VERSION = 6,
    CHECKPOINT_NO_ALONG_VERSION = 5,
    CHECKPOINT_NO_MEAN_VERSION = 4,
    CHECKPOINT_RATE_ONLY_VERSION = 3,
    CHECKPOINT_OLDEST_VERSION = 2,
    CHECKPOINT_MAGIC_BYTES = sizeof CHECKPOINT_MAGIC - 1,
    CHECKPOINT_IDENTITY_BYTES = 64,
    CHECKPOINT_HEADER_BYTES = CHECKPOINT_MAGIC_BYTES + 4 + 8 + CHECKPOINT_IDENTITY_BYTES,
    CHECKPOINT_EVALUATION_REALS = 9,
    CHECKPOINT_NO_MEAN_REALS = 8,
    CHECKPOINT_RATE_ONLY_REALS = 6,
    CHECKPOINT_EVALUATION_BYTES = CHECKPOINT_EVALUATION_REALS * 8,
    CHECKPOINT_EPOCH_BYTES = 8 + 8 + 4, /* without its evaluations */
    CHECKPOINT_ALONG_BYTES = 8 + 4 + 8 + 2 * (4 + 8 + VIB_ESTIMATORS * 2 * 8),
    CHECKPOINT_CRC_BYTES = 4,
    /* everything but header, message, epochs, estimates along the way and state */
    CHECKPOINT_FIXED_BYTES = 4 + 4 * 8 + 8 + 8 + 8 + CHECKPOINT_CRC_BYTES
};

#endif
