/* W5 in Go: goroutines take a mutex, yield while they hold it, and release it; see limit/w5_lock.c.
 *
 * Usage: w5_lock [goroutines] [hand-overs]. Prints handover_ns.
 *
 * Expected: two switches of 35 ns, and the queue of the semaphore: 170 ns.
 */
package main

import (
    "fmt"
    "runtime"
    "sync"
)

func main() {
    tasks := argument(1, 100)
    rounds := argument(2, 5000000) / tasks
    var lock sync.Mutex
    var group sync.WaitGroup
    group.Add(tasks)
    start := cpuTime()
    for task := 0; task < tasks; task++ {
        go func() {
            for i := 0; i < rounds; i++ {
                lock.Lock()
                runtime.Gosched()
                lock.Unlock()
            }
            group.Done()
        }()
    }
    group.Wait()
    elapsed := cpuTime() - start
    fmt.Printf("handover_ns=%.3f\n", float64(elapsed.Nanoseconds())/float64(tasks*rounds))
}
