/* The kernel's side of io_uring: numbers and layouts, as far as this library uses them.
 *
 * They are our own copy on purpose. The headers of a distribution are years older than the kernels
 * that programs meet, and what is used here is decided at run time, not by what was installed on
 * the machine that compiled. Names follow the kernel's, with the prefix URING_.
 *
 * Follows the man pages io_uring_setup(2), io_uring_enter(2) and io_uring_register(2).
 */
#ifndef OURO_IO_URING_ABI_H
#define OURO_IO_URING_ABI_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

/* The same numbers on every architecture that has one table of system calls, which is all that
 * this library is built for. */
#define URING_SYSCALL_SETUP 425
#define URING_SYSCALL_ENTER 426
#define URING_SYSCALL_REGISTER 427

#ifdef SYS_io_uring_setup
static_assert(SYS_io_uring_setup == URING_SYSCALL_SETUP, "io_uring_setup has another number");
static_assert(SYS_io_uring_enter == URING_SYSCALL_ENTER, "io_uring_enter has another number");
static_assert(SYS_io_uring_register == URING_SYSCALL_REGISTER, "another number");
#endif

enum uring_opcode {
    URING_OP_NOP = 0,
    URING_OP_FSYNC = 3,
    URING_OP_POLL_ADD = 6,
    URING_OP_ACCEPT = 13,
    URING_OP_ASYNC_CANCEL = 14,
    URING_OP_CONNECT = 16,
    URING_OP_OPENAT = 18,
    URING_OP_CLOSE = 19,
    URING_OP_STATX = 21,
    URING_OP_READ = 22,
    URING_OP_WRITE = 23,
    URING_OP_SEND = 26,
    URING_OP_RECV = 27,
    URING_OP_RENAMEAT = 35,
    URING_OP_UNLINKAT = 36,
    URING_OP_MKDIRAT = 37,
    URING_OP_SYMLINKAT = 38,
    URING_OP_LINKAT = 39,
    URING_OP_FTRUNCATE = 55,
};

/* io_uring_setup: flags, and the features that it reports */
#define URING_SETUP_CQSIZE (1U << 3)
#define URING_SETUP_CLAMP (1U << 4)
#define URING_SETUP_R_DISABLED (1U << 6)
#define URING_SETUP_SUBMIT_ALL (1U << 7)
#define URING_SETUP_TASKRUN_FLAG (1U << 9)
#define URING_SETUP_SINGLE_ISSUER (1U << 12)
#define URING_SETUP_DEFER_TASKRUN (1U << 13)
#define URING_SETUP_NO_SQARRAY (1U << 16)

#define URING_FEAT_SINGLE_MMAP (1U << 0)
#define URING_FEAT_NODROP (1U << 1)
#define URING_FEAT_FAST_POLL (1U << 5)
#define URING_FEAT_POLL_32BITS (1U << 6)
#define URING_FEAT_EXT_ARG (1U << 8)
#define URING_FEAT_CQE_SKIP (1U << 11)
#define URING_FEAT_NO_IOWAIT (1U << 17)

/* io_uring_enter: flags */
#define URING_ENTER_GETEVENTS (1U << 0)
#define URING_ENTER_EXT_ARG (1U << 3)
#define URING_ENTER_REGISTERED_RING (1U << 4)
#define URING_ENTER_NO_IOWAIT (1U << 7)

/* io_uring_register: what to do */
#define URING_REGISTER_EVENTFD 4
#define URING_REGISTER_PROBE 8
#define URING_REGISTER_ENABLE_RINGS 12
#define URING_REGISTER_IOWQ_MAX_WORKERS 19
#define URING_REGISTER_RING_FDS 20
#define URING_UNREGISTER_RING_FDS 21
#define URING_REGISTER_PBUF_RING 22
#define URING_UNREGISTER_PBUF_RING 23

#define URING_PROBE_SUPPORTED (1U << 0)

/* Flags of the submission ring, set by the kernel */
#define URING_SQ_CQ_OVERFLOW (1U << 1)
#define URING_SQ_TASKRUN (1U << 2)

/* Submissions: `flags`, `ioprio` by opcode, `len` of a poll, `op_flags` of a cancel */
#define URING_SQE_BUFFER_SELECT (1U << 5)
#define URING_SQE_CQE_SKIP_SUCCESS (1U << 6)

#define URING_RECVSEND_POLL_FIRST (1U << 0)
#define URING_ACCEPT_MULTISHOT (1U << 0)
#define URING_POLL_ADD_MULTI (1U << 0)
#define URING_FSYNC_DATASYNC (1U << 0)
#define URING_CANCEL_ALL (1U << 0)
#define URING_CANCEL_ANY (1U << 2)

#define URING_OFFSET_NONE UINT64_MAX

/* Completions: `flags` */
#define URING_CQE_BUFFER (1U << 0)
#define URING_CQE_MORE (1U << 1)
#define URING_CQE_SOCK_NONEMPTY (1U << 2)
#define URING_CQE_BUFFER_SHIFT 16

/* Where the rings are mapped from */
#define URING_OFFSET_RINGS 0x00000000ULL
#define URING_OFFSET_SQES 0x10000000ULL

struct uring_sq_offsets {
    uint32_t head;
    uint32_t tail;
    uint32_t ring_mask;
    uint32_t ring_entries;
    uint32_t flags;
    uint32_t dropped;
    uint32_t array;
    uint32_t reserved;
    uint64_t user_address;
};

struct uring_cq_offsets {
    uint32_t head;
    uint32_t tail;
    uint32_t ring_mask;
    uint32_t ring_entries;
    uint32_t overflow;
    uint32_t cqes;
    uint32_t flags;
    uint32_t reserved;
    uint64_t user_address;
};

struct uring_params {
    uint32_t sq_entries;
    uint32_t cq_entries;
    uint32_t flags;
    uint32_t sq_thread_cpu;
    uint32_t sq_thread_idle;
    uint32_t features;
    uint32_t wq_fd;
    uint32_t reserved[3];
    struct uring_sq_offsets sq_offsets;
    struct uring_cq_offsets cq_offsets;
};

struct uring_sqe {
    uint8_t opcode;
    uint8_t flags;
    uint16_t ioprio;
    int32_t fd;
    uint64_t offset; /* read and write: where, URING_OFFSET_NONE for what has no place; connect: the
                        size of the address */
    uint64_t address;
    uint32_t len;
    uint32_t op_flags; /* messages, accept, cancel: flags; poll: events */
    uint64_t user_data;
    uint16_t buffer_group;
    uint16_t personality;
    int32_t file_index;
    uint64_t address3;
    uint64_t reserved;
};

struct uring_cqe {
    uint64_t user_data;
    int32_t result;
    uint32_t flags;
};

/* The 64-bit form of a timespec, whatever the C library's is. */
struct uring_timespec {
    int64_t seconds;
    int64_t nanoseconds;
};

struct uring_getevents_arg {
    uint64_t signal_mask;
    uint32_t signal_mask_size;
    uint32_t min_wait_us;
    uint64_t timespec;
};

struct uring_probe_op {
    uint8_t opcode;
    uint8_t reserved;
    uint16_t flags;
    uint32_t reserved2;
};

struct uring_probe {
    uint8_t last_op;
    uint8_t op_count;
    uint16_t reserved;
    uint32_t reserved2[3];
    struct uring_probe_op ops[64];
};

/* For registering the ring's own descriptor */
struct uring_rsrc_update {
    uint32_t offset;
    uint32_t reserved;
    uint64_t data;
};

/* One buffer in a ring of provided buffers. The `tail` of the first one is the ring's tail, which
 * is why a ring is an array of these and nothing else. */
struct uring_buf {
    uint64_t address;
    uint32_t len;
    uint16_t id;
    uint16_t tail;
};

struct uring_buf_reg {
    uint64_t ring_address;
    uint32_t ring_entries;
    uint16_t group;
    uint16_t flags;
    uint64_t reserved[3];
};

static_assert(sizeof(struct uring_sq_offsets) == 40, "layout");
static_assert(offsetof(struct uring_sq_offsets, array) == 24, "layout");
static_assert(sizeof(struct uring_cq_offsets) == 40, "layout");
static_assert(offsetof(struct uring_cq_offsets, cqes) == 20, "layout");
static_assert(sizeof(struct uring_params) == 120, "layout");
static_assert(offsetof(struct uring_params, features) == 20, "layout");
static_assert(offsetof(struct uring_params, sq_offsets) == 40, "layout");
static_assert(offsetof(struct uring_params, cq_offsets) == 80, "layout");
static_assert(sizeof(struct uring_sqe) == 64, "layout");
static_assert(offsetof(struct uring_sqe, offset) == 8, "layout");
static_assert(offsetof(struct uring_sqe, address) == 16, "layout");
static_assert(offsetof(struct uring_sqe, len) == 24, "layout");
static_assert(offsetof(struct uring_sqe, op_flags) == 28, "layout");
static_assert(offsetof(struct uring_sqe, user_data) == 32, "layout");
static_assert(offsetof(struct uring_sqe, buffer_group) == 40, "layout");
static_assert(offsetof(struct uring_sqe, file_index) == 44, "layout");
static_assert(sizeof(struct uring_cqe) == 16, "layout");
static_assert(offsetof(struct uring_cqe, result) == 8, "layout");
static_assert(sizeof(struct uring_timespec) == 16, "layout");
static_assert(sizeof(struct uring_getevents_arg) == 24, "layout");
static_assert(offsetof(struct uring_getevents_arg, timespec) == 16, "layout");
static_assert(sizeof(struct uring_probe_op) == 8, "layout");
static_assert(offsetof(struct uring_probe, ops) == 16, "layout");
static_assert(sizeof(struct uring_rsrc_update) == 16, "layout");
static_assert(sizeof(struct uring_buf) == 16, "layout");
static_assert(offsetof(struct uring_buf, tail) == 14, "layout");
static_assert(sizeof(struct uring_buf_reg) == 40, "layout");
static_assert(offsetof(struct uring_buf_reg, group) == 12, "layout");

#endif
