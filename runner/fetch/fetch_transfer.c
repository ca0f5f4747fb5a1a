#include "runner/fetch/fetch_transfer.h"

#include "runner/base/version.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum {
    HTTP_PARTIAL = 206,
    HTTP_NO_SUCH_RANGE = 416,
    CONNECT_S = 20,
    STALL_S = 20, /* without STALL_RATE bytes a second for so long, a server is given up */
    STALL_RATE = 64,
    REDIRECTS = 5
};

/* An answer on its way to the file. */
struct arrival {
    struct fetch_transfer *transfer;
    const struct fetch_request *request;
    int fd;
    uint64_t at;    /* bytes in the file */
    uint64_t asked; /* from which byte on */
    bool begun, too_long;
    int reason; /* errno of a failed write, or 0 */
};

/* Without a 206 the bytes are those from the first on. */
static bool begin(struct arrival *a) {
    long status = 0;
    (void)a->transfer->curl.easy_getinfo(a->transfer->handle, CURLINFO_RESPONSE_CODE, &status);
    a->begun = true;
    if (a->at == 0 || status == HTTP_PARTIAL)
        return true;
    a->asked = a->at = 0;
    return ftruncate(a->fd, 0) == 0;
}

static bool write_all(struct arrival *a, const char *bytes, size_t n) {
    while (n > 0) {
        const ssize_t written = pwrite(a->fd, bytes, n, (off_t)a->at);
        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0) {
            bytes += written;
            n -= (size_t)written;
            a->at += (uint64_t)written;
        }
    }
    return true;
}

/* libcurl's write function: what is returned but n ends the transfer. */
static size_t take(char *bytes, size_t one, size_t n, void *context) {
    struct arrival *a = context;
    (void)one; /* always 1 */
    if (!a->begun && !begin(a)) {
        a->reason = errno;
        return 0;
    }
    a->too_long = n > a->request->limit || a->at > a->request->limit - n;
    if (a->too_long)
        return 0;
    if (write_all(a, bytes, n))
        return n;
    a->reason = errno;
    return 0;
}

/* libcurl's progress function. */
static int tell(void *context, curl_off_t total, curl_off_t now, curl_off_t up, curl_off_t sent) {
    struct arrival *a = context;
    (void)up;
    (void)sent;
    if (now > 0)
        fetch_progress_draw(a->transfer->progress, a->at,
                            total > 0 ? a->asked + (uint64_t)total : 0);
    return 0;
}

static int open_handle(struct fetch_transfer *t, struct vib_error *err) {
    if (t->handle != NULL)
        return 0;
    const int rc = fetch_curl_load(&t->curl, err);
    if (rc != 0)
        return rc;
    if ((t->handle = t->curl.easy_init()) != NULL)
        return 0;
    t->curl.global_cleanup();
    return vib_error_set(err, VIB_ENOMEM, "fetch: out of memory");
}

/* The options of every transfer; an old libcurl that lacks one fails here rather than later. */
static CURLcode set_options(struct arrival *a) {
    CURLcode (*const set)(CURL *, CURLoption, ...) = a->transfer->curl.easy_setopt;
    CURL *handle = a->transfer->handle;
    /* From https nobody is sent to where others may listen. */
    const bool secure = strncasecmp(a->request->url, "https:", 6) == 0;
    char agent[64];
    (void)snprintf(agent, sizeof agent, "vib-sweep/%s", version_program());
    CURLcode code = set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    code = code ? code : set(handle, CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
    code = code ? code : set(handle, CURLOPT_URL, a->request->url);
    code = code ? code : set(handle, CURLOPT_USERAGENT, agent);
    code = code ? code : set(handle, CURLOPT_FOLLOWLOCATION, 1L);
    code = code ? code : set(handle, CURLOPT_MAXREDIRS, (long)REDIRECTS);
    code = code ? code : set(handle, CURLOPT_FAILONERROR, 1L);
    code = code ? code : set(handle, CURLOPT_NOSIGNAL, 1L);
    code = code ? code : set(handle, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    code = code ? code : set(handle, CURLOPT_LOW_SPEED_TIME, (long)STALL_S);
    code = code ? code : set(handle, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_RATE);
    code = code ? code : set(handle, CURLOPT_ERRORBUFFER, a->transfer->why);
    code = code ? code : set(handle, CURLOPT_WRITEFUNCTION, take);
    code = code ? code : set(handle, CURLOPT_WRITEDATA, a);
    code = code ? code : set(handle, CURLOPT_XFERINFOFUNCTION, tell);
    code = code ? code : set(handle, CURLOPT_XFERINFODATA, a);
    return code ? code : set(handle, CURLOPT_NOPROGRESS, 0L);
}

/* Asks for what is not there, or for all. */
static CURLcode set_range(const struct arrival *a) {
    char range[32];
    (void)snprintf(range, sizeof range, "%" PRIu64 "-", a->asked);
    return a->transfer->curl.easy_setopt(a->transfer->handle, CURLOPT_RANGE,
                                         a->asked > 0 ? range : NULL);
}

static CURLcode perform(struct arrival *a) {
    long status = 0;
    CURLcode code = set_options(a);
    if (code == CURLE_OK)
        code = set_range(a);
    if (code == CURLE_OK)
        code = a->transfer->curl.easy_perform(a->transfer->handle);
    (void)a->transfer->curl.easy_getinfo(a->transfer->handle, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_HTTP_RETURNED_ERROR || status != HTTP_NO_SUCH_RANGE || a->asked == 0)
        return code;
    /* The part is as long as the server's file, or longer, and still not it. */
    a->asked = a->at = 0;
    if (ftruncate(a->fd, 0) != 0) {
        a->reason = errno;
        return CURLE_WRITE_ERROR;
    }
    return perform(a);
}

/* Into a file that is open. */
static int receive(struct arrival *a, struct vib_error *err) {
    const struct fetch_request *request = a->request;
    const char *why = a->transfer->why;
    a->transfer->why[0] = '\0';
    const CURLcode code = perform(a);
    if (a->reason != 0)
        return vib_error_set(err, VIB_EIO, "cannot write %s: %s", request->path,
                             strerror(a->reason));
    if (a->too_long)
        return vib_error_set(err, VIB_EDATA, "%s: longer than the file can be", request->url);
    if (code == CURLE_OUT_OF_MEMORY)
        return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", request->url);
    if (code != CURLE_OK)
        return vib_error_set(err, VIB_EDATA, "%s: %s", request->url,
                             *why ? why : a->transfer->curl.easy_strerror(code));
    if (fsync(a->fd) != 0)
        return vib_error_set(err, VIB_EIO, "cannot write %s: %s", request->path, strerror(errno));
    return 0;
}

int fetch_transfer_get(struct fetch_transfer *transfer, const struct fetch_request *request,
                       struct vib_error *err) {
    struct arrival a = {.transfer = transfer, .request = request};
    int rc = open_handle(transfer, err);
    if (rc != 0)
        return rc;
    a.fd = open(request->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    const off_t end = a.fd < 0 ? -1 : lseek(a.fd, 0, SEEK_END);
    if (end < 0)
        rc =
            vib_error_set(err, VIB_ECREATE, "cannot create %s: %s", request->path, strerror(errno));
    else {
        a.asked = a.at = (uint64_t)end;
        fetch_progress_begin(transfer->progress, strrchr(request->url, '/') + 1, a.at);
        rc = receive(&a, err);
        fetch_progress_clear(transfer->progress);
    }
    if (a.fd >= 0 && a.at == 0 && rc != 0)
        (void)unlink(request->path); /* of no use to anybody */
    if (a.fd >= 0 && close(a.fd) != 0 && rc == 0)
        rc = vib_error_set(err, VIB_EIO, "cannot write %s: %s", request->path, strerror(errno));
    return rc;
}

void fetch_transfer_release(struct fetch_transfer *transfer) {
    if (transfer->handle == NULL)
        return;
    transfer->curl.easy_cleanup(transfer->handle);
    transfer->curl.global_cleanup();
    transfer->handle = NULL;
}
