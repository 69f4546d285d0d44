"""What a call costs beside its transport, in function calls: they are the same under any load, where times are not.

Those of pristine count, with what attrs has made for it: a vendor's new version changes nothing. A limit is what was
measured with CPython 3.11 and three more, for a harmless change. Whoever reaches it looks at what every call now does
again that could be decided once; whoever makes it cheaper lowers it.
"""

import gc
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, Final

import pytest

import pristine
from pristine.ports.blocking import finish
from pristine.ports.capabilities import Capability
from pristine.ports.messages import Request, Response, StreamHead

MANIFEST: Final = pristine.load_manifest(
    {
        "name": "costs",
        "endpoints": {
            "get": {"method": "GET", "path": "/get"},
            "item": {"method": "GET", "path": "/items/{id}", "response": "Answer"},
            "create": {"method": "POST", "path": "/create", "request": "Ask", "response": "Answer"},
            "feed": {"method": "GET", "path": "/feed", "streaming": {"items": "Answer"}},
        },
        "types": {
            "Ask": {"properties": {"prompt": "string"}, "required": ["prompt"]},
            "Answer": {"properties": {"text": "string"}, "required": ["text"]},
        },
    }
)
ANSWER: Final = json.dumps({"text": "Hello"}).encode()
FIELDS: Final = [("Content-Type", "application/json"), ("Content-Length", "17"), ("Date", "today"), ("Server", "s")]
OURS: Final = (str(Path(pristine.__file__).parent), "<attrs generated")
SPARE: Final = 3


class Chunks:
    """So many events, each in a chunk of its own."""

    head = StreamHead(200, [("content-type", "text/event-stream")])

    def __init__(self, events: int) -> None:
        self._chunks = iter([b"data: %b\n\n" % ANSWER] * events)

    def next(self, within: float | None = None) -> bytes:
        return next(self._chunks, b"")

    async def anext(self, within: float | None = None) -> bytes:
        return self.next()

    def cancel(self) -> None:
        """Nothing waits."""

    close = cancel

    async def aclose(self) -> None:
        self.cancel()


class AtOnce:
    """A transport that answers at once, on both faces, with as little as there can be."""

    capabilities = frozenset(Capability)

    def __init__(self, events: int = 0) -> None:
        self.events = events

    def send(self, request: Request) -> Response:
        return Response(200, FIELDS, ANSWER)

    async def asend(self, request: Request) -> Response:
        return self.send(request)

    def open(self, request: Request) -> Chunks:
        return Chunks(self.events)

    async def aopen(self, request: Request) -> Chunks:
        return Chunks(self.events)

    def close(self) -> None:
        """Nothing is held."""

    async def aclose(self) -> None:
        self.close()


def function_calls(run: Callable[[], object]) -> int:
    """How many functions of pristine are called, once everything that is made once has been made."""
    count = 0

    def heard(frame: FrameType, event: str, _: object) -> None:
        nonlocal count
        count += event == "call" and frame.f_code.co_filename.startswith(OURS)

    for _ in range(20):
        run()
    before = sys.getprofile()
    sys.setprofile(heard)
    try:
        run()
    finally:
        sys.setprofile(before)
    return count


def calls(face: str, transport: AtOnce, **settings: Any) -> Callable[..., Any]:
    """What makes a call on a face. Nothing waits, so the async one needs no loop."""
    context = pristine.context(base_url="http://t", transport=transport, **settings)
    if face == "blocking":
        return pristine.Pipeline(MANIFEST, context).execute
    api = pristine.AsyncPipeline(MANIFEST, context)
    return lambda *said, **options: finish(api.execute(*said, **options))


ASKED: Final = ("create", {"prompt": "Hello"})
USUAL: Final = {"auth": pristine.Bearer("t"), "timeout": 30.0}

CASES: Final[dict[str, tuple[tuple[Any, ...], dict[str, Any], dict[str, Any], int]]] = {
    "a GET": (("get",), {}, {}, 40),
    "a GET with a parameter": (("item",), {"path_params": {"id": "a1"}}, {}, 53),
    "a typed POST": (ASKED, {}, {}, 49),
    "with a credential and a deadline": (ASKED, {}, USUAL, 78),
    "with limits": (ASKED, {}, {"profile": "production", "telemetry": "off"}, 69),
    "with the production profile": (ASKED, {}, {"profile": "production"}, 72),
    "with all of that": (ASKED, {}, {"profile": "production", **USUAL}, 106),
}


@pytest.mark.parametrize("face", ["blocking", "async"])
@pytest.mark.parametrize("case", CASES)
def test_a_call_makes_no_more_function_calls_than_it_did(face: str, case: str) -> None:
    said, options, settings, limit = CASES[case]
    call = calls(face, AtOnce(), **settings)
    assert function_calls(lambda: call(*said, **options)) <= limit + SPARE


@pytest.mark.parametrize("face", ["blocking", "async"])
@pytest.mark.parametrize("case", CASES)
def test_the_thousandth_call_costs_what_the_tenth_did_and_leaves_nothing_behind(face: str, case: str) -> None:
    said, options, settings, _ = CASES[case]
    call = calls(face, AtOnce(), **settings)
    before = function_calls(lambda: call(*said, **options))
    gc.collect()
    blocks = sys.getallocatedblocks()
    for _ in range(1000):
        call(*said, **options)
    gc.collect()
    assert sys.getallocatedblocks() - blocks < 200
    assert abs(function_calls(lambda: call(*said, **options)) - before) <= SPARE


@pytest.mark.parametrize(
    ("make", "limit"),
    [
        (lambda context: pristine.context(base_url="http://other", transport=context.transport), 84),
        (lambda context: context.with_(base_url="http://other"), 29),
    ],
    ids=["the next one", "a copy"],
)
def test_a_further_context_makes_few_function_calls(make: Callable[[Any], object], limit: int) -> None:
    context = pristine.context(base_url="http://t", transport=AtOnce())
    assert function_calls(lambda: make(context)) <= limit + SPARE


def _read_events(events: int) -> None:
    context = pristine.context(base_url="http://t", transport=AtOnce(events))
    with pristine.Pipeline(MANIFEST, context).execute_stream("feed") as response:
        assert len([*response]) == events


def _read_items(events: int) -> None:
    async def read() -> None:
        context = pristine.context(base_url="http://t", transport=AtOnce(events))
        async with pristine.AsyncPipeline(MANIFEST, context).execute_stream("feed") as response:
            assert len([item.text async for item in response.items()]) == events

    finish(read())


@pytest.mark.parametrize("face", ["blocking", "async"])
def test_a_stream_of_one_event_is_opened_read_and_ended_with_few_function_calls(face: str) -> None:
    context = pristine.context(base_url="http://t", transport=AtOnce(1))
    api, async_api = pristine.Pipeline(MANIFEST, context), pristine.AsyncPipeline(MANIFEST, context)

    def read() -> None:
        with api.execute_stream("feed") as response:
            assert len([*response]) == 1

    async def aread() -> None:
        async with async_api.execute_stream("feed") as response:
            assert len([event async for event in response]) == 1

    assert function_calls(read if face == "blocking" else lambda: finish(aread())) <= 114 + SPARE


@pytest.mark.parametrize(("read", "limit"), [(_read_events, 7), (_read_items, 14)])
def test_an_event_of_a_stream_in_a_chunk_of_its_own_makes_few_function_calls(
    read: Callable[[int], None], limit: int
) -> None:
    few, many = (function_calls(partial(read, events)) for events in (100, 300))
    assert (many - few) / 200 <= limit + 1
