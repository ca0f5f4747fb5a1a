/* Fetches a public data set: from its mirrors, one after the other, or from where the user says. */
#ifndef RUNNER_FETCH_FETCH_H
#define RUNNER_FETCH_FETCH_H

#include "core/error.h"
#include "runner/fetch/fetch_table.h"

#include <stdbool.h>

/* Puts the set into the folder, where *fetched tells whether anything was missing; what is there
 * and right stays. from: NULL for the set's mirrors, another mirror (http:// or https://, which has
 * the files as NAME.gz), or a folder with the files, each as NAME or NAME.gz. Every file is
 * verified, wherever it comes from. Interrupted, by whatever, it goes on next time; the folder has
 * all of the set or what it had. Progress and failures of mirrors are told on stderr. Errors:
 * VIB_EDATA, the files are not to be had, or a file in the folder is another; VIB_ECREATE, VIB_EIO,
 * VIB_ENOMEM. Thread rule: one thread, and no other may exist. */
int fetch_run(const struct fetch_set *set, const char *folder, const char *from, bool *fetched,
              struct vib_error *err);

#endif
