/* W1 in Go: two goroutines yield to each other by runtime.Gosched, with GOMAXPROCS=1.
 *
 * Usage: w1_yield [yields per goroutine]. Prints yield_ns, the time of one switch.
 *
 * Expected: a switch to the scheduler's stack, the global run queue with its lock, and back: 35 ns.
 */
package main

import (
    "fmt"
    "runtime"
    "sync"
)

func main() {
    yields := argument(1, 10000000)
    var group sync.WaitGroup
    group.Add(2)
    start := cpuTime()
    for task := 0; task < 2; task++ {
        go func() {
            for i := 0; i < yields; i++ {
                runtime.Gosched()
            }
            group.Done()
        }()
    }
    group.Wait()
    elapsed := cpuTime() - start
    fmt.Printf("yield_ns=%.3f\n", float64(elapsed.Nanoseconds())/(2*float64(yields)))
}
