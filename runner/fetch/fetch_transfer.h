/* One file by HTTP, resumed where a part of it is there. */
#ifndef RUNNER_FETCH_FETCH_TRANSFER_H
#define RUNNER_FETCH_FETCH_TRANSFER_H

#include "runner/fetch/fetch_curl.h"
#include "runner/fetch/fetch_progress.h"

/* Transfers one after the other, over connections that are kept. Thread rule: one thread. */
struct fetch_transfer {
    struct fetch_curl curl;
    CURL *handle;                    /* owned; NULL before the first transfer */
    struct fetch_progress *progress; /* borrowed */
    char why[CURL_ERROR_SIZE];       /* libcurl's words for what went wrong */
};

struct fetch_request {
    const char *url;
    const char *path; /* to which it is written; what is there already is not asked for again */
    uint64_t limit;   /* bytes; a longer answer cannot be right and is given up */
};

/* Gets it, through the proxies of curl's variables (http_proxy, https_proxy, all_proxy, no_proxy).
 * What arrives is appended to the file as it comes, by plain writes: whatever ends the process, the
 * part can be resumed. A server that does not resume sends all again, which then replaces the part.
 * Returns 0 when the answer is complete and on disk; whether it is right is not looked at.
 * Errors: VIB_EDATA, the server or the way to it, "URL: why"; VIB_ECREATE and VIB_EIO for the file;
 * VIB_ENOMEM. */
int fetch_transfer_get(struct fetch_transfer *transfer, const struct fetch_request *request,
                       struct vib_error *err);

void fetch_transfer_release(struct fetch_transfer *transfer); /* harmless on a zeroed one */

#endif
