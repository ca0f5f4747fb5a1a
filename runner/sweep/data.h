/* Finds and loads, or makes, the data set that a job asks for. */
#ifndef RUNNER_SWEEP_DATA_H
#define RUNNER_SWEEP_DATA_H

#include "core/dataset.h"
#include "core/error.h"
#include "runner/config/keys.h"

/* "mixture" is generated. Any other name is loaded from spec->files where these are named, from
 * spec->dir, a folder or a file (core/data/folder.h), if that is set, else from the first folder
 * that exists of $VIB_SWEEP_DATA/<name>, $XDG_DATA_HOME/vib-sweep/<name> (default
 * ~/.local/share), /usr/share/datasets/<name>. A folder that begins with ~/ is in $HOME.
 * On success *data is the caller's, on failure it is left zeroed. Any thread.
 * Errors: VIB_EDATA (what was looked for, every place that was tried, how to get it), VIB_ENOMEM.
 */
int data_load(const struct data_spec *spec, struct vib_dataset *data, struct vib_error *err);

/* Puts into a job's settings what its data set alone can tell, its own name, number of classes and
 * scale: so they are recorded, and the job's identity is of these. The name is borrowed. */
void data_complete(struct settings *settings, const struct vib_dataset *data);

#endif
