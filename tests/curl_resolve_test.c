/* Names that take their time to be resolved: libcurl asks for them in a thread, which a cancel
 * cannot stop, and must not wait for. */
#define _GNU_SOURCE 1

#include "curl_peer.h"

#include <dlfcn.h>
#include <netdb.h>
#include <stdatomic.h>

#define SLOW "slow.invalid"

/* The thread waits for this before it answers. */
static atomic_bool may_answer;

typedef int getaddrinfo_function(const char *, const char *, const struct addrinfo *,
                                 struct addrinfo **);

/* Takes the place of the system's, for libcurl too. */
int getaddrinfo(const char *restrict node, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict ret_list)
{
    getaddrinfo_function *real;
    void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");

    if (node != NULL && strcmp(node, SLOW) == 0) {
        while (!atomic_load(&may_answer))
            poll(NULL, 0, 1);
        node = "127.0.0.1";
    }
    memcpy(&real, &symbol, sizeof real);
    return real(node, service, hints, ret_list);
}

static int descriptors(void)
{
    int count = 0;

    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

/* Lets the thread answer, and waits until it has given its descriptors back. */
static void let_the_thread_end(int wanted)
{
    atomic_store(&may_answer, true);
    for (int looks = 0; descriptors() > wanted; looks++) {
        if (looks > LOOKS_MAX)
            FAIL("the thread that resolves names does not end");
        poll(NULL, 0, 1);
    }
}

static int perform(void *easy)
{
    return ouro_curl_perform(easy);
}

TEST_NET(other_tasks_run_while_a_name_is_resolved)
{
    struct talker talker = { .answer = "HTTP/1.0 200 OK\r\n\r\nhello" };
    struct sink sink = { .size = 0 };
    char url[64];
    CURL *easy;
    ouro_task *task;

    start_talker(&talker);
    snprintf(url, sizeof url, "http://" SLOW ":%d/", talker.port);
    easy = easy_for(url, &sink);
    task = ouro_create_task(ouro_coro(perform, easy));
    for (int i = 0; i < 20; i++)
        settle();
    CHECK(!ouro_future_done(task));
    atomic_store(&may_answer, true);
    CHECK_INT(ouro_await(task), 0);
    CHECK_STR(sink.data, "hello");
    ouro_future_unref(task);
    curl_easy_cleanup(easy);
    stop_talker(&talker);
    return 0;
}

TEST_NET(a_cancel_does_not_wait_for_the_resolver)
{
#if CURL_AT_LEAST_VERSION(7, 87, 0)
    CURL *easy = easy_for("http://127.0.0.1:1/", NULL);
    ouro_task *task;
    int before;

    CHECK_INT(ouro_curl_perform(easy), OURO_CURL_ERROR(CURLE_COULDNT_CONNECT));
    settle();
    before = descriptors();
    curl_easy_setopt(easy, CURLOPT_URL, "http://" SLOW ":1/");
    task = ouro_create_task(ouro_coro(perform, easy));
    for (int i = 0; i < 20; i++)
        settle();
    CHECK(ouro_task_cancel(task, NULL));
    CHECK_INT(ouro_await(task), -ECANCELED);
    ouro_future_unref(task);
    curl_easy_cleanup(easy);
    let_the_thread_end(before);
#else
    SKIP("this libcurl waits for its resolver (7.87 and later need not)");
#endif
    return 0;
}
