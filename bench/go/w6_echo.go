/* W6 in Go: a TCP echo server, one goroutine for each connection. Go sets TCP_NODELAY itself.
 *
 * Usage: w6_echo. Prints port=N and serves until it is killed.
 *
 * Expected: 1.2 to 1.4 us above raw epoll.
 */
package main

import (
    "context"
    "fmt"
    "net"
    "syscall"
)

const tcpCongestion = 13

func serve(connection net.Conn) {
    defer connection.Close()
    buffer := make([]byte, 65536)
    for {
        count, err := connection.Read(buffer)
        if err != nil {
            return
        }
        if _, err = connection.Write(buffer[:count]); err != nil {
            return
        }
    }
}

func main() {
    config := net.ListenConfig{Control: func(network, address string, raw syscall.RawConn) error {
        return raw.Control(func(fd uintptr) {
            _ = syscall.SetsockoptString(int(fd), syscall.IPPROTO_TCP, tcpCongestion, "reno")
        })
    }}
    listener, err := config.Listen(context.Background(), "tcp4", "127.0.0.1:0")
    if err != nil {
        fail(err.Error())
    }
    fmt.Printf("port=%d\n", listener.Addr().(*net.TCPAddr).Port)
    for {
        connection, err := listener.Accept()
        if err != nil {
            fail(err.Error())
        }
        go serve(connection)
    }
}
