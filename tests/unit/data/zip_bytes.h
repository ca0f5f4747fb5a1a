/* zip archives, byte by byte: also those that libzip would not write. */
#ifndef TESTS_DATA_ZIP_BYTES_H
#define TESTS_DATA_ZIP_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A member, stored or deflated. */
struct zip_member {
    const char *name;
    const void *bytes;
    size_t size;
    bool packed;     /* deflated */
    uint64_t claim;  /* the size that its headers tell; 0: its own */
    bool wide;       /* the headers give sizes in the fields of zip64, as NumPy's do */
    bool described;  /* crc and sizes come behind the bytes, as of what was written to a pipe */
    uint32_t damage; /* added to the CRC */
};

/* Writes folder/name; ends the test when it cannot. */
void zip_bytes_write(const char *folder, const char *name, const struct zip_member *members,
                     size_t n);

#endif
