/* What the tests of datagram sockets have in common. */
#ifndef TESTS_NET_DATAGRAM_PROBE_H
#define TESTS_NET_DATAGRAM_PROBE_H

#include "net_probe.h"

static inline ouro_datagram *open_local(void)
{
    ouro_datagram *datagram;

    CHECK_INT(ouro_open_datagram(&datagram, .local_host = "127.0.0.1"), 0);
    return datagram;
}

static inline struct sockaddr_in address_of(ouro_datagram *datagram)
{
    struct sockaddr_storage storage;
    struct sockaddr_in address;

    CHECK_INT(ouro_datagram_get_sockname(datagram, &storage), 0);
    CHECK_INT(storage.ss_family, AF_INET);
    memcpy(&address, &storage, sizeof address);
    return address;
}

static inline int port_of(ouro_datagram *datagram)
{
    return ntohs(address_of(datagram).sin_port);
}

#endif
