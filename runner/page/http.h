/* HTTP for a site that is only read: who asks, for what, and how an answer is wrapped. What the
 * answers are is the site's. All is served by the calling thread, one request after another.
 *
 * GET and HEAD alone; nothing of a request is stored. An answer may be kept by nobody, be shown in
 * no frame, be guessed to be of no other type and be read by no other site, and tells no other site
 * its address. Where everybody on this machine may ask, the Host must be this machine's: a page of
 * elsewhere whose name was made to mean 127.0.0.1 has another (DNS rebinding). Elsewhere whoever
 * asks must know the token, with which every path begins. */
#ifndef RUNNER_PAGE_HTTP_H
#define RUNNER_PAGE_HTTP_H

#include "core/error.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

enum { HTTP_TOKEN_SIZE = 33, HTTP_MOST_ARGUMENTS = 8 };

struct http_argument {
    const char *name, *value; /* value is "" where there is none */
};

/* Borrowed for the call. */
struct http_request {
    const char *path; /* "api/overview"; "" is the page */
    struct http_argument arguments[HTTP_MOST_ARGUMENTS];
    size_t n; /* more than HTTP_MOST_ARGUMENTS: the first of these were kept */
};

struct http_answer {
    unsigned status;  /* 200, ... */
    const char *type; /* "application/json"; a static string */
    const char *body; /* [size], borrowed until the next call */
    size_t size;
};

struct http_site {
    const char *token;   /* random, 32 characters; "" where the Host is looked at */
    const char *address; /* "127.0.0.2": a Host that may ask, too, beside the usual ones */
    const char *policy;  /* Content-Security-Policy of all answers */
    void (*answer)(void *context, const struct http_request *request, struct http_answer *answer);
    bool (*ended)(void *context); /* looked at after each wait */
    void *context;
    const sigset_t *waiting; /* the mask of signals while it waits; at other times that of now */
};

/* Serves on a listening socket, which it closes, until ended. Errors: VIB_EDATA, the library is not
 * installed; VIB_EIO. */
int http_serve(const struct http_site *site, int fd, struct vib_error *err);

/* Writes a token of 128 random bits, in hexadecimal. Error: VIB_EIO. */
int http_token(char token[HTTP_TOKEN_SIZE], struct vib_error *err);

#endif
