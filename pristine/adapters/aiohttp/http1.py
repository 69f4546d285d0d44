"""An HTTP/1.1 request as bytes, for adapters whose vendor would write it otherwise.

Every field goes out as it is given, in order, in Latin-1 (RFC 9110 section 5.5); added are `Host` and what says where
the body ends, where they are missing. What could be taken for another request is refused before anything is sent.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Final

from pristine.ports.body import METHODS_WITH_BODY, length_of
from pristine.ports.errors import ConnectFailed, ProtocolViolation, RetrySafe
from pristine.ports.messages import Request
from pristine.ports.patterns import pattern

_URL: Final = pattern(r"((?i:https?)://[!\"$-.0->@-~]+)([!\"$-~]*)(?:#[!-~]*)?")
_NAME: Final = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
_HEAD: Final = pattern(rf"{_NAME} [!-~]++ HTTP/1\.1\r\n(?:{_NAME}:[\t\x20-\x7e\x80-\xff]*+\r\n)*+")


def split_url(request: Request) -> tuple[str, str]:
    """The origin, with the scheme, and the target: what stands in the request's first line."""
    match = _URL.fullmatch(request.url)
    if match is None:
        raise ConnectFailed(f"not a URL that can be requested: {request.shown_url}", retry_safe=RetrySafe.NO)
    origin, target = match.groups()
    return origin, target if target[:1] == "/" else f"/{target}"


def request_head(request: Request, target: str, defaults: Sequence[tuple[str, str]]) -> bytes:
    """The first line and the fields, up to the empty line; raises ProtocolViolation for what is not HTTP.

    `defaults` are fields for a request that has none of its own: each as it begins, in small letters and behind the
    end of the line before it, and as it is written.
    """
    given = [f"{name}: {value}\r\n" for name, value in request.headers.multi_items()]
    names = f"\n{''.join(given)}".lower()  # a search in one text costs less than a set of names
    lines = [f"{request.method} {target} HTTP/1.1\r\n", *[line for name, line in defaults if name not in names], *given]
    length, known = length_of(request.body), names.count("\ncontent-length:")
    if length is None:
        lines.append("Transfer-Encoding: chunked\r\n")
    elif not known and (request.body is not None or request.method in METHODS_WITH_BODY):
        lines.append(f"Content-Length: {length}\r\n")
    head = "".join(lines)
    framed = not known or (known == 1 and f"\ncontent-length: {length}\r\n" in names)
    sound = _HEAD.fullmatch(head) and head.count("\r\n") == len(lines)
    if not (sound and framed and "\ntransfer-encoding:" not in names):
        raise ProtocolViolation("the request cannot be written as HTTP", retry_safe=RetrySafe.NO)
    return f"{head}\r\n".encode("latin-1")


async def framed(chunks: AsyncIterator[bytes], length: int | None) -> AsyncGenerator[bytes]:
    """A body as it is sent: its chunks, in the chunked coding where its length is not known (RFC 9112 section 7.1)."""
    left = length
    try:
        async for chunk in chunks:
            if left is None:
                yield b"%x\r\n%b\r\n" % (len(chunk), chunk)
            elif (left := left - len(chunk)) >= 0:
                yield chunk
            else:
                break
        if left:
            raise ProtocolViolation(f"the body has not the {length} bytes that it said", retry_safe=RetrySafe.NO)
    finally:
        if aclose := getattr(chunks, "aclose", None):
            await aclose()
    if left is None:
        yield b"0\r\n\r\n"
