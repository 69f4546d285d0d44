"""What one call has left of a file, a later one goes on with."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from pristine.ports.errors import NotFound
from pristine.streaming.files import Downloaded
from pristine.testing.server import Received, Wire
from tests.conftest import Connect, Serve
from tests.core.downloads.origin import BODY, PARTS, Left, Origin, names, opened, save


def test_a_later_call_goes_on(left: Left, target: Path) -> None:
    assert left.part.read_bytes() == BODY[:1000]
    saved = left.again(checksum=f"sha-256:{sha256(BODY).hexdigest()}")
    assert saved == Downloaded(target, len(BODY), 1000, ("sha-256",))
    assert left.origin.seen == [(None, None), ("bytes=1000-", '"v1"')]
    assert target.read_bytes() == BODY
    assert names(target) == {"file.bin"}


def test_another_query_is_another_file(left: Left, target: Path) -> None:
    assert save(left.api.open("file", query={"part": 2}), target).resumed_from == 0
    assert left.asked == [None]


def test_a_later_call_sees_that_the_file_has_changed(left: Left, target: Path) -> None:
    left.origin.body, left.origin.etag = BODY[::-1], '"v2"'
    assert left.again().resumed_from == 0
    assert left.asked == [None]  # the open answer is the new file
    assert target.read_bytes() == BODY[::-1]


def test_another_url_is_another_file(left: Left, connect: Connect, serve: Serve) -> None:
    origin = Origin()  # on another port
    assert save(opened(connect, serve, origin), left.target).resumed_from == 0
    assert origin.seen == [(None, None)]


@pytest.mark.parametrize("note", ["", "{", "[]", '{"url": 1}', "null", "\xff"])
def test_a_part_without_a_note_that_makes_sense_is_no_part(left: Left, target: Path, note: str) -> None:
    target.with_name("file.bin.part.json").write_text(note, encoding="latin-1")
    left.again()
    assert left.asked == [None]
    assert target.read_bytes() == BODY


@pytest.mark.parametrize("change", [{"total": -1}, {"total": "9"}, {"digests": []}, {"validator": None}])
def test_a_note_with_one_wrong_value_is_none(left: Left, target: Path, change: dict[str, Any]) -> None:
    record = target.with_name("file.bin.part.json")
    record.write_text(json.dumps(json.loads(record.read_text()) | change))
    assert left.again().resumed_from == 0
    assert target.read_bytes() == BODY


def test_a_part_that_is_whole_needs_no_request(left: Left, target: Path) -> None:
    left.part.write_bytes(BODY)
    assert left.again() == Downloaded(target, len(BODY), len(BODY))
    assert left.asked == [None]
    assert target.read_bytes() == BODY


@pytest.mark.parametrize("size", [len(BODY), len(BODY) + 1], ids=["whole", "too long"])
def test_a_range_beyond_the_end_is_the_end_or_a_new_beginning(
    connect: Connect, serve: Serve, target: Path, size: int
) -> None:
    """The answers are chunked: only that of 416 tells the total."""
    left = Left(connect, serve, target, Origin(1000, chunked=True))
    left.part.write_bytes((BODY + b"?")[:size])
    whole = size == len(BODY)
    assert left.again().resumed_from == (size if whole else 0)
    assert left.asked == [None, f"bytes={size}-", "bytes=0-"][: 2 if whole else 3]
    assert target.read_bytes() == BODY


def test_a_part_that_is_longer_than_the_file_is_no_part(left: Left, target: Path) -> None:
    left.part.write_bytes(BODY + b"?")
    assert left.again().resumed_from == 0
    assert target.read_bytes() == BODY


def test_a_refusal_when_it_is_to_go_on_keeps_the_part(connect: Connect, serve: Serve, target: Path) -> None:
    class Gone(Origin):
        def answer(self, wire: Wire, request: Received, cut: int) -> bool:
            if request.header("range") is None:
                return super().answer(wire, request, cut)
            wire.respond(404)
            return True

    left = Left(connect, serve, target, Gone(1000))
    with pytest.raises(NotFound) as caught:
        left.again()
    assert caught.value.status == 404
    assert names(target) == PARTS
