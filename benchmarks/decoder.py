"""How fast the SSE decoder is beside httpx-sse: the same streams, the same run, CPU time of this thread.

    python benchmarks/decoder.py [--rounds N] [--quick]

In each round every decoder reads every stream once, in shuffled order; a number is the median over the rounds
of httpx-sse's time divided by the decoder's, and after ± is half the distance between the quartiles, in percent.
"""

import argparse
import codecs
import json
import random
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import httpx
import httpx_sse
import msgspec
from httpx_sse._decoders import SSEDecoder as TheirDecoder
from httpx_sse._decoders import SSELineDecoder as TheirLineDecoder

import pristine
from pristine.adapters.json import JsonSerializer
from pristine.adapters.msgspec import MsgspecSerializer
from pristine.ports.serializer import Serializer
from pristine.streaming.sse import SSEDecoder

Chunks = list[bytes]
Read = Callable[[Chunks], int]

MIB: Final = 1024 * 1024
CHUNK: Final = 16 * 1024
THEIRS: Final = "httpx-sse"


# The streams.


def chunked(body: bytes) -> Chunks:
    return [body[at : at + CHUNK] for at in range(0, len(body), CHUNK)]


def payload(number: int, content: str = "culpa qui officia") -> bytes:
    """A chat completion chunk of 204 bytes."""
    delta = json.dumps({"index": 0, "delta": {"content": content}, "finish_reason": None}, ensure_ascii=False)
    text = f'{{"id":"chatcmpl-{number:09}","object":"chat.completion.chunk","choices":[{delta}],"pad":"'
    return text.encode() + b"x" * (202 - len(text.encode())) + b'"}'


def streams(small: int, mib: int) -> dict[str, Chunks]:
    """The rows of the table: `small` is the number of small events, `mib` the size of one large event."""
    plain = [b"data: " + payload(number) + b"\n\n" for number in range(small)]
    typed = [b"event: message\n" + event for event in plain]
    wide = [b"data: " + payload(number, "回答 🙂 です"[number % 4 :]) + b"\n\n" for number in range(small)]
    ten_lines = (b'data: {"role": "assistant", "content": "lorem ipsum dolor sit amet consectetur"},\n' * 10) + b"\n"
    big = b'data: {"content": "' + b"lorem ipsum dolor " * (256 * 1024 // 18) + b'"}\n\n'
    kib_line = b"data: " + b"lorem ipsum dolor " * 56 + b"sit amet.\n"
    return {
        "a-16k": chunked(b"".join(plain)),
        "a-event": chunked(b"".join(typed)),
        "a-crlf": chunked(b"".join(plain).replace(b"\n", b"\r\n")),
        "a-utf8": chunked(b"".join(wide)),
        "b-1per": plain,
        "b-event": typed,
        "c-256k": chunked(big * (small // 500)),
        "e-ml10": chunked(ten_lines * (small // 5)),
        "d-64m": long_line(mib),
        "f-ml64m": chunked(kib_line * (mib * 1024) + b"\n"),
    }


def long_line(mib: int) -> Chunks:
    return chunked(b"data: " + b"x" * (mib * MIB) + b"\n\n")


# The decoders. Each reads what a program would read, and returns how much that was.


def httpx_sse_source(chunks: Chunks) -> Iterator[httpx_sse.ServerSentEvent]:
    response = httpx.Response(200, headers={"content-type": "text/event-stream"}, content=iter(chunks))
    return httpx_sse.EventSource(response).iter_sse()


def httpx_sse_public(chunks: Chunks) -> int:
    return sum(len(event.data) for event in httpx_sse_source(chunks))


def httpx_sse_core(chunks: Chunks) -> int:
    text, lines, decoder, size = codecs.getincrementaldecoder("utf-8")("replace"), TheirLineDecoder(), TheirDecoder(), 0
    for chunk in chunks:
        for line in lines.decode(text.decode(chunk)):
            event = decoder.decode(line)
            if event is not None:
                size += len(event.data)
    return size


def pristine_data(chunks: Chunks) -> int:
    feed, size = SSEDecoder().feed, 0
    for chunk in chunks:
        for event in feed(chunk):
            size += len(event.data)
    return size


def pristine_raw(chunks: Chunks) -> int:
    feed, size = SSEDecoder().feed, 0
    for chunk in chunks:
        for event in feed(chunk):
            size += len(event.raw)
    return size


def pristine_stream(chunks: Chunks) -> int:
    return sum(len(event.data) for event in SSEDecoder.decode_stream(chunks))


# From bytes to objects: each reads the text out of every chunk.


class Delta(msgspec.Struct):
    """The news."""

    content: str | None = None


class Choice(msgspec.Struct):
    """One of the answers."""

    index: int
    delta: Delta
    finish_reason: str | None


class Chunk(msgspec.Struct):
    """An event's data."""

    id: str
    object: str
    choices: list[Choice]
    pad: str


TYPES: Final = {
    "Chunk": {
        "properties": {
            "id": "string",
            "object": "string",
            "choices": {"type": "array", "items": "Choice"},
            "pad": "string",
        },
        "required": ["id", "object", "choices", "pad"],
    },
    "Choice": {
        "properties": {"index": "integer", "delta": "Delta", "finish_reason": {"type": "string", "nullable": True}},
        "required": ["index", "delta", "finish_reason"],
    },
    "Delta": {"properties": {"content": "string"}},
}
MODEL: Final = pristine.load_manifest({"name": "chat", "endpoints": {}, "types": TYPES}).types["Chunk"]


def httpx_sse_json(chunks: Chunks) -> int:
    return sum(len(event.json()["choices"][0]["delta"]["content"]) for event in httpx_sse_source(chunks))


def pristine_json(chunks: Chunks) -> int:
    return sum(len(event.json()["choices"][0]["delta"]["content"]) for event in SSEDecoder.decode_stream(chunks))


def typed(serializer: Serializer, schema: Any) -> Read:
    def read(chunks: Chunks) -> int:
        decode, size = serializer.decode, 0
        for event in SSEDecoder.decode_stream(chunks):
            size += len(decode(event.raw, schema).choices[0].delta.content)
        return size

    return read


DECODERS: Final[dict[str, Read]] = {
    THEIRS: httpx_sse_public,
    "its core": httpx_sse_core,
    "`.data`": pristine_data,
    "`.raw`": pristine_raw,
    "`decode_stream`": pristine_stream,
}
OBJECTS: Final[dict[str, Read]] = {
    THEIRS: httpx_sse_json,
    "`event.json()`": pristine_json,
    "Models, json": typed(JsonSerializer(), MODEL),
    "Models, msgspec": typed(MsgspecSerializer(), MODEL),
    "Structs, msgspec": typed(MsgspecSerializer(), Chunk),
}


# The measurement.


def cpu(read: Read, chunks: Chunks) -> float:
    start = time.thread_time()
    read(chunks)
    return time.thread_time() - start


def interleaved(decoders: dict[str, Read], chunks: Chunks, rounds: int) -> dict[str, list[float]]:
    """Seconds by decoder, one for each round, after one round to warm up."""
    times: dict[str, list[float]] = {name: [] for name in decoders}
    for _ in range(rounds + 1):
        for name in random.sample(list(decoders), len(decoders)):
            times[name].append(cpu(decoders[name], chunks))
    return {name: seconds[1:] for name, seconds in times.items()}


def ratio(theirs: list[float], ours: list[float]) -> str:
    ratios = [one / other for one, other in zip(theirs, ours, strict=True)]
    if len(ratios) < 3:
        return f"{statistics.median(ratios):.2f}"
    low, middle, high = statistics.quantiles(ratios)
    return f"{middle:.2f} ±{100 * (high - low) / 2 / middle:.0f} %"


def table(decoders: dict[str, Read], rows: dict[str, Chunks], rounds: int) -> None:
    print(f"| stream | {THEIRS} | " + " | ".join(name for name in decoders if name != THEIRS) + " |")
    print("|---" * (len(decoders) + 1) + "|")
    for row, chunks in rows.items():
        times = interleaved(decoders, chunks, rounds)
        size = sum(map(len, chunks)) / MIB
        cells = [ratio(times[THEIRS], times[name]) for name in decoders if name != THEIRS]
        print(
            f"| {row} | {size / statistics.median(times[THEIRS]):.0f} MiB/s | " + " | ".join(cells) + " |", flush=True
        )
    print()


def growth(largest: int) -> None:
    """CPU time of one event, line by line of the table twice as large: it should double."""
    sizes = [size for size in (2, 4, 8, 16, 32, 64) if size <= largest]
    shapes: dict[str, Callable[[int], Chunks]] = {
        "one line": long_line,
        "1 KiB data lines": lambda mib: chunked((b"data: " + b"x" * 1017 + b"\n") * (1024 * mib) + b"\n"),
        "a comment": lambda mib: chunked(b":" + b"x" * (mib * MIB) + b"\n\n"),
        "blank lines": lambda mib: chunked(b"\n" * (mib * MIB)),
    }
    print("| ms of CPU | " + " | ".join(f"{size} MiB" for size in sizes) + " |")
    print("|---" * (len(sizes) + 1) + "|")
    for name, make in shapes.items():
        times = [min(cpu(pristine_data, chunks) for _ in range(3)) for chunks in map(make, sizes)]
        print(f"| {name} | " + " | ".join(f"{1000 * seconds:.1f}" for seconds in times) + " |", flush=True)
    print()


def main() -> None:
    parser = argparse.ArgumentParser(description="the SSE decoder beside httpx-sse")
    parser.add_argument("--rounds", type=int, default=7, help="rounds per table (7)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work, in 3 rounds")
    arguments: Any = parser.parse_args()
    small, mib, rounds = (10_000, 8, 3) if arguments.quick else (100_000, 64, arguments.rounds)
    rows = streams(small, mib)
    print("Speed relative to httpx-sse (higher is better)\n")
    table(DECODERS, rows, rounds)
    print("From bytes to objects, relative to httpx-sse with json.loads\n")
    table(OBJECTS, {name: rows[name] for name in ("a-16k", "b-1per")}, rounds)
    print("Growth with the size of one event\n")
    growth(mib)


if __name__ == "__main__":
    main()
