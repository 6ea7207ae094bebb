/* W7 on libuv: answers every request with the same 13 bytes and keeps the connection.
 *
 * Usage: w7_http. Prints port=N and serves until it is killed.
 *
 * Expected: 0.1 to 0.3 us above raw epoll.
 */
#include "common/http.h"

#include <uv.h>

typedef struct http_connection {
    uv_tcp_t tcp; /* first: the handle's address is the connection's */
    http_scan scan;
} http_connection;

static char read_buffer[65536];

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void) handle;
    (void) suggested;
    *buffer = uv_buf_init(read_buffer, sizeof(read_buffer));
}

static void on_close(uv_handle_t *handle)
{
    free(handle);
}

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
    if (status < 0) {
        return;
    }
    http_connection *connection = calloc(1, sizeof(*connection));
    if (connection == NULL) {
        bench_fail("calloc failed");
    }
    uv_tcp_init(server->loop, &connection->tcp);
    if (uv_accept(server, (uv_stream_t *) connection) != 0) {
        uv_close((uv_handle_t *) connection, on_close);
        return;
    }
    uv_tcp_nodelay(&connection->tcp, 1);
    uv_read_start((uv_stream_t *) connection, on_alloc, on_read);
}

int main(void)
{
    bench_allow_many_files();
    uv_loop_t *loop = uv_default_loop();
    uv_tcp_t server;
    struct sockaddr_in address;
    uv_ip4_addr("127.0.0.1", 0, &address);
    uv_tcp_init(loop, &server);
    uv_tcp_bind(&server, (const struct sockaddr *) &address, 0);
    uv_os_fd_t fd;
    if (uv_fileno((uv_handle_t *) &server, &fd) == 0) {
        bench_tune_socket(fd);
    }
    if (uv_listen((uv_stream_t *) &server, 4096, on_connection) != 0) {
        bench_fail("uv_listen");
    }
    int address_len = sizeof(address);
    uv_tcp_getsockname(&server, (struct sockaddr *) &address, &address_len);
    printf("port=%u\n", ntohs(address.sin_port));
    fflush(stdout);
    return uv_run(loop, UV_RUN_DEFAULT);
}
