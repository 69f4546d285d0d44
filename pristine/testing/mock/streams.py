"""Items -> the pieces of a stream, one for each event, in every format of the manifest."""

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any, Final

import attrs

from pristine.core.streams.formats import FORMATS
from pristine.manifest.model import StreamFormat, Streaming
from pristine.ports.constraints import Constraints
from pristine.testing.examples import example
from pristine.testing.mock.messages import as_json
from pristine.testing.scalars import text

_LEAST, _MOST = 3, 6
"""How many items a stream has."""


@attrs.frozen
class Item:
    """The data of one event, and the type of the event, "" where it has none of its own."""

    data: Any
    event: str = ""


def items_of(form: Streaming, random: Random) -> list[Item]:
    """Examples of a stream's items: each declared type of event comes once, between those that have none."""
    count = random.randint(_LEAST, _MOST)
    if form.format is StreamFormat.BYTES:
        return [Item(random.randbytes(random.randint(200, 2000))) for _ in range(count)]
    if form.format is StreamFormat.LINES:
        return [Item(text(random, _UNBOUND)) for _ in range(count)]
    named = [Item(example(schema, random), event) for event, schema in form.events.items()]
    if named and form.items is None:
        return named
    return [*named, *(Item(_data(form, index, random)) for index in range(count))]


_UNBOUND: Final = Constraints()


def _data(form: Streaming, index: int, random: Random) -> Any:
    """The data of an item; where no type is declared, something to look at."""
    return {"index": index, "text": text(random, _UNBOUND)} if form.items is None else example(form.items, random)


def pieces_of(form: Streaming, items: list[Item], after: str = "") -> list[bytes]:
    """The pieces of a stream's body; of an SSE feed, those that come `after` the event with that id."""
    return list(_PIECES[form.format](form, items, after))


def media_type_of(form: Streaming) -> str:
    """What the stream is called."""
    if form.format is StreamFormat.LINES:
        return "text/plain; charset=utf-8"
    return next(iter(FORMATS[form.format].media_types), "application/octet-stream")


def is_over(items: list[Item], after: str) -> bool:
    """Whether nothing comes after the event with that id."""
    return after.isdecimal() and int(after) >= len(items)


def _sse(form: Streaming, items: list[Item], after: str) -> Iterator[bytes]:
    begin = int(after) if after.isdecimal() else 0
    for id, item in list(enumerate(items, 1))[begin:]:
        lines = [
            b"id: %d" % id,
            *([f"event: {item.event}".encode()] if item.event else []),
            b"data: " + as_json(item.data),
        ]
        yield b"\n".join([*lines, b"", b""])
    if form.done is not None:
        yield "".join(f"data: {line}\n" for line in form.done.split("\n")).encode() + b"\n"


def _ndjson(form: Streaming, items: list[Item], _: str) -> Iterator[bytes]:
    for item in items:
        yield as_json(item.data) + b"\n"
    if form.done is not None:
        yield f"{form.done}\n".encode()


def _json_array(form: Streaming, items: list[Item], _: str) -> Iterator[bytes]:
    texts = [as_json(item.data) for item in items] + ([] if form.done is None else [form.done.encode()])
    for index, one in enumerate(texts):
        yield (b"," if index else b"[") + one
    yield b"]" if texts else b"[]"


def _lines(form: Streaming, items: list[Item], _: str) -> Iterator[bytes]:
    for item in items:
        yield f"{item.data}\n".encode()
    if form.done is not None:
        yield f"{form.done}\n".encode()


def _bytes(_: Streaming, items: list[Item], __: str) -> Iterator[bytes]:
    for item in items:
        yield item.data if isinstance(item.data, bytes) else str(item.data).encode()


_PIECES: Final[Mapping[StreamFormat, Callable[[Streaming, list[Item], str], Iterator[bytes]]]] = {
    StreamFormat.SSE: _sse,
    StreamFormat.NDJSON: _ndjson,
    StreamFormat.JSON_ARRAY: _json_array,
    StreamFormat.LINES: _lines,
    StreamFormat.BYTES: _bytes,
}
