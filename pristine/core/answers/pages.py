"""Lists that go on from page to page: what the next call is, decided without making it. Sans-IO.

Each page is fetched when it is asked for. A page that leads to itself ends in an error, never in a loop.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Generic
from urllib.parse import urljoin, urlsplit

import attrs

from pristine.core.answers.failures import found
from pristine.manifest.model import PageStyle, Pagination, Where
from pristine.ports import formats
from pristine.ports.errors import ConfigurationError, DecodeError
from pristine.ports.generic import Of_co
from pristine.ports.headers import Headers
from pristine.ports.ledger import Attempt
from pristine.ports.messages import Response
from pristine.ports.values import frozen

Token = str | int
"""Where a list goes on: a cursor, a number of items or of a page, or a URL. It can be kept and used later."""


@frozen
class Page(Generic[Of_co]):
    """One page: its `items`, the whole `value` that they are from, and the `next` token, None at the end.

    `attempts` is the ledger: those that it took.
    """

    items: Sequence[Of_co]
    value: Any = attrs.field(repr=False)
    next: Token | None = None
    attempts: tuple[Attempt, ...] = attrs.field(default=(), repr=False, eq=False)


@frozen
class Ask:
    """What a call for a page says beside the caller's own: parameters, fields of the payload, or a whole URL."""

    query: Mapping[str, Any] = attrs.field(factory=dict)
    body: Mapping[str, Any] = attrs.field(factory=dict)
    url: str | None = None


NO_PAGE: Final = Ask()

_NO: Final = (None, False, 0, "", "false", "0")
"""What a page says where there is no other, in JSON or in a field."""


class Pager:
    """The state of one list. `token` is where it goes on, None before the first page; `ended`: there is no other."""

    def __init__(self, pagination: Pagination | None, start: Token | None = None, size: int | None = None) -> None:
        if pagination is None:
            raise ConfigurationError("its answers are not pages: the manifest gives it no 'pagination'")
        if size is not None and not pagination.size:
            raise ConfigurationError("its pages have no size that can be chosen: the manifest names no 'size'")
        self._how = pagination
        self._size = size
        self.token = start
        self.ended = False

    def ask(self, base: str | None) -> Ask:
        """The next call, where the API is at `base`; raises DecodeError for a page of another origin."""
        how, token = self._how, self.token
        if how.style is PageStyle.LINK and token is not None:
            return Ask(url=at_home(str(token), base or ""))
        if how.style is PageStyle.PAGE and token is None:
            token = how.start
        said = {
            name: value
            for name, value in ((how.parameter, token), (how.size, self._size))
            if name and value is not None
        }
        return Ask(query=said) if how.into == "query" else Ask(body=said)

    def page(self, response: Response, value: Any, whole: Any) -> Page:
        """What came: `value` as the call gives it, `whole` the body with nothing unwrapped."""
        items = value if not self._how.items else found(Where(path=self._how.items), response.headers, value)
        if not isinstance(items, Sequence) or isinstance(items, (str, bytes)):
            where = ".".join(map(str, self._how.items))
            raise DecodeError(f"{where or 'the whole'}: the items of a page must be an array", where=where)
        token = self._next(response.headers, whole, len(items))
        if token is not None and token == self.token:
            raise DecodeError(f"the page leads to itself: its next token is that of the page ({str(token)!r:.40})")
        self.token, self.ended = token, token is None
        return Page(items, value, token)

    def _next(self, headers: Headers, whole: Any, count: int) -> Token | None:
        how = self._how
        if how.more is not None and found(how.more, headers, whole) in _NO:
            return None
        if how.style is PageStyle.LINK:
            told = found(how.next, headers, whole) if how.next else link_to_next(headers)
            return str(told) if told else None
        if how.style is PageStyle.CURSOR:
            cursor = found(how.next, headers, whole) if how.next else None
            if isinstance(cursor, formats.TYPES):
                cursor = formats.writes(cursor)  # one that is declared with a format
            return cursor if isinstance(cursor, (str, int)) and cursor != "" and not isinstance(cursor, bool) else None
        if count == 0 or (how.more is None and self._size is not None and count < self._size):
            return None
        total = found(how.total, headers, whole) if how.total else None
        before = how.start if self.token is None else int(self.token)
        after = before + (count if how.style is PageStyle.OFFSET else 1)
        return None if isinstance(total, int) and after >= total else after


def at_home(link: str, base: str, what: str = "the next page") -> str:
    """The URL of a link, which may be relative; a credential goes to no other origin."""
    try:
        url = urljoin(f"{base}/", link)
        elsewhere = urlsplit(url)[:2] != urlsplit(base)[:2]
    except ValueError:  # "http://["
        url, elsewhere = "", True
    if elsewhere or not re.fullmatch(r"[!-~]+", url):
        raise DecodeError(f"{what} is at another origin, or its link is not a URL")
    return url.partition("#")[0]


def link_to_next(headers: Headers) -> str | None:
    """The target of the first link with `rel=next` in Link fields (RFC 8288 section 3), or None."""
    for value in headers.get_all("link"):
        for target, parameters in _links(value):
            if "next" in parameters.get("rel", "").lower().split():
                return target
    return None


def _links(value: str) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    rest = value
    while (start := rest.find("<")) >= 0 and (end := rest.find(">", start)) >= 0:
        target, rest = rest[start + 1 : end], rest[end + 1 :]
        parameters, rest = _parameters(rest)
        found.append((target, parameters))
    return found


def _parameters(text: str) -> tuple[dict[str, str], str]:
    """The `;name=value` that follow a target, and what is behind the comma that ends them."""
    known: dict[str, str] = {}
    while text.lstrip().startswith(";"):
        name, sign, text = text.lstrip()[1:].partition("=")
        if not sign:
            break
        text = text.lstrip()
        if text.startswith('"'):
            value, _, text = text[1:].partition('"')
        else:
            size = next((at for at, letter in enumerate(text) if letter in ";,"), len(text))
            value, text = text[:size].strip(), text[size:]
        known.setdefault(name.strip().lower(), value)
    return known, text.lstrip().removeprefix(",")
