/* What the C servers of W7 share: the answer, and the scan for the end of a request. */
#ifndef OURO_BENCH_HTTP_H
#define OURO_BENCH_HTTP_H

#include "common/bench.h"

#define HTTP_REQUEST_BYTES_MAX 8192u
#define HTTP_ANSWER                                                                                \
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, world!"
#define HTTP_ANSWER_BYTES (sizeof(HTTP_ANSWER) - 1)

/* Where in a connection's bytes the search for the blank line stands: the length of the part of
 * "\r\n\r\n" that the bytes so far end in. */
typedef uint8_t http_scan;

/* Counts the requests that end within `data`, each byte looked at once. */
static inline uint32_t http_scan_requests(http_scan *scan, const uint8_t *data, size_t len)
{
    uint32_t requests = 0;
    uint8_t matched = *scan;
    for (size_t i = 0; i < len; i++) {
        if (data[i] == '\r') {
            matched = matched == 2 ? 3 : 1;
        } else if (data[i] == '\n' && (matched & 1) != 0) {
            matched++;
        } else {
            matched = 0;
        }
        if (matched == 4) {
            requests++;
            matched = 0;
        }
    }
    *scan = matched;
    return requests;
}

#endif
