/* W7 on libuv: answers every request with the same 13 bytes and keeps the connection.
 *
 * Usage: w7_http. Prints port=N and serves until it is killed.
 *
 * Expected: 0.1 to 0.3 us above raw epoll.
 */
#include "common/http.h"
#include "libuv/server.h"

typedef struct http_connection {
    uv_tcp_t tcp; /* first: the handle's address is the connection's */
    http_scan scan;
} http_connection;

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buffer)
{
    http_connection *connection = (http_connection *) stream;
    int failed = len < 0;
    if (len > 0) {
        uint32_t count = http_scan_requests(&connection->scan, (const uint8_t *) buffer->base,
                                            (size_t) len);
        for (uint32_t i = 0; i < count && !failed; i++) {
            uv_buf_t answer = uv_buf_init((char *) HTTP_ANSWER, HTTP_ANSWER_BYTES);
            failed = uv_try_write(stream, &answer, 1) != (int) HTTP_ANSWER_BYTES;
        }
    }
    if (failed && !uv_is_closing((uv_handle_t *) stream)) {
        uv_close((uv_handle_t *) stream, on_close);
    }
}

static void on_connection(uv_stream_t *server, int status)
{
    if (status == 0)
        uv_begin(server, calloc(1, sizeof(http_connection)), on_read);
}

int main(void)
{
    return uv_serve(on_connection);
}
