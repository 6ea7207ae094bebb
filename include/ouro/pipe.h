/* Pipes and terminals, as streams or for protocols.
 *
 *     ouro_stream *console;
 *     OURO_TRY(ouro_open_stdio(&console, 0));
 *     ouro_bytes line;
 *     while (ouro_stream_readline(console, &line) > 0)
 *         OURO_TRY(ouro_stream_write(console, line));
 *     OURO_TRY(ouro_stream_close(console));
 *
 * A descriptor need not be non-blocking. The library opens its file once more for itself, so that
 * the shell, or whoever else shares the terminal, notices nothing; where that is not possible the
 * flag is set and restored at the close.
 *
 * A writer whose reader goes away gets -EPIPE, never a signal.
 *
 * Follows loop.connect_read_pipe and loop.connect_write_pipe.
 */
#ifndef OURO_PIPE_H
#define OURO_PIPE_H

#include "ouro/base.h"
#include "ouro/protocol.h"
#include "ouro/stream.h"
#include "ouro/transport.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Puts a protocol on the reading end of a pipe, a socket or a terminal. `fd` belongs to the
 * transport from then on, and to the caller still if the call fails. At the end of the input
 * eof_received is called, then connection_lost, whatever it returns.
 * Returns: 0; -EBADF; -EPERM for a regular file or directory; OURO_EINUSE if something on the
 * loop uses the descriptor; -ENOMEM; OURO_EWRONGLOOP.
 * Suspends: until connection_made has returned.   Cancelled: the pipe is closed.
 * Follows loop.connect_read_pipe. */
OURO_SUSPENDS OURO_API int ouro_loop_connect_read_pipe(ouro_loop *loop, ouro_protocol *protocol,
                                                       int fd, ouro_transport **ret_transport);

/* The same for the writing end. When the reader goes away the connection is lost: with -EPIPE if
 * something was queued, else with 0. Bytes that a socket or terminal sends are not read.
 * Returns: as ouro_loop_connect_read_pipe.
 * Suspends: until connection_made has returned.   Cancelled: the pipe is closed.
 * Follows loop.connect_write_pipe. */
OURO_SUSPENDS OURO_API int ouro_loop_connect_write_pipe(ouro_loop *loop, ouro_protocol *protocol,
                                                        int fd, ouro_transport **ret_transport);

/* Makes a stream that reads from one descriptor and writes to another; -1: there is none, and reads
 * are at the end, or writes refused. They may be regular files. Both belong to the stream from then
 * on, and to the caller still if the call fails. A socket or terminal may be given as both; of a
 * socket, ouro_stream_write_eof then ends the one direction. `limit` 0 stands for
 * OURO_STREAM_LIMIT_DEFAULT.
 * Returns: 0; -EBADF; -EPERM for a directory and the like; -EINVAL; OURO_EINUSE; -ENOMEM;
 * OURO_ENOLOOP. */
OURO_CHECKED OURO_API int ouro_open_pipe(ouro_stream **ret_stream, int read_fd, int write_fd,
                                         size_t limit);

/* Makes a stream of standard input and output, which stay open when it is closed.
 * Returns: as ouro_open_pipe. */
OURO_CHECKED OURO_API int ouro_open_stdio(ouro_stream **ret_stream, size_t limit);

#ifdef __cplusplus
}
#endif

#endif
