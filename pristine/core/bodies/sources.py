"""What a user may give as a body -> a body that knows its length and whether it can be sent again."""

import inspect
import mimetypes
import os
import stat
import zlib
from collections.abc import AsyncIterable, Callable, Iterator
from pathlib import Path, PurePath
from typing import Any, Final, TypeAlias

import attrs

from pristine.core.bodies.outgoing import AsyncOutgoing, Face, Outgoing, Script, Source, passed, pull, whole
from pristine.ports.body import AsyncBody, Body
from pristine.ports.errors import BodyChanged, BodyUsed, ConfigurationError, InvalidPayload
from pristine.ports.fields import check_field
from pristine.ports.model import Model

CHUNK: Final = 65536
"""Bytes that are read from a file, or cut from bytes, at a time."""

ProgressCallback: TypeAlias = Callable[[int, int | None], object]
"""Called with the bytes sent so far and the total, or None where that is not known."""

_GZIP: Final = 31  # zlib's number for gzip's wrapper, whose time is 0
_CODED: Final = {"gzip": "application/gzip", "bzip2": "application/x-bzip2", "xz": "application/x-xz"}
_INSTEAD: Final = "give bytes, a Path, a seekable file, or a function that returns a new iterator each time"


# -- what a body is made of --------------------------------------------------------------------------------------------


def body_of(value: Any, *, content_type: str | None = None) -> Outgoing | AsyncOutgoing:
    """A body from bytes, a Path, an open binary file, an iterator, a function that returns one of them, or a body.

    A Path is opened for each sending. An open file is sent from its current offset, and stays open. An iterator is
    sent once and then closed. A function is called for each sending, and what it returns is closed. An async iterator
    can be sent by the async face alone. bytearray and memoryview are copied. The content type of a file is guessed by
    its name. Raises InvalidPayload for what is none of these or cannot be read, InvalidHeader for a bad content type.
    """
    if content_type is not None:
        check_field("Content-Type", content_type)
    make = next((make for accepts, make in _MAKERS if accepts(value)), None)
    if make is None:
        raise InvalidPayload(_refusal(value))
    body = make(value)
    return body if content_type is None else attrs.evolve(body, content_type=content_type)


def _refusal(value: Any) -> str:
    if isinstance(value, str):
        return "a str is no body: encode it (text.encode()), or give a pathlib.Path if it names a file"
    hint = "bytes, a Path, an open binary file, an iterator of bytes, or a function that returns one of them"
    return f"a {type(value).__name__} is no body: give {hint}"


def _of_body(value: AsyncBody) -> Outgoing | AsyncOutgoing:
    """Another's body, kept to its promises."""
    said, length = f"the {type(value).__name__}", value.length
    take = (lambda: value) if value.replayable else _Once(value, said).take
    kind = Outgoing if isinstance(value, Body) else AsyncOutgoing
    return kind(
        said,
        lambda face: whole(face.open(take()), said, length),
        length,
        value.content_type,
        value.content_encoding,
        value.replayable,
    )


def _of_bytes(value: bytes | bytearray | memoryview) -> Outgoing:
    content = bytes(value)
    cuts = range(0, len(content), CHUNK)
    return Outgoing(
        "bytes", lambda face: passed(face.own(content[cut : cut + CHUNK] for cut in cuts)), length=len(content)
    )


def _of_path(value: "os.PathLike[Any]") -> Outgoing:
    path = Path(os.fsdecode(value))
    said = f"the file {path.name!r}"
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise InvalidPayload(f"{path} is not a regular file: open what is to be sent, and give that")
        path.open("rb").close()
    except (OSError, ValueError) as error:
        raise InvalidPayload(f"{path} cannot be read: {error}") from error
    length = found.st_size
    return Outgoing(
        said,
        lambda face: whole(face.own(_opened(path, said)), said, length),
        length,
        guess_type(path.name),
        name=path.name,
    )


def _opened(path: Path, said: str) -> Iterator[bytes]:
    try:
        file = path.open("rb", buffering=0)
    except OSError as error:
        raise BodyChanged(f"{said} can no longer be opened: {error}") from error
    with file:
        yield from _read(file, None, said)


def _of_file(file: Any) -> Outgoing:
    given = getattr(file, "name", None)
    name = PurePath(given).name if isinstance(given, str) and given and given[0] != "<" else None
    said = f"the file {name!r}" if name else f"the {type(file).__name__}"
    _check_binary(file, said)
    start, length = _extent(file)
    if start is None:
        once = _Once(_read(file, None, said), said)
        body = Outgoing(said, lambda face: passed(face.own(once.take())), replayable=False)
    elif start and not length:
        raise InvalidPayload(f"{said} stands at its end: nothing would be sent; rewind it with seek(0), or give b''")
    else:
        body = Outgoing(said, lambda face: whole(face.own(_rewound(file, start, said)), said, length), length)
    guessed = guess_type(name or "")  # an open "x.gz" may be read decompressed, and is not guessed at
    return attrs.evolve(body, name=name or "blob", content_type=None if guessed in _CODED.values() else guessed)


def _check_binary(file: Any, said: str) -> None:
    try:
        nothing = file.read(0)
    except (OSError, ValueError, TypeError) as error:
        raise InvalidPayload(f"{said} cannot be read: {error}") from error
    if isinstance(nothing, str):
        raise InvalidPayload(f"{said} is open as text: open it with mode 'rb'")
    if inspect.iscoroutine(nothing):
        nothing.close()
        raise InvalidPayload(f"{said} has an async read(): give an async iterator of its chunks")


def _extent(file: Any) -> tuple[int | None, int | None]:
    """The current offset and the number of bytes from there on; None, None where the file has no offsets.

    The file itself is asked: the descriptor of a gzip.GzipFile, say, belongs to what is compressed.
    """
    try:
        if not getattr(file, "seekable", lambda: True)():
            return None, None
        start = file.tell()
        end = file.seek(0, os.SEEK_END)
        end = file.tell() if end is None else end
        file.seek(start)
    except (AttributeError, OSError, ValueError):
        return None, None
    return start, max(0, end - start)


def _rewound(file: Any, start: int, said: str) -> Iterator[bytes]:
    try:
        file.seek(start)
    except (OSError, ValueError) as error:
        raise BodyUsed(
            f"{said} cannot be rewound ({error}): keep it open until the call ends, or give its Path"
        ) from error
    return _read(file, start, said)


def _read(file: Any, place: int | None, said: str) -> Iterator[bytes]:
    """The rest of a file. With a place it is sought before each read: two sendings do not disturb each other."""
    while True:
        try:
            if place is not None:
                file.seek(place)
            chunk = file.read(CHUNK)
        except (OSError, ValueError) as error:
            raise BodyChanged(f"{said} could not be read to its end: {error}") from error
        if chunk is None:
            raise BodyChanged(f"{said} is in non-blocking mode and has nothing yet: give one that blocks")
        if not chunk:
            return
        yield chunk
        if place is not None:
            place += len(chunk)


def _of_iterator(items: Iterator[Any] | AsyncIterable[Any]) -> Outgoing | AsyncOutgoing:
    said = f"the {type(items).__name__}"
    if _spent(items):
        raise InvalidPayload(f"{said} was read to its end already: nothing would be sent")
    once = _Once(items if isinstance(items, Iterator) else aiter(items), said)
    kind = Outgoing if isinstance(items, Iterator) else AsyncOutgoing
    return kind(said, lambda face: _unspent(face.own(once.take()), said), replayable=False)


def _spent(items: object) -> bool:
    return getattr(items, "gi_frame", items) is None or getattr(items, "ag_frame", items) is None


def _of_factory(make: Callable[[], Any]) -> Outgoing | AsyncOutgoing:
    name = getattr(make, "__name__", type(make).__name__)
    said = f"what {name}() returns"
    if inspect.iscoroutinefunction(make):
        raise InvalidPayload(f"{name} is an async function without a yield: give one that returns an iterator at once")
    last: list[Any] = [None]
    kind = AsyncOutgoing if inspect.isasyncgenfunction(make) else Outgoing
    return kind(said, lambda face: _made(face, make, last, said))


def _made(face: Face, make: Callable[[], Any], last: list[Any], said: str) -> Script:
    """The script of what a factory makes; a file that it opened is closed with the sending."""
    made, before = make(), last[0]
    if hasattr(made, "read"):
        face.own(made)
    if callable(made):
        raise InvalidPayload(f"{said} is a {type(made).__name__}, not an iterator")
    body = body_of(made)
    if made is before and not body.replayable:
        raise BodyUsed(f"{said} is the same {type(made).__name__} as before: return a new one each time")
    last[0] = None if body.replayable else made
    return passed(face.open(body))


class _Once:
    """The place where it is remembered that a source was taken."""

    def __init__(self, source: Any, said: str) -> None:
        self._left, self._said = [source], said

    def take(self) -> Any:
        try:
            return self._left.pop()
        except IndexError:
            raise BodyUsed(f"{self._said} can be sent only once, and its sending had begun: {_INSTEAD}") from None


def _unspent(source: Source, said: str) -> Script:
    if _spent(source.items):
        raise BodyUsed(f"{said} was read to its end by another: {_INSTEAD}")
    yield from passed(source)


def guess_type(name: str) -> str | None:
    """The media type that a file's name suggests. Only its suffixes are looked at: a name is no URL."""
    guessed, coding = mimetypes.guess_type("x" + "".join(PurePath(name).suffixes[-2:]))
    return guessed if coding is None else _CODED.get(coding)


_MAKERS: Final[tuple[tuple[Callable[[Any], bool], Callable[[Any], Outgoing | AsyncOutgoing]], ...]] = (
    (lambda value: isinstance(value, AsyncOutgoing), lambda value: value),
    (lambda value: isinstance(value, AsyncBody), _of_body),
    (lambda value: isinstance(value, (bytes, bytearray, memoryview)), _of_bytes),
    (lambda value: isinstance(value, os.PathLike), _of_path),
    (lambda value: isinstance(value, AsyncIterable), _of_iterator),
    (lambda value: hasattr(value, "read"), _of_file),
    (lambda value: isinstance(value, Iterator), _of_iterator),
    (callable, _of_factory),
)
"""The first that accepts a value makes its body."""

_VALUES: Final = (dict, list, str, int, float, tuple, type(None), Model)


def is_body(value: Any) -> bool:
    """Whether a payload is content by itself, rather than a value to be serialised. A function is not."""
    if isinstance(value, _VALUES):
        return False
    return any(accepts(value) for accepts, make in _MAKERS if make is not _of_factory)


# -- what may be done to a body ----------------------------------------------------------------------------------------


def with_progress(value: Any, callback: ProgressCallback) -> Outgoing | AsyncOutgoing:
    """A body that calls back after each chunk that was handed over, and from 0 again when it is sent again.

    An exception of the callback ends the call, as the caller's own. Around `gzipped` it counts what is sent and knows
    no total; within, what is read.
    """
    if inspect.iscoroutinefunction(callback):
        raise ConfigurationError("a progress callback must be a plain function: nothing would await an async one")
    body = body_of(value)
    return attrs.evolve(body, begin=lambda face: _told(face.open(body), body.length, callback))


def _told(source: Source, total: int | None, callback: ProgressCallback) -> Script:
    sent = 0
    while piece := (yield from pull(source)):
        yield piece
        sent += len(piece)
        callback(sent, total)


def gzipped(value: Any) -> Outgoing | AsyncOutgoing:
    """A body compressed while it is sent (RFC 1952); the same content always gives the same bytes."""
    body = body_of(value)
    if body.content_encoding:
        raise InvalidPayload(f"{body.said} has the content coding {body.content_encoding} already")
    return attrs.evolve(
        body,
        begin=lambda face: _deflated(face.open(body)),
        length=None,
        content_encoding="gzip",
        said=f"{body.said}, gzipped",
    )


def _deflated(source: Source) -> Script:
    deflate = zlib.compressobj(wbits=_GZIP)
    while piece := (yield from pull(source)):
        if made := deflate.compress(piece):
            yield made
    yield deflate.flush()
