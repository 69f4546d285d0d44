"""A body that breaks off is gone on with in the same call, or begun again."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pristine
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.ports.errors import ConnectionLost, StreamInterrupted, TimeoutExceeded, TransportError
from pristine.ports.messages import Request, Response
from pristine.streaming.files import Downloaded
from pristine.testing.server import Received, Wire
from tests.conftest import Connect, Serve
from tests.core.downloads.origin import BODY, MANIFEST, PATIENT, WHOLE, Left, Origin, names, opened, save
from tests.support.faces import FACES

# -- breaks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_a_break_is_gone_on_with(connect: Connect, serve: Serve, target: Path, chunked: bool) -> None:
    origin = Origin(100_000, 1, 0, 70_000, WHOLE, chunked=chunked)
    told: list[int] = []
    saved = save(opened(connect, serve, origin, retry=PATIENT), target, progress=lambda done, _: told.append(done))
    assert saved == Downloaded(target, len(BODY))
    assert target.read_bytes() == BODY
    asked = [100_000, 100_001, 100_001, 170_001]
    assert origin.seen == [(None, None), *((f"bytes={first}-", '"v1"') for first in asked)]
    assert told == sorted(set(told))


def test_without_retries_a_break_leaves_what_can_be_gone_on_with(connect: Connect, serve: Serve, target: Path) -> None:
    target.write_bytes(b"old")
    stream = opened(connect, serve, Origin(1000))
    with pytest.raises(StreamInterrupted, match=r"broke after 1000 bytes.*call again to go on") as caught:
        save(stream, target)
    assert (caught.value.bytes, caught.value.endpoint, stream.response.closed) == (1000, "file", True)
    assert target.read_bytes() == b"old"
    assert target.with_name("file.bin.part").read_bytes() == BODY[:1000]
    assert isinstance(caught.value.__cause__, TransportError)


def test_progress_earns_new_patience(connect: Connect, serve: Serve, target: Path) -> None:
    origin = Origin(*range(1000, 9000, 1000), WHOLE)
    save(opened(connect, serve, origin, retry={"max_retries": 1, "base": 0}), target)
    assert len(origin.seen) == 9
    assert target.read_bytes() == BODY


@pytest.mark.parametrize("etag", ['"v1"', None], ids=["nothing new", "the same again"])
def test_without_progress_it_is_given_up_on(connect: Connect, serve: Serve, target: Path, etag: str | None) -> None:
    origin = Origin(1000, 1000 if etag is None else 0, etag=etag)
    with pytest.raises(StreamInterrupted, match="gave up after"):
        save(opened(connect, serve, origin, retry={"max_retries": 4, "base": 0}), target)
    assert len(origin.seen) < 8


def test_a_silence_is_a_break(connect: Connect, serve: Serve, target: Path) -> None:
    class Silent(Origin):
        def send(self, wire: Wire, status: int, rest: bytes, cut: int, fields: list[str]) -> bool:
            more = super().send(wire, status, rest, cut, fields)
            if not more:
                wire.pause()
            return more

    stream = opened(connect, serve, Silent(1000), timeout=pristine.Timeout(read=0.1))
    with pytest.raises(TimeoutExceeded, match="broke after 1000 bytes") as caught:
        save(stream, target)
    assert (caught.value.limit, isinstance(caught.value, StreamInterrupted)) == ("read", True)


@pytest.mark.parametrize(
    "unable",
    [{"etag": None}, {"etag": 'W/"v1"'}, {"fields": ["Accept-Ranges: none"]}],
    ids=["no validator", "weak", "accept-ranges: none"],
)
def test_what_has_no_strong_validator_starts_over(
    connect: Connect, serve: Serve, target: Path, unable: dict[str, Any]
) -> None:
    origin = Origin(100_000, 200_000, WHOLE, **unable)
    save(opened(connect, serve, origin, retry=PATIENT), target)
    assert target.read_bytes() == BODY
    assert origin.seen == [(None, None)] * 3

    with pytest.raises(StreamInterrupted, match="broke after 100000 bytes") as caught:
        save(opened(connect, serve, Origin(100_000, **unable)), target)
    assert "call again" not in str(caught.value)
    assert names(target) == {"file.bin"}


def test_a_server_that_ignores_ranges_starts_over(connect: Connect, serve: Serve, target: Path) -> None:
    origin = Origin(100_000, WHOLE, ranges=False)
    save(opened(connect, serve, origin, retry=PATIENT), target)
    assert target.read_bytes() == BODY
    assert origin.seen[1] == ("bytes=100000-", '"v1"')


@pytest.mark.parametrize("cuts", [(100_000, WHOLE), (100_000, 50_000, WHOLE)], ids=["once", "and breaks again"])
def test_a_file_that_changes_on_the_way_starts_over(
    connect: Connect, serve: Serve, target: Path, cuts: tuple[int, ...]
) -> None:
    class Changing(Origin):
        def answer(self, wire: Wire, request: Received, cut: int) -> bool:
            more = super().answer(wire, request, cut)
            self.body, self.etag = BODY[::-1], '"v2"'
            return more

    origin = Changing(*cuts)
    save(opened(connect, serve, origin, retry=PATIENT), target)
    assert target.read_bytes() == BODY[::-1]
    assert origin.seen[2:] == [("bytes=50000-", '"v2"')][: len(cuts) - 2]


def test_a_file_that_changes_while_ranges_are_taken_for_granted_starts_over(
    connect: Connect, serve: Serve, target: Path
) -> None:
    """The server answers with a part of the new version, as if it had not read If-Range."""

    class Deaf(Origin):
        def answer(self, wire: Wire, request: Received, cut: int) -> bool:
            without = Received(request.method, request.target, [("Range", request.header("range") or "")], b"")
            more = super().answer(wire, without if request.header("range") else request, cut)
            self.body, self.etag = BODY[::-1], '"v2"'
            return more

    origin = Deaf(100_000, WHOLE)
    save(opened(connect, serve, origin, retry=PATIENT), target)
    assert target.read_bytes() == BODY[::-1]
    assert [asked for asked, _ in origin.seen] == [None, "bytes=100000-", "bytes=0-"]


def test_a_server_may_give_less_than_was_asked_for(connect: Connect, serve: Serve, target: Path) -> None:
    class Stingy(Origin):
        def send(self, wire: Wire, status: int, rest: bytes, cut: int, fields: list[str]) -> bool:
            if status == 206:
                first = len(BODY) - len(rest)
                rest = rest[:90_000]
                fields[-1] = f"Content-Range: bytes {first}-{first + len(rest) - 1}/{len(BODY)}"
            return super().send(wire, status, rest, cut, fields)

    origin = Stingy(100_000, WHOLE)
    save(opened(connect, serve, origin, retry=PATIENT), target)
    assert target.read_bytes() == BODY
    assert [asked for asked, _ in origin.seen[1:]] == ["bytes=100000-", "bytes=190000-", "bytes=280000-"]


def test_a_post_is_not_gone_on_with(connect: Connect, serve: Serve, target: Path) -> None:
    """Ranges are GET's alone: the idempotency key makes it repeatable, as a whole."""
    origin = Origin(100_000, WHOLE)
    stream = connect(serve(origin), manifest=MANIFEST, retry=PATIENT).open("export")
    save(stream, target)
    assert origin.seen == [(None, None)] * 2
    assert target.read_bytes() == BODY


def test_resume_false_leaves_nothing(connect: Connect, serve: Serve, target: Path) -> None:
    with pytest.raises(StreamInterrupted):
        save(opened(connect, serve, Origin(1000)), target, resume=False)
    assert names(target) == set()


def test_resume_false_takes_nothing(left: Left, target: Path) -> None:
    assert left.again(resume=False).resumed_from == 0
    assert left.asked == [None]
    assert names(target) == {"file.bin"}


# -- in general --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("face", FACES.values(), ids=list(FACES))
@given(st.data())
@settings(max_examples=60, deadline=None)
def test_whatever_breaks_and_however_it_is_cut_the_file_is_the_same(
    face: Any, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    body = data.draw(st.binary(max_size=200), "body")
    strong, ranges, announced = (data.draw(st.booleans(), name) for name in ("strong", "ranges", "length"))
    chunk_size = data.draw(st.integers(1, 50), "chunk_size")
    answers = data.draw(st.lists(st.lists(st.integers(1, 60), max_size=6), max_size=8), "pieces before each break")

    def answer(request: Request) -> Response | Scripted:
        first, status = 0, 200
        fields = {"ETag": '"v"' if strong else 'W/"v"'}
        asked = request.headers.get("range")
        if asked and ranges:
            first = int(asked[6:-1])
            if first >= len(body):
                return Response(416, {"Content-Range": f"bytes */{len(body)}"})
            status, fields["Content-Range"] = 206, f"bytes {first}-{len(body) - 1}/{len(body)}"
        if announced:
            fields["Content-Length"] = str(len(body) - first)
        sizes = answers.pop(0) if answers else None
        chunks: list[Any] = []
        for size in sizes or [7] * 40:
            chunks.append(body[first : first + size])
            first += size
        return Scripted([*chunks, ConnectionLost("cut")] if sizes is not None else chunks, status, fields)

    target = tmp_path_factory.mktemp("f") / "file.bin"
    context = pristine.context(base_url="http://t", clock="manual", transport=MemoryTransport([answer]), retry=PATIENT)
    with face(context, MANIFEST) as api:
        saved = save(api.open("file"), target, chunk_size=chunk_size)
    assert saved == Downloaded(target, len(body))
    assert target.read_bytes() == body
    assert names(target) == {"file.bin"}
