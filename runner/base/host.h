/* This machine and this process: what a run records, and whether another process is still alive. */
#ifndef RUNNER_BASE_HOST_H
#define RUNNER_BASE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct host {
    char name[256];     /* host name */
    char identity[256]; /* machine, boot and pid name space, one word each: what a process number
                           means depends on the last two; "" when they are unknown */
    char cpu[128];      /* model name */
    int64_t pid;
    int64_t start; /* the process's start, clock ticks since boot; 0 where the system hides it */
};

/* Fills in the facts about the calling process; what cannot be found out is "" or 0. */
void host_init(struct host *host);

/* Whether the process (pid, start) of the host with that identity is alive: 1 yes, 0 no, also where
 * this machine was started anew since, -1 when it cannot be told from here: another machine, or
 * name space. */
int host_process_alive(const struct host *self, const char *identity, int64_t pid, int64_t start);

/* Whether an identity is of this very kernel, in whatever name space: its clocks are then ours. No
 * where either is unknown. */
bool host_is_here(const struct host *self, const char *identity);

/* Processors that this process may use, at least 1: the affinity mask, lowered to the cgroup's CPU
 * quota (v2 cpu.max or v1 cpu.cfs_quota_us, of the own group and its parents), rounded up. */
size_t host_processors(void);

/* Bytes of memory that this process may still take without others being killed for it: what is
 * available of the machine's, lowered to what its cgroup has left, and the free swap space.
 * Infinite where it cannot be told. */
double host_memory(void);

#endif
