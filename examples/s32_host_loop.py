"""S32, continued: a host with a main loop of its own drives the event loop in steps.

So a game or a graphical interface does: each of its frames lets the event loop do what is
ready, and never blocks in it.

Run: python3 s32_host_loop.py (3.11 or later).
"""
import asyncio


async def count(name, last):
    for number in range(1, last + 1):
        print(f"  {name} {number}")
        await asyncio.sleep(0)


loop = asyncio.new_event_loop()
task = loop.create_task(count("three", 3))
other = loop.create_task(count("two", 2))
frame = 0
while not (task.done() and other.done()):
    frame += 1
    print(f"frame {frame}")
    loop.stop()  # a stop asked for beforehand: one iteration, without blocking
    loop.run_forever()
loop.close()
