/* Error codes shared by core/ and runner/, and an error that carries its sentence.
 *
 * A function that can fail returns 0 or one of these negative codes. Where a person needs words
 * (which file, which line, which key, what to do) the last argument is a caller-owned
 * `struct vib_error`; it is written only on failure and never allocates. */
#ifndef VIB_CORE_ERROR_H
#define VIB_CORE_ERROR_H

/* name, value, general meaning */
#define VIB_STATUS_MAP(XX)                                                                         \
    XX(VIB_OK, 0, "success")                                                                       \
    XX(VIB_ENOMEM, -1, "out of memory")                                                            \
    XX(VIB_EINVAL, -2, "invalid argument")                                                         \
    XX(VIB_EUSAGE, -3, "wrong use of the command line")                                            \
    XX(VIB_ECONFIG, -4, "error in the configuration")                                              \
    XX(VIB_EDATA, -5, "missing or damaged data")                                                   \
    XX(VIB_ECREATE, -6, "cannot create a file")                                                    \
    XX(VIB_EIO, -7, "input/output error")                                                          \
    XX(VIB_EBUSY, -8, "the database is busy")                                                      \
    XX(VIB_ESTATE, -9, "damaged or foreign saved state")                                           \
    XX(VIB_EDIVERGED, -10, "the loss is no longer finite")                                         \
    XX(VIB_EBACKEND, -11, "the matrix library failed")                                             \
    XX(VIB_ETHREAD, -12, "cannot start a thread")                                                  \
    XX(VIB_ESTOPPED, -13, "stopped on request")                                                    \
    XX(VIB_EDATABASE, -14, "the database is damaged or refuses for good")

enum vib_status {
#define VIB_STATUS_ENUM(name, value, text) name = value,
    VIB_STATUS_MAP(VIB_STATUS_ENUM)
#undef VIB_STATUS_ENUM
};

struct vib_error {
    int code;          /* one of enum vib_status */
    char message[768]; /* one sentence, no trailing newline; cut, at a character, when longer */
};

/* The general meaning of a code; a static string, never NULL. */
const char *vib_status_text(int code);

/* Stores code and the formatted sentence in *err (which may be NULL) and returns code, so that
 * a failing function can end in `return vib_error_set(err, VIB_EDATA, "...", ...)`. The sentence is
 * made printable (core/printable.h), whatever file, key or path is part of it. */
int vib_error_set(struct vib_error *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
