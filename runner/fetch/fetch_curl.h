/* libcurl, loaded when something is fetched and not before. Linked, it and the 27 libraries that
 * come with it would make the start of every command cost 6.0 ms of processor time, not 2.0. */
#ifndef RUNNER_FETCH_FETCH_CURL_H
#define RUNNER_FETCH_FETCH_CURL_H

#include "core/error.h"

#include <curl/curl.h>

/* The functions of the same names with curl_ in front. */
struct fetch_curl {
    CURLcode (*global_init)(long flags);
    void (*global_cleanup)(void);
    CURL *(*easy_init)(void);
    void (*easy_cleanup)(CURL *handle);
    CURLcode (*easy_setopt)(CURL *handle, CURLoption option, ...);
    CURLcode (*easy_perform)(CURL *handle);
    CURLcode (*easy_getinfo)(CURL *handle, CURLINFO info, ...);
    const char *(*easy_strerror)(CURLcode code);
};

/* Loads the library, which stays loaded, and initialises it; once, before there are threads.
 * Errors: VIB_EDATA, it is not installed; VIB_ENOMEM. */
int fetch_curl_load(struct fetch_curl *curl, struct vib_error *err);

#endif
