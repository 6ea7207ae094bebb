"""S27: a task writes a file, another one reads it, and the loop is never blocked.

Corrected: the write is awaited before the read begins; side by side they race. What aiofiles does
is done here by a small class of the same shape.

Run: python3 s27_file_writer.py (3.11 or later).
"""
import asyncio


class AsyncFile:
    """As much of aiofiles as is needed here: an ordinary file whose calls run in a thread."""

    def __init__(self, path, mode):
        self.path, self.mode = path, mode

    async def __aenter__(self):
        self.file = await asyncio.to_thread(open, self.path, self.mode)
        return self

    async def __aexit__(self, *error):
        await asyncio.to_thread(self.file.close)

    async def write(self, text):
        return await asyncio.to_thread(self.file.write, text)

    async def read(self):
        return await asyncio.to_thread(self.file.read)


async def write_file(path, text):
    async with AsyncFile(path, "w") as file:
        await file.write(text)


async def read_file(path):
    async with AsyncFile(path, "r") as file:
        return await file.read()


async def main():
    write_task = asyncio.create_task(write_file("example.txt", "Hello, world!"))
    await write_task
    read_task = asyncio.create_task(read_file("example.txt"))
    print(await read_task)


asyncio.run(main())
