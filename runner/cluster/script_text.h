/* runner/cluster/task.sh and merge.sh as zero-terminated bytes; the Makefile makes the .c file. */
#ifndef RUNNER_CLUSTER_SCRIPT_TEXT_H
#define RUNNER_CLUSTER_SCRIPT_TEXT_H

extern const unsigned char task_sh[];
extern const unsigned char merge_sh[];

#endif
