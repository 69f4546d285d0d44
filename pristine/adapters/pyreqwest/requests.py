"""A request in the form of pyreqwest, and a response's head out of it; nothing of a request is changed unsaid.

What the library would write otherwise than it is given is refused before anything is sent: a URL that it rewrites, and
fields that are not UTF-8. Names of fields it writes in Title-Case, and those of one name behind the first of them.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from pyreqwest.client import Client
from pyreqwest.http import Url
from pyreqwest.request import StreamRequest

from pristine.adapters.pyreqwest.uploads import PIECE, Upload
from pristine.ports.body import METHODS_WITH_BODY, length_of
from pristine.ports.errors import ConnectFailed, ProtocolViolation, RetrySafe
from pristine.ports.messages import Request, StreamHead
from pristine.ports.patterns import pattern
from pristine.ports.values import frozen

_URL: Final = pattern(r"((?i:https?)://)(?:[^/?#@]*@)?([^/?#@]+)([^#]*)(?:#.*)?")
_ASCII: Final = pattern(r"[\t\x20-\x7e]*")
_FIELD: Final = pattern(r"[\t\x20-\x7e\x80-\xff]*")
_NAMES: Final = pattern(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?: [!#$%&'*+\-.^_`|~0-9A-Za-z]+)* ?")
"""The method and the names of the fields, each a token (RFC 9110 section 5.6.2)."""

_REMEMBERED: Final = 256
"""URLs, and lists of names, that need not be looked at again: a client has few of them, and asks each often."""

_UNREADABLE: Final = "\ufffd"
"""In the place of a response's field that is not ASCII, which the library does not give."""


@frozen
class Prepared:
    """A request that can be sent."""

    origin: str
    url: Url
    fields: list[tuple[str, str]]
    request: Request

    def on(self, client: Client, upload: Upload | None, ahead: int) -> StreamRequest:
        """The request as one of a client's, which reads so many bytes of the body before it is asked for them."""
        try:
            builder = client.request(self.request.method, self.url).headers(self.fields)
            builder = builder.streamed_read_buffer_limit(ahead)
            if upload is not None:
                builder = builder.body_stream(upload)
            elif isinstance(self.request.body, bytes):
                builder = builder.body_bytes(self.request.body)
            return builder.build_streamed()
        except ValueError:
            raise _unwritable() from None  # it quotes the field


def prepared(request: Request) -> Prepared:
    """Raises ConnectFailed for what is not a URL, and ProtocolViolation for what is not a request."""
    origin, url = _parsed(request)
    return Prepared(origin, url, _fields(request), request)


def has_upload(request: Request) -> bool:
    """Whether the body is given piece by piece."""
    body = request.body
    return body is not None and (not isinstance(body, bytes) or len(body) > PIECE)


def _parsed(request: Request) -> tuple[str, Url]:
    try:
        parsed = _url(request.url)
    except ValueError as error:
        told = f"not a URL that can be requested: {request.shown_url}"
        raise ConnectFailed(told, retry_safe=RetrySafe.NO) from error
    if parsed is None:
        told = f"not a URL that pyreqwest requests as it is written: {request.shown_url}"
        raise ConnectFailed(told, retry_safe=RetrySafe.NO)
    return parsed


@lru_cache(_REMEMBERED)
def _url(given: str) -> tuple[str, Url] | None:
    """The origin, and the URL without user information, which would become a field; None for what it rewrites."""
    match = _URL.fullmatch(given)
    scheme, host, target = match.groups() if match else ("", "", "")
    url = Url(f"{scheme}{host}{target}")
    query = url.query_string
    written = url.path if query is None else f"{url.path}?{query}"
    return (url.origin_ascii, url) if written == (target if target[:1] == "/" else f"/{target}") else None


def _fields(request: Request) -> list[tuple[str, str]]:
    fields = list(request.headers.multi_items())
    names = _names(request.method, tuple([name for name, _ in fields]))
    body = request.body
    length = length_of(body)
    if "content-length" in names and request.headers["content-length"] != str(length):
        raise _unwritable()
    text = "".join([value for _, value in fields])
    if not ((text.isascii() and text.isprintable()) or _ASCII.fullmatch(text)):
        fields = [(name, _utf8(value)) for name, value in fields]
    if length is None:
        fields.append(("Transfer-Encoding", "chunked"))
    elif "content-length" not in names and (body is not None or request.method in METHODS_WITH_BODY):
        fields.append(("Content-Length", str(length)))
    return fields


@lru_cache(_REMEMBERED)
def _names(method: str, given: tuple[str, ...]) -> frozenset[str]:
    """The names in lower case; raises ProtocolViolation for what is no name, or not the caller's to say."""
    names = frozenset(map(str.lower, given))
    if "transfer-encoding" in names or not _NAMES.fullmatch(f"{method} {' '.join(names)}"):
        raise _unwritable()
    return names


def _utf8(value: str) -> str:
    """The text whose UTF-8 is the field in Latin-1 (RFC 9110 section 5.5), since that is how the library writes it."""
    try:
        if _FIELD.fullmatch(value):
            return value.encode("latin-1").decode()
    except UnicodeDecodeError:
        pass
    raise _unwritable()


def _unwritable() -> ProtocolViolation:
    told = "the request cannot be written as HTTP, or not by pyreqwest, whose fields are UTF-8"
    return ProtocolViolation(told, retry_safe=RetrySafe.NO)


def head_of(response: Any) -> StreamHead:
    """The head of a response of the library's."""
    headers = response.headers
    try:
        return StreamHead(response.status, list(headers.items()))
    except ValueError:
        values = iter(headers.values())
        return StreamHead(response.status, [(name, _readable(values)) for name in headers.keys()])  # noqa: SIM118 repeats


def _readable(values: Iterator[str]) -> str:
    try:
        return next(values)
    except ValueError:
        return _UNREADABLE
