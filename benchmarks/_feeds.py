"""The server of benchmarks/streaming.py: feeds of ten events, 50 ms apart, to as many clients as come."""

import asyncio
import resource

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
EVENTS, EVERY = 10, 0.05


def frame(number: int) -> bytes:
    """One event of about 270 bytes as one chunk."""
    event = b'data: {"id":"chat-1","index":%d,"delta":{"content":"%s"}}\n\n' % (number, b"x" * 210)
    return b"%x\r\n%s\r\n" % (len(event), event)


async def feed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer each request of a connection with a feed."""
    try:
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(HEAD)
            for number in range(EVENTS):
                writer.write(frame(number))
                await writer.drain()
                await asyncio.sleep(EVERY)
            writer.write(b"0\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main() -> None:
    """Serve on a free port of 127.0.0.1, whose URL is the first line of output, until terminated."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    server = await asyncio.start_server(feed, "127.0.0.1", 0, backlog=4096)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
