/* S29: GET of a JSON list with aiohttp's ClientSession; the list is printed.
 *
 * Here libcurl speaks HTTP, on this loop, and jansson reads the JSON. The original asks a server on
 * the internet; without an argument this one asks a small server of its own.
 *
 * The Python original stands beside it: s29_http_client.py. Build and run:
 *     cc s29_http_client.c -o s29 $(pkg-config --cflags --libs ouro-curl jansson)
 *     ./s29 [URL]
 */
#include <jansson.h>
#include <ouro.h>
#include <ouro/curl.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POSTS                                                                                      \
    "[{\"id\": 1, \"title\": \"Coroutines in C\", \"tags\": [\"c\", \"stacks\"]},"                 \
    " {\"id\": 2, \"title\": \"What a ring is for\", \"tags\": []},"                               \
    " {\"id\": 3, \"title\": \"The tail of a snake\", \"tags\": [\"ouro\"]}]"

static int answer(ouro_stream *client, void *arg)
{
    ouro_bytes head;

    (void) arg;
    OURO_TRY(ouro_stream_readuntil(client, OURO_BYTES("\r\n\r\n"), &head));
    OURO_TRY(ouro_stream_printf(client,
                                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                                strlen(POSTS), POSTS));
    return ouro_stream_drain(client);
}

OURO_ASYNC(fetch, (const char *, url), (json_t **, ret_posts))
{
    ouro_curl_response *response;
    json_error_t error;

    OURO_TRY(ouro_curl_get(&response, url, .raise_for_status = true));
    *ret_posts = json_loadb((const char *) response->body.data, response->body.size, 0, &error);
    ouro_curl_response_free(response);
    return *ret_posts != NULL ? 0 : ouro_error_set(-EBADMSG, "json", "%s: %s", url, error.text);
}

static void print(const json_t *posts)
{
    const json_t *post;
    size_t i;

    json_array_foreach(posts, i, post)
    {
        char *text = json_dumps(post, 0);

        printf("%s\n", text);
        free(text);
    }
    printf("%zu posts\n", json_array_size(posts));
}

static int app(void *url)
{
    ouro_server *server;
    json_t *posts;
    char local[64];
    int status;

    OURO_TRY(ouro_start_server(&server, answer, .host = "127.0.0.1"));
    snprintf(local, sizeof local, "http://127.0.0.1:%d/posts", ouro_server_port(server));
    status = fetch(url != NULL ? url : local, &posts);
    if (status == 0) {
        print(posts);
        json_decref(posts);
    }
    ouro_server_unref(server);
    return status;
}

int main(int argc, char **argv)
{
    return ouro_main(ouro_coro(app, argc > 1 ? argv[1] : NULL));
}
