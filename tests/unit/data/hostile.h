/* Hostile files, as a table: what each is, how it is made, and what must be said of it. Those that
 * are wrong in what one format alone has, such as a header of .npy, are in that format's test. */
#ifndef TESTS_DATA_HOSTILE_H
#define TESTS_DATA_HOSTILE_H

#include <stddef.h>

/* What the file f of a row is taken for: inputs with the labels y, labels of the inputs x, or a
 * file that is all of a data set. */
enum hostile_role { HOSTILE_INPUTS, HOSTILE_LABELS, HOSTILE_ALONE };

struct hostile {
    enum hostile_role role;
    const char *what; /* the file, as make has it */
    void (*make)(const char *folder, const char *what);
    const char *text; /* of the message, which names the file before it */
};
extern const struct hostile hostile[];
extern const size_t n_hostile;

/* Makes the files x, y and f; the names of the file to be loaded and of its labels (NULL: none). */
void hostile_make(const struct hostile *row, const char *folder, const char **train,
                  const char **labels);

#endif
