"""A crawler: many pages, three at a time, a limit on each fetch, and one more try after it.

Run: python3 crawler.py (3.11 or later).
"""
import asyncio
import errno
import os

PAGES = 10

slots = asyncio.Semaphore(3)


async def fetch(page, attempt):
    await asyncio.sleep(5 if page % 3 == 2 and attempt < page else 0.25 * page)
    if page % 4 == 3:
        raise OSError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))
    return page * 100


async def crawl(page):
    async with slots:
        for attempt in (1, 2):
            print(f"page {page}, attempt {attempt}")
            try:
                async with asyncio.timeout(1.6):
                    return await fetch(page, attempt)
            except TimeoutError:
                if attempt == 2:
                    raise


async def main():
    start = asyncio.get_running_loop().time()
    pages = [crawl(page) for page in range(PAGES)]
    sizes = await asyncio.gather(*pages, return_exceptions=True)

    total = 0
    for page, size in enumerate(sizes):
        if isinstance(size, TimeoutError):
            print(f"page {page}: too slow")
        elif isinstance(size, OSError):
            print(f"page {page}: {size.strerror}")
        else:
            print(f"page {page}: {size} bytes")
            total += size
    seconds = asyncio.get_running_loop().time() - start
    print(f"{total} bytes in {seconds:.0f} s")


asyncio.run(main())
