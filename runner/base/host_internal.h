/* The parts of runner/base/host.c that its tests feed with files of their own. */
#ifndef RUNNER_BASE_HOST_INTERNAL_H
#define RUNNER_BASE_HOST_INTERNAL_H

#include "runner/base/host.h"

/* From the text of /proc/PID/stat: the state's letter and the start (field 22); false when the text
 * is something else. */
bool host_parse_stat(const char *text, char *state, int64_t *start);

/* From the text of /proc/cpuinfo: the first "model name", "" when there is none. */
void host_parse_cpu(const char *text, char *cpu, size_t size);

/* The calling process's identity, as in struct host, with every file name under `root`. */
void host_find_identity(const char *root, char *identity, size_t size);

/* `processors` lowered to the CPU quota of the own cgroup, with every file name under `root`. */
size_t host_cgroup_processors(const char *root, size_t processors);

/* Bytes of memory that the own cgroup and its parents have left, cached files counted as room, with
 * every file name under `root`; infinite without a limit. */
double host_cgroup_memory(const char *root);

/* The value of a line "NAME: number kB" of the text of /proc/meminfo, bytes; false without one. */
bool host_parse_meminfo(const char *text, const char *name, double *bytes);

#endif
