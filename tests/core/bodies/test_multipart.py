"""A form is read back, by a parser that is not ours, as what was put in; no name or content can change its shape."""

import asyncio
import email.parser
import email.policy
import io
import os
import re
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, Final

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pristine.core.bodies.multipart import Part, multipart
from pristine.core.bodies.outgoing import AsyncOutgoing, Outgoing
from pristine.core.bodies.sources import CHUNK, body_of, gzipped, with_progress
from pristine.ports.body import Body
from pristine.ports.errors import BodyChanged, BodyUsed, InvalidHeader, InvalidPayload, RequestError
from tests.core.bodies.sources import Take, blocking, both, suspending
from tests.support.ids import shown
from tests.support.offline import manifest, sent

LARGE: Final = bytes(range(256)) * 700


@attrs.frozen
class Read:
    """A part as the standard library reads it; `disposition` is the raw field."""

    disposition: str
    content_type: str | None
    content: bytes


def parsed(body: AsyncOutgoing, take: Take = blocking) -> list[Read]:
    content = b"".join(take(body))
    assert body.length in {None, len(content)}
    head = f"Content-Type: {body.content_type}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + content)
    assert message.get_content_type() == "multipart/form-data"
    assert not message.defects
    return [_read(part) for part in message.iter_parts()]


def _read(part: Any) -> Read:
    fields = {name.lower(): value.encode("utf-8", "surrogateescape").decode() for name, value in part.raw_items()}
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return Read(fields["content-disposition"], fields.get("content-type"), payload)


def halves() -> Iterator[bytes]:
    yield LARGE[:1000]
    yield LARGE[1000:]


async def ahalves() -> AsyncIterator[bytes]:
    for half in halves():
        await asyncio.sleep(0)
        yield half


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "report.csv"
    path.write_bytes(LARGE)
    return path


LINES: Final = (
    b"--b",
    b'Content-Disposition: form-data; name="a"',
    b"",
    b"1",
    b"--b",
    b'Content-Disposition: form-data; name="f"; filename="x.txt"',
    b"Content-Type: text/plain",
    b"X-Id: 3",
    b"",
    b"2",
    b"--b--",
    b"",
)


# -- what is read back -------------------------------------------------------------------------------------------------


def test_the_bytes_are_those_of_the_standard() -> None:
    body = multipart([("a", "1"), ("f", Part(b"2", filename="x.txt", headers={"X-Id": "3"}))], boundary="b")
    assert blocking(body) == [b"\r\n".join(LINES)]
    assert body.content_type == "multipart/form-data; boundary=b"
    assert blocking(multipart({}, boundary="b")) == [b"--b--\r\n"]


@both
def test_every_kind_of_value_is_read_back(path: Path, take: Take) -> None:
    with path.open("rb") as file:
        file.seek(100)
        fields = [
            ("text", "grüße"),
            ("again", "1"),
            ("again", "2"),
            ("bytes", b"\x00\xff\r\n--"),
            ("large", LARGE),
            ("path", path),
            ("file", file),
            ("memory", io.BytesIO(b"m")),
            ("body", body_of(b"{}", content_type="application/json")),
            ("factory", halves),
            ("named", Part(halves, filename="h.json")),
            ("typed", Part("<x/>", content_type="text/xml")),
        ]
        body = multipart(fields)
        assert isinstance(body, Body)
        for _ in range(2):
            assert parsed(body, take) == [
                Read('form-data; name="text"', None, "grüße".encode()),
                Read('form-data; name="again"', None, b"1"),
                Read('form-data; name="again"', None, b"2"),
                Read('form-data; name="bytes"', None, b"\x00\xff\r\n--"),
                Read('form-data; name="large"', None, LARGE),
                Read('form-data; name="path"; filename="report.csv"', "text/csv", LARGE),
                Read('form-data; name="file"; filename="report.csv"', "text/csv", LARGE[100:]),
                Read('form-data; name="memory"; filename="blob"', "application/octet-stream", b"m"),
                Read('form-data; name="body"', "application/json", b"{}"),
                Read('form-data; name="factory"', None, LARGE),
                Read('form-data; name="named"; filename="h.json"', "application/json", LARGE),
                Read('form-data; name="typed"', "text/xml", b"<x/>"),
            ]


@pytest.mark.parametrize("value", ["1", b"1", LARGE], ids=["text", "bytes", "large"])
def test_a_mapping_is_a_form_too(value: Any) -> None:
    content = value.encode() if isinstance(value, str) else value
    assert [part.content for part in parsed(multipart({"a": value}))] == [content]


def escaped(text: str) -> str:
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


names = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.lists(st.tuples(names, st.none() | names, st.binary())))
@example([('a"; filename="x', "b\r\n\r\nInjected: 1", b"\r\n--")])
@example([("\n\r\u2028\x0b\x85\x00", "", b"\r"), ("", "", b"\n"), ("é", "日本", b"\r\n")])
def test_any_names_and_contents_are_read_back(rows: list[tuple[str, str | None, bytes]]) -> None:
    body = multipart([(name, Part(content, filename=filename)) for name, filename, content in rows])
    if not rows:
        return
    content = b"".join(blocking(body))
    boundary = str(body.content_type).partition("boundary=")[2].encode()
    *parts, end = content.split(b"--" + boundary)[1:]
    assert end == b"--\r\n"
    read = [re.fullmatch(rb"\r\n([^\r\n]+)\r\n(?:[^\r\n]+\r\n)?\r\n(.*)\r\n", part, re.DOTALL) for part in parts]
    heads = [(f'name="{escaped(n)}"' + ("" if f is None else f'; filename="{escaped(f)}"')) for n, f, _ in rows]
    assert [found and found[1].decode() for found in read] == [f"Content-Disposition: form-data; {h}" for h in heads]
    assert [found and found[2] for found in read] == [content for _, _, content in rows]
    assert body.length == len(content)


printable = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)


@given(st.lists(st.tuples(printable, st.none() | printable, st.binary()), min_size=1))
def test_the_standard_library_reads_them_back_too(rows: list[tuple[str, str | None, bytes]]) -> None:
    given_ = [(name, Part(content, filename=f, content_type="application/octet-stream")) for name, f, content in rows]
    heads = [
        f'form-data; name="{escaped(n)}"' + ("" if f is None else f'; filename="{escaped(f)}"') for n, f, _ in rows
    ]
    expected = [
        Read(head, "application/octet-stream", content) for head, (_, _, content) in zip(heads, rows, strict=True)
    ]
    assert parsed(multipart(given_)) == expected


# -- length, replay, faces ---------------------------------------------------------------------------------------------


def test_a_length_is_known_if_all_are(path: Path) -> None:
    whole = multipart({"a": path, "b": "x", "c": LARGE})
    assert whole.length == len(b"".join(blocking(whole)))
    assert multipart({"a": path, "b": halves}).length is None


@both
def test_a_form_with_a_part_that_can_be_sent_once_is_sent_once(path: Path, take: Take) -> None:
    body = multipart({"path": path, "once": halves()})
    assert (body.replayable, body.length) == (False, None)
    assert [part.content for part in parsed(body, take)] == [LARGE, LARGE]
    with pytest.raises(BodyUsed, match="the generator can be sent only once"):
        body.achunks()


def test_a_used_part_is_known_before_the_first_byte() -> None:
    used = body_of(halves())
    blocking(used)
    body: Any = multipart({"first": LARGE, "used": used})
    with pytest.raises(BodyUsed):
        body.chunks()
    same = body_of(halves())
    twice: Any = multipart({"one": same, "two": same})
    with pytest.raises(BodyUsed):
        twice.chunks()


@pytest.mark.parametrize(
    "make", [ahalves, lambda: ahalves, lambda: watched(ahalves())], ids=["once", "factory", "body"]
)
def test_an_async_part_makes_an_async_form(make: Callable[[], Any], path: Path) -> None:
    body = multipart({"a": path, "b": make()})
    assert type(body) is AsyncOutgoing
    assert not isinstance(body, Body)
    assert [part.content for part in parsed(body, suspending)] == [LARGE, LARGE]


def watched(value: Any) -> AsyncOutgoing:
    return with_progress(value, lambda *_: None)


@both
@pytest.mark.parametrize("size", [0, 10, CHUNK])
def test_a_part_that_shrinks_or_grows_breaks_the_form(path: Path, take: Take, size: int) -> None:
    for change in (lambda: os.truncate(path, size), lambda: path.write_bytes(LARGE + b"x")):
        path.write_bytes(LARGE)
        body = multipart({"a": "1", "b": path, "c": "2"})
        change()
        with pytest.raises(BodyChanged, match=r"report\.csv"):
            take(body)


def test_a_file_may_be_several_parts(path: Path) -> None:
    with path.open("rb") as file:
        file.seek(5)
        assert [part.content for part in parsed(multipart([("a", file), ("b", file)]))] == [LARGE[5:]] * 2


def test_a_form_can_be_compressed_and_watched_as_a_whole(path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    form = multipart({"a": path})
    body = gzipped(with_progress(form, lambda sent, total: told.append((sent, total))))
    assert body.content_type == form.content_type
    blocking(body)
    assert told[-1] == (form.length, form.length)


def test_files_are_opened_one_at_a_time(tmp_path: Path) -> None:
    paths = [tmp_path / str(number) for number in range(5)]
    for each in paths:
        each.write_bytes(b"x")

    def opened() -> int:
        found = (os.path.realpath(fd) for fd in Path("/proc/self/fd").iterdir())
        return sum(name.startswith(str(tmp_path)) for name in found)

    body = multipart([("f", each) for each in paths])
    assert isinstance(body, Outgoing)
    assert {opened() for _ in body.chunks()} <= {0, 1}
    assert opened() == 0


def test_a_large_form_takes_no_memory(tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.touch()
    os.truncate(large, 64 << 20)
    body: Any = multipart([("a", large), ("b", large)])
    tracemalloc.start()
    try:
        for _ in body.chunks():
            pass
        assert tracemalloc.get_traced_memory()[1] < 8 * CHUNK
    finally:
        tracemalloc.stop()


# -- what is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1, "give a str"),
        (True, "give a str"),
        (None, "give a str"),
        (["a"], "for several values give pairs"),
        ({"a": 1}, "give a str"),
        ("\ud800", "lone surrogate"),
        (Path("missing"), "cannot be read"),
        (io.StringIO("x"), "mode 'rb'"),
        (Part(b"x", filename="\ud800"), "filename holds a lone surrogate"),
        (Part(Part("x")), "a Part is no body"),
        (gzipped(b"x"), "compress the whole form"),
        (Part(b"x", content_type="a\r\nb"), "Content-Type"),
        (Part(b"x", headers={"X-A": "a\r\nInjected: 1"}), "line breaks"),
        (Part(b"x", headers={"X A": "1"}), "not a token"),
        (Part(b"x", headers={"content-TYPE": "text/plain"}), "give filename and content_type"),
        (Part(b"x", headers={"Content-Disposition": "x"}), "give filename and content_type"),
    ],
    ids=shown,
)
def test_a_value_that_cannot_be_sent_is_refused_with_its_name(value: Any, said: str) -> None:
    with pytest.raises(RequestError, match=said) as caught:
        multipart({"ok": "1", "field": value})
    assert isinstance(caught.value, InvalidPayload | InvalidHeader)
    assert caught.value.where == "field"
    assert "field 'field': " in str(caught.value)


@pytest.mark.parametrize("fields", [1, ["abc"], [("a",)], {1: "x"}, [(b"a", "x")], "abc"], ids=shown)
def test_what_is_no_form_is_refused(fields: Any) -> None:
    with pytest.raises(InvalidPayload):
        multipart(fields)


@pytest.mark.parametrize("boundary", ["", "a b", "a\r\nb", "ü", "x" * 71, 'a"b', "a\n"], ids=shown)
def test_a_boundary_is_checked(boundary: str) -> None:
    with pytest.raises(InvalidPayload, match="1 to 70") as caught:
        multipart({}, boundary=boundary)
    assert caught.value.where == "boundary"


def test_a_boundary_is_one_for_all_sendings_of_a_form_and_another_for_the_next() -> None:
    one, other = multipart({"a": "1"}), multipart({"a": "1"})
    assert one.content_type != other.content_type
    assert blocking(one) == blocking(one) != blocking(other)


def test_no_repr_shows_content() -> None:
    part = Part("secret", filename="x", headers={"X-Token": "secret"})
    assert repr(part) == "Part(str, filename='x', content_type=None)"
    assert repr(multipart({"a": part}, boundary="b")) == "Outgoing(a form, 135 bytes, replayable)"


@pytest.mark.parametrize(
    ("file", "name"),
    [
        (b"x", b'filename="blob"'),
        (body_of(lambda: iter([b"x"])), b'filename="blob"'),
        (iter([b"x"]), b'filename="blob"'),
        (io.BytesIO(b"x"), b'filename="blob"'),
        (Part(b"x", content_type="text/plain"), b'filename="blob"'),
        (Part(b"x", filename="a.txt"), b'filename="a.txt"'),
    ],
)
def test_a_file_that_a_manifest_declares_always_has_a_name(file: Any, name: bytes) -> None:
    photo = {"properties": {"photo": {"type": "string", "format": "binary"}, "note": "string"}, "required": ["photo"]}
    request = sent(manifest({"body": "multipart", "request": photo}), {"photo": file, "note": "n"})
    assert isinstance(request.body, bytes)
    assert name in request.body
    assert b'name="note"\r\n\r\nn' in request.body
