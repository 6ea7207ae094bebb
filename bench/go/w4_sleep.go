/* W4 in Go: many goroutines sleep 0 to 1000 ms.
 *
 * Usage: w4_sleep [sleepers]. Prints wall_ms and cpu_ms, from the first start to the last wake.
 *
 * Expected for 1,000,000: 2.7 GB of stacks to fault in, a heap of timers behind a lock, and a
 * garbage collection that walks the stacks: 4 s of CPU.
 */
package main

import (
    "fmt"
    "sync"
    "time"
)

func main() {
    sleepers := argument(1, 1000000)
    cpu, start := cpuTime(), time.Now()
    var group sync.WaitGroup
    group.Add(sleepers)
    for i := 0; i < sleepers; i++ {
        go func(number int) {
            time.Sleep(sleepTime(number))
            group.Done()
        }(i)
    }
    group.Wait()
    wall := time.Since(start)
    cpu = cpuTime() - cpu
    fmt.Printf("wall_ms=%.1f cpu_ms=%.1f\n", wall.Seconds()*1e3, cpu.Seconds()*1e3)
}
