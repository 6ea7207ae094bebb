/* Connections by memory, as streams or for protocols. */
#include "loop/context.h"
#include "net/memory_transport.h"
#include "net/protocol.h"
#include "net/stream.h"
#include "ouro/connection.h"

#include <errno.h>

static int no_memory(ouro_transport *transports[2], const char *operation)
{
    int i;

    for (i = 0; i < 2; i++) {
        ouro_transport_abort(transports[i]);
        (void) ouro_transport_unref(transports[i]);
    }
    return ouro_error_set(-ENOMEM, operation, "out of memory for the connection");
}

int ouro_open_memory_pair(ouro_stream **ret_first, ouro_stream **ret_second, size_t limit)
{
    ouro_transport *transports[2] = { NULL, NULL };
    ouro_stream *first;
    ouro_stream *second;

    if (ouro__loop_current == NULL)
        return ouro_error_set(OURO_ENOLOOP, "open_memory_pair",
                              "no loop is running in this thread");
    if (ouro__memory_transport_pair(ouro__loop_current, transports) < 0)
        return no_memory(transports, "open_memory_pair");
    first = ouro__stream_new(transports[0], limit, sizeof *first);
    if (first == NULL)
        return no_memory(transports, "open_memory_pair");
    second = ouro__stream_new(transports[1], limit, sizeof *second);
    if (second == NULL) {
        (void) ouro_stream_unref(first);
        transports[0] = NULL;
        return no_memory(transports, "open_memory_pair");
    }
    *ret_first = first;
    *ret_second = second;
    return 0;
}

int ouro_loop_connect_memory_pair(ouro_loop *loop, ouro_protocol *first, ouro_protocol *second)
{
    ouro_transport *transports[2] = { NULL, NULL };
    ouro_context *context;
    int status;

    if (loop == NULL || first == NULL || second == NULL || first->callbacks == NULL ||
        second->callbacks == NULL)
        return ouro_error_set(-EINVAL, "connect_memory_pair", "the loop or a protocol is NULL");
    if (ouro__memory_transport_pair(loop, transports) < 0)
        return no_memory(transports, "connect_memory_pair");
    context = context_capture(loop);
    status = ouro__protocol_attach(transports[0], first, context);
    if (status == 0) {
        status = ouro__protocol_attach(transports[1], second, context);
        if (status < 0)
            ouro_transport_ref(transports[0]); /* the first one's own goes when it is told */
    }
    ouro_context_unref(context);
    return status < 0 ? no_memory(transports, "connect_memory_pair") : 0;
}
