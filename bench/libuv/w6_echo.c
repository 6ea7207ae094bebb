/* W6 on libuv: a TCP echo server that reads into one static buffer of 64 KiB and answers by
 * uv_try_write, the rest by uv_write.
 *
 * Usage: w6_echo. Prints port=N and serves until it is killed.
 *
 * Expected: 0.1 to 0.3 us above raw epoll.
 */
#include "libuv/server.h"

typedef struct pending_write {
    uv_write_t request;
    char bytes[];
} pending_write;

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
    if (status == 0)
        uv_begin(server, calloc(1, sizeof(uv_tcp_t)), on_read);
}

int main(void)
{
    return uv_serve(on_connection);
}
