"""What typed objects cost: documents of 2 KB and 100 KB into Models, beside bare msgspec, CPU time of this thread.

    python benchmarks/typed.py [--rounds N] [--quick]

The peer is `msgspec.json.Decoder` of attrs classes with the same fields; `cattrs` is its preconfigured converter of
msgspec for these, without detailed validation, the fastest that cattrs has. Both forget what is not declared. The goal
for 100 KB is 1.05 times cattrs. A second table has what checking a request of ten fields takes.

In each round every reader reads each document as often, in shuffled order; a number is the median over the rounds of
its time divided by the peer's (lower is better), and after ± is half the distance between the quartiles, in percent.
"""

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import attrs
import msgspec
from cattrs.preconf.msgspec import make_converter

import pristine
from pristine.adapters.json import JsonSerializer
from pristine.adapters.msgspec import MsgspecSerializer

Read = Callable[[bytes], Any]

PEER: Final = "msgspec alone"
ORDER: Final = {
    "Page": {"properties": {"items": {"type": "array", "items": "Order"}, "next": "string"}, "required": ["items"]},
    "Order": {
        "properties": {
            "id": "string",
            "number": "integer",
            "total": "number",
            "state": {"enum": ["new", "paid", "sent"]},
            "note": {"type": "string", "nullable": True},
            "buyer": "Buyer",
            "lines": {"type": "array", "items": "Line"},
            "tags": {"type": "array", "items": "string"},
            "meta": {"type": "object"},
        },
        "required": ["id", "number", "total", "state", "buyer", "lines"],
    },
    "Buyer": {"properties": {"name": "string", "email": "string"}, "required": ["name"]},
    "Line": {"properties": {"sku": "string", "count": "integer", "price": "number"}, "required": ["sku", "count"]},
}
MODEL: Final = pristine.load_manifest({"name": "shop", "endpoints": {}, "types": ORDER}).types["Page"]


@attrs.frozen
class Line:
    """The same, by hand."""

    sku: str
    count: int
    price: float | None = None


@attrs.frozen
class Buyer:
    """The same, by hand."""

    name: str
    email: str | None = None


@attrs.frozen
class Order:
    """The same, by hand."""

    id: str
    number: int
    total: float
    state: str
    buyer: Buyer
    lines: list[Line]
    note: str | None = None
    tags: list[str] | None = None
    meta: dict[str, Any] | None = None


@attrs.frozen
class Page:
    """The same, by hand."""

    items: list[Order]
    next: str | None = None


def document(size: int) -> bytes:
    """Orders, of which some lack what they may lack, and all have a field that is not declared."""
    items: list[dict[str, Any]] = []
    while len(data := json.dumps({"items": items, "next": "abc"}).encode()) < size:
        at = len(items)
        lines = [{"sku": f"sku-{at}-{line}", "count": line + 1, "price": 9.99 + line} for line in range(at % 3 + 1)]
        order = {"id": f"order-{at:08}", "number": at, "total": 100 + at / 4, "state": "paid", "lines": lines}
        order |= {"buyer": {"name": f"buyer {at}", "email": f"b{at}@example.com"}, "created": "2026-01-02T03:04:05Z"}
        order |= {"note": None} if at % 2 else {"tags": ["a", "b"], "meta": {"source": "web", "depth": {"n": at}}}
        items.append(order)
    return data


READERS: Final[dict[str, Read]] = {
    PEER: msgspec.json.Decoder(Page).decode,
    "json.loads": json.loads,
    "Models, json": partial(JsonSerializer().decode, schema=MODEL),
    "Models, msgspec": partial(MsgspecSerializer().decode, schema=MODEL),
    "cattrs": partial(make_converter(detailed_validation=False).loads, cl=Page),
    "and a field not declared": lambda data: len(MsgspecSerializer().decode(data, MODEL).items[0]["created"]),
    "the same classes, by us": partial(MsgspecSerializer().decode, schema=Page),
}


ASK: Final = {
    "properties": {
        "model": {"type": "string", "minLength": 1},
        "prompt": "string",
        "n": {"type": "integer", "minimum": 1, "maximum": 10, "default": 1},
        "temperature": {"type": "number", "minimum": 0, "maximum": 2},
        "stream": "boolean",
        "kind": {"enum": ["chat", "text"]},
        "stop": {"type": "array", "items": "string"},
        "user": {"type": "string", "nullable": True},
        "seed": "integer",
        "top-p": "number",
    },
    "required": ["model", "prompt"],
}
ASKED: Final = {"model": "m", "prompt": "Hello", "n": 2, "temperature": 0.5, "stream": False, "kind": "chat"} | {
    "stop": ["a", "b"],
    "user": None,
    "seed": 3,
    "top-p": 0.5,
}


def request(rounds: int, times: int) -> None:
    """Print what it takes to check a request of ten fields, and to write it as JSON: without a type, and with one."""
    schema = pristine.load_manifest({"name": "ask", "endpoints": {}, "types": {"Ask": ASK}}).types["Ask"]
    encode = JsonSerializer().encode
    writers: dict[str, Callable[[bytes], Any]] = {
        "written": lambda _: encode(ASKED),
        "checked and written": lambda _: encode(ASKED, schema),
    }
    taken: dict[str, list[float]] = {name: [] for name in writers}
    for _ in range(rounds + 1):
        for name in random.sample(list(writers), len(writers)):
            taken[name].append(cpu(writers[name], b"", times) / times * 1e6)
    plain, checked = (statistics.median(costs[1:]) for costs in taken.values())
    print("\n| request of ten fields | µs |\n|---|---|")
    for name, cost in (("written", plain), ("checked and written", checked), ("checked (goal 10)", checked - plain)):
        print(f"| {name} | {cost:.1f} |")


def cpu(read: Read, data: bytes, times: int) -> float:
    start = time.thread_time()
    for _ in range(times):
        read(data)
    return time.thread_time() - start


def table(sizes: list[int], rounds: int, work: int) -> None:
    print(f"| document | {PEER} | " + " | ".join(name for name in READERS if name != PEER) + " |")
    print("|---" * (len(READERS) + 1) + "|")
    for size in sizes:
        data = document(size)
        times = work // len(data) or 1
        taken: dict[str, list[float]] = {name: [] for name in READERS}
        for _ in range(rounds + 1):
            for name in random.sample(list(READERS), len(READERS)):
                taken[name].append(cpu(READERS[name], data, times))
        peer = taken[PEER][1:]
        cells = [ratio(taken[name][1:], peer) for name in READERS if name != PEER]
        each = statistics.median(peer) / times * 1e6
        print(f"| {len(data)} bytes | {each:.1f} µs | " + " | ".join(cells) + " |", flush=True)


def ratio(ours: list[float], theirs: list[float]) -> str:
    low, middle, high = statistics.quantiles([one / other for one, other in zip(ours, theirs, strict=True)])
    return f"{middle:.2f} ±{100 * (high - low) / 2 / middle:.0f} %"


def main() -> None:
    parser = argparse.ArgumentParser(description="typed objects beside bare msgspec")
    parser.add_argument("--rounds", type=int, default=15, help="rounds per document (15)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work, in 5 rounds")
    arguments: Any = parser.parse_args()
    rounds, work = (5, 1_000_000) if arguments.quick else (arguments.rounds, 10_000_000)
    table([200, 2_000, 100_000], rounds, work)
    request(rounds, work // 1_000)


if __name__ == "__main__":
    main()
