"""What asyncio does over TLS, case by case; cases.c is the same for Ouro. Both print the same.

Usage: cases.py FOLDER, in which run has put cert.pem and key.pem.
"""
import asyncio
import os
import socket
import ssl
import sys

FOLDER = sys.argv[1]
NAMES = {
    TimeoutError: "ETIMEDOUT", ConnectionAbortedError: "ECONNABORTED",
    ConnectionResetError: "ECONNRESET", ssl.SSLCertVerificationError: "OURO_ETLSVERIFY",
    ValueError: "EINVAL", RuntimeError: "refused", type(None): "OK",
}


def show(error):
    return NAMES.get(type(error), type(error).__name__)


def client_context():
    return ssl.create_default_context(cafile=f"{FOLDER}/cert.pem")


def server_context():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(f"{FOLDER}/cert.pem", f"{FOLDER}/key.pem")
    return context


class Recorder(asyncio.Protocol):
    def __init__(self, name):
        self.name = name
        self.transport = None
        self.over = asyncio.get_running_loop().create_future()
        self.log = []
        self.text = b""
        self.arrived = asyncio.Event()

    def connection_made(self, transport):
        self.transport = transport
        self.log.append("made")

    def data_received(self, data):
        self.text += data
        self.arrived.set()

    def eof_received(self):
        # Over TLS asyncio tells it also who has closed; Ouro does not.
        if not self.transport.is_closing():
            self.log.append("eof")

    def pause_writing(self):
        self.log.append("pause")

    def resume_writing(self):
        self.log.append("resume")

    def connection_lost(self, error):
        self.log.append(f"lost {show(error)}")
        self.over.set_result(None)

    def report(self):
        print(f"{self.name}: {'; '.join(self.log)}; {len(self.text)} bytes")


async def until(recorder, size):
    while len(recorder.text) < size:
        recorder.arrived.clear()
        await recorder.arrived.wait()


async def pair(**options):
    """Two recorders that are connected, and the server, which accepts no more."""
    loop = asyncio.get_running_loop()
    other = Recorder("server")
    server = await loop.create_server(lambda: other, "127.0.0.1", 0, ssl=server_context())
    port = server.sockets[0].getsockname()[1]
    _, client = await loop.create_connection(
        lambda: Recorder("client"), "127.0.0.1", port, ssl=client_context(),
        server_hostname="localhost", **options)
    while other.transport is None:
        await asyncio.sleep(0)
    server.close()
    return client, other


async def ends(*recorders):
    for recorder in recorders:
        await recorder.over
    for recorder in recorders:
        recorder.report()


async def echo_and_close():
    client, server = await pair()
    client.transport.write(b"hello")
    await until(server, 5)
    server.transport.write(b"hello to you")
    await until(client, 12)
    print("can_write_eof", int(client.transport.can_write_eof()))
    client.transport.close()
    print("closing", int(client.transport.is_closing()))
    client.transport.close()
    await ends(client, server)


async def queued_bytes_are_sent():
    client, server = await pair()
    client.transport.write(b"x" * 100000)
    client.transport.writelines([b"y" * 50000, b"", b"z" * 50000])
    client.transport.close()
    await ends(client, server)


async def wrong_host():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Recorder("server"), "127.0.0.1", 0,
                                      ssl=server_context())
    port = server.sockets[0].getsockname()[1]
    client = Recorder("client")
    try:
        await loop.create_connection(lambda: client, "127.0.0.1", port, ssl=client_context(),
                                     server_hostname="example.org")
    except ssl.SSLError as error:
        print("error", show(error))
    print("calls", len(client.log))
    server.close()


async def bad_arguments():
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    for options in ({}, {"server_hostname": "localhost", "ssl_handshake_timeout": -1},
                    {"server_hostname": "localhost", "ssl_shutdown_timeout": -1}):
        try:
            await loop.create_connection(lambda: Recorder("client"), sock=ours,
                                         ssl=client_context(), **options)
        except ValueError as error:
            print("error", show(error))
    ours.close()
    theirs.close()


async def nobody_answers():
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    client = Recorder("client")
    try:
        await loop.create_connection(lambda: client, sock=ours, ssl=client_context(),
                                     server_hostname="localhost", ssl_handshake_timeout=0.05)
    except OSError as error:
        print("error", show(error))
    print("calls", len(client.log))
    theirs.close()


async def peer_leaves_in_the_handshake():
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.shutdown(socket.SHUT_WR)
    try:
        await loop.create_connection(lambda: Recorder("client"), sock=ours, ssl=client_context(),
                                     server_hostname="localhost", ssl_handshake_timeout=5)
    except OSError as error:
        print("error", show(error))
    theirs.close()


async def no_answer_to_the_end():
    client, server = await pair(ssl_shutdown_timeout=0.05)
    server.transport.pause_reading()
    client.transport.write(b"the last")
    client.transport.close()
    await client.over
    client.report()
    server.transport.abort()
    await server.over


async def cut_without_an_end():
    client, server = await pair()
    server.transport.write(b"so far")
    await until(client, 6)
    fd = server.transport.get_extra_info("socket").fileno()
    with socket.socket(fileno=os.dup(fd)) as below:
        below.shutdown(socket.SHUT_WR)
    await client.over
    client.report()
    server.transport.abort()
    await server.over


async def abort_here():
    client, server = await pair()
    client.transport.write(b"lost")
    client.transport.abort()
    print("closing", int(client.transport.is_closing()))
    await client.over
    client.report()
    await server.over


async def plain_and_then_tls():
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    recorders = []
    for name, end in (("client", ours), ("server", theirs)):
        end.setblocking(False)
        recorders.append((await loop.create_connection(lambda: Recorder(name), sock=end))[1])
    client, server = recorders
    client.transport.write(b"plain")
    await until(server, 5)
    client.transport, server.transport = await asyncio.gather(
        loop.start_tls(client.transport, client, client_context(), server_hostname="localhost"),
        loop.start_tls(server.transport, server, server_context(), server_side=True))
    print("protocols", int(client.transport.get_protocol() is client))
    client.transport.write(b"secret")
    await until(server, 11)
    server.transport.close()
    await ends(client, server)


async def writing_pauses():
    client, server = await pair()
    low, high = client.transport.get_write_buffer_limits()
    print("limits", low, high)
    server.transport.pause_reading()
    total = 0
    while "pause" not in client.log:
        client.transport.write(b"x" * 65536)
        total += 65536
        await asyncio.sleep(0)
    server.transport.resume_reading()
    await until(server, total)
    client.transport.close()
    await ends(client)
    print("all of it", int(len(server.text) == total))
    await server.over


async def streams():
    async def serve(reader, writer):
        line = await reader.readline()
        writer.write(line.upper())
        await writer.drain()
        print("server:", len(await reader.read()))
        writer.close()
        await writer.wait_closed()
        done.set()

    done = asyncio.Event()
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=server_context())
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=client_context(), server_hostname="localhost")
    print("version", writer.get_extra_info("ssl_object").version())
    print("cipher", writer.get_extra_info("cipher")[0])
    print("compression", int(writer.get_extra_info("compression") is not None))
    print("write_eof", int(writer.can_write_eof()))
    writer.write(b"a line\n")
    print("client:", (await reader.readline()).decode().strip())
    writer.close()
    await writer.wait_closed()
    await done.wait()
    server.close()


def make_file(size):
    file = open(os.memfd_create("case"), "w+b", buffering=0)
    file.write(bytes(i * 31 % 251 for i in range(size)))
    file.seek(0)
    return file


async def send(recorder, file, *args, **options):
    try:
        sent = await asyncio.get_running_loop().sendfile(recorder.transport, file, *args, **options)
        print("sent", sent, "position", file.tell())
    except RuntimeError as error:
        print("error", show(error))


async def a_file():
    client, server = await pair()
    file = make_file(300000)
    client.transport.write(b"before")
    await send(client, file)
    client.transport.write(b"after")
    await until(server, 300011)
    text = file.seek(0) or file.read()
    print("all of it", int(server.text == b"before" + text + b"after"))
    file.seek(0)
    await send(server, file)
    await until(client, 300000)
    print("back", int(client.text == text))
    client.transport.close()
    await ends(client, server)
    file.close()


async def parts_of_a_file():
    client, server = await pair()
    file = make_file(100000)
    await send(client, file, 1000, 100)
    await until(server, 100)
    file.seek(1000)
    print("first", int(server.text == file.read(100)))
    await send(client, file, 99990)
    await send(client, file, 99990, 50)
    await until(server, 120)
    client.transport.close()
    await ends(client, server)
    file.close()


async def an_empty_file():
    client, server = await pair()
    file = make_file(0)
    await send(client, file)
    client.transport.write(b"x")
    await until(server, 1)
    client.transport.close()
    await ends(client, server)
    file.close()


async def a_file_refused():
    client, server = await pair()
    file = make_file(100)
    await send(client, file, fallback=False)
    client.transport.close()
    await send(client, file)
    print("position", file.tell())
    await ends(client, server)
    file.close()


async def a_peer_that_closes_when_it_has_the_file():
    client, server = await pair()
    file = make_file(300000)
    sending = asyncio.create_task(send(client, file))
    await until(server, 300000)
    server.transport.close()
    await sending
    await ends(client, server)
    file.close()


CASES = (echo_and_close, queued_bytes_are_sent, wrong_host, bad_arguments, nobody_answers,
         peer_leaves_in_the_handshake, no_answer_to_the_end, cut_without_an_end, abort_here,
         plain_and_then_tls, writing_pauses, streams, a_file, parts_of_a_file,
         an_empty_file, a_file_refused, a_peer_that_closes_when_it_has_the_file)

for case in CASES:
    print("==", case.__name__)
    asyncio.run(asyncio.wait_for(case(), 20))
