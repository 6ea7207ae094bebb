/* Calls on files through the ring: what the kernel is asked for is what was meant, and a call that
 * is cancelled ends. */
#define _GNU_SOURCE 1

#include "io/file_call.h"
#include "io_probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define TEST_RING(name_) TEST_WITH(name_, .backends = TEST_URING)

static char folder[64];

static const char *path_of(const char *name)
{
    static char paths[4][128];
    static unsigned turn;
    char *path = paths[turn++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

/* Makes a call through the ring and returns its result. */
static int make_call(struct backend *backend, const struct file_call *call)
{
    struct probe probe = { .op = { .kind = OP_FILE_CALL, .fd = -1, .file_call = call } };

    if (!(backend->file_calls >> call->kind & 1))
        return ouro__file_call_make(call); /* this kernel has no operation for it */
    probe_start(backend, &probe);
    while (probe.calls == 0)
        CHECK(turn(backend, WAIT_FOREVER) >= 0);
    CHECK(probe.is_final);
    return probe.results[0];
}

#define CALL(backend_, kind_, ...)                                                                 \
    make_call((backend_), &(struct file_call) { .kind = (kind_), __VA_ARGS__ })

TEST_RING(a_ring_knows_what_the_kernel_offers)
{
    struct backend *backend = open_default();

    CHECK(backend->file_calls >> FILE_OPEN & 1);
    CHECK(backend->file_calls >> FILE_READ & 1);
    CHECK(backend->file_calls >> FILE_WRITE & 1);
    CHECK(!(backend->file_calls >> FILE_LOCK & 1));
    CHECK(!(backend->file_calls >> FILE_READLINK & 1));
    close_idle(backend);
}

TEST_WITH(other_backends_leave_files_to_threads, .backends = TEST_EPOLL | TEST_SIM)
{
    struct backend *backend = open_default();

    CHECK_INT(backend->file_calls, 0);
    close_idle(backend);
}

TEST_RING(each_call_does_what_it_says)
{
    struct backend *backend = open_default();
    struct statx status;
    char data[16];
    int fd;

    snprintf(folder, sizeof folder, "/tmp/ouro-call-test-XXXXXX");
    CHECK(mkdtemp(folder) != NULL);
    fd = CALL(backend, FILE_OPEN, .path = path_of("a"), .flags = O_RDWR | O_CREAT | O_CLOEXEC,
              .mode = 0640);
    CHECK(fd >= 0);
    CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    CHECK_INT(CALL(backend, FILE_WRITE, .fd = fd, .data = "hello", .size = 5, .offset = 3), 5);
    CHECK_INT(CALL(backend, FILE_READ, .fd = fd, .data = data, .size = 16, .offset = 2), 6);
    CHECK_BYTES(data, 6, "\0hello", 6);
    CHECK_INT(
        CALL(backend, FILE_READ, .fd = fd, .data = data, .size = 4, .offset = FILE_OWN_POSITION),
        4);
    CHECK_INT(lseek(fd, 0, SEEK_CUR), 4);
    CHECK_INT(CALL(backend, FILE_SYNC, .fd = fd), 0);
    CHECK_INT(CALL(backend, FILE_DATASYNC, .fd = fd), 0);
    CHECK_INT(CALL(backend, FILE_TRUNCATE, .fd = fd, .offset = 6), 0);
    CHECK_INT(CALL(backend, FILE_STAT, .path = path_of("a"), .data = &status), 0);
    CHECK_INT(status.stx_size, 6);
    CHECK_INT(status.stx_mode & 0777, 0640);
    CHECK_INT(CALL(backend, FILE_STAT, .fd = fd, .flags = AT_EMPTY_PATH, .data = &status), 0);
    CHECK_INT(status.stx_size, 6);
    CHECK_INT(CALL(backend, FILE_LINK, .path = path_of("a"), .second = path_of("b")), 0);
    CHECK_INT(CALL(backend, FILE_SYMLINK, .path = "target", .second = path_of("c")), 0);
    CHECK_INT(readlink(path_of("c"), data, sizeof data), 6);
    CHECK_INT(CALL(backend, FILE_STAT, .path = path_of("c"), .flags = AT_SYMLINK_NOFOLLOW,
                   .data = &status),
              0);
    CHECK(S_ISLNK(status.stx_mode));
    CHECK_INT(CALL(backend, FILE_RENAME, .path = path_of("b"), .second = path_of("d")), 0);
    CHECK_INT(CALL(backend, FILE_UNLINK, .path = path_of("b")), -ENOENT);
    CHECK_INT(CALL(backend, FILE_MKDIR, .path = path_of("e"), .mode = 0700), 0);
    CHECK_INT(CALL(backend, FILE_UNLINK, .path = path_of("e"), .flags = AT_REMOVEDIR), 0);
    CHECK_INT(CALL(backend, FILE_UNLINK, .path = path_of("a")), 0);
    CHECK_INT(CALL(backend, FILE_UNLINK, .path = path_of("c")), 0);
    CHECK_INT(CALL(backend, FILE_UNLINK, .path = path_of("d")), 0);
    CHECK_INT(CALL(backend, FILE_CLOSE, .fd = fd), 0);
    CHECK_INT(CALL(backend, FILE_CLOSE, .fd = fd), -EBADF);
    CHECK_INT(rmdir(folder), 0);
    close_idle(backend);
}

/* The read of an empty pipe stands for a slow disk. */
TEST_RING(a_call_is_cancelled_before_and_after_the_kernel_has_it)
{
    struct backend *backend = open_default();
    char data[4];
    int ends[2];
    int i;

    CHECK_INT(pipe2(ends, O_CLOEXEC), 0);
    for (i = 0; i < 2; i++) {
        const struct file_call call = {
            .kind = FILE_READ, .fd = ends[0], .data = data, .size = 4, .offset = FILE_OWN_POSITION
        };
        struct probe probe = { .op = { .kind = OP_FILE_CALL, .fd = -1, .file_call = &call } };

        probe_start(backend, &probe);
        if (i > 0)
            CHECK_INT(turn(backend, 0), 0);
        probe_cancel(&probe);
        while (probe.calls == 0)
            CHECK(turn(backend, WAIT_FOREVER) >= 0);
        CHECK_INT(probe.results[0], -ECANCELED);
        CHECK(probe.is_final);
    }
    close(ends[0]);
    close(ends[1]);
    close_idle(backend);
}

/* What was done before the cancel came is the result. */
TEST_RING(a_call_that_is_done_keeps_its_result)
{
    struct backend *backend = open_default();
    char data[4] = "";
    int ends[2];
    const struct file_call call = {
        .kind = FILE_READ, .data = data, .size = 4, .offset = FILE_OWN_POSITION
    };
    struct file_call own = call;
    struct probe probe = { .op = { .kind = OP_FILE_CALL, .fd = -1, .file_call = &own } };

    CHECK_INT(pipe2(ends, O_CLOEXEC), 0);
    own.fd = ends[0];
    probe_start(backend, &probe);
    CHECK_INT(turn(backend, 0), 0);
    CHECK_INT(write(ends[1], "ab", 2), 2);
    CHECK_INT(backend->ops->wait(backend, WAIT_FOREVER), 0);
    probe_cancel(&probe);
    while (probe.calls == 0)
        CHECK(turn(backend, WAIT_FOREVER) >= 0);
    CHECK_INT(probe.results[0], 2);
    CHECK_BYTES(data, 2, "ab", 2);
    close(ends[0]);
    close(ends[1]);
    close_idle(backend);
}
