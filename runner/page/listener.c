#include "runner/page/listener.h"

#include "runner/base/quote.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int cannot(const char *address, size_t port, struct vib_error *err) {
    const int reason = errno;
    char quoted[QUOTE_SIZE];
    if (reason == EADDRINUSE)
        return vib_error_set(err, VIB_EIO,
                             "port %zu of %s is in use: give another by --port, or --port 0 for "
                             "one that is free",
                             port, address);
    if (reason == EADDRNOTAVAIL)
        return vib_error_set(err, VIB_EUSAGE,
                             "%s is no address of this machine; 0.0.0.0 stands for all of them",
                             quote(quoted, address));
    return vib_error_set(err, VIB_EIO, "cannot listen on port %zu of %s: %s", port, address,
                         strerror(reason));
}

static bool is_loopback(const struct sockaddr *address) {
    if (address->sa_family == AF_INET) {
        struct sockaddr_in four;
        memcpy(&four, address, sizeof four);
        return ntohl(four.sin_addr.s_addr) >> 24 == 127;
    }
    struct sockaddr_in6 six;
    memcpy(&six, address, sizeof six);
    return IN6_IS_ADDR_LOOPBACK(&six.sin6_addr);
}

/* Of all addresses of this machine, which in a URL is no address. */
static bool is_any(const struct sockaddr *address) {
    if (address->sa_family == AF_INET) {
        struct sockaddr_in four;
        memcpy(&four, address, sizeof four);
        return four.sin_addr.s_addr == htonl(INADDR_ANY);
    }
    struct sockaddr_in6 six;
    memcpy(&six, address, sizeof six);
    return IN6_IS_ADDR_UNSPECIFIED(&six.sin6_addr);
}

static int name_it(struct listener *listener, struct vib_error *err) {
    char host[80], port[8];
    struct sockaddr_storage bound = {0};
    socklen_t size = sizeof bound;
    if (getsockname(listener->fd, (struct sockaddr *)&bound, &size) != 0 ||
        getnameinfo((struct sockaddr *)&bound, size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return vib_error_set(err, VIB_EIO, "cannot tell the address of a socket: %s",
                             strerror(errno));
    if (is_any((struct sockaddr *)&bound) && gethostname(host, sizeof host) == 0)
        host[sizeof host - 1] = '\0';
    const bool six = strchr(host, ':') != NULL;
    (void)snprintf(listener->host, sizeof listener->host, "%s%s%s", six ? "[" : "", host,
                   six ? "]" : "");
    (void)snprintf(listener->name, sizeof listener->name, "%s:%s", listener->host, port);
    listener->loopback = is_loopback((struct sockaddr *)&bound);
    return VIB_OK;
}

static int open_at(struct listener *listener, const struct addrinfo *at, const char *address,
                   size_t port, struct vib_error *err) {
    const int on = 1;
    listener->fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener->fd < 0 ||
        setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(listener->fd, at->ai_addr, at->ai_addrlen) != 0 ||
        listen(listener->fd, SOMAXCONN) != 0)
        return cannot(address, port, err);
    return name_it(listener, err);
}

int listener_open(struct listener *listener, const char *address, size_t port,
                  struct vib_error *err) {
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM,
                                    .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    char service[24], quoted[QUOTE_SIZE];
    struct addrinfo *found = NULL;
    *listener = (struct listener){.fd = -1};
    (void)snprintf(service, sizeof service, "%zu", port);
    const int reason = getaddrinfo(address, service, &wanted, &found);
    if (reason != 0)
        return vib_error_set(err, VIB_EUSAGE, "there is no address %s: %s", quote(quoted, address),
                             gai_strerror(reason));
    const int rc = open_at(listener, found, address, port, err);
    freeaddrinfo(found);
    if (rc != VIB_OK)
        listener_close(listener);
    return rc;
}

void listener_close(struct listener *listener) {
    if (listener->fd >= 0)
        (void)close(listener->fd); /* nothing was written to it */
    listener->fd = -1;
}
