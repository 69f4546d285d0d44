"""An answer that is not what it says never becomes a file."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from pristine.ports.errors import ConfigurationError, IntegrityError, StreamInterrupted
from pristine.testing.server import Wire
from tests.conftest import Connect, Serve
from tests.core.downloads.origin import BODY, MANIFEST, PATIENT, WHOLE, Origin, names, opened, save


def test_a_body_that_is_cut_short_is_never_a_success(connect: Connect, serve: Serve, target: Path) -> None:
    with pytest.raises(StreamInterrupted):
        save(opened(connect, serve, Origin(1000, etag=None)), target)
    assert names(target) == set()


class Lying(Origin):
    """Its second answer is chunked, says one range and sends another number of bytes."""

    def __init__(self, sent: int, **more: Any) -> None:
        super().__init__(1000, WHOLE, **more)
        self.sent = sent

    def send(self, wire: Wire, status: int, rest: bytes, cut: int, fields: list[str]) -> bool:
        if status == 206:
            self.chunked, rest = True, (rest + b"?")[: self.sent]
        return super().send(wire, status, rest, cut, fields)


@pytest.mark.parametrize(
    ("sent", "told"), [(len(BODY) - 999, "longer than announced"), (len(BODY) - 1001, "shorter than announced")]
)
def test_a_range_of_another_length_is_never_a_success(
    connect: Connect, serve: Serve, target: Path, sent: int, told: str
) -> None:
    target.write_bytes(b"old")
    stream = opened(connect, serve, Lying(sent), retry=PATIENT)
    with pytest.raises(IntegrityError, match=told) as caught:
        save(stream, target)
    assert (caught.value.status, caught.value.endpoint, stream.response.outcome) == (206, "file", "failed")
    assert names(target) == {"file.bin"}
    assert target.read_bytes() == b"old"


def test_a_range_that_was_not_asked_for_is_not_appended(connect: Connect, serve: Serve, target: Path) -> None:
    class Off(Origin):
        def send(self, wire: Wire, status: int, rest: bytes, cut: int, fields: list[str]) -> bool:
            if status == 206 and len(rest) < len(BODY):
                fields[-1] = f"Content-Range: bytes 0-{len(rest) - 1}/{len(BODY)}"
            return super().send(wire, status, rest, cut, fields)

    origin = Off(1000, WHOLE)
    save(opened(connect, serve, origin, retry=PATIENT), target)
    assert [asked for asked, _ in origin.seen] == [None, "bytes=1000-", "bytes=0-"]
    assert target.read_bytes() == BODY


def test_a_server_that_knows_one_range_only_is_given_up_on(connect: Connect, serve: Serve, target: Path) -> None:
    class Stuck(Origin):
        def send(self, wire: Wire, status: int, rest: bytes, cut: int, fields: list[str]) -> bool:
            if status == 206:
                rest, fields[-1] = BODY[7:9], f"Content-Range: bytes 7-8/{len(BODY)}"
            return super().send(wire, status, rest, cut, fields)

    origin = Stuck(1000, WHOLE)
    with pytest.raises(IntegrityError, match="answers with another range"):
        save(opened(connect, serve, origin, retry=PATIENT), target)
    assert len(origin.seen) == 3
    assert names(target) == set()


@pytest.mark.parametrize("field", ["Content-Digest: sha-256=:{}:", "Repr-Digest: sha-256=:{}:", "Digest: SHA-256={}"])
def test_an_announced_digest_is_compared(connect: Connect, serve: Serve, target: Path, field: str) -> None:
    right = field.format(b64encode(sha256(BODY).digest()).decode())
    saved = save(opened(connect, serve, Origin(1000, WHOLE, fields=[right]), retry=PATIENT), target)
    assert saved.verified == ("sha-256",)
    with pytest.raises(IntegrityError, match="the sha-256 digest is") as caught:
        save(opened(connect, serve, Origin(fields=[right], body=BODY[::-1])), target)
    assert (caught.value.expected, caught.value.found) == (sha256(BODY).hexdigest(), sha256(BODY[::-1]).hexdigest())
    assert target.read_bytes() == BODY
    assert names(target) == {"file.bin"}


def test_a_given_checksum_is_compared(connect: Connect, serve: Serve, target: Path) -> None:
    with pytest.raises(IntegrityError):
        save(opened(connect, serve, Origin()), target, checksum=f"sha256:{'0' * 64}")
    assert names(target) == set()


def test_wishes_that_make_no_sense_are_refused_before_the_body_is_taken(
    connect: Connect, serve: Serve, target: Path
) -> None:
    stream = opened(connect, serve, Origin())
    for wrong in ({"checksum": "crc32:00"}, {"chunk_size": 0}):
        with pytest.raises(ConfigurationError):
            save(stream, target, **wrong)
    save(stream, target)
    api = connect(serve(Origin()), manifest=MANIFEST)
    with pytest.raises(ConfigurationError, match="asks for ranges itself"):
        save(api.open("file", headers={"Range": "bytes=5-"}), target)
