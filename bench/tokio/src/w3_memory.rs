/* W3 on Tokio: the memory of a task in a sleep of one hour. The task is stackless.
 *
 * Usage: w3_memory [tasks]. Prints rss_bytes and pte_bytes for each.
 *
 * Expected: one allocation, aligned to cache lines, with the timer's entry in it: a few hundred
 * bytes, and 1.4 KB where the entry is large.
 */

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

static STARTED: AtomicU64 = AtomicU64::new(0);

fn main() {
    let tasks = common::argument(1, 100_000);
    common::run(async move {
        let mut rss = common::status_bytes("VmRSS");
        let mut tables = common::status_bytes("VmPTE");
        for _ in 0..tasks {
            tokio::spawn(async {
                STARTED.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_secs(3600)).await;
            });
        }
        while STARTED.load(Ordering::Relaxed) < tasks {
            tokio::task::yield_now().await;
        }
        tokio::task::yield_now().await;
        rss = common::status_bytes("VmRSS") - rss;
        tables = common::status_bytes("VmPTE") - tables;
        println!("rss_bytes={:.1} pte_bytes={:.2}", rss / tasks as f64, tables / tasks as f64);
        std::process::exit(0);
    });
}
