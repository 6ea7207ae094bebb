/* W5 in Go: two goroutines send a number to and fro over two channels; see limit/w5_pingpong.c.
 *
 * Usage: w5_pingpong CAPACITY [round trips]. Prints item_ns.
 *
 * Expected: a lock, a wait queue, and a switch over the scheduler's stack: 100 ns.
 */
package main

import "fmt"

func main() {
    capacity := argument(1, 0)
    trips := argument(2, 5000000)
    there := make(chan uint64, capacity)
    back := make(chan uint64, capacity)
    go func() {
        for i := 0; i < trips; i++ {
            back <- <-there + 1
        }
    }()
    number := uint64(0)
    start := cpuTime()
    for i := 0; i < trips; i++ {
        there <- number
        number = <-back
    }
    elapsed := cpuTime() - start
    if number != uint64(trips) {
        fail("items were lost")
    }
    fmt.Printf("item_ns=%.3f\n", float64(elapsed.Nanoseconds())/(2*float64(trips)))
}
