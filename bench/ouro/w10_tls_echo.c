/* W10 on Ouro: a TLS echo server, one task for each connection, straight-line code on streams.
 *
 * Usage: w10_tls_echo. Prints port=N and serves until it is killed.
 *
 * Expected: OpenSSL's work is the same as by hand, and most of it all; 1.02 to 1.05 of that.
 */
#include "common/tls.h"
#include "ouro/program.h"

static ouro_tls_context *tls;

static int echo(ouro_stream *peer, void *arg)
{
    (void) arg;
    for (;;) {
        ouro_bytes bytes;
        int len = ouro_stream_read_bytes(peer, 0, &bytes);
        if (len <= 0)
            return 0; /* the load generator may end by a reset, which is nobody's error */
        OURO_TRY(ouro_stream_write(peer, bytes));
        OURO_TRY(ouro_stream_drain(peer));
    }
}

static ouro_bytes pem_of(BIO *bio)
{
    char *data;
    long size = BIO_get_mem_data(bio, &data);
    return (ouro_bytes) { .data = (const uint8_t *) data, .size = (size_t) size };
}

static void make_context(void)
{
    bench_identity identity = bench_make_identity();
    BIO *certificate = BIO_new(BIO_s_mem());
    BIO *key = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(certificate, identity.certificate);
    PEM_write_bio_PrivateKey(key, identity.key, NULL, NULL, 0, NULL, NULL);
    bench_succeed(ouro_tls_server_context(&tls, .certificate_pem = pem_of(certificate),
                                          .key_pem = pem_of(key),
                                          .ciphersuites = BENCH_CIPHERSUITE),
                  "tls_server_context");
}

OURO_ASYNC(program)
{
    ouro_server *server;
    OURO_TRY(ouro_start_server(&server, echo, .host = "127.0.0.1", .backlog = 4096, .tls = tls));
    int fd;
    if (ouro_server_sockets(server, &fd, 1) == 1)
        bench_tune_socket(fd);
    printf("port=%d\n", ouro_server_port(server));
    fflush(stdout);
    return ouro_server_serve_forever(server);
}

int main(void)
{
    bench_allow_many_files();
    make_context();
    return bench_run(program_coro());
}
