"""set_protocol(): from then on another protocol is told."""
# needs: sockets

from scenario import run, trace
from transport_scenario import MUCH, BufferedRecorder, Recorder, open_pair


async def bytes_and_the_end_go_to_it():
    first, second = Recorder("first"), Recorder("second")
    await open_pair(first)
    first.put(b"one")
    await first.wait("data")
    first.transport.set_protocol(second)
    trace(f"protocol {int(first.transport.get_protocol() is second)}")
    first.put(b"two")
    await second.wait("data")
    first.peer.close()
    first.transport.close()
    await second.wait("lost")


async def in_data_received():
    first, second = Recorder("first"), Recorder("second")
    first.hooks["data"] = lambda self: self.transport.set_protocol(second)
    await open_pair(first)
    first.put(b"one")
    await first.wait("data")
    first.put(b"two")
    await second.wait("data")
    first.transport.close()
    await second.wait("lost")
    first.peer.close()


async def in_connection_made():
    first, second = Recorder("first"), Recorder("second")
    first.hooks["made"] = lambda self: self.transport.set_protocol(second)
    await open_pair(first)
    first.put(b"one")
    await second.wait("data")
    first.transport.close()
    await second.wait("lost")
    first.peer.close()


async def flow_control_goes_to_it():
    first, second = Recorder("first"), Recorder("second")
    await open_pair(first)
    first.transport.write(bytes(MUCH))
    first.transport.set_protocol(second)
    await first.peer_drains(MUCH, second, "resume")
    first.transport.close()
    await second.wait("lost")
    first.peer.close()


async def between_the_kinds():
    first, second, third = Recorder("first"), BufferedRecorder("second", 8), Recorder("third")
    await open_pair(first)
    first.put(b"one")
    await first.wait("data")
    first.transport.set_protocol(second)
    first.put(b"two")
    await second.wait("updated")
    first.transport.set_protocol(third)
    first.put(b"three")
    await third.wait("data")
    first.transport.close()
    await third.wait("lost")
    first.peer.close()


run(
    bytes_and_the_end_go_to_it,
    in_data_received,
    in_connection_made,
    flow_control_goes_to_it,
    between_the_kinds,
)
