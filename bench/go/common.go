/* What the Go bench programs share; the same numbers as common/bench.h. */
package main

import (
    "fmt"
    "os"
    "strconv"
    "strings"
    "syscall"
    "time"
)

/* argument returns a whole number from the command line, or fallback if it is absent. */
func argument(index int, fallback int) int {
    if index >= len(os.Args) {
        return fallback
    }
    value, err := strconv.Atoi(os.Args[index])
    if err != nil {
        fail("not a number: " + os.Args[index])
    }
    return value
}

func fail(message string) {
    fmt.Fprintln(os.Stderr, message)
    os.Exit(1)
}

/* sleepTime is bench_sleep_ms. */
func sleepTime(number int) time.Duration {
    hash := uint64(number) + 0x9e3779b97f4a7c15
    hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9
    hash = (hash ^ (hash >> 27)) * 0x94d049bb133111eb
    hash ^= hash >> 31
    return time.Duration(hash%1001) * time.Millisecond
}

/* nextTimeout is bench_next_timeout_ms. */
func nextTimeout(state *uint64) time.Duration {
    *state = *state*6364136223846793005 + 1442695040888963407
    return time.Duration(1+(((*state>>33)*1000)>>31)) * time.Millisecond
}

/* cpuTime is the CPU time of all threads of this process. */
func cpuTime() time.Duration {
    var usage syscall.Rusage
    if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
        fail("getrusage failed")
    }
    return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

/* statusBytes is bench_status_bytes. */
func statusBytes(field string) float64 {
    text, err := os.ReadFile("/proc/self/status")
    if err != nil {
        fail(err.Error())
    }
    for _, line := range strings.Split(string(text), "\n") {
        if strings.HasPrefix(line, field+":") {
            kib, err := strconv.Atoi(strings.Fields(line)[1])
            if err == nil {
                return float64(kib) * 1024
            }
        }
    }
    fail("/proc/self/status has no " + field)
    return 0
}
