/* Which backends a test can be run on, on this machine and by the user's wish. */
#define _GNU_SOURCE 1

#include "harness/harness.h"

#include "io/backend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Weak: a test program without the backend counts as one where it is not built. */
__attribute__((weak)) int ouro__uring_open(struct backend **ret_backend,
                                           const struct backend_limits *limits,
                                           const char **ret_reason);

const char *test_backend_name(unsigned backend)
{
    switch (backend) {
    case TEST_URING:
        return "uring";
    case TEST_EPOLL:
        return "epoll";
    case TEST_SIM:
        return "sim";
    default:
        return NULL;
    }
}

const char *test_backend(void)
{
    return getenv("OURO_BACKEND");
}

struct uring_answer {
    bool usable;
    char reason[256];
};

static void ask_uring(struct uring_answer *answer)
{
    static const struct backend_limits limits = { .ring_entries = 0 };
    struct backend *backend = NULL;
    const char *reason = NULL;
    int status = ouro__uring_open(&backend, &limits, &reason);

    if (status < 0) {
        snprintf(answer->reason, sizeof(answer->reason), "%s", reason ? reason : "io_uring");
    } else {
        backend->ops->close(backend);
        answer->usable = true;
    }
}

/* Asks in a child process: the runner's own shall hold nothing that tests would inherit. */
static bool uring_usable(const char **ret_reason)
{
    static struct uring_answer *answer;

    if (!ouro__uring_open) {
        *ret_reason = "the uring backend is not linked into this program";
        return false;
    }
    if (!answer) {
        void *page = mmap(NULL, sizeof(*answer), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                          -1, 0);

        if (page == MAP_FAILED) {
            perror("mmap");
            exit(2);
        }
        answer = page;

        pid_t child = fork();

        if (child == 0) {
            ask_uring(answer);
            _exit(0);
        }

        int status = -1;

        if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
            snprintf(answer->reason, sizeof(answer->reason), "asking for io_uring crashed");
    }
    *ret_reason = answer->reason;
    return answer->usable;
}

bool test_backend_usable(unsigned backend, const char **ret_reason)
{
    *ret_reason = NULL;
    return backend == TEST_URING ? uring_usable(ret_reason) : true;
}

unsigned test_backends_wanted(void)
{
    const char *list = getenv("OURO_TEST_BACKEND");
    unsigned wanted = 0;

    if (!list || !*list)
        return TEST_URING | TEST_EPOLL | TEST_SIM;
    for (const char *name = list; *name;) {
        size_t len = strcspn(name, ",");
        unsigned found = 0;

        for (unsigned backend = TEST_URING; backend <= TEST_SIM; backend <<= 1) {
            const char *known = test_backend_name(backend);

            if (strlen(known) == len && memcmp(known, name, len) == 0)
                found = backend;
        }
        if (!found) {
            fprintf(stderr, "OURO_TEST_BACKEND: no backend is called \"%.*s\"\n", (int) len, name);
            exit(2);
        }
        wanted |= found;
        name += len;
        name += *name == ',';
    }
    return wanted;
}
