/* GNU libmicrohttpd, loaded when something is served and not before: it is linked to GnuTLS, which
 * would make the start of every command cost more, and be needed on every node of a cluster. */
#ifndef RUNNER_PAGE_HTTP_LIBRARY_H
#define RUNNER_PAGE_HTTP_LIBRARY_H

#include "core/error.h"

#include <microhttpd.h>

/* The functions of the same names with MHD_ in front. */
struct http_library {
    struct MHD_Daemon *(*start_daemon)(unsigned int flags, uint16_t port,
                                       MHD_AcceptPolicyCallback accept, void *accept_context,
                                       MHD_AccessHandlerCallback handler, void *context, ...);
    void (*stop_daemon)(struct MHD_Daemon *daemon);
    enum MHD_Result (*run)(struct MHD_Daemon *daemon);
    const union MHD_DaemonInfo *(*get_daemon_info)(struct MHD_Daemon *daemon,
                                                   enum MHD_DaemonInfoType type, ...);
    enum MHD_Result (*get_timeout)(struct MHD_Daemon *daemon, MHD_UNSIGNED_LONG_LONG *ms);
    int (*get_connection_values)(struct MHD_Connection *connection, enum MHD_ValueKind kind,
                                 MHD_KeyValueIterator iterator, void *context);
    const char *(*lookup_connection_value)(struct MHD_Connection *connection,
                                           enum MHD_ValueKind kind, const char *key);
    struct MHD_Response *(*create_response_from_buffer_with_free_callback_cls)(
        size_t size, void *buffer, MHD_ContentReaderFreeCallback let_go, void *context);
    enum MHD_Result (*add_response_header)(struct MHD_Response *response, const char *header,
                                           const char *content);
    enum MHD_Result (*queue_response)(struct MHD_Connection *connection, unsigned int status,
                                      struct MHD_Response *response);
    void (*destroy_response)(struct MHD_Response *response);
};

/* Loads the library, which stays loaded. Error: VIB_EDATA, it is not installed. */
int http_library_load(struct http_library *library, struct vib_error *err);

#endif
