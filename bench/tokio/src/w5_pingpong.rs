/* W5 on Tokio: two tasks send a number to and fro over two channels; see limit/w5_pingpong.c.
 * Tokio's mpsc knows no rendezvous: capacity 1 stands for 0.
 *
 * Usage: w5_pingpong CAPACITY [round trips]. Prints item_ns.
 *
 * Expected: a semaphore permit, a block of the list, a wake: 70 ns.
 */
use tokio::sync::mpsc;

fn main() {
    let capacity = std::cmp::max(common::argument(1, 0), 1) as usize;
    let trips = common::argument(2, 5_000_000);
    common::run(async move {
        let (there, mut there_end) = mpsc::channel::<u64>(capacity);
        let (back, mut back_end) = mpsc::channel::<u64>(capacity);
        tokio::spawn(async move {
            for _ in 0..trips {
                let number = there_end.recv().await.expect("item");
                back.send(number + 1).await.expect("send");
            }
        });
        let mut number = 0;
        let start = common::cpu_ms();
        for _ in 0..trips {
            there.send(number).await.expect("send");
            number = back_end.recv().await.expect("item");
        }
        let elapsed = (common::cpu_ms() - start) * 1e6;
        assert_eq!(number, trips);
        println!("item_ns={:.3}", elapsed / (2.0 * trips as f64));
    });
}
