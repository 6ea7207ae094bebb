/* What the servers on libuv share: a listening socket, and reads into one static buffer of 64 KiB.
 */
#ifndef OURO_BENCH_LIBUV_SERVER_H
#define OURO_BENCH_LIBUV_SERVER_H

#include "common/bench.h"

#include <uv.h>

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    static char memory[65536];
    (void) handle;
    (void) suggested;
    *buffer = uv_buf_init(memory, sizeof memory);
}

static void on_close(uv_handle_t *handle)
{
    free(handle);
}

/* Accepts a connection into `client`, a block of the heap that begins with the handle, and begins
 * to read. */
static void uv_begin(uv_stream_t *server, uv_tcp_t *client, uv_read_cb on_read)
{
    if (client == NULL)
        bench_fail("calloc failed");
    uv_tcp_init(server->loop, client);
    if (uv_accept(server, (uv_stream_t *) client) != 0) {
        uv_close((uv_handle_t *) client, on_close);
        return;
    }
    uv_tcp_nodelay(client, 1);
    uv_read_start((uv_stream_t *) client, on_alloc, on_read);
}

/* Announces a port and serves it until the program is killed. */
static int uv_serve(uv_connection_cb on_connection)
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

#endif
