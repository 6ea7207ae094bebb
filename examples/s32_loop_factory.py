"""S32: plug in an event loop of your own.

A runner asks its loop_factory for the loop. This one makes a loop with a heartbeat: a timer that
beats once a second, whatever the program does. (A loop driven by its host: s32_host_loop.)

Run: python3 s32_loop_factory.py (3.11 or later).
"""
import asyncio


def beat(loop):
    print("beat")
    loop.call_later(1, beat, loop)


def make_loop():
    print("making the loop")
    loop = asyncio.new_event_loop()
    loop.call_later(1, beat, loop)
    return loop


async def main():
    print("hello from a loop of my own")
    await asyncio.sleep(2.5)
    print("the end")


with asyncio.Runner(loop_factory=make_loop) as runner:
    runner.run(main())
