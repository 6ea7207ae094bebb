/* W6 on libuv: a TCP echo server that reads into one static buffer of 64 KiB and answers by
 * uv_try_write, the rest by uv_write.
 *
 * Usage: w6_echo. Prints port=N and serves until it is killed.
 *
 * Expected: 0.1 to 0.3 us above raw epoll.
 */
#include "common/bench.h"

#include <uv.h>

static char read_buffer[65536];

typedef struct pending_write {
    uv_write_t request;
    char bytes[];
} pending_write;

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void) handle;
    (void) suggested;
    *buffer = uv_buf_init(read_buffer, sizeof read_buffer);
}

static void on_close(uv_handle_t *handle)
{
    free(handle);
}

static void on_write(uv_write_t *request, int status)
{
    if (status < 0 && !uv_is_closing((uv_handle_t *) request->handle)) {
        uv_close((uv_handle_t *) request->handle, on_close);
    }
    free(request);
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buffer)
{
    if (len < 0)
        uv_close((uv_handle_t *) stream, on_close);
    if (len <= 0)
        return;
    uv_buf_t whole = uv_buf_init(buffer->base, (unsigned) len);
    int sent = uv_try_write(stream, &whole, 1);
    if (sent == len)
        return;
    if (sent < 0)
        sent = 0;
    size_t rest = (size_t) (len - sent);
    pending_write *pending = malloc(sizeof *pending + rest);
    if (pending == NULL)
        bench_fail("malloc failed");
    memcpy(pending->bytes, buffer->base + sent, rest);
    uv_buf_t left = uv_buf_init(pending->bytes, (unsigned) rest);
    uv_write(&pending->request, stream, &left, 1, on_write);
}

static void on_connection(uv_stream_t *server, int status)
{
    if (status < 0)
        return;
    uv_tcp_t *client = malloc(sizeof *client);
    if (client == NULL)
        bench_fail("malloc failed");
    uv_tcp_init(server->loop, client);
    if (uv_accept(server, (uv_stream_t *) client) != 0) {
        uv_close((uv_handle_t *) client, on_close);
        return;
    }
    uv_tcp_nodelay(client, 1);
    uv_read_start((uv_stream_t *) client, on_alloc, on_read);
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
    if (uv_fileno((uv_handle_t *) &server, &fd) == 0)
        bench_tune_socket(fd);
    if (uv_listen((uv_stream_t *) &server, 4096, on_connection) != 0)
        bench_fail("uv_listen");
    int address_len = sizeof address;
    uv_tcp_getsockname(&server, (struct sockaddr *) &address, &address_len);
    printf("port=%u\n", ntohs(address.sin_port));
    fflush(stdout);
    return uv_run(loop, UV_RUN_DEFAULT);
}
