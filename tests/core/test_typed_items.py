"""Items in a type of the caller's, on both faces; whatever else `items` promises stays as it is."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec
import pytest

import pristine
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.ports.errors import DecodeError, StreamFailed
from tests.support.faces import Async, Blocking

Open: TypeAlias = Callable[..., Any]

MANIFEST = pristine.load_manifest(
    {
        "name": "items",
        "endpoints": {
            "chat": {"method": "GET", "path": "/chat", "streaming": {"items": "Delta", "done": "[DONE]"}},
            "log": {"method": "GET", "path": "/log", "streaming": {"format": "lines"}},
        },
        "types": {"Delta": {"properties": {"text": "string"}, "required": ["text"]}},
    }
)
TWO = b'data: {"text": "a", "n": 1}\n\ndata: {"text": "b", "n": 2}\n\ndata: [DONE]\n\ndata: {}\n\n'


@dataclass
class Numbered:
    """A dataclass of the user's."""

    n: int


class Chunk(msgspec.Struct):
    """A Struct of the user's."""

    text: str


@pytest.fixture(params=[Blocking, Async], ids=["blocking", "async"])
def opened(request: pytest.FixtureRequest, stack: ExitStack) -> Open:
    def make(endpoint: str, *chunks: bytes, serializer: str = "msgspec") -> Any:
        content_type = "text/plain" if endpoint == "log" else "text/event-stream"
        transport = MemoryTransport([Scripted(chunks, headers={"content-type": content_type})])
        context = pristine.context(base_url="http://api.test", transport=transport, serializer=serializer)
        stream = stack.enter_context(request.param(context, MANIFEST)).open(endpoint)
        stack.callback(stream.close)
        return stream

    return make


@pytest.mark.parametrize("serializer", ["json", "msgspec"])
def test_items_are_read_into_the_type_that_is_given(opened: Open, serializer: str) -> None:
    stream = opened("chat", TWO, serializer=serializer)
    assert list(stream.view("items", Numbered)) == [Numbered(1), Numbered(2)]
    assert stream.response.outcome == "completed"


def test_a_struct_is_read_by_msgspec(opened: Open) -> None:
    assert list(opened("chat", TWO).view("items", Chunk)) == [Chunk("a"), Chunk("b")]


def test_a_schema_that_is_not_a_class_will_do(opened: Open) -> None:
    assert list(opened("chat", TWO).view("items", dict[str, Any])) == [{"text": "a", "n": 1}, {"text": "b", "n": 2}]


def test_no_type_is_the_manifest_s(opened: Open) -> None:
    assert [type(item).__name__ for item in opened("chat", TWO).view("items", None)] == ["Delta", "Delta"]


def test_what_is_not_of_the_type_is_told_with_the_facts_of_the_stream(opened: Open) -> None:
    with pytest.raises(DecodeError) as caught:
        list(opened("chat", b'data: {"n": "1"}\n\n').view("items", Numbered))
    assert (caught.value.where, caught.value.endpoint, caught.value.body) == ("n", "chat", b'{"n": "1"}')


def test_an_error_of_the_api_is_one_whatever_the_type(opened: Open) -> None:
    with pytest.raises(StreamFailed, match="overloaded"):
        list(opened("chat", b'event: error\ndata: {"message": "overloaded"}\n\n').view("items", Numbered))


def test_lines_are_read_into_a_type_where_one_is_given(opened: Open) -> None:
    assert list(opened("log", b'{"n": 1}\n{"n": 2}\n').view("items", Numbered)) == [Numbered(1), Numbered(2)]
