/* A zip archive. Members are stored or deflated; what is encrypted or packed otherwise is refused.
 * Thread rule: as inputs (core/data/input.h). */
#ifndef VIB_CORE_DATA_ARCHIVE_H
#define VIB_CORE_DATA_ARCHIVE_H

#include "core/data/input.h"
#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>

struct vib_archive; /* opaque */

/* Whether a file begins as archives do. */
bool vib_archive_begins(const uint8_t *head, size_t n);

/* Errors: VIB_EDATA with the path, VIB_ENOMEM. */
int vib_archive_open(struct vib_archive **archive, const char *path, struct vib_error *err);
void vib_archive_close(struct vib_archive *archive); /* harmless on NULL */

bool vib_archive_has(const struct vib_archive *archive, const char *member);

/* The members' names, for a message; cut to size. */
void vib_archive_list(const struct vib_archive *archive, char *text, size_t size);

/* An input of a member that is there. It must be closed before the archive. Errors: VIB_EDATA with
 * path and member, VIB_ENOMEM. */
int vib_archive_member(struct vib_archive *archive, const char *member, struct vib_input **input,
                       struct vib_error *err);

#endif
