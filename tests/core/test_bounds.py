"""Hostile sizes: each bound is named when it is hit, and what is above it is not read."""

import gzip
import itertools
from typing import Any

import pytest

import pristine
from pristine.ports.errors import ResponseTooLarge
from pristine.testing.server import Wire, each_request, in_turn
from tests.conftest import Connect, Serve

BOMB = gzip.compress(b"\0" * 100_000_000, compresslevel=9)


def endless(wire: Wire, _: Any) -> None:
    wire.begin_stream(content_type="application/json")
    for _ in itertools.repeat(None):
        wire.chunk(b" " * 65536)


def endless_feed(wire: Wire, _: Any) -> None:
    wire.begin_stream()
    for _ in itertools.repeat(None):
        wire.chunk(b": still here\n\n")


@pytest.mark.parametrize("use", ["execute", "events"])
def test_a_body_above_max_response_bytes_is_not_read_on(connect: Connect, serve: Serve, use: str) -> None:
    server = serve(each_request(endless if use == "execute" else endless_feed))
    api = connect(server, max_response_bytes=1_000_000)
    with pytest.raises(ResponseTooLarge, match=r"larger than 1000000 bytes.*max_response_bytes") as caught:
        getattr(api, use)("get" if use == "execute" else "feed")
    assert caught.value.status == 200


def test_a_body_of_just_the_bound_is_fine(connect: Connect, serve: Serve) -> None:
    api = connect(serve(in_turn(lambda wire: wire.json(b'"' + b"x" * 98 + b'"'))), max_response_bytes=100)
    assert api.execute("get") == "x" * 98


def test_the_bound_of_the_manifest_comes_first(connect: Connect, serve: Serve) -> None:
    endpoint = {"method": "GET", "path": "/", "max_response_bytes": 10}
    manifest = pristine.load_manifest({"name": "t", "endpoints": {"e": endpoint}})
    api = connect(serve(in_turn(lambda wire: wire.json(b'"eleven bytes"'))), manifest=manifest)
    with pytest.raises(ResponseTooLarge, match="larger than 10 bytes"):
        api.execute("e")


def test_a_compression_bomb_does_not_go_off(connect: Connect, serve: Serve) -> None:
    def bomb(wire: Wire) -> None:
        wire.json(BOMB, 200, "Content-Encoding: gzip")

    def bomb_feed(wire: Wire) -> None:
        wire.begin_stream("Content-Encoding: gzip")
        wire.chunk(BOMB)
        wire.end_stream()

    with pytest.raises(ResponseTooLarge, match=r"grows more than 200 times.*max_expansion"):
        connect(serve(in_turn(bomb))).execute("get")
    with pytest.raises(ResponseTooLarge, match="grows more than 200 times"):
        connect(serve(in_turn(bomb_feed))).events("feed")


def test_expansion_may_be_allowed(connect: Connect, serve: Serve) -> None:
    body = gzip.compress(b'"' + b"x" * 20_000_000 + b'"')
    api = connect(serve(in_turn(lambda wire: wire.json(body, 200, "Content-Encoding: gzip"))), max_expansion=None)
    assert len(api.execute("get")) == 20_000_000


@pytest.mark.parametrize(
    ("setting", "value"), [("max_response_bytes", 0), ("max_expansion", 0.5), ("max_expansion", True)]
)
def test_a_bound_that_admits_nothing_is_refused(setting: str, value: Any) -> None:
    with pytest.raises(pristine.ConfigurationError, match=setting):
        pristine.context(**{setting: value})
