/* W9, the limit: a raw epoll server that sends as many bytes as it is asked for, 64 KiB a call.
 *
 * Usage: w9_stream_epoll. Prints port=N and serves one connection at a time until it is killed.
 *
 * Expected: the kernel's copy, 64 KiB in 8 to 12 us, and a call per 64 KiB: 140 to 200 ms a GiB.
 */
#include "limit/stream_server.h"

static ssize_t send_chunk(int fd, uint64_t position, uint64_t left)
{
    size_t offset = position % STREAM_CHUNK_BYTES;
    size_t size = STREAM_CHUNK_BYTES - offset;
    return send(fd, stream_chunk + offset, left < size ? left : size, MSG_NOSIGNAL);
}

int main(void)
{
    stream_fill_chunk();
    stream_serve_forever(send_chunk);
}
