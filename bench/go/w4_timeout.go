/* W4 in Go: arm a timeout and cancel it; see limit/w4_timeout.c. Each is a new time.Timer, as
 * context.WithTimeout makes it.
 *
 * Usage: w4_timeout OTHERS [steps]. Prints timeout_ns.
 *
 * Expected: an allocation, the clock, a lock and the heap: 150 ns alone, 350 ns among 10,000.
 */
package main

import (
    "fmt"
    "time"
)

func main() {
    others := argument(1, 0)
    steps := argument(2, 10000000)
    random := uint64(1)
    timers := make([]*time.Timer, others)
    for i := range timers {
        timers[i] = time.AfterFunc(nextTimeout(&random), func() {})
    }
    start := cpuTime()
    oldest := 0
    for i := 0; i < steps; i++ {
        if others == 0 {
            time.AfterFunc(nextTimeout(&random), func() {}).Stop()
            continue
        }
        timers[oldest].Stop()
        timers[oldest] = time.AfterFunc(nextTimeout(&random), func() {})
        oldest++
        if oldest == others {
            oldest = 0
        }
    }
    elapsed := cpuTime() - start
    fmt.Printf("timeout_ns=%.3f\n", float64(elapsed.Nanoseconds())/float64(steps))
}
