/* The same for libouro-curl: a transfer that needs no network. */
#include <ouro.h>
#include <ouro/curl.h>

#include <stdio.h>

OURO_ASYNC(app)
{
    ouro_curl_response *response;
    int status = ouro_curl_get(&response, "nonsense://localhost/");

    return ouro_curl_code(status) == CURLE_UNSUPPORTED_PROTOCOL ? 0 : -1;
}

int main(void)
{
    if (ouro_run(app_coro()) == 0)
        printf("ouro %s\n", ouro_version());
    return 0;
}
