/* Datagram sockets against a peer that is not ours: socat. */
#include "net_datagram_probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

/* Starts socat between `fd`, as its input and output, and an address. */
static pid_t start_socat(int fd, const char *address)
{
    pid_t child = fork();

    CHECK(child >= 0);
    if (child == 0) {
        dup2(fd, 0);
        dup2(fd, 1);
        execlp("socat", "socat", "-t0", fd >= 0 ? "-" : "PIPE", address, (char *) NULL);
        _exit(127);
    }
    return child;
}

static void stop(pid_t child)
{
    int status;

    kill(child, SIGTERM);
    CHECK_INT(waitpid(child, &status, 0), child);
}

static void need_socat(void)
{
    if (system("command -v socat >/dev/null 2>&1") != 0)
        SKIP("there is no socat on this machine");
}

TEST_NET(serves_socat)
{
    ouro_datagram *server;
    struct sockaddr_storage peer;
    socklen_t size;
    char address[32], data[64];
    int fds[2];

    need_socat();
    CHECK_INT(ouro_open_datagram(&server, .local_host = "127.0.0.1"), 0);
    snprintf(address, sizeof address, "UDP4:127.0.0.1:%d", port_of(server));
    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);

    pid_t socat = start_socat(fds[1], address);

    close(fds[1]);
    for (int i = 0; i < 20; i++) {
        int len = snprintf(data, sizeof data, "request %d", i);

        CHECK_INT(ouro_loop_sock_sendall(ouro_get_running_loop(), fds[0],
                                         (ouro_bytes) { (uint8_t *) data, (size_t) len }),
                  0);
        memset(data, 0, sizeof data);
        CHECK_INT(ouro_datagram_recv_from(server, data, sizeof data, &peer, &size), len);
        CHECK_INT(ouro_datagram_send_to(server, (ouro_bytes) { (uint8_t *) data, (size_t) len },
                                        (struct sockaddr *) &peer, size),
                  0);
        memset(data, 0, sizeof data);
        CHECK_INT(ouro_loop_sock_recv(ouro_get_running_loop(), fds[0], data, sizeof data), len);
        CHECK_INT(atoi(data + strlen("request ")), i);
    }
    stop(socat);
    close(fds[0]);
    ouro_datagram_close(server);
    return 0;
}

static int ask_until_answered(void *arg)
{
    ouro_datagram *client = arg;
    char data[64];
    int status;

    /* socat takes a moment to be there, and until then nobody is. */
    do {
        status = ouro_datagram_send(client, OURO_BYTES("hello"));
        if (status == 0)
            status = ouro_datagram_recv(client, data, sizeof data);
    } while (status == -ECONNREFUSED);
    CHECK_INT(status, 5);
    CHECK_BYTES(data, 5, "hello", 5);
    return 0;
}

TEST_NET(is_served_by_socat)
{
    ouro_datagram *client, *free_port;
    char address[64];
    int port;

    need_socat();
    CHECK_INT(ouro_open_datagram(&free_port, .local_host = "127.0.0.1"), 0);
    port = port_of(free_port);
    ouro_datagram_close(free_port);
    snprintf(address, sizeof address, "UDP4-RECVFROM:%d,bind=127.0.0.1,fork", port);

    pid_t socat = start_socat(-1, address);

    CHECK_INT(ouro_open_datagram(&client, .remote_host = "127.0.0.1", .remote_port = port), 0);
    for (int i = 0; i < 5; i++)
        CHECK_INT(ouro_wait_for(ouro_coro(ask_until_answered, client), 5), 0);
    stop(socat);
    ouro_datagram_close(client);
    return 0;
}
