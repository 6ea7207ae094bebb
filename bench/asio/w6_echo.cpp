/* W6 on asio: a TCP echo server, one io_context on one thread, callbacks for each read and write.
 *
 * Usage: w6_echo. Prints port=N and serves until it is killed.
 *
 * Expected: each write tries the socket at once, but its callback goes through the queue, and so
 * does each read: 0.3 us above raw epoll.
 */
#include "common/bench.h"

#include <asio.hpp>

#include <array>
#include <memory>

using asio::ip::tcp;

class session : public std::enable_shared_from_this<session> {
  public:
    explicit session(tcp::socket socket) : socket_(std::move(socket))
    {
    }

    void read()
    {
        socket_.async_read_some(asio::buffer(bytes_),
                                [self = shared_from_this()](asio::error_code error, size_t len) {
                                    if (!error)
                                        self->write(len);
                                });
    }

  private:
    void write(size_t len)
    {
        asio::async_write(socket_, asio::buffer(bytes_, len),
                          [self = shared_from_this()](asio::error_code error, size_t) {
                              if (!error)
                                  self->read();
                          });
    }

    tcp::socket socket_;
    std::array<char, 65536> bytes_;
};

/* All that are there at once: of one for each turn of the loop, 1000 would wait for long. */
static void accept_all(tcp::acceptor &acceptor)
{
    acceptor.async_wait(tcp::acceptor::wait_read, [&acceptor](asio::error_code) {
        for (;;) {
            asio::error_code error;
            tcp::socket socket = acceptor.accept(error);
            if (error)
                break;
            socket.set_option(tcp::no_delay(true));
            std::make_shared<session>(std::move(socket))->read();
        }
        accept_all(acceptor);
    });
}

int main()
{
    bench_allow_many_files();
    asio::io_context context(1);
    tcp::acceptor acceptor(context);
    acceptor.open(tcp::v4());
    bench_tune_socket(acceptor.native_handle());
    acceptor.bind(tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    acceptor.listen(4096);
    acceptor.non_blocking(true);
    std::printf("port=%u\n", acceptor.local_endpoint().port());
    std::fflush(stdout);
    accept_all(acceptor);
    context.run();
}
