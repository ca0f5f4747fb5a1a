#include "runner/page/http_library.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Functions are found by offset: POSIX promises that the address of one fits. */
static const struct {
    const char *symbol;
    size_t offset;
} functions[] = {
    {"MHD_start_daemon", offsetof(struct http_library, start_daemon)},
    {"MHD_stop_daemon", offsetof(struct http_library, stop_daemon)},
    {"MHD_run", offsetof(struct http_library, run)},
    {"MHD_get_daemon_info", offsetof(struct http_library, get_daemon_info)},
    {"MHD_get_timeout", offsetof(struct http_library, get_timeout)},
    {"MHD_get_connection_values", offsetof(struct http_library, get_connection_values)},
    {"MHD_lookup_connection_value", offsetof(struct http_library, lookup_connection_value)},
    {"MHD_create_response_from_buffer_with_free_callback_cls",
     offsetof(struct http_library, create_response_from_buffer_with_free_callback_cls)},
    {"MHD_add_response_header", offsetof(struct http_library, add_response_header)},
    {"MHD_queue_response", offsetof(struct http_library, queue_response)},
    {"MHD_destroy_response", offsetof(struct http_library, destroy_response)},
};

static bool find_all(void *handle, struct http_library *library) {
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        void *address = dlsym(handle, functions[i].symbol);
        memcpy((char *)library + functions[i].offset, &address, sizeof address);
        if (address == NULL)
            return false;
    }
    return true;
}

int http_library_load(struct http_library *library, struct vib_error *err) {
    void *handle = dlopen("libmicrohttpd.so.12", RTLD_NOW | RTLD_LOCAL);
    if (handle != NULL && find_all(handle, library))
        return VIB_OK;
    return vib_error_set(err, VIB_EDATA,
                         "serve: libmicrohttpd.so.12, of Debian's libmicrohttpd12, cannot be "
                         "loaded; vib-sweep page does not need it");
}
