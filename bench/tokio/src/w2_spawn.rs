/* W2 on Tokio: start trivial tasks and wait for them.
 *
 * Usage: w2_spawn BATCH [tasks]. Prints spawn_ns.
 *
 * Expected: an allocation, atomic state changes, two queue operations and the join: 60 to 90 ns.
 */

fn main() {
    let batch = common::argument(1, 1);
    let tasks = common::argument(2, 1_000_000) / batch * batch;
    common::run(async move {
        let mut handles = Vec::with_capacity(batch as usize);
        let mut finished = 0;
        let start = common::cpu_ms();
        for _ in 0..tasks / batch {
            for _ in 0..batch {
                handles.push(tokio::spawn(async { 1u64 }));
            }
            for handle in handles.drain(..) {
                finished += handle.await.expect("task");
            }
        }
        let elapsed = (common::cpu_ms() - start) * 1e6;
        assert_eq!(finished, tasks);
        println!("spawn_ns={:.3}", elapsed / tasks as f64);
    });
}
