/* Sending files: from the file to the connection, without a way through the program's memory.
 *
 *     uint64_t sent;
 *     OURO_TRY(ouro_loop_sendfile(ouro_get_running_loop(), ouro_stream_transport(peer),
 *                                 ouro_file_fileno(file), &sent));
 *
 * The file's position ends behind what was sent, whether the call succeeds or not; it stays where
 * it is if that is nothing. Where the kernel has no way between the two (TLS, pipes, memory),
 * pieces of the file are read and written instead. What is not in memory is fetched from the disk
 * by a thread, so that nobody else waits for it.
 *
 * Follows loop.sendfile and loop.sock_sendfile.
 */
#ifndef OURO_SENDFILE_H
#define OURO_SENDFILE_H

#include "ouro/base.h"
#include "ouro/transport.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ouro_sendfile_options {
    uint64_t offset;  /* where to begin in the file */
    uint64_t count;   /* how many bytes at most; 0: to the end of the file */
    bool no_fallback; /* fail with OURO_ESENDFILENOTAVAILABLE where the kernel has no way */
    size_t size_;
} ouro_sendfile_options;

/* Sends a regular file over a connection: ouro_loop_sendfile(loop, transport, fd, &sent, .count =
 * 4096). What was written before goes first; writes are refused until all is sent. `file` is a
 * descriptor, borrowed. `ret_sent` (may be NULL) gets the number of bytes sent, also if the call
 * fails.
 * Returns: 0; -EBADF; -EINVAL for what is no regular file; OURO_EINUSE if another file is being
 * sent; OURO_ESENDFILENOTAVAILABLE; OURO_ECLOSED; the error that ended the connection, or that of
 * reading the file.
 * Suspends: until all is given to the kernel.   Cancelled: `*ret_sent` bytes have been sent.
 * Follows loop.sendfile. */
OURO_SUSPENDS OURO_API int ouro_loop_sendfile_with(ouro_loop *loop, ouro_transport *transport,
                                                   int file, uint64_t *ret_sent,
                                                   const ouro_sendfile_options *options);

/* The same over a connected, non-blocking stream socket of the caller's.
 * Returns: as ouro_loop_sendfile; -EINVAL for a blocking or another socket; OURO_EINUSE for one of
 * a stream.
 * Suspends: until all is given to the kernel.   Cancelled: `*ret_sent` bytes have been sent.
 * Follows loop.sock_sendfile. */
OURO_SUSPENDS OURO_API int ouro_loop_sock_sendfile_with(ouro_loop *loop, int fd, int file,
                                                        uint64_t *ret_sent,
                                                        const ouro_sendfile_options *options);

#ifndef __cplusplus
#define ouro_loop_sendfile(loop, transport, file, ...)                                             \
    OURO_LOOP_SENDFILE_(loop, transport, file, __VA_ARGS__, .size_ = sizeof(ouro_sendfile_options))
#define OURO_LOOP_SENDFILE_(loop, transport, file, ret_sent, ...)                                  \
    ouro_loop_sendfile_with((loop), (transport), (file), (ret_sent),                               \
                            &(ouro_sendfile_options) { __VA_ARGS__ })
#define ouro_loop_sock_sendfile(loop, fd, file, ...)                                               \
    OURO_LOOP_SOCK_SENDFILE_(loop, fd, file, __VA_ARGS__, .size_ = sizeof(ouro_sendfile_options))
#define OURO_LOOP_SOCK_SENDFILE_(loop, fd, file, ret_sent, ...)                                    \
    ouro_loop_sock_sendfile_with((loop), (fd), (file), (ret_sent),                                 \
                                 &(ouro_sendfile_options) { __VA_ARGS__ })
#endif

#ifdef __cplusplus
}
#endif

#endif
