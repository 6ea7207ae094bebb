/* W8 in Go: goroutines read blocks of 4 KiB from random places of a file in the page cache; see
 * limit/w8_files.c.
 *
 * Usage: w8_files IN_FLIGHT [reads]. Prints read_ns, the CPU time of one read.
 *
 * Expected: pread and what the scheduler does around a system call that may block, 100 ns more; no
 * two of them at a time on one processor.
 */
package main

import (
    "encoding/binary"
    "fmt"
    "os"
    "sync"
    "sync/atomic"
)

const block = 4096
const blocks = 16384

func makeFile() *os.File {
    folder := os.Getenv("TMPDIR")
    if folder == "" {
        folder = "/var/tmp"
    }
    file, err := os.CreateTemp(folder, "bench-file-")
    if err != nil {
        fail(err.Error())
    }
    os.Remove(file.Name())
    data := make([]byte, block)
    for i := 0; i < blocks; i++ {
        binary.LittleEndian.PutUint32(data, uint32(i))
        if _, err := file.Write(data); err != nil {
            fail(err.Error())
        }
    }
    return file
}

func blockOf(number uint64) uint64 {
    hash := number + 0x9e3779b97f4a7c15
    hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9
    hash = (hash ^ (hash >> 27)) * 0x94d049bb133111eb
    hash ^= hash >> 31
    return hash % blocks
}

func main() {
    inFlight := argument(1, 1)
    reads := uint64(argument(2, 1000000))
    file := makeFile()
    var begun atomic.Uint64
    var group sync.WaitGroup
    group.Add(inFlight)
    start := cpuTime()
    for i := 0; i < inFlight; i++ {
        go func() {
            data := make([]byte, block)
            for {
                number := begun.Add(1) - 1
                if number >= reads {
                    break
                }
                place := blockOf(number)
                if _, err := file.ReadAt(data, int64(place*block)); err != nil {
                    fail(err.Error())
                }
                if uint64(binary.LittleEndian.Uint32(data)) != place {
                    fail("a wrong block was read")
                }
            }
            group.Done()
        }()
    }
    group.Wait()
    elapsed := cpuTime() - start
    fmt.Printf("read_ns=%.3f\n", float64(elapsed.Nanoseconds())/float64(reads))
}
