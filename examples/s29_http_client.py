"""S29: GET of a JSON list with aiohttp's ClientSession; the list is printed.

The original asks a server on the internet. Without an argument this one asks a small server of its
own, and without aiohttp urllib does the work, in a thread.

    python3 s29_http_client.py [URL]
"""
# needs: sockets
import asyncio
import json
import sys
import urllib.request

try:
    import aiohttp
except ImportError:
    aiohttp = None

POSTS = [
    {"id": 1, "title": "Coroutines in C", "tags": ["c", "stacks"]},
    {"id": 2, "title": "What a ring is for", "tags": []},
    {"id": 3, "title": "The tail of a snake", "tags": ["ouro"]},
]


async def answer(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    body = json.dumps(POSTS).encode()
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                 b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
    await writer.drain()
    writer.close()


def get(url):
    with urllib.request.urlopen(url) as response:
        return json.load(response)


async def fetch(url):
    if aiohttp is None:
        return await asyncio.to_thread(get, url)
    async with aiohttp.ClientSession(raise_for_status=True) as session:
        async with session.get(url) as response:
            return await response.json()


async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    url = sys.argv[1] if len(sys.argv) > 1 else f"http://127.0.0.1:{port}/posts"
    async with server:
        posts = await fetch(url)
    for post in posts:
        print(json.dumps(post))
    print(len(posts), "posts")


asyncio.run(main())
