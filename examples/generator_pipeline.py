"""A pipeline of generators: source, filter, sink.

Each reading passes through all stages before the next one is taken. When the sink has seen enough,
leaving its loop closes the filter, and that the source.
"""
import asyncio
from contextlib import aclosing


async def readings(count):
    try:
        for i in range(count):
            await asyncio.sleep(0.1)
            yield i * 7 % 10
    finally:
        print("the sensor is switched off")


async def above(source, limit):
    async with aclosing(source):
        async for value in source:
            if value > limit:
                yield value


async def main():
    async for value in above(readings(6), 3):
        print("above 3:", value)

    async with aclosing(above(readings(1000), 5)) as alarms:
        async for value in alarms:
            print("alarm:", value)
            if value == 8:
                break
    print("done")


asyncio.run(main())
