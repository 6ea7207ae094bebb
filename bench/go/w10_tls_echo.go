/* W10 in Go: a TLS echo server, one goroutine for each connection, Go's own TLS.
 *
 * Usage: w10_tls_echo. Prints port=N and serves until it is killed.
 *
 * Expected: a fifth more than OpenSSL by hand.
 */
package main

import (
    "crypto/ecdsa"
    "crypto/elliptic"
    "crypto/rand"
    "crypto/tls"
    "crypto/x509"
    "fmt"
    "math/big"
    "net"
    "time"
)

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

func makeCertificate() tls.Certificate {
    key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
    if err != nil {
        fail(err.Error())
    }
    template := x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
    bytes, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
    if err != nil {
        fail(err.Error())
    }
    return tls.Certificate{Certificate: [][]byte{bytes}, PrivateKey: key}
}

func main() {
    config := &tls.Config{Certificates: []tls.Certificate{makeCertificate()}}
    listener, err := tls.Listen("tcp4", "127.0.0.1:0", config)
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
