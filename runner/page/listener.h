/* The socket that a server listens on. */
#ifndef RUNNER_PAGE_LISTENER_H
#define RUNNER_PAGE_LISTENER_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { LISTENER_HOST_SIZE = 84, LISTENER_NAME_SIZE = 96 };

struct listener {
    int fd;                        /* -1: closed */
    bool loopback;                 /* it is reached from this machine alone */
    char name[LISTENER_NAME_SIZE]; /* "127.0.0.1:8750", "[::1]:8750", as in a URL */
    char host[LISTENER_HOST_SIZE]; /* the same without the port */
};

/* Binds to an address, or the first of a host's name, and listens; port 0 is any that is free.
 * Errors, a sentence with what to do: VIB_EUSAGE, there is no such address here; VIB_EIO. */
int listener_open(struct listener *listener, const char *address, size_t port,
                  struct vib_error *err);

void listener_close(struct listener *listener);

#endif
