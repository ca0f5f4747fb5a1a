/* Which file systems hosts share. SQLite's write-ahead log needs memory that all who have the
 * database open share, which no such file system gives to two hosts (sqlite.org/wal.html). */
#ifndef RUNNER_STORE_FILE_SYSTEM_H
#define RUNNER_STORE_FILE_SYSTEM_H

/* The name of the file system of a path ("NFS") when other hosts may have it, too; where there is
 * no such file yet its folder is looked at. NULL for a local one, as ext4, xfs, btrfs, zfs, tmpfs
 * and overlayfs are, for one that is not known, and where it cannot be told. A static string.
 * Source: statfs(2) and the kernel's names of what f_type may be. */
const char *file_system_shared(const char *path);

#endif
