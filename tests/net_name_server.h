/* A name server in the hands of a test, in a network and with files of its own.
 *
 *     struct name_server server;
 *     struct question question;
 *
 *     open_name_server(&server);          from here on the process sees nothing but its loopback
 *     ... have something looked up ...
 *     take_question(&server, &question);  and do what shall happen before the answer
 *     answer(&server, &question, ANSWER_OK, "127.0.0.1 127.0.0.2 ::1");
 *
 * Nothing outside of the process is touched: it gets its own mounts, and its own port 53. Where the
 * system does not allow that the test is skipped.
 */
#ifndef TESTS_NET_NAME_SERVER_H
#define TESTS_NET_NAME_SERVER_H

#include "net_probe.h"

#include "base/alloc.h"
#include "base/time.h"
#include "loop/detail.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/uio.h>

#define HEADER_SIZE 12
#define MESSAGE_SIZE 1024
#define WAIT_NS ((int64_t) 8 * NS_PER_SECOND)

/* What a name server may say; the numbers are those of the messages. */
enum answer_code {
    ANSWER_OK = 0,
    ANSWER_FORMAT_ERROR = 1,
    ANSWER_SERVER_FAILURE = 2,
    ANSWER_NO_SUCH_NAME = 3,
    ANSWER_REFUSED = 5,
    ANSWER_TRUNCATED = 16,
};

enum record_type { RECORD_A = 1, RECORD_CNAME = 5, RECORD_PTR = 12, RECORD_AAAA = 28 };

struct name_server {
    int udp;
    int tcp;
};

struct question {
    struct sockaddr_in from;
    int connection; /* -1: a datagram */
    int type;
    char name[256];
    uint8_t message[MESSAGE_SIZE]; /* as it came */
    size_t size;                   /* of the header and the question */
};

struct message {
    uint8_t data[MESSAGE_SIZE];
    size_t size;
};

/* Writes a file, which may be there. Returns false if that cannot be. */
__attribute__((unused)) static bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool is_written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t) strlen(text);

    if (fd >= 0)
        close(fd);
    return is_written;
}

/* Takes the process into a network and a tree of mounts of its own. */
__attribute__((unused)) static void leave_the_network(void)
{
    char map[64];
    unsigned user = getuid();
    unsigned group = getgid();

    if (unshare(CLONE_NEWNS | CLONE_NEWNET) == 0)
        return;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET) < 0)
        SKIP("no network of its own for a process: %s", strerror(errno));
    snprintf(map, sizeof map, "0 %u 1", user);
    CHECK(write_file("/proc/self/setgroups", "deny"));
    CHECK(write_file("/proc/self/uid_map", map));
    snprintf(map, sizeof map, "0 %u 1", group);
    CHECK(write_file("/proc/self/gid_map", map));
}

__attribute__((unused)) static void set_loopback_up(void)
{
    struct ifreq request = { .ifr_name = "lo" };
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    CHECK(fd >= 0);
    CHECK_INT(ioctl(fd, SIOCGIFFLAGS, &request), 0);
    request.ifr_flags |= IFF_UP;
    CHECK_INT(ioctl(fd, SIOCSIFFLAGS, &request), 0);
    close(fd);
}

/* Puts a folder of our own in the place of /etc. */
__attribute__((unused)) static void replace_settings(void)
{
    static const char *const files[][2] = {
        { "/mnt/nsswitch.conf", "hosts: files dns\nservices: files\nprotocols: files\n" },
        { "/mnt/hosts", "127.0.0.9 by-file\n127.0.0.1 both-by-file\n::1 both-by-file\n" },
        { "/mnt/host.conf", "multi on\n" },
        { "/mnt/resolv.conf", "nameserver 127.0.0.1\noptions timeout:5 attempts:1\n" },
        { "/mnt/services", "http 80/tcp\ntftp 69/udp\n" },
        { "/mnt/protocols", "tcp 6 TCP\nudp 17 UDP\n" },
    };
    size_t i;

    if (mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", "/mnt", "tmpfs", 0, NULL) < 0)
        SKIP("no mounts of its own for a process: %s", strerror(errno));
    for (i = 0; i < sizeof files / sizeof *files; i++)
        CHECK(write_file(files[i][0], files[i][1]));
    CHECK_INT(mount("/mnt", "/etc", "none", MS_BIND, NULL), 0);
}

/* Shuts the process into a network where only the loopback is, and 127.0.0.1 is the name server. It
 * knows the hosts "by-file" and "both-by-file" without one, and the services "http" and "tftp".
 * Does nothing the second time. */
__attribute__((unused)) static void enter_private_network(void)
{
    static bool is_inside;

    if (is_inside)
        return;
    is_inside = true;
    leave_the_network();
    replace_settings();
    set_loopback_up();
}

/* A socket on port 53. */
__attribute__((unused)) static int open_port_53(int type)
{
    const struct sockaddr_in address = { .sin_family = AF_INET,
                                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                         .sin_port = htons(53) };
    int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1;

    CHECK(fd >= 0);
    CHECK_INT(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
    CHECK_INT(bind(fd, (const struct sockaddr *) &address, sizeof address), 0);
    return fd;
}

__attribute__((unused)) static void open_name_server(struct name_server *server)
{
    enter_private_network();
    server->udp = open_port_53(SOCK_DGRAM);
    server->tcp = open_port_53(SOCK_STREAM);
    CHECK_INT(listen(server->tcp, 8), 0);
}

__attribute__((unused)) static void close_name_server(struct name_server *server)
{
    close(server->udp);
    close(server->tcp);
}

/* Reads the name and the type out of a message. */
__attribute__((unused)) static void parse_question(struct question *question)
{
    const uint8_t *label = question->message + HEADER_SIZE;
    size_t len = 0;

    for (; *label != 0; label += *label + 1) {
        CHECK(len + *label + 2 < sizeof question->name);
        if (len > 0)
            question->name[len++] = '.';
        memcpy(question->name + len, label + 1, *label);
        len += *label;
    }
    question->name[len] = '\0';
    question->type = label[1] << 8 | label[2];
    question->size = (size_t) (label + 5 - question->message);
}

/* Receives a question over a connection, which is the answer to a truncated one. */
__attribute__((unused)) static bool receive_by_connection(struct name_server *server,
                                                          struct question *ret_question)
{
    uint8_t prefix[2];
    struct iovec parts[] = { { prefix, sizeof prefix }, { ret_question->message, MESSAGE_SIZE } };
    int fd = accept4(server->tcp, NULL, NULL, SOCK_CLOEXEC);

    if (fd < 0)
        return false;
    CHECK(readv(fd, parts, 2) > HEADER_SIZE);
    ret_question->connection = fd;
    parse_question(ret_question);
    return true;
}

/* Receives a question if there is one. */
__attribute__((unused)) static bool poll_question(struct name_server *server,
                                                  struct question *ret_question)
{
    socklen_t size = sizeof ret_question->from;
    ssize_t len = recvfrom(server->udp, ret_question->message, MESSAGE_SIZE, 0,
                           (struct sockaddr *) &ret_question->from, &size);

    if (len < 0)
        return receive_by_connection(server, ret_question);
    CHECK(len > HEADER_SIZE);
    ret_question->connection = -1;
    parse_question(ret_question);
    return true;
}

/* Waits for a question while the loop, if this is in one, goes on. */
__attribute__((unused)) static void take_question(struct name_server *server,
                                                  struct question *ret_question)
{
    int64_t end = time_monotonic_ns() + WAIT_NS;

    while (!poll_question(server, ret_question)) {
        if (time_monotonic_ns() > end)
            FAIL("no question has come");
        sched_yield();
        if (ouro_get_running_loop() != NULL)
            CHECK_INT(ouro_sleep(0), 0);
    }
}

/* Takes one about this name. */
__attribute__((unused)) static void expect_question(struct name_server *server, const char *name,
                                                    struct question *ret_question)
{
    take_question(server, ret_question);
    CHECK_STR(ret_question->name, name);
}

__attribute__((unused)) static void put_number(struct message *message, unsigned number,
                                               size_t size)
{
    while (size-- > 0)
        message->data[message->size++] = (uint8_t) (number >> 8 * size);
}

__attribute__((unused)) static void put_name(struct message *message, const char *name)
{
    while (*name != '\0') {
        size_t len = strcspn(name, ".");

        put_number(message, (unsigned) len, 1);
        memcpy(message->data + message->size, name, len);
        message->size += len;
        name += len + (name[len] == '.');
    }
    put_number(message, 0, 1);
}

/* Adds a record: an address in digits, or a name for types that have one. */
__attribute__((unused)) static void put_record(struct message *message, const char *owner, int type,
                                               const char *value)
{
    size_t length_at;
    size_t size;

    put_name(message, owner);
    put_number(message, (unsigned) type, 2);
    put_number(message, 1, 2);  /* of the internet */
    put_number(message, 60, 4); /* seconds of validity */
    length_at = message->size;
    put_number(message, 0, 2);
    if (type == RECORD_A || type == RECORD_AAAA) {
        CHECK_INT(
            inet_pton(type == RECORD_A ? AF_INET : AF_INET6, value, message->data + message->size),
            1);
        message->size += type == RECORD_A ? 4 : 16;
    } else {
        put_name(message, value);
    }
    size = message->size;
    message->size = length_at;
    put_number(message, (unsigned) (size - length_at - 2), 2);
    message->size = size;
}

/* Does a value answer a question of this type? */
__attribute__((unused)) static bool record_fits(int type, const char *value)
{
    bool is_v6 = strchr(value, ':') != NULL;
    bool is_v4 = !is_v6 && strspn(value, "0123456789.") == strlen(value);

    return type == RECORD_A ? is_v4 : type == RECORD_AAAA ? is_v6 : !is_v4 && !is_v6;
}

__attribute__((unused)) static void
send_message(struct name_server *server, const struct question *question, struct message *message)
{
    if (question->connection < 0) {
        CHECK_INT(sendto(server->udp, message->data, message->size, 0,
                         (const struct sockaddr *) &question->from, sizeof question->from),
                  (ssize_t) message->size);
        return;
    }
    uint8_t prefix[2] = { (uint8_t) (message->size >> 8), (uint8_t) message->size };
    struct iovec parts[] = { { prefix, sizeof prefix }, { message->data, message->size } };

    CHECK_INT(writev(question->connection, parts, 2), (ssize_t) message->size + 2);
    close(question->connection);
}

/* Answers with those of the values, separated by spaces, that fit the question. One that begins
 * with '=' is the true name of the host: the others are its. */
__attribute__((unused)) static void answer(struct name_server *server,
                                           const struct question *question, enum answer_code code,
                                           const char *values)
{
    struct message message = { .size = question->size };
    char owner[256];
    char value[256];
    unsigned count = 0;

    memcpy(message.data, question->message, question->size);
    message.data[2] = code == ANSWER_TRUNCATED ? 0x83 : 0x81; /* an answer, recursion wanted */
    message.data[3] = (uint8_t) (0x80 | (code & 15));         /* recursion available */
    message.data[11] = 0;                                     /* no additional records */
    snprintf(owner, sizeof owner, "%s", question->name);
    while (sscanf(values, " %255s", value) == 1) {
        values = strstr(values, value) + strlen(value);
        if (value[0] == '=') {
            put_record(&message, owner, RECORD_CNAME, value + 1);
            snprintf(owner, sizeof owner, "%s", value + 1);
        } else if (record_fits(question->type, value)) {
            put_record(&message, owner, question->type, value);
        } else {
            continue;
        }
        count++;
    }
    message.data[6] = 0;
    message.data[7] = (uint8_t) count;
    send_message(server, question, &message);
}

/* Answers so many questions, whatever they are, in the same way. */
__attribute__((unused)) static void answer_some(struct name_server *server, int count,
                                                enum answer_code code, const char *values)
{
    struct question question;

    while (count-- > 0) {
        take_question(server, &question);
        answer(server, &question, code, values);
    }
}

/* A test on all backends whose body is a task. */
#define TEST_DNS(name_)                                                                            \
    static int dns_##name_(void);                                                                  \
    static int dns_entry_##name_(void *arg_)                                                       \
    {                                                                                              \
        (void) arg_;                                                                               \
        return dns_##name_();                                                                      \
    }                                                                                              \
    TEST_ALL_BACKENDS(name_)                                                                       \
    {                                                                                              \
        run(dns_entry_##name_, NULL);                                                              \
    }                                                                                              \
    static int dns_##name_(void)

#define LOOP ouro_get_running_loop()

/* Waits until as many blocks are in use as before: threads free what was given up. */
__attribute__((unused)) static void wait_for_blocks(unsigned long blocks)
{
    int64_t end = time_monotonic_ns() + WAIT_NS;

    ouro__failure_forget(); /* which the thread keeps */
    while (ouro__alloc_live() > blocks) {
        if (time_monotonic_ns() > end)
            FAIL("%lu blocks are left", ouro__alloc_live() - blocks);
        sched_yield();
    }
}

/* Takes the reports about tasks that are pending when their loop is closed. */
__attribute__((unused)) static void ignore_report(ouro_loop *loop,
                                                  const ouro_exception_context *context, void *arg)
{
    (void) loop;
    (void) context;
    (void) arg;
}

__attribute__((unused)) static void expect_detail(int status, const char *text)
{
    const ouro_error *error = ouro_error_detail();

    CHECK(error != NULL);
    CHECK_INT(error->status, status);
    if (strstr(error->text, text) == NULL)
        FAIL("\"%s\" does not tell \"%s\"", error->text, text);
}

/* Looks a name up, for an IPv4 address: that is one question to the name server. Returns the count,
 * which is all that the test wants to know. */
OURO_ASYNC(look_up, (const char *, host), (int, port))
{
    ouro_addrinfo *infos = NULL;
    int count = ouro_loop_getaddrinfo(LOOP, &infos, .host = host, .port = port, .family = AF_INET,
                                      .type = SOCK_STREAM);

    CHECK((count > 0) == (infos != NULL));
    if (count > 0)
        CHECK_INT(ntohs(((const struct sockaddr_in *) (const void *) infos->address)->sin_port),
                  port);
    ouro_addrinfo_free(infos);
    return count;
}

/* Runs a lookup, and one answer to each of its questions. */
__attribute__((unused)) static int look_up_answered(struct name_server *server, const char *host,
                                                    enum answer_code code, const char *values)
{
    ouro_task *task = ouro_create_task(look_up_coro(host, 80));
    int status;

    answer_some(server, 1, code, values);
    status = ouro_await(task);
    ouro_future_unref(task);
    return status;
}

#endif
