/* What every bench program in C and C++ shares: clocks, the memory of this process, and the
 * pseudo-random numbers that make all peers do the same work.
 *
 * A bench program measures one workload once, prints one line of `key=value` figures on stdout and
 * exits 0; on failure it prints one line on stderr and exits 1. `bench/run` does the repeating, the
 * interleaving and the statistics. The functions are inline so that a program stays one file.
 */
#ifndef OURO_BENCH_H
#define OURO_BENCH_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

#define BENCH_UNUSED __attribute__((unused))

/* Ends the program with a message; the driver shows the message in place of the figure. */
BENCH_UNUSED __attribute__((noreturn, format(printf, 1, 2))) static void
bench_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

/* Ends the program unless `result`, as a system call returned it, is a success. */
BENCH_UNUSED static inline long bench_check(long result, const char *what)
{
    if (result < 0)
        bench_fail("%s: %s", what, strerror(errno));
    return result;
}

BENCH_UNUSED static inline uint64_t bench_clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t) now.tv_sec * 1000000000u + (uint64_t) now.tv_nsec;
}

/* The time that passes on the wall. */
BENCH_UNUSED static inline uint64_t bench_wall_ns(void)
{
    return bench_clock_ns(CLOCK_MONOTONIC);
}

/* The CPU time of all threads of this process, kernel and user. */
BENCH_UNUSED static inline uint64_t bench_cpu_ns(void)
{
    return bench_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

/* One field of /proc/self/status in bytes, such as VmRSS or VmPTE. */
BENCH_UNUSED static uint64_t bench_status_bytes(const char *field)
{
    FILE *file = fopen("/proc/self/status", "re");
    if (file == NULL)
        bench_fail("/proc/self/status: %s", strerror(errno));
    char line[256];
    size_t field_len = strlen(field);
    uint64_t kib = UINT64_MAX;
    while (kib == UINT64_MAX && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, field, field_len) == 0 && line[field_len] == ':') {
            kib = strtoull(line + field_len + 1, NULL, 10);
        }
    }
    fclose(file);
    if (kib == UINT64_MAX)
        bench_fail("/proc/self/status has no %s", field);
    return kib * 1024u;
}

/* A whole number from the command line, or `fallback` if the argument is absent. */
BENCH_UNUSED static uint64_t bench_argument(int argc, char **argv, int index, uint64_t fallback)
{
    if (index >= argc)
        return fallback;
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(argv[index], &end, 10);
    if (errno != 0 || *end != '\0' || end == argv[index]) {
        bench_fail("not a number: %s", argv[index]);
    }
    return value;
}

/* The final mixing step of the SplitMix64 generator: the peers in other languages repeat it. */
BENCH_UNUSED static inline uint64_t bench_hash(uint64_t number)
{
    number += 0x9e3779b97f4a7c15u;
    number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9u;
    number = (number ^ (number >> 27)) * 0x94d049bb133111ebu;
    return number ^ (number >> 31);
}

/* How long task `number` sleeps in W4: 0 to 1000 whole milliseconds. */
BENCH_UNUSED static inline uint32_t bench_sleep_ms(uint64_t number)
{
    return (uint32_t) (bench_hash(number) % 1001u);
}

/* The next delay of W4's timeouts, 1 to 1000 ms. A linear congruence, so cheap that it hides no
 * difference between the peers. Start with state 1. */
BENCH_UNUSED static inline uint32_t bench_next_timeout_ms(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return 1u + (uint32_t) (((*state >> 33) * 1000u) >> 31);
}

/* Raises the limit of open files to what the system allows. */
BENCH_UNUSED static uint64_t bench_allow_many_files(void)
{
    struct rlimit limit;
    bench_check(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    bench_check(setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
    return limit.rlim_cur;
}

/* Gives a listening or connecting socket the options that all peers share. Reno, because pacing
 * congestion controls make loopback figures noisy; best effort, as the driver normally runs the
 * network workloads in a namespace whose default is reno anyway. */
BENCH_UNUSED static void bench_tune_socket(int fd)
{
    int one = 1;
    (void) !setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
    (void) !setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    (void) !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
}

/* A listening socket on a free port of 127.0.0.1, announced on stdout as `port=N`. Accepted
 * sockets inherit the options of bench_tune_socket. */
BENCH_UNUSED static int bench_listen(int extra_flags)
{
    int type = SOCK_STREAM | SOCK_CLOEXEC | extra_flags;
    int fd = (int) bench_check(socket(AF_INET, type, 0), "socket");
    bench_tune_socket(fd);
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bench_check(bind(fd, (struct sockaddr *) &address, sizeof address), "bind");
    bench_check(listen(fd, 4096), "listen");
    socklen_t address_len = sizeof address;
    bench_check(getsockname(fd, (struct sockaddr *) &address, &address_len), "getsockname");
    printf("port=%u\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

#endif
