/* Makes system calls fail in the process of a test. */
#ifndef TESTS_IO_FORBID_H
#define TESTS_IO_FORBID_H

#include "harness/test.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

__attribute__((unused)) static void forbid_by(struct sock_filter *filter, size_t length)
{
    struct sock_fprog program = { .len = (unsigned short) length, .filter = filter };

    CHECK_INT(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
        SKIP("no seccomp filters here: %s", strerror(errno));
}

/* From here on this process gets `error` from a system call, as a container's profile does it. */
__attribute__((unused)) static void forbid_call(unsigned call, unsigned error)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };

    forbid_by(filter, sizeof(filter) / sizeof(filter[0]));
}

/* Has openat fail in this thread from now on, if it is given one of the flags. */
__attribute__((unused)) static void forbid_open(int flags, int error)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (unsigned) flags, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned) error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };

    forbid_by(filter, sizeof(filter) / sizeof(filter[0]));
}

#endif
