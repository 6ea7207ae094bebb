/* W5 in Go: one goroutine sends numbers, another receives them; see limit/w5_oneway.c.
 *
 * Usage: w5_oneway CAPACITY [items]. Prints item_ns.
 *
 * Expected: a lock and a copy at each end: 27 ns.
 */
package main

import "fmt"

func main() {
    channel := make(chan uint64, argument(1, 128))
    items := argument(2, 10000000)
    go func() {
        for i := 0; i < items; i++ {
            channel <- uint64(i)
        }
    }()
    sum := uint64(0)
    start := cpuTime()
    for i := 0; i < items; i++ {
        sum += <-channel
    }
    elapsed := cpuTime() - start
    if sum != uint64(items)*uint64(items-1)/2 {
        fail("items were lost or doubled")
    }
    fmt.Printf("item_ns=%.3f\n", float64(elapsed.Nanoseconds())/float64(items))
}
