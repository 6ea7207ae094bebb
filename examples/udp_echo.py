"""A UDP echo server and its client, in one program.

Run: python3 udp_echo.py (3.7 or later).
"""
# needs: sockets
import asyncio


class EchoServer(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport
        print("Server: ready")

    def datagram_received(self, data, address):
        print(f"Server: received '{data.decode()}'")
        self.transport.sendto(data, address)

    def connection_lost(self, error):
        print("Server: closed")


class EchoClient(asyncio.DatagramProtocol):
    """Keeps the answers until somebody asks for them, as asyncio has no socket to wait on."""

    def __init__(self):
        self.answers = asyncio.Queue()

    def datagram_received(self, data, address):
        self.answers.put_nowait(data)

    def error_received(self, error):
        self.answers.put_nowait(error)


async def talk(address):
    loop = asyncio.get_running_loop()
    transport, client = await loop.create_datagram_endpoint(EchoClient, remote_addr=address)
    for word in ("one", "two", "three"):
        print(f"Client: sends '{word}'")
        transport.sendto(word.encode())
        answer = await client.answers.get()
        print(f"Client: received '{answer.decode()}'")
    transport.close()


async def ask_nobody(address):
    loop = asyncio.get_running_loop()
    transport, client = await loop.create_datagram_endpoint(EchoClient, remote_addr=address)
    transport.sendto(b"anybody?")
    answer = await client.answers.get()
    if isinstance(answer, ConnectionRefusedError):
        print("Client: nobody is there")
    transport.close()


async def main():
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(EchoServer, local_addr=("127.0.0.1", 0))
    address = transport.get_extra_info("sockname")
    await talk(address)
    transport.close()
    await asyncio.sleep(0.01)
    await ask_nobody(address)


asyncio.run(main())
