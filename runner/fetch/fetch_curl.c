#include "runner/fetch/fetch_curl.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Functions are found by offset: POSIX promises that the address of one fits. */
static const struct {
    const char *symbol;
    size_t offset;
} functions[] = {
    {"curl_global_init", offsetof(struct fetch_curl, global_init)},
    {"curl_global_cleanup", offsetof(struct fetch_curl, global_cleanup)},
    {"curl_easy_init", offsetof(struct fetch_curl, easy_init)},
    {"curl_easy_cleanup", offsetof(struct fetch_curl, easy_cleanup)},
    {"curl_easy_setopt", offsetof(struct fetch_curl, easy_setopt)},
    {"curl_easy_perform", offsetof(struct fetch_curl, easy_perform)},
    {"curl_easy_getinfo", offsetof(struct fetch_curl, easy_getinfo)},
    {"curl_easy_strerror", offsetof(struct fetch_curl, easy_strerror)},
};

static bool find_all(void *library, struct fetch_curl *curl) {
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        void *address = dlsym(library, functions[i].symbol);
        memcpy((char *)curl + functions[i].offset, &address, sizeof address);
        if (address == NULL)
            return false;
    }
    return true;
}

int fetch_curl_load(struct fetch_curl *curl, struct vib_error *err) {
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL || !find_all(library, curl))
        return vib_error_set(err, VIB_EDATA,
                             "fetch: libcurl.so.4, of Debian's libcurl4, cannot be loaded; with "
                             "--from FOLDER it is not needed");
    if (curl->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return vib_error_set(err, VIB_ENOMEM, "fetch: libcurl cannot be initialised");
    return 0;
}
