/* W3 in Go: the memory of a goroutine in a sleep of one hour.
 *
 * Usage: w3_memory [goroutines]. Prints rss_bytes and pte_bytes for each.
 *
 * Expected: a stack of 2 KiB, a record of 400 B, a timer of 100 B and its place in the heap:
 * 2.7 KB.
 */
package main

import (
    "fmt"
    "runtime"
    "time"
)

func main() {
    tasks := argument(1, 100000)
    runtime.GC()
    rss, tables := statusBytes("VmRSS"), statusBytes("VmPTE")
    started := 0
    for i := 0; i < tasks; i++ {
        go func() {
            started++
            time.Sleep(time.Hour)
        }()
    }
    for started < tasks {
        runtime.Gosched()
    }
    runtime.Gosched()
    rss, tables = statusBytes("VmRSS")-rss, statusBytes("VmPTE")-tables
    fmt.Printf("rss_bytes=%.1f pte_bytes=%.2f\n", rss/float64(tasks), tables/float64(tasks))
}
