/* W4 on Tokio: many tasks sleep 0 to 1000 ms.
 *
 * Usage: w4_sleep [sleepers]. Prints wall_ms and cpu_ms, from the first start to the last wake.
 *
 * Expected for 1,000,000: 1.4 GB to fault in (0.5 s), and 1 us for each task: 1.5 s of CPU.
 */

use std::time::Instant;

fn main() {
    let sleepers = common::argument(1, 1_000_000);
    common::run(async move {
        let (cpu, start) = (common::cpu_ms(), Instant::now());
        let mut handles = Vec::with_capacity(sleepers as usize);
        for number in 0..sleepers {
            handles.push(tokio::spawn(async move {
                tokio::time::sleep(common::sleep_time(number)).await;
            }));
        }
        for handle in handles {
            handle.await.expect("task");
        }
        let wall = start.elapsed().as_secs_f64() * 1e3;
        println!("wall_ms={:.1} cpu_ms={:.1}", wall, common::cpu_ms() - cpu);
    });
}
