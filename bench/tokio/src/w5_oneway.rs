/* W5 on Tokio: one task sends numbers, another receives them; see limit/w5_oneway.c.
 *
 * Usage: w5_oneway CAPACITY [items]. Prints item_ns. Expected: 32 ns.
 */
use tokio::sync::mpsc;

fn main() {
    let capacity = std::cmp::max(common::argument(1, 128), 1) as usize;
    let items = common::argument(2, 10_000_000);
    common::run(async move {
        let (sender, mut receiver) = mpsc::channel::<u64>(capacity);
        tokio::spawn(async move {
            for item in 0..items {
                sender.send(item).await.expect("send");
            }
        });
        let mut sum = 0;
        let start = common::cpu_ms();
        for _ in 0..items {
            sum += receiver.recv().await.expect("item");
        }
        let elapsed = (common::cpu_ms() - start) * 1e6;
        assert_eq!(sum, items * (items - 1) / 2);
        println!("item_ns={:.3}", elapsed / items as f64);
    });
}
