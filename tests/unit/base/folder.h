/* A folder of a test's own. */
#ifndef TESTS_BASE_FOLDER_H
#define TESTS_BASE_FOLDER_H

enum { FOLDER_SIZE = 256 };

/* Makes a fresh one under $TMPDIR, or /tmp without it; the test ends when there is none. */
void make_folder(char path[FOLDER_SIZE]);

/* Deletes it with all that is in it. */
void remove_folder(const char *path);

#endif
