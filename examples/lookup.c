/* Looks hosts up, all at the same time, and finds out what their addresses are called.
 *
 * The Python original stands beside it: lookup.py. Build and run:
 *     cc lookup.c -o lookup $(pkg-config --cflags --libs ouro)
 *     ./lookup [HOST ...]
 */
#include <ouro.h>

#include <netdb.h>
#include <stdio.h>

#define HOSTS_MAX 100

struct host {
    const char *name;
    ouro_addrinfo *infos;
    ouro_task *task;
};

OURO_ASYNC(look_up, (struct host *, host))
{
    return ouro_loop_getaddrinfo(ouro_get_running_loop(), &host->infos, .host = host->name,
                                 .port = 443, .type = SOCK_STREAM);
}

OURO_ASYNC(print_infos, (const ouro_addrinfo *, infos), (int, count))
{
    for (int i = 0; i < count; i++) {
        ouro_nameinfo names;
        OURO_TRY(ouro_loop_getnameinfo(ouro_get_running_loop(), infos[i].address,
                                       infos[i].address_size, NI_NUMERICHOST | NI_NUMERICSERV,
                                       &names));
        printf("    %s port %s, IPv%d\n", names.host, names.service,
               infos[i].family == AF_INET6 ? 6 : 4);
    }
    return 0;
}

OURO_ASYNC(app, (char **, names), (int, count))
{
    struct host hosts[HOSTS_MAX];
    int status = 0;

    for (int i = 0; i < count; i++) {
        hosts[i] = (struct host) { .name = names[i] };
        hosts[i].task = ouro_create_task(look_up_coro(&hosts[i]));
    }
    for (int i = 0; i < count; i++) {
        int found = ouro_await(hosts[i].task);
        if (found < 0) {
            printf("%s is not found: %s\n", hosts[i].name, ouro_strerror(found));
        } else {
            printf("%s has %d address(es)\n", hosts[i].name, found);
            status = print_infos(hosts[i].infos, found);
        }
        ouro_addrinfo_free(hosts[i].infos);
        ouro_task_unref(hosts[i].task);
    }
    return status;
}

int main(int argc, char **argv)
{
    static char *usual[] = { "127.0.0.1", "::1" };

    if (argc < 2) {
        return ouro_main(app_coro(usual, 2));
    }
    return ouro_main(app_coro(argv + 1, argc <= HOSTS_MAX ? argc - 1 : HOSTS_MAX));
}
