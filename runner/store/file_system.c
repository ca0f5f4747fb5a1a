#include "runner/store/file_system.h"

#include "runner/base/atomic_file.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/vfs.h>

/* By f_type, of which 32 bits count. FUSE hides what is behind it: sshfs as well as a disk. */
static const struct {
    uint32_t type;
    const char *name;
} shared[] = {
    {0x00006969, "NFS"},      {0xff534d42, "CIFS"},  {0x0000517b, "SMB"},    {0xfe534d42, "SMB"},
    {0x65735546, "FUSE"},     {0x01021997, "9p"},    {0x0bd00bd0, "Lustre"}, {0x47504653, "GPFS"},
    {0x19830326, "BeeGFS"},   {0x00c36400, "Ceph"},  {0x5346414f, "AFS"},    {0x6b414653, "AFS"},
    {0x73757245, "Coda"},     {0xaad7aaea, "PanFS"}, {0x01161970, "GFS2"},   {0x7461636f, "OCFS2"},
    {0x20030528, "OrangeFS"},
};

static int find_type(const char *path, uint32_t *type) {
    struct statfs found;
    if (statfs(path, &found) != 0)
        return -1;
    *type = (uint32_t)found.f_type;
    return 0;
}

const char *file_system_shared(const char *path) {
    uint32_t type = 0;
    int rc = find_type(path, &type);
    if (rc != 0) {
        char *folder = atomic_file_folder(path);
        rc = folder != NULL ? find_type(folder, &type) : -1;
        free(folder);
    }
    for (size_t i = 0; rc == 0 && i < sizeof shared / sizeof shared[0]; i++)
        if (shared[i].type == type)
            return shared[i].name;
    return NULL;
}
