/* Reading over TLS: the tests of plain streams, once more. */
#include "tls_probe.h"

#define open_pair open_tls_pair

#include "net_stream_test.c"
