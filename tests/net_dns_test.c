/* getaddrinfo and getnameinfo: what the system answers, what is answered without it, and names that
 * are no names. */
#include "net_name_server.h"

#include <netdb.h>
#include <stdlib.h>

/* Does one of the items have this address, in digits, and this port? */
static bool has_address(const ouro_addrinfo *infos, int count, const char *address, int port)
{
    ouro_nameinfo names;
    int i;

    for (i = 0; i < count; i++) {
        CHECK_INT(ouro_loop_getnameinfo(LOOP, infos[i].address, infos[i].address_size,
                                        NI_NUMERICHOST | NI_NUMERICSERV, &names),
                  0);
        if (strcmp(names.host, address) == 0 && atoi(names.service) == port)
            return true;
    }
    return false;
}

OURO_ASYNC(look_up_all, (ouro_addrinfo **, ret_infos))
{
    return ouro_loop_getaddrinfo(LOOP, ret_infos, .host = "alias.example", .port = 443,
                                 .type = SOCK_STREAM, .flags = AI_CANONNAME);
}

TEST_DNS(a_name_has_addresses_of_both_families)
{
    struct name_server server;
    ouro_addrinfo *infos;
    ouro_task *task;
    int count;

    open_name_server(&server);
    task = ouro_create_task(look_up_all_coro(&infos));
    answer_some(&server, 2, ANSWER_OK, "=host.example 127.0.0.1 127.0.0.2 ::1");
    count = ouro_await(task);
    ouro_future_unref(task);
    CHECK_INT(count, 3);
    CHECK(has_address(infos, count, "127.0.0.1", 443));
    CHECK(has_address(infos, count, "127.0.0.2", 443));
    CHECK(has_address(infos, count, "::1", 443));
    CHECK_STR(infos[0].canonical_name, "host.example");
    CHECK_STR(infos[1].canonical_name, "");
    for (int i = 0; i < count; i++) {
        CHECK_INT(infos[i].type, SOCK_STREAM);
        CHECK_INT(infos[i].protocol, IPPROTO_TCP);
        CHECK_INT(infos[i].family, infos[i].address->sa_family);
    }
    ouro_addrinfo_free(infos);
    close_name_server(&server);
    return 0;
}

TEST_DNS(each_way_to_have_no_answer_has_its_error)
{
    struct name_server server;
    int status;

    open_name_server(&server);
    CHECK_INT(look_up_answered(&server, "no.example", ANSWER_NO_SUCH_NAME, ""), OURO_EHOST);
    expect_detail(OURO_EHOST, "\"no.example\": no host of this name is known");
    CHECK_STR(ouro_error_detail()->operation, "getaddrinfo");
    CHECK_INT(look_up_answered(&server, "six.example", ANSWER_OK, "::1"), OURO_ENOADDRESS);
    expect_detail(OURO_ENOADDRESS, "six.example");
    CHECK_INT(look_up_answered(&server, "a.example", ANSWER_SERVER_FAILURE, ""), OURO_EHOSTAGAIN);
    expect_detail(OURO_EHOSTAGAIN, "a.example");
    CHECK_INT(look_up_answered(&server, "b.example", ANSWER_REFUSED, ""), OURO_EHOSTAGAIN);
    /* Some systems tell this from a name that is unknown. */
    status = look_up_answered(&server, "c.example", ANSWER_FORMAT_ERROR, "");
    CHECK(status == OURO_EHOSTFAIL || status == OURO_EHOST);
    expect_detail(status, "c.example");
    close_name_server(&server);
    /* Now nobody listens there. */
    CHECK_INT(look_up("d.example", 80), OURO_EHOSTAGAIN);
    expect_detail(OURO_EHOSTAGAIN, "/etc/resolv.conf");
    return 0;
}

TEST_DNS(a_truncated_answer_is_asked_for_again_over_tcp)
{
    struct name_server server;
    struct question question;
    ouro_task *task;

    open_name_server(&server);
    task = ouro_create_task(look_up_coro("long.example", 80));
    answer_some(&server, 1, ANSWER_TRUNCATED, "");
    expect_question(&server, "long.example", &question);
    CHECK(question.connection >= 0);
    answer(&server, &question, ANSWER_OK, "127.0.0.1 127.0.0.2 127.0.0.3");
    CHECK_INT(ouro_await(task), 3);
    ouro_future_unref(task);
    close_name_server(&server);
    return 0;
}

/* What stands in the files needs no name server; services are found by name, and addresses. */
TEST_DNS(files_answer_too)
{
    ouro_addrinfo *infos;
    ouro_nameinfo names;
    int count;

    enter_private_network();
    count = ouro_loop_getaddrinfo(LOOP, &infos, .host = "both-by-file", .type = SOCK_DGRAM);
    CHECK_INT(count, 2);
    CHECK(has_address(infos, count, "127.0.0.1", 0) && has_address(infos, count, "::1", 0));
    ouro_addrinfo_free(infos);
    CHECK_INT(ouro_loop_getaddrinfo(LOOP, &infos, .host = "by-file", .service = "123",
                                    .type = SOCK_DGRAM),
              1);
    CHECK_INT(infos->protocol, IPPROTO_UDP);
    CHECK_INT(
        ouro_loop_getnameinfo(LOOP, infos->address, infos->address_size, NI_NUMERICSERV, &names),
        0);
    CHECK_STR(names.host, "by-file");
    CHECK_STR(names.service, "123");
    ouro_addrinfo_free(infos);
    return 0;
}

TEST_DNS(services_have_names)
{
    ouro_addrinfo *infos;
    ouro_nameinfo names;

    enter_private_network();
    CHECK_INT(ouro_loop_getaddrinfo(LOOP, &infos, .host = "127.0.0.1", .service = "http",
                                    .type = SOCK_STREAM),
              1);
    CHECK(has_address(infos, 1, "127.0.0.1", 80));
    CHECK_INT(
        ouro_loop_getnameinfo(LOOP, infos->address, infos->address_size, NI_NUMERICHOST, &names),
        0);
    CHECK_STR(names.host, "127.0.0.1");
    CHECK_STR(names.service, "http");
    ouro_addrinfo_free(infos);
    CHECK_INT(ouro_loop_getaddrinfo(LOOP, &infos, .host = "localhost", .service = "http",
                                    .type = SOCK_STREAM),
              2);
    CHECK(has_address(infos, 2, "::1", 80) && has_address(infos, 2, "127.0.0.1", 80));
    ouro_addrinfo_free(infos);
    return 0;
}

OURO_ASYNC(note_run, (bool *, has_run))
{
    *has_run = true;
    return 0;
}

/* Numeric addresses and "localhost" do not suspend, whatever is wanted of them. */
TEST_DNS(numbers_are_answered_at_once)
{
    bool has_run = false;
    ouro_task *other = ouro_create_task(note_run_coro(&has_run));
    ouro_addrinfo *infos;

    CHECK_INT(ouro_loop_getaddrinfo(LOOP, &infos, .host = "127.0.0.1", .port = 80), 3);
    CHECK_INT(infos[0].type, SOCK_STREAM);
    CHECK_INT(infos[1].type, SOCK_DGRAM);
    CHECK_INT(infos[2].type, SOCK_RAW);
    CHECK(has_address(infos, 1, "127.0.0.1", 80));
    CHECK_STR(infos[0].canonical_name, "");
    ouro_addrinfo_free(infos);

    CHECK_INT(ouro_loop_getaddrinfo(LOOP, &infos, .host = "::1", .service = "65535",
                                    .type = SOCK_STREAM, .flags = AI_CANONNAME),
              1);
    CHECK(has_address(infos, 1, "::1", 65535));
    CHECK_STR(infos[0].canonical_name, "::1");
    ouro_addrinfo_free(infos);

    CHECK_INT(ouro_loop_getaddrinfo(LOOP, &infos, .host = "fe80::1%1", .port = 1,
                                    .protocol = IPPROTO_UDP, .flags = AI_NUMERICHOST),
              1);
    CHECK_INT(((const struct sockaddr_in6 *) (const void *) infos->address)->sin6_scope_id, 1);
    CHECK_INT(infos->type, SOCK_DGRAM);
    ouro_addrinfo_free(infos);

    CHECK_INT(ouro_loop_getaddrinfo(LOOP, &infos, .host = "localhost", .port = 7,
                                    .type = SOCK_STREAM, .flags = AI_CANONNAME),
              2);
    CHECK(has_address(infos, 1, "::1", 7) && has_address(infos + 1, 1, "127.0.0.1", 7));
    CHECK_STR(infos[0].canonical_name, "localhost");
    ouro_addrinfo_free(infos);
    CHECK_INT(look_up("localhost", 8), 1);
    CHECK_INT(look_up("LOCALHOST", 8), 1);

    /* No host: this machine, as one connects to it, and as one listens on it. */
    CHECK_INT(ouro_loop_getaddrinfo(LOOP, &infos, .family = AF_INET, .type = SOCK_STREAM), 1);
    CHECK(has_address(infos, 1, "127.0.0.1", 0));
    ouro_addrinfo_free(infos);
    CHECK_INT(ouro_loop_getaddrinfo(LOOP, &infos, .port = 9, .family = AF_INET, .type = SOCK_STREAM,
                                    .flags = AI_PASSIVE),
              1);
    CHECK(has_address(infos, 1, "0.0.0.0", 9));
    ouro_addrinfo_free(infos);

    CHECK(!has_run);
    CHECK_INT(ouro_await(other), 0);
    ouro_future_unref(other);
    return 0;
}

static int bad_query(const ouro_getaddrinfo_options *options)
{
    ouro_addrinfo *infos = NULL;
    int status = ouro_loop_getaddrinfo_with(LOOP, &infos, options);

    CHECK(infos == NULL);
    return status;
}

#define BAD(...) bad_query(&(ouro_getaddrinfo_options) { __VA_ARGS__ })

TEST_DNS(bad_input)
{
    static const char *const no_names[] = {
        "a..b",  ".",          "::1::",    "1.2.3.4.5.", "fe80::1%no-such",
        "[::1]", " 127.0.0.1", "\xff\xfe", "-"
    };
    char host[3000];
    ouro_nameinfo names;
    struct sockaddr_in address = { .sin_family = AF_INET };
    ouro_addrinfo *infos;

    enter_private_network();
    CHECK_INT(BAD(.host = ""), OURO_EHOST);
    expect_detail(OURO_EHOST, "empty");
    memset(host, 'x', sizeof host);
    host[sizeof host - 1] = '\0';
    CHECK_INT(BAD(.host = host), OURO_EHOST);
    expect_detail(OURO_EHOST, "2999 characters");
    host[1024] = '\0'; /* no label may have more than 63 */
    CHECK(BAD(.host = host) < 0);
    for (size_t i = 0; i < sizeof no_names / sizeof *no_names; i++) {
        int status = BAD(.host = no_names[i]);

        CHECK(status == OURO_EHOST || status == OURO_EHOSTAGAIN || status == OURO_ENOADDRESS);
        expect_detail(status, no_names[i]);
    }
    CHECK_INT(BAD(.host = "::1", .port = -1), -EINVAL);
    CHECK_INT(BAD(.host = "::1", .port = 65536), -EINVAL);
    CHECK_INT(BAD(.host = "::1", .port = 80, .service = "http"), -EINVAL);
    CHECK_INT(BAD(.host = "::1", .service = "65536"), -EINVAL);
    CHECK_INT(BAD(.host = "::1", .service = "99999999999999999999999"), -EINVAL);
    CHECK_INT(BAD(.host = "::1", .service = "-1"), -EINVAL);
    expect_detail(-EINVAL, "service \"-1\" is no port");
    CHECK_INT(BAD(.host = "::1", .service = "no-such-service"), OURO_ENOSERVICE);
    expect_detail(OURO_ENOSERVICE, "\"no-such-service\"");
    CHECK_INT(BAD(.host = "by-file", .service = "no-such-service"), OURO_ENOSERVICE);
    CHECK_INT(BAD(.host = "::1", .service = "tftp", .type = SOCK_STREAM), OURO_ENOSERVICE);
    CHECK_INT(BAD(.host = "::1", .flags = 1 << 30), -EINVAL);
    CHECK_INT(BAD(.flags = AI_CANONNAME), -EINVAL);
    CHECK_INT(BAD(.host = "::1", .family = 12345), -EAFNOSUPPORT);
    CHECK_INT(BAD(.host = "localhost", .family = AF_UNIX), -EAFNOSUPPORT);
    CHECK_INT(BAD(.host = "::1", .type = 12345), -ESOCKTNOSUPPORT);
    CHECK_INT(BAD(.host = "::1", .family = AF_INET), OURO_ENOADDRESS);
    CHECK_INT(BAD(.host = "by-file", .flags = AI_NUMERICHOST), OURO_EHOST);
    CHECK_INT(BAD(.host = "localhost", .flags = AI_NUMERICHOST), OURO_EHOST);
    CHECK_INT(ouro_loop_getaddrinfo_with(LOOP, &infos, NULL), -EINVAL);
    CHECK_INT(ouro_loop_getaddrinfo(LOOP, NULL, .host = "::1"), -EINVAL);
    CHECK_INT(ouro_loop_getaddrinfo(NULL, &infos, .host = "::1"), -EINVAL);

    CHECK_INT(ouro_loop_getnameinfo(LOOP, NULL, 0, 0, &names), -EINVAL);
    CHECK_INT(ouro_loop_getnameinfo(LOOP, (void *) &address, 4, 0, &names), -EAFNOSUPPORT);
    CHECK_INT(ouro_loop_getnameinfo(LOOP, (void *) &address, 1000, 0, &names), -EINVAL);
    CHECK_INT(ouro_loop_getnameinfo(LOOP, (void *) &address, sizeof address, 1 << 30, &names),
              -EINVAL);
    expect_detail(-EINVAL, "these flags are unknown: the NI_ ones");
    address.sin_family = 12345;
    CHECK_INT(ouro_loop_getnameinfo(LOOP, (void *) &address, sizeof address, 0, &names),
              -EAFNOSUPPORT);
    ouro_addrinfo_free(NULL);
    return 0;
}

TEST_BACKENDS(outside_of_tasks_and_of_the_loop)
{
    ouro_addrinfo *infos;
    ouro_loop *loop;

    CHECK_INT(ouro_new_event_loop(&loop), 0);
    CHECK_INT(ouro_loop_getaddrinfo(loop, &infos, .host = "::1"), OURO_ENOLOOP);
    CHECK_INT(ouro_loop_close(loop), 0);
}

OURO_ASYNC(name_of, (struct sockaddr_in, address), (int, flags), (ouro_nameinfo *, ret_names))
{
    return ouro_loop_getnameinfo(LOOP, (const void *) &address, sizeof address, flags, ret_names);
}

TEST_DNS(addresses_have_names)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(0xc0000201),
                                   .sin_port = htons(8080) };
    struct name_server server;
    struct question question;
    ouro_nameinfo names;
    ouro_task *task;

    open_name_server(&server);
    task = ouro_create_task(name_of_coro(address, NI_NUMERICSERV, &names));
    expect_question(&server, "1.2.0.192.in-addr.arpa", &question);
    CHECK_INT(question.type, RECORD_PTR);
    answer(&server, &question, ANSWER_OK, "host.example");
    CHECK_INT(ouro_await(task), 0);
    CHECK_STR(names.host, "host.example");
    CHECK_STR(names.service, "8080");
    ouro_future_unref(task);

    /* One without a name is told in digits, unless a name is required. */
    task = ouro_create_task(name_of_coro(address, NI_NUMERICSERV, &names));
    answer_some(&server, 1, ANSWER_NO_SUCH_NAME, "");
    CHECK_INT(ouro_await(task), 0);
    CHECK_STR(names.host, "192.0.2.1");
    ouro_future_unref(task);
    task = ouro_create_task(name_of_coro(address, NI_NUMERICSERV | NI_NAMEREQD, &names));
    answer_some(&server, 1, ANSWER_NO_SUCH_NAME, "");
    CHECK_INT(ouro_await(task), OURO_EHOST);
    expect_detail(OURO_EHOST, "the address: it has no name");
    ouro_future_unref(task);
    close_name_server(&server);
    return 0;
}
