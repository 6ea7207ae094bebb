/* Which backend is opened, and what is said about it. */
#define _GNU_SOURCE 1

#include "io_forbid.h"
#include "io_probe.h"

#include <sys/resource.h>
#include <sys/syscall.h>

#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425
#endif

TEST_ALL_BACKENDS(backend_is_chosen_by_name)
{
    struct backend *backend = NULL;
    const char *reason = NULL;

    CHECK_INT(ouro__backend_open(&backend, test_backend(), NULL, &reason), 0);
    CHECK_STR(backend->ops->name, test_backend());
    CHECK(strstr(reason, test_backend()) != NULL);
    close_idle(backend);
}

TEST(unknown_name_is_refused_with_the_list)
{
    static const char *const names[] = { "", "Epoll", "epoll ", "kqueue" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct backend *backend = NULL;
        const char *reason = NULL;

        CHECK_INT(ouro__backend_open(&backend, names[i], NULL, &reason), -EINVAL);
        CHECK_PTR(backend, NULL);
        CHECK(strstr(reason, names[i]) != NULL);
        CHECK(strstr(reason, "auto, uring, epoll or sim") != NULL);
    }
}

TEST(long_unknown_name_is_cut)
{
    struct backend *backend = NULL;
    const char *reason = NULL;
    char name[5000];

    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    CHECK_INT(ouro__backend_open(&backend, name, NULL, &reason), -EINVAL);
    CHECK(strlen(reason) < 200);
}

TEST(automatic_choice_opens_one_and_tells_why)
{
    static const char *const names[] = { NULL, "auto" };

    for (size_t i = 0; i < 2; i++) {
        struct backend *backend = NULL;
        const char *reason = NULL;

        CHECK_INT(ouro__backend_open(&backend, names[i], NULL, &reason), 0);
        CHECK(strcmp(backend->ops->name, "sim") != 0);
        CHECK_INT(strncmp(reason, backend->ops->name, 5), 0);
        close_idle(backend);
    }
}

static void epoll_is_chosen_after(unsigned error, const char *name_of_error)
{
    struct backend *backend = NULL;
    struct probe recv = { 0 };
    const char *reason = NULL;
    int pair[2];

    forbid_call(SYS_io_uring_setup, error);
    CHECK_INT(ouro__backend_open(&backend, NULL, NULL, &reason), 0);
    CHECK_STR(backend->ops->name, "epoll");
    CHECK_INT(strncmp(reason, "epoll: ", 7), 0);
    CHECK(strstr(reason, "io_uring_setup") != NULL);
    CHECK(strstr(reason, name_of_error) != NULL);

    make_pair(pair);
    put(pair[1], "x");
    start_recv(backend, &recv, pair[0]);
    CHECK_INT(finish(backend, &recv), 1);
    close_fd(backend, pair[0]);
    close_fd(backend, pair[1]);
    close_idle(backend);

    CHECK_INT(ouro__backend_open(&backend, "uring", NULL, &reason), -(int) error);
    CHECK(strstr(reason, name_of_error) != NULL);
}

TEST(epoll_is_chosen_where_uring_is_forbidden)
{
    epoll_is_chosen_after(EPERM, "EPERM");
}

TEST(epoll_is_chosen_where_uring_is_missing)
{
    epoll_is_chosen_after(ENOSYS, "ENOSYS");
}

TEST_ALL_BACKENDS(no_free_descriptor_is_an_error)
{
    struct backend *backend = NULL;
    const char *reason = NULL;
    int first = dup(0);
    struct rlimit limit, few;

    close(first);
    CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
    for (int more = 0; more < 2; more++) { /* enough for the first, not for the second */
        few = limit;
        few.rlim_cur = (rlim_t) (first + more);
        CHECK_INT(setrlimit(RLIMIT_NOFILE, &few), 0);

        int by_name = ouro__backend_open(&backend, test_backend(), NULL, &reason);

        CHECK(reason != NULL);
        if (by_name == 0)
            close_idle(backend);
        else
            CHECK_INT(by_name, -EMFILE);
        CHECK_INT(by_name == 0, more == 1 && strcmp(test_backend(), "sim") == 0);
        CHECK_INT(ouro__backend_open(&backend, NULL, NULL, &reason), -EMFILE);
        CHECK(reason != NULL);
    }
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* epoll_pwait2 is younger than epoll, and unknown to old profiles. */
static void wait_works_without_fine_timeouts(unsigned error)
{
    struct backend *backend = NULL;
    const char *reason = NULL;

    forbid_call(441, error);
    CHECK_INT(ouro__backend_open(&backend, "epoll", NULL, &reason), 0);
    for (int i = 0; i < 3; i++) {
        int64_t before = backend->ops->now(backend);

        CHECK_INT(turn(backend, 300001), 0);
        CHECK(backend->ops->now(backend) - before >= 300001);
    }
    close_idle(backend);
}

TEST(epoll_waits_without_epoll_pwait2)
{
    wait_works_without_fine_timeouts(ENOSYS);
}

TEST(epoll_waits_where_epoll_pwait2_is_forbidden)
{
    wait_works_without_fine_timeouts(EPERM);
}
