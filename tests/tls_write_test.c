/* Writing, flow control, and the ends of a connection over TLS: the tests of plain streams, once
 * more. */
#include "tls_probe.h"

#define open_pair open_tls_pair

#include "net_write_test.c"
