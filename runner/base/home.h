/* The user's home folder, and where data sets are kept in it. Allocated paths are the caller's. Any
 * thread, as long as none changes the environment. */
#ifndef RUNNER_BASE_HOME_H
#define RUNNER_BASE_HOME_H

/* The variable's value, borrowed; NULL when it is not set, or empty. */
const char *home_variable(const char *name);

/* The path with $HOME for the ~ of ~/, which shells leave to us in a configuration, in --set
 * KEY=~/... and between quotes. Without $HOME, and for the ~user of others, as it is. NULL when out
 * of memory. */
char *home_expand(const char *path);

/* Stores in *folder $XDG_DATA_HOME/vib-sweep/NAME, by default ~/.local/share/vib-sweep/NAME, or
 * NULL where neither variable is set. Returns 0 or VIB_ENOMEM. */
int home_data_folder(const char *name, char **folder);

#endif
