/* W6 on Tokio: a TCP echo server, one task for each connection.
 *
 * Usage: w6_echo. Prints port=N and serves until it is killed.
 *
 * Expected: a few tenths of a microsecond above raw epoll.
 */

use std::io::Write;
use std::os::unix::io::AsRawFd;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

extern "C" {
    fn setsockopt(fd: i32, level: i32, name: i32, value: *const u8, len: u32) -> i32;
}

const IPPROTO_TCP: i32 = 6;
const TCP_CONGESTION: i32 = 13;

fn main() {
    common::run(async move {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let fd = listener.as_raw_fd();
        unsafe { setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, b"reno".as_ptr(), 4) };
        println!("port={}", listener.local_addr().expect("address").port());
        std::io::stdout().flush().expect("flush");
        loop {
            let (mut socket, _) = listener.accept().await.expect("accept");
            socket.set_nodelay(true).expect("nodelay");
            tokio::spawn(async move {
                let mut buffer = vec![0u8; 65536];
                loop {
                    let len = match socket.read(&mut buffer).await {
                        Ok(0) | Err(_) => return,
                        Ok(len) => len,
                    };
                    if socket.write_all(&buffer[..len]).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
}
