/* W1 on Tokio: two tasks yield to each other.
 *
 * Usage: w1_yield [yields per task]. Prints yield_ns, the time of one switch.
 *
 * Expected: yield_now defers the wake to after the driver has been polled, one epoll_wait for two
 * yields: 80 to 150 ns.
 */

async fn yielder(yields: u64) {
    for _ in 0..yields {
        tokio::task::yield_now().await;
    }
}

fn main() {
    let yields = common::argument(1, 10_000_000);
    common::run(async move {
        let start = common::cpu_ms();
        let first = tokio::spawn(yielder(yields));
        let second = tokio::spawn(yielder(yields));
        first.await.expect("first");
        second.await.expect("second");
        let elapsed = (common::cpu_ms() - start) * 1e6;
        println!("yield_ns={:.3}", elapsed / (2.0 * yields as f64));
    });
}
