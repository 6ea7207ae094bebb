/* W5 on Tokio: tasks take a lock, yield while they hold it, and release it; see limit/w5_lock.c.
 *
 * Usage: w5_lock [tasks] [hand-overs]. Prints handover_ns. Expected: 340 ns.
 */
use std::sync::Arc;
use tokio::sync::Mutex;

fn main() {
    let tasks = common::argument(1, 100);
    let rounds = common::argument(2, 5_000_000) / tasks;
    common::run(async move {
        let lock = Arc::new(Mutex::new(()));
        let mut all = Vec::new();
        let start = common::cpu_ms();
        for _ in 0..tasks {
            let lock = lock.clone();
            all.push(tokio::spawn(async move {
                for _ in 0..rounds {
                    let _guard = lock.lock().await;
                    tokio::task::yield_now().await;
                }
            }));
        }
        for task in all {
            task.await.expect("task");
        }
        let elapsed = (common::cpu_ms() - start) * 1e6;
        println!("handover_ns={:.3}", elapsed / (tasks * rounds) as f64);
    });
}
