/* W4 on Tokio: arm a timeout and cancel it; see limit/w4_timeout.c. A Sleep registers itself only
 * when polled, so each is polled once.
 *
 * Usage: w4_timeout OTHERS [steps]. Prints timeout_ns.
 *
 * Expected: the clock, a lock, an allocation for the pinned future, the wheel: 400 to 600 ns.
 */

use std::future::{poll_fn, Future};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;
use tokio::time::{sleep, Sleep};

async fn armed(delay: Duration) -> Pin<Box<Sleep>> {
    let mut timer = Box::pin(sleep(delay));
    poll_fn(|context| {
        let _ = timer.as_mut().poll(context);
        Poll::Ready(())
    })
    .await;
    timer
}

fn main() {
    let others = common::argument(1, 0) as usize;
    let steps = common::argument(2, 10_000_000);
    common::run(async move {
        let mut random = 1;
        let mut timers = Vec::with_capacity(others);
        for _ in 0..others {
            timers.push(armed(common::next_timeout(&mut random)).await);
        }
        let start = common::cpu_ms();
        let mut oldest = 0;
        for _ in 0..steps {
            if others == 0 {
                drop(armed(common::next_timeout(&mut random)).await);
            } else {
                timers[oldest] = armed(common::next_timeout(&mut random)).await;
                oldest = if oldest + 1 == others { 0 } else { oldest + 1 };
            }
        }
        let elapsed = (common::cpu_ms() - start) * 1e6;
        println!("timeout_ns={:.3}", elapsed / steps as f64);
    });
}
