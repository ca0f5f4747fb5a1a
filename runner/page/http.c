#include "runner/page/http.h"

#include "runner/page/http_library.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <unistd.h>

enum { MOST_CONNECTIONS = 128, IDLE_S = 30, MOST_HELD = 256 << 20 /* bytes */ };

struct http {
    const struct http_site *site;
    struct http_library library;
    size_t held; /* bytes of answers that are not all sent yet */
};

/* --- who asks --- */

int http_token(char token[HTTP_TOKEN_SIZE], struct vib_error *err) {
    unsigned char bytes[(HTTP_TOKEN_SIZE - 1) / 2];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return vib_error_set(err, VIB_EIO, "the system gives no random numbers: %s",
                             strerror(errno));
    for (size_t i = 0; i < sizeof bytes; i++)
        (void)snprintf(token + 2 * i, 3, "%02x", bytes[i]);
    return VIB_OK;
}

/* Whether a path begins with the token and a slash; takes as long for every wrong one. */
static bool has_token(const char *path, const char *token) {
    const size_t size = strlen(token);
    unsigned char difference = 0;
    if (strlen(path) <= size)
        return false;
    for (size_t i = 0; i < size; i++)
        difference |= (unsigned char)(path[i] ^ token[i]);
    return difference == 0 && path[size] == '/';
}

/* Of any port, as one may be forwarded. */
static bool is_named(const char *host, const char *name) {
    const size_t size = strlen(name);
    if (size == 0 || strncasecmp(host, name, size) != 0)
        return false;
    const char *port = host + size;
    return *port == '\0' || (*port == ':' && port[1 + strspn(port + 1, "0123456789")] == '\0');
}

/* Of this machine under the names by which it calls itself, and the address that is listened on. */
static bool is_here(const struct http_site *site, const char *host) {
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    for (size_t i = 0; host != NULL && i < sizeof names / sizeof names[0]; i++)
        if (is_named(host, names[i]))
            return true;
    return host != NULL && is_named(host, site->address);
}

/* --- answers --- */

static const char refused_method[] = "{\"error\":\"only GET and HEAD are answered here\"}\n";
static const char refused_host[] =
    "{\"error\":\"this is answered under the names localhost and 127.0.0.1 alone\"}\n";
static const char refused_more[] = "{\"error\":\"those who ask do not take what they are sent\"}\n";
static const char refused_path[] = "{\"error\":\"there is nothing here\"}\n";

static struct http_answer refusal(unsigned status, const char *body) {
    return (struct http_answer){
        .status = status, .type = "application/json", .body = body, .size = strlen(body)};
}

/* Of an answer's text, which may go before it is sent. */
struct copy {
    struct http *http;
    size_t size;
    char text[];
};

static void let_go(void *context) {
    struct copy *copy = context;
    copy->http->held -= copy->size;
    free(copy);
}

static struct MHD_Response *make_response(struct http *http, const struct http_answer *answer) {
    struct copy *copy = malloc(sizeof *copy + answer->size);
    if (copy == NULL)
        return NULL;
    copy->http = http;
    copy->size = answer->size;
    memcpy(copy->text, answer->body, answer->size);
    http->held += copy->size;
    struct MHD_Response *response =
        http->library.create_response_from_buffer_with_free_callback_cls(copy->size, copy->text,
                                                                         let_go, copy);
    if (response == NULL)
        let_go(copy);
    return response;
}

static enum MHD_Result send_answer(struct http *http, struct MHD_Connection *connection,
                                   const struct http_answer *answer) {
    const struct {
        const char *name, *value;
    } headers[] = {
        {"Content-Type", answer->type},
        {"Content-Security-Policy", http->site->policy},
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Cache-Control", "no-store"},
        {answer->status == MHD_HTTP_METHOD_NOT_ALLOWED ? "Allow" : NULL, "GET, HEAD"},
    };
    struct MHD_Response *response = make_response(http, answer);
    enum MHD_Result done = response != NULL ? MHD_YES : MHD_NO;
    for (size_t i = 0; done == MHD_YES && i < sizeof headers / sizeof headers[0]; i++)
        if (headers[i].name != NULL)
            done = http->library.add_response_header(response, headers[i].name, headers[i].value);
    if (done == MHD_YES)
        done = http->library.queue_response(connection, answer->status, response);
    if (response != NULL)
        http->library.destroy_response(response);
    return done;
}

/* --- requests --- */

static enum MHD_Result take_argument(void *context, enum MHD_ValueKind kind, const char *name,
                                     const char *value) {
    struct http_request *request = context;
    (void)kind;
    if (request->n < HTTP_MOST_ARGUMENTS)
        request->arguments[request->n] =
            (struct http_argument){.name = name, .value = value != NULL ? value : ""};
    request->n++;
    return MHD_YES;
}

static bool is_reading(const char *method) {
    return strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
}

/* What it is that is asked for, by somebody who may. */
static struct http_answer answer(struct http *http, struct MHD_Connection *connection,
                                 const char *url, const char *method) {
    const struct http_site *site = http->site;
    struct http_request request = {.path = url + 1};
    struct http_answer found = {.status = MHD_HTTP_INTERNAL_SERVER_ERROR};
    if (!is_reading(method))
        return refusal(MHD_HTTP_METHOD_NOT_ALLOWED, refused_method);
    if (site->token[0] == '\0' &&
        !is_here(site, http->library.lookup_connection_value(connection, MHD_HEADER_KIND, "Host")))
        return refusal(MHD_HTTP_FORBIDDEN, refused_host);
    if (url[0] != '/' || (site->token[0] != '\0' && !has_token(request.path, site->token)))
        return refusal(MHD_HTTP_NOT_FOUND, refused_path);
    if (site->token[0] != '\0')
        request.path += strlen(site->token) + 1;
    (void)http->library.get_connection_values(connection, MHD_GET_ARGUMENT_KIND, take_argument,
                                              &request);
    site->answer(site->context, &request, &found);
    if (http->held > 0 && http->held + found.size > MOST_HELD)
        return refusal(MHD_HTTP_SERVICE_UNAVAILABLE, refused_more);
    return found;
}

/* Called for the headers, and once more when there is no more to come: who is answered before that
 * must connect anew for the next request. What comes with a request is not read. */
static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **state) {
    static char begun;
    struct http *http = context;
    (void)version;
    (void)upload;
    if (*state == NULL && is_reading(method)) {
        *state = &begun;
        return MHD_YES;
    }
    if (*upload_size > 0 && is_reading(method)) {
        *upload_size = 0;
        return MHD_YES;
    }
    const struct http_answer found = answer(http, connection, url, method);
    return send_answer(http, connection, &found);
}

/* --- serving --- */

static int run(struct http *http, struct MHD_Daemon *daemon, struct vib_error *err) {
    const struct http_library *library = &http->library;
    const struct http_site *site = http->site;
    const union MHD_DaemonInfo *info = library->get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == NULL)
        return vib_error_set(err, VIB_EIO, "serve: libmicrohttpd cannot wait by epoll");
    struct pollfd waiting = {.fd = info->epoll_fd, .events = POLLIN};
    while (!site->ended(site->context)) {
        MHD_UNSIGNED_LONG_LONG ms = 0;
        struct timespec limit = {.tv_sec = 1};
        if (library->get_timeout(daemon, &ms) == MHD_YES && ms < 1000)
            limit = (struct timespec){.tv_nsec = (long)ms * 1000000L};
        if (ppoll(&waiting, 1, &limit, site->waiting) < 0 && errno != EINTR)
            return vib_error_set(err, VIB_EIO, "serve: cannot wait: %s", strerror(errno));
        if (library->run(daemon) != MHD_YES)
            return vib_error_set(err, VIB_EIO, "serve: libmicrohttpd has failed");
    }
    return VIB_OK;
}

int http_serve(const struct http_site *site, int fd, struct vib_error *err) {
    struct http http = {.site = site};
    int rc = http_library_load(&http.library, err);
    if (rc != VIB_OK) {
        (void)close(fd);
        return rc;
    }
    struct MHD_Daemon *daemon = http.library.start_daemon(
        MHD_USE_EPOLL, 0, NULL, NULL, handle, &http, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)MOST_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)IDLE_S, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (daemon == NULL) {
        (void)close(fd);
        return vib_error_set(err, VIB_EIO, "serve: libmicrohttpd cannot begin: %s",
                             strerror(errno));
    }
    rc = run(&http, daemon, err);
    http.library.stop_daemon(daemon);
    return rc;
}
