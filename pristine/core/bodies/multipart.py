"""Fields and files -> one multipart/form-data body whose parts are streamed (RFC 7578).

Names are escaped as browsers do (WHATWG HTML, "multipart form data"), so that none can add a line or end its quotes.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, Final, TypeAlias
from uuid import uuid4

from pristine.core.bodies.outgoing import AsyncOutgoing, Face, Outgoing, Script, Source, passed
from pristine.core.bodies.sources import CHUNK, body_of, guess_type
from pristine.ports.errors import InvalidHeader, InvalidPayload, RequestError
from pristine.ports.fields import checked
from pristine.ports.headers import HeaderSource
from pristine.ports.patterns import pattern
from pristine.ports.values import frozen

Fields: TypeAlias = Mapping[str, Any] | Iterable[tuple[str, Any]]

_BOUNDARY: Final = pattern(r"[0-9A-Za-z_.+-]{1,70}")  # of RFC 2046's characters those that need no quotes
_ESCAPES: Final = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})
_OURS: Final = ("content-disposition", "content-type", "content-length", "content-transfer-encoding")


@frozen(repr=False)
class Part:
    """One value of a form, and what is said about it.

    `value` is a str or whatever `body_of` takes. `filename` is a file's own name unless given; with one the part is a
    file, with the type that is given, or guessed, or application/octet-stream. `headers` are further fields.
    """

    value: Any
    filename: str | None = None
    content_type: str | None = None
    headers: HeaderSource = ()

    def __repr__(self) -> str:
        return f"Part({type(self.value).__name__}, filename={self.filename!r}, content_type={self.content_type!r})"


def multipart(fields: Fields, *, boundary: str | None = None) -> Outgoing | AsyncOutgoing:
    """A form of names and values: str, Part, or whatever `body_of` takes. Pairs may repeat a name.

    Its length is known if every part's is, and it can be sent again if every part can; with an async part only the
    async face can send it. A `boundary` that is given must not occur in the contents; without one it is a random UUID.
    Raises InvalidPayload or InvalidHeader with the field's name as `where`.
    """
    boundary = uuid4().hex if boundary is None else boundary
    if not _BOUNDARY.fullmatch(boundary):
        raise InvalidPayload("a boundary is 1 to 70 letters, digits and any of _.+-", where="boundary")
    segments = tuple(_merged(_segments(_pairs(fields), boundary)))
    bodies = [segment for segment in segments if not isinstance(segment, bytes)]
    lengths = [len(segment) if isinstance(segment, bytes) else segment.length for segment in segments]
    kind = Outgoing if all(isinstance(body, Outgoing) for body in bodies) else AsyncOutgoing
    return kind(
        "a form",
        lambda face: _form(face, segments),
        None if None in lengths else sum(length or 0 for length in lengths),
        f"multipart/form-data; boundary={boundary}",
        replayable=all(body.replayable for body in bodies),
    )


def _form(face: Face, segments: tuple[bytes | AsyncOutgoing, ...]) -> Script:
    """What can be sent only once is taken at once: if it is gone, that must be known before the first byte."""
    ready = [_ready(face, segment) for segment in segments]
    return _written(face, ready)


def _ready(face: Face, segment: bytes | AsyncOutgoing) -> bytes | AsyncOutgoing | Source:
    return segment if isinstance(segment, bytes) or segment.replayable else face.open(segment)


def _written(face: Face, ready: list[bytes | AsyncOutgoing | Source]) -> Script:
    for segment in ready:
        if isinstance(segment, bytes):
            yield segment
        else:
            yield from passed(segment if isinstance(segment, Source) else face.open(segment))


def _pairs(fields: Fields) -> Iterator[tuple[str, Any]]:
    pairs = fields.items() if isinstance(fields, Mapping) else fields
    try:
        listed = [(name, value) for name, value in pairs]
    except (TypeError, ValueError):
        raise InvalidPayload("a form must be a mapping from names to values, or pairs of both") from None
    for name, value in listed:
        if not isinstance(name, str):
            raise InvalidPayload(f"the name of a form's field must be a str, not {type(name).__name__}")
        yield name, value


def _segments(pairs: Iterable[tuple[str, Any]], boundary: str) -> Iterator[bytes | AsyncOutgoing]:
    for name, value in pairs:
        part = value if isinstance(value, Part) else Part(value)
        try:
            content, body = _content(part)
            yield b"--%b\r\n%b\r\n" % (boundary.encode(), _head(name, part, body))
        except RequestError as error:
            error.where, error.message = name, f"field {name!r}: {error.message}"
            raise
        yield body if content is None else content
        yield b"\r\n"
    yield b"--%b--\r\n" % boundary.encode()


def _content(part: Part) -> tuple[bytes | None, AsyncOutgoing]:
    """A part's value as a body, and its bytes too where it is a short one that needs no streaming."""
    value = _utf8(part.value, "the value") if isinstance(part.value, str) else part.value
    if value is None or isinstance(value, (int, float, list, tuple, Mapping)):
        raise InvalidPayload(f"a {type(value).__name__} is no text: give a str; for several values give pairs")
    body = body_of(value, content_type=part.content_type)
    if body.content_encoding:
        raise InvalidPayload("a form cannot say that one of its parts is compressed: compress the whole form")
    return (value if isinstance(value, bytes) and len(value) <= CHUNK else None), body


def _head(name: str, part: Part, body: AsyncOutgoing) -> bytes:
    filename = body.name if part.filename is None else part.filename
    disposition = b'form-data; name="%b"' % _escaped(name, "the name")
    kind = body.content_type
    if filename is not None:
        disposition += b'; filename="%b"' % _escaped(filename, "the filename")
        kind = kind or guess_type(filename) or "application/octet-stream"
    lines = [b"Content-Disposition: " + disposition]
    lines += [f"{field}: {value}".encode("latin-1") for field, value in _further(part, kind)]
    return b"".join(line + b"\r\n" for line in lines)


def _further(part: Part, kind: str | None) -> Iterator[tuple[str, str]]:
    headers = checked(part.headers)
    if ours := next((field for field in _OURS if field in headers), None):
        raise InvalidHeader(f"{ours} is not the headers' to say: give filename and content_type")
    yield from checked({"Content-Type": kind} if kind else {}).multi_items()
    yield from headers.multi_items()


def _escaped(text: str, what: str) -> bytes:
    return _utf8(text.translate(_ESCAPES), what)


def _utf8(text: str, what: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InvalidPayload(f"{what} holds a lone surrogate, which has no UTF-8: give another with Part") from None


def _merged(segments: Iterable[bytes | AsyncOutgoing]) -> Iterator[bytes | AsyncOutgoing]:
    """Neighbouring bytes as one: a form of short fields is one chunk."""
    for literal, group in groupby(segments, lambda segment: isinstance(segment, bytes)):
        if literal:
            yield b"".join(segment for segment in group if isinstance(segment, bytes))
        else:
            yield from group
