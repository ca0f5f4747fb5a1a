/* A page served to the browsers of this machine, or of others. */
#ifndef RUNNER_PAGE_SERVE_H
#define RUNNER_PAGE_SERVE_H

#include "core/error.h"
#include "runner/page/page.h"

#include <stdbool.h>
#include <stddef.h>

struct serve_options {
    const char *address; /* to bind to */
    size_t port;         /* 0: any */
    bool open;           /* in a browser, by xdg-open */
};

/* Prints the URL on stdout, and serves the page until SIGINT, SIGTERM or SIGHUP. Errors: of
 * listener_open and http_serve; VIB_EIO; VIB_ENOMEM. */
int serve(struct page *page, const struct serve_options *options, struct vib_error *err);

#endif
