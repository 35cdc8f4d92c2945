#!/usr/bin/env python3
"""An HTTP/1.1 proxy on loopback that waits before it passes each request on: benches/proxy.py <upstream port> <milliseconds>.

Prints its own port, then, when stdin ends or says anything, the number of requests it passed on. Bytes pass unchanged, so signatures
hold; bodies go by Content-Length or chunks, which is what S3 clients send.
"""

import asyncio
import os
import sys

BUFFER = 1 << 20
requests = 0


async def main():
    upstream, latency = int(sys.argv[1]), float(sys.argv[2]) / 1000
    server = await asyncio.start_server(lambda *ends: serve(*ends, upstream, latency), "127.0.0.1", 0, limit=BUFFER)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    print(requests, flush=True)
    os._exit(0)  # whatever is still open is nobody's any more


async def serve(reader, writer, upstream, latency):
    try:
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", upstream, limit=BUFFER)
    except OSError:
        writer.close()
        return
    answers = asyncio.create_task(pump(server_reader, writer))
    try:
        await pass_requests(reader, server_writer, latency)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        server_writer.close()
        await asyncio.gather(answers, return_exceptions=True)


async def pass_requests(reader, writer, latency):
    global requests
    while True:
        head = await reader.readuntil(b"\r\n\r\n")
        requests += 1
        await asyncio.sleep(latency)
        writer.write(head)
        fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:] if b":" in line)
        if b"chunked" in fields.get(b"transfer-encoding", b""):
            await pass_chunks(reader, writer)
        else:
            await pass_bytes(reader, writer, int(fields.get(b"content-length", b"0")))
        await writer.drain()


async def pass_bytes(reader, writer, left):
    while left:
        data = await reader.read(min(left, BUFFER))
        if not data:
            raise ConnectionError
        left -= len(data)
        writer.write(data)
        await writer.drain()


async def pass_chunks(reader, writer):
    size = -1
    while size:
        line = await reader.readuntil(b"\r\n")
        size = int(line.split(b";")[0], 16)
        writer.write(line)
        await pass_bytes(reader, writer, size)
        # the end of a chunk, and after the last one of the trailers
        while True:
            line = await reader.readuntil(b"\r\n")
            writer.write(line)
            if size or line == b"\r\n":
                break


async def pump(reader, writer):
    try:
        while data := await reader.read(BUFFER):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


if __name__ == "__main__":
    asyncio.run(main())
