/* W9, the limit of sendfile: a raw epoll server that answers from a file in the page cache, as much
 * as the kernel takes in a call.
 *
 * Usage: w9_sendfile_epoll. Prints port=N and serves one connection at a time until it is killed.
 *
 * Expected: no copy on this side, only references to pages of the cache, 16 to the socket's queue
 * at a time: a half to two thirds of w9_stream_epoll.
 */
#include "limit/stream_server.h"

#include <signal.h>
#include <sys/sendfile.h>

static int file;

static ssize_t send_file(int fd, uint64_t position, uint64_t left)
{
    off_t offset = (off_t) (position % STREAM_FILE_BYTES);
    size_t size = STREAM_FILE_BYTES - (size_t) offset;
    return sendfile(fd, file, &offset, left < size ? left : size);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN); /* sendfile has no MSG_NOSIGNAL */
    file = stream_file();
    stream_serve_forever(send_file);
}
