/* runner/manual/completion.sh as zero-terminated bytes; the Makefile makes the .c file. */
#ifndef RUNNER_MANUAL_COMPLETION_TEXT_H
#define RUNNER_MANUAL_COMPLETION_TEXT_H

extern const unsigned char completion_sh[];

#endif
