/* W2 in Go: start trivial goroutines and wait for them through a sync.WaitGroup.
 *
 * Usage: w2_spawn BATCH [tasks]. Prints spawn_ns.
 *
 * Expected: newproc 150 ns, the switch and the wait group 100 ns: 250 ns.
 */
package main

import (
    "fmt"
    "sync"
)

var finished int

func main() {
    batch := argument(1, 1)
    tasks := argument(2, 1000000) / batch * batch
    var group sync.WaitGroup
    trivial := func() {
        finished++
        group.Done()
    }
    start := cpuTime()
    for done := 0; done < tasks; done += batch {
        group.Add(batch)
        for i := 0; i < batch; i++ {
            go trivial()
        }
        group.Wait()
    }
    elapsed := cpuTime() - start
    if finished != tasks {
        fail("not all goroutines ran")
    }
    fmt.Printf("spawn_ns=%.3f\n", float64(elapsed.Nanoseconds())/float64(tasks))
}
