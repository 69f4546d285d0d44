"""HTTP/1.1 on a connection (RFC 9112): requests are read whole and strictly, a stream is sent piece by piece."""

import asyncio
import re
from contextlib import suppress
from http import HTTPStatus
from typing import Final

import attrs

from pristine.ports.errors import InvalidHeader
from pristine.ports.fields import check_field
from pristine.ports.headers import Headers
from pristine.testing.mock.messages import WITHOUT_BODY, Answer, Incoming, Refusal, Wrong

LONGEST_HEAD: Final = 64 * 1024
LARGEST_BODY: Final = 64 * 1024 * 1024
LONGEST_FAREWELL: Final = 2.0

_START: Final = re.compile(r"([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([!-~]+) HTTP/1\.([01])")
_ORIGIN: Final = re.compile(r"https?://[^/?#]*", re.IGNORECASE)


async def read_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Incoming | None:
    """The next request; None where the peer has closed. Raises Refusal for what is not HTTP/1."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    except asyncio.LimitOverrunError:
        raise Refusal(431, Wrong("headers", f"are longer than {LONGEST_HEAD} bytes")) from None
    start, *lines = head[:-4].lstrip("\r\n").split("\r\n")
    match = _START.fullmatch(start)
    if match is None:
        raise Refusal(400, Wrong("", "the request does not begin as one of HTTP/1.1"))
    headers = Headers([_field(line) for line in lines])
    method, target, minor = match.groups()
    if minor == "1" and len(headers.get_all("host")) != 1:
        raise Refusal(400, Wrong("header.Host", "must be there once (RFC 9112 section 3.2)"))
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = await _body(reader, headers)
    said = {part.strip().lower() for part in headers.get("connection", "").split(",")}
    keep = "close" not in said and (minor == "1" or "keep-alive" in said)
    return Incoming(method, _ORIGIN.sub("", target, count=1) or "/", headers, body, keep, minor == "0")


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    try:
        check_field(name, value.strip(" \t"))
    except InvalidHeader as error:
        raise Refusal(400, Wrong("headers", error.message)) from None
    return name, value.strip(" \t")


async def _body(reader: asyncio.StreamReader, headers: Headers) -> bytes:
    lengths, codings = set(headers.get_all("content-length")), headers.get("transfer-encoding")
    try:
        if codings is not None:
            if lengths or codings.strip().lower() != "chunked":
                raise Refusal(400, Wrong("header.Transfer-Encoding", "must be chunked, without a Content-Length"))
            return await _chunked(reader)
        if len(lengths) > 1 or not all(re.fullmatch("[0-9]{1,18}", one) for one in lengths):
            raise Refusal(400, Wrong("header.Content-Length", "must be one number"))
        return await reader.readexactly(_allowed(int(next(iter(lengths), "0"))))
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        raise Refusal(400, Wrong("body", "is cut short")) from None


async def _chunked(reader: asyncio.StreamReader) -> bytes:
    found = bytearray()
    while True:
        size, _, _ = (await reader.readuntil(b"\r\n")).strip().partition(b";")
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,15}", size.strip()):
            raise Refusal(400, Wrong("body", "has a chunk without its size"))
        if not int(size, 16):
            break
        chunk = await reader.readexactly(_allowed(len(found) + int(size, 16)) - len(found) + 2)
        if chunk[-2:] != b"\r\n":
            raise Refusal(400, Wrong("body", "has a chunk that is longer than its size"))
        found += chunk[:-2]
    while (await reader.readuntil(b"\r\n")) != b"\r\n":
        pass  # trailers
    return bytes(found)


def _allowed(size: int) -> int:
    if size > LARGEST_BODY:
        raise Refusal(413, Wrong("body", f"is larger than {LARGEST_BODY} bytes"))
    return size


# -- answers -----------------------------------------------------------------------------------------------------------


def head_of(answer: Answer, *, keep: bool) -> bytes:
    """The head of a response, with what its body needs."""
    phrase = HTTPStatus(answer.status).phrase if answer.status in _KNOWN else "Unknown"
    fields = list(answer.headers.multi_items())
    if answer.pieces is not None:
        fields.append(("Transfer-Encoding", "chunked"))
    elif answer.status not in WITHOUT_BODY or answer.status == 205:  # which has a length, 0 (RFC 9110 section 15.3.6)
        fields.append(("Content-Length", str(len(answer.body))))
    if not keep:
        fields.append(("Connection", "close"))
    lines = [f"HTTP/1.1 {answer.status} {phrase}", *(f"{name}: {value}" for name, value in fields)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")


_KNOWN: Final = frozenset(HTTPStatus)


def chunk(piece: bytes) -> bytes:
    """A piece of a stream, framed."""
    return b"%x\r\n%b\r\n" % (len(piece), piece)


def parts_of(answer: Answer, *, with_body: bool) -> list[bytes]:
    """What follows the head, as it is to be sent: each part by itself."""
    if not with_body or answer.status in WITHOUT_BODY:
        return []
    if answer.pieces is None:
        return [answer.body] if answer.body else []
    return [*(chunk(piece) for piece in answer.pieces if piece), b"0\r\n\r\n"]


def unchunked(answer: Answer) -> Answer:
    """The answer for HTTP/1.0, which has no chunks."""
    return attrs.evolve(answer, pieces=None, body=b"".join(answer.pieces)) if answer.pieces is not None else answer


async def see_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Let the peer read the last response before the connection is closed: what it still sends would reset it."""
    with suppress(OSError, TimeoutError):
        writer.write_eof()
        async with asyncio.timeout(LONGEST_FAREWELL):
            while await reader.read(65536):
                pass


async def send(writer: asyncio.StreamWriter, *parts: bytes) -> bool:
    """Send parts, each as soon as the peer takes it; False where it has gone."""
    with suppress(ConnectionError):
        for part in parts:
            writer.write(part)
            await writer.drain()
        return not writer.is_closing()
    return False
