/* Addresses of sockets: from the words of a user, and back into words. */
#ifndef OURO_NET_ADDRESS_H
#define OURO_NET_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

/* The most addresses that a host stands for: one of each family. */
#define ADDRESSES_MAX 2

/* Room for an address in words. */
#define ADDRESS_TEXT_SIZE 128

struct address {
    union {
        struct sockaddr base;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_un local;
        struct sockaddr_storage storage;
    };
    socklen_t size;
};

/* What a host is wanted for. */
enum address_use {
    ADDRESS_CONNECT, /* no host: "localhost", ::1 before 127.0.0.1 */
    ADDRESS_LISTEN,  /* no host: every address, 0.0.0.0 before :: */
};

/* Finds the addresses of `host`: a numeric address, IPv6 also with "%zone"; "localhost"; or NULL or
 * "" for the use's default. Returns how many it stored in `ret_addresses`, or OURO_EHOST. */
int ouro__address_find(const char *host, int port, enum address_use use,
                       struct address ret_addresses[ADDRESSES_MAX]);

/* Makes the address of a Unix socket: of a file, or, for a path that begins with '@', of a name in
 * the abstract namespace. Returns 0, -EINVAL for NULL and "", or -ENAMETOOLONG. */
int ouro__address_from_path(const char *path, struct address *ret_address);

/* Returns the port, 0 for an address without one. */
int ouro__address_port(const struct address *address);

void ouro__address_set_port(struct address *address, int port);

/* Writes "127.0.0.1 port 80", the path of a Unix socket, or the like. */
void ouro__address_format(const struct address *address, char text[ADDRESS_TEXT_SIZE]);

#endif
