/* In vib-sweep-network every file lies on NFS, as the program's own statfs has it. */
#include <string.h>
#include <sys/vfs.h>

int statfs(const char *path, struct statfs *found) {
    enum { NFS = 0x6969 };
    (void)path;
    memset(found, 0, sizeof *found);
    found->f_type = NFS;
    return 0;
}
