/* Random hosts, services and paths: what is taken for an address is one, reads as such again, and
 * is what the system takes it for.
 *
 * An input is a byte that chooses, two of a port, and texts that end with a newline. */
#include "fuzz/fuzz.h"

#include "net/address.h"
#include "net/name_query.h"
#include "ouro/error.h"

#include <errno.h>
#include <netdb.h>

enum { FUZZ_FIND, FUZZ_PATH, FUZZ_ASK, FUZZ_KINDS };

/* Two addresses are the same if one was made of the other's words. */
static void expect_same(const struct address *left, const struct address *right)
{
    EXPECT(left->size == right->size);
    EXPECT(memcmp(&left->storage, &right->storage, left->size) == 0);
}

/* The words of an address lead back to it. */
static void expect_readable(const struct address *address, int port)
{
    struct address again[ADDRESSES_MAX];
    char text[ADDRESS_TEXT_SIZE];
    char end[16];
    char *space;

    ouro__address_format(address, text);
    EXPECT(memchr(text, '\0', sizeof text) != NULL);
    space = strchr(text, ' ');
    EXPECT(space != NULL);
    snprintf(end, sizeof end, " port %d", port);
    EXPECT(strcmp(space, end) == 0);
    *space = '\0';
    EXPECT(ouro__address_find(text, port, ADDRESS_LISTEN, again) == 1);
    expect_same(&again[0], address);
}

/* What we read without the system's help means the same to the system. Zones are the exception:
 * there it takes names of interfaces for link-local addresses only. */
static void expect_known(const char *host, const struct address *address)
{
    const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM };
    struct addrinfo *list;
    struct address known = { .size = 0 };

    if (strchr(host, '%') != NULL)
        return;
    EXPECT(getaddrinfo(host, NULL, &hints, &list) == 0);
    known.size = list->ai_addrlen;
    memcpy(&known.storage, list->ai_addr, list->ai_addrlen);
    ouro__address_set_port(&known, ouro__address_port(address));
    expect_same(&known, address);
    freeaddrinfo(list);
}

static void find(const char *host, int port, enum address_use use)
{
    struct address addresses[ADDRESSES_MAX];
    int count = ouro__address_find(host, port, use, addresses);
    int i;

    EXPECT(count == OURO_EHOST || (count >= 1 && count <= ADDRESSES_MAX));
    EXPECT(count == 1 || count == OURO_EHOST || *host == '\0' || strcmp(host, "localhost") == 0);
    for (i = 0; i < count; i++) {
        EXPECT(ouro__address_port(&addresses[i]) == port);
        expect_readable(&addresses[i], port);
    }
    if (count == 1)
        expect_known(host, &addresses[0]);
}

static void make_path(const char *path, size_t len)
{
    struct address address;
    char text[ADDRESS_TEXT_SIZE];
    int status = ouro__address_from_path(path, &address);

    if (status < 0) {
        EXPECT(status == (len == 0 ? -EINVAL : -ENAMETOOLONG));
        return;
    }
    EXPECT(address.size <= sizeof address.local);
    EXPECT(ouro__address_port(&address) == 0);
    ouro__address_format(&address, text);
    /* One character less fits behind the zero of an abstract name; "@" alone is no name. */
    EXPECT(strncmp(text, path, len) == 0 || strcmp(path, "@") == 0);
}

/* Asks the system as ouro_loop_getaddrinfo does when it asks without a thread. */
static void ask(const char *host, const char *service, uint8_t flags, uint8_t kinds)
{
    static const int known_flags[] = { AI_PASSIVE,     AI_CANONNAME, AI_NUMERICHOST,
                                       AI_NUMERICSERV, AI_V4MAPPED,  AI_ALL };
    static const int families[] = { AF_UNSPEC, AF_INET, AF_INET6, AF_UNIX };
    static const int types[] = { 0, SOCK_STREAM, SOCK_DGRAM, SOCK_RAW };
    struct name_query query = {
        .question = NAME_ADDRESSES,
        .host = *host != '\0' ? host : NULL,
        .service = *service != '\0' || *host == '\0' ? service : NULL,
        .family = families[kinds & 3],
        .type = types[kinds >> 2 & 3],
    };
    struct name_answer answer;
    size_t i;

    for (i = 0; i < sizeof known_flags / sizeof *known_flags; i++)
        if (flags >> i & 1)
            query.flags |= known_flags[i];
    if (!ouro__name_ask_numeric(&query, &answer) || answer.status < 0) {
        ouro__name_answer_done(&answer);
        return;
    }
    ouro_addrinfo *copy = ouro__name_infos_copy(&answer);

    EXPECT(answer.info_count > 0 && copy != NULL);
    for (i = 0; i < answer.info_count; i++) {
        const ouro_addrinfo *info = &answer.infos[i];

        EXPECT(info->family == AF_INET || info->family == AF_INET6);
        EXPECT(info->family == info->address->sa_family);
        EXPECT(info->address_size <= sizeof(struct sockaddr_in6));
        EXPECT(query.type == 0 || info->type == query.type);
        EXPECT(memcmp(copy[i].address, info->address, info->address_size) == 0);
        EXPECT(strcmp(copy[i].canonical_name, info->canonical_name) == 0);
    }
    ouro__name_answer_done(&answer);
    ouro_addrinfo_free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size };
    uint8_t choice = fuzz_byte(&input);
    int port = fuzz_byte(&input) << 8;
    char first[300];
    char second[64];
    size_t len;

    port |= fuzz_byte(&input);
    len = fuzz_text(&input, first, sizeof first);
    (void) fuzz_text(&input, second, sizeof second);
    switch (choice % FUZZ_KINDS) {
    case FUZZ_FIND:
        find(first, port, (choice & 128) != 0 ? ADDRESS_LISTEN : ADDRESS_CONNECT);
        break;
    case FUZZ_PATH:
        make_path(first, len);
        break;
    default:
        ask(first, second, (uint8_t) (port >> 8), (uint8_t) port);
        break;
    }
    return 0;
}
