/* What the Tokio bench programs share; the same numbers as common/bench.h. */

use std::future::Future;
use std::time::Duration;

/* A whole number from the command line, or `fallback` if it is absent. */
pub fn argument(index: usize, fallback: u64) -> u64 {
    match std::env::args().nth(index) {
        Some(text) => text.parse().expect("a number"),
        None => fallback,
    }
}

/* bench_sleep_ms */
pub fn sleep_time(number: u64) -> Duration {
    let mut hash = number.wrapping_add(0x9e3779b97f4a7c15);
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58476d1ce4e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d049bb133111eb);
    hash ^= hash >> 31;
    Duration::from_millis(hash % 1001)
}

/* bench_next_timeout_ms */
pub fn next_timeout(state: &mut u64) -> Duration {
    *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    Duration::from_millis(1 + (((*state >> 33) * 1000) >> 31))
}

/* The CPU time of this thread in milliseconds, by the scheduler's own count. */
pub fn cpu_ms() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("schedstat");
    let ns: f64 = text.split(' ').next().and_then(|n| n.parse().ok()).expect("schedstat");
    ns / 1e6
}

/* bench_status_bytes */
pub fn status_bytes(field: &str) -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").expect("status");
    let line = text.lines().find(|line| line.starts_with(field)).expect("field");
    let kib: f64 = line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).expect("number");
    kib * 1024.0
}

/* Runs `main` in a spawned task of a current-thread runtime: the root future of block_on would be
 * woken through a system call, which no server's tasks are. */
pub fn run<F>(main: F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build().expect("runtime");
    runtime.block_on(async move {
        tokio::spawn(main).await.expect("task");
    });
}
