/* Calls on files through the ring.
 *
 * The kernel first tries each without waiting, as it is submitted; only what would have to wait
 * goes to a thread of the kernel's. IOSQE_ASYNC would send everything there, at many times the
 * price.
 */
#define _GNU_SOURCE 1

#include "io/file_call.h"
#include "io/uring.h"

#include <fcntl.h>
#include <sys/stat.h>

/* By enum file_call_kind; 0 (which is a no-op) where the ring has nothing. */
static const uint8_t opcodes[FILE_CALL_KINDS] = {
    [FILE_OPEN] = URING_OP_OPENAT,       [FILE_READ] = URING_OP_READ,
    [FILE_WRITE] = URING_OP_WRITE,       [FILE_SYNC] = URING_OP_FSYNC,
    [FILE_DATASYNC] = URING_OP_FSYNC,    [FILE_TRUNCATE] = URING_OP_FTRUNCATE,
    [FILE_CLOSE] = URING_OP_CLOSE,       [FILE_STAT] = URING_OP_STATX,
    [FILE_UNLINK] = URING_OP_UNLINKAT,   [FILE_RENAME] = URING_OP_RENAMEAT,
    [FILE_MKDIR] = URING_OP_MKDIRAT,     [FILE_LINK] = URING_OP_LINKAT,
    [FILE_SYMLINK] = URING_OP_SYMLINKAT,
};

uint32_t ouro__uring_file_calls(const struct ring *ring)
{
    uint32_t calls = 0;
    unsigned kind;

    for (kind = 0; kind < FILE_CALL_KINDS; kind++)
        if (opcodes[kind] != URING_OP_NOP && ring->operations >> opcodes[kind] & 1)
            calls |= 1U << kind;
    return calls;
}

/* Fills in what differs between the calls. */
static void prepare_call(struct uring_sqe *sqe, const struct file_call *call)
{
    switch ((enum file_call_kind) call->kind) {
    case FILE_READ:
    case FILE_WRITE:
        sqe->fd = call->fd;
        sqe->address = (uint64_t) (uintptr_t) call->data;
        sqe->len = (uint32_t) call->size;
        sqe->offset = (uint64_t) call->offset;
        break;
    case FILE_DATASYNC:
        sqe->op_flags = URING_FSYNC_DATASYNC;
        sqe->fd = call->fd;
        break;
    case FILE_TRUNCATE:
        sqe->fd = call->fd;
        sqe->offset = (uint64_t) call->offset;
        break;
    case FILE_STAT:
        if (call->path == NULL) {
            sqe->fd = call->fd;
            sqe->address = (uint64_t) (uintptr_t) "";
        }
        sqe->len = STATX_BASIC_STATS;
        sqe->offset = (uint64_t) (uintptr_t) call->data;
        sqe->op_flags = (uint32_t) call->flags;
        break;
    case FILE_RENAME:
    case FILE_LINK:
        sqe->len = (uint32_t) AT_FDCWD;
        sqe->offset = (uint64_t) (uintptr_t) call->second;
        break;
    case FILE_SYMLINK:
        sqe->offset = (uint64_t) (uintptr_t) call->second;
        break;
    case FILE_OPEN:
    case FILE_UNLINK:
    case FILE_MKDIR:
        sqe->len = call->mode;
        sqe->op_flags = (uint32_t) call->flags;
        break;
    default: /* of a descriptor alone */
        sqe->fd = call->fd;
        break;
    }
}

void ouro__uring_prepare_file(struct uring_sqe *sqe, const struct op *op)
{
    const struct file_call *call = op->file_call;

    *sqe = (struct uring_sqe) {
        .opcode = opcodes[call->kind],
        .fd = AT_FDCWD,
        .address = (uint64_t) (uintptr_t) call->path,
        .user_data = (uint64_t) (uintptr_t) op,
    };
    prepare_call(sqe, call);
}
