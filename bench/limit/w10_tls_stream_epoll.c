/* W10, the limit of streaming: a server by hand that sends as many bytes over TLS as it is asked
 * for, 64 KiB a call of OpenSSL.
 *
 * Usage: w10_tls_stream_epoll. Prints port=N and serves one connection at a time until it is
 * killed.
 *
 * Expected: AES-GCM at 3 GiB/s, and for each record of 16 KiB a write, 4 us: 600 ms a GiB.
 */
#include "limit/stream_server.h"
#include "limit/tls.h"

/* Waits until a call that returned `result` may go on. Returns false when it never can. */
static bool may_go_on(stream_peer peer, SSL *ssl, int result)
{
    int error = SSL_get_error(ssl, result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
        return false;
    stream_wait(peer);
    return true;
}

/* Sends what was asked for. Returns false when the connection has ended. */
static bool answer(stream_peer peer, SSL *ssl)
{
    uint64_t bytes;
    int len;
    while ((len = SSL_read(ssl, &bytes, sizeof bytes)) <= 0) {
        if (!may_go_on(peer, ssl, len))
            return false;
    }
    if (len != (int) sizeof bytes)
        return false;
    for (uint64_t position = 0; position < bytes;) {
        size_t offset = position % STREAM_CHUNK_BYTES;
        size_t size = STREAM_CHUNK_BYTES - offset;
        if (size > bytes - position)
            size = bytes - position;
        len = SSL_write(ssl, stream_chunk + offset, (int) size);
        if (len > 0)
            position += (uint64_t) len;
        else if (!may_go_on(peer, ssl, len))
            return false;
    }
    return true;
}

int main(void)
{
    SSL_CTX *context = tls_server_context();
    stream_fill_chunk();
    int listener = bench_listen(0);
    for (;;) {
        stream_peer peer = stream_accept(listener);
        SSL *ssl = tls_accept(context, peer.fd);
        while (answer(peer, ssl))
            continue;
        SSL_free(ssl);
        stream_close(peer);
    }
}
