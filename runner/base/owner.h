/* Whose a file is, for the message that it cannot be used. */
#ifndef RUNNER_BASE_OWNER_H
#define RUNNER_BASE_OWNER_H

enum { OWNER_SIZE = 96 };

/* Writes " (it belongs to NAME, and this process runs as NAME)", or "" when the file is this
 * process's own or its owner cannot be found out. Returns out. Leaves errno alone. Thread rule: may
 * be called from any thread. */
const char *owner_note(char out[OWNER_SIZE], const char *path);

#endif
