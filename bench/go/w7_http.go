/* W7 in Go: the standard library's HTTP server, which is what people use there; it parses requests
 * and adds a Date header, so it does more than the others.
 *
 * Usage: w7_http. Prints port=N and serves until it is killed.
 *
 * Expected: twice raw epoll.
 */
package main

import (
    "fmt"
    "io"
    "net"
    "net/http"
)

func answer(writer http.ResponseWriter, request *http.Request) {
    writer.Header().Set("Content-Type", "text/plain")
    io.WriteString(writer, "Hello, world!")
}

func main() {
    listener, err := net.Listen("tcp4", "127.0.0.1:0")
    if err != nil {
        fail(err.Error())
    }
    fmt.Printf("port=%d\n", listener.Addr().(*net.TCPAddr).Port)
    fail(http.Serve(listener, http.HandlerFunc(answer)).Error())
}
