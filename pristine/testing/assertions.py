"""Assertions about the requests that a transport was given; a message says what differs and what was sent instead.

No message shows a credential: the values of fields, parameters and members whose names speak of one are masked,
wherever they occur.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NoReturn, Protocol
from urllib.parse import unquote, urlsplit

from pristine.adapters.memory import MemoryTransport
from pristine.core.requests.urls import encode_query
from pristine.ports.messages import Request
from pristine.ports.redaction import credentials, longest_first, scrub
from pristine.testing.differences import WIDTH, Difference, Wanted, differences_of, members, spoken

_LISTED: Final = 20

_TARGET: Final = re.compile(r"(?P<method>\*|[A-Z]+) (?P<where>(https?://|/|\*)[^?#]*)")
_WILD: Final = re.compile(r"(\*\*|\*|\{[^/{}]*\})")


class Asked(Protocol):
    """What keeps the requests that it was given: a MemoryTransport, a Rehearsal."""

    @property
    def requests(self) -> Sequence[Request]: ...


def requests_to(transport: Asked, target: str) -> list[Request]:
    """The requests to a target, in order.

    A target is a method and a path, `"POST /v1/chat"`, or a URL without its query, `"GET https://api.test/v1/chat"`.
    `*` stands for any method and for any text within one segment of a path, `{anything}` for the same, `**` for any
    text at all. Raises ValueError for anything else.
    """
    return [request for request in transport.requests if leads_to(request, target)]


def leads_to(request: Request, target: str) -> bool:
    """Whether a request is one to a target (see `requests_to`)."""
    method, pattern = _target(target)
    url = urlsplit(request.url)
    spellings = (url.path or "/", unquote(url.path), f"{url.scheme}://{url.netloc}{url.path}")
    return method in {"*", request.method} and any(map(pattern.fullmatch, spellings))


def assert_requested(
    transport: Asked,
    target: str,
    *,
    json: Any = ...,
    form: Mapping[str, Any] | None = None,
    query: Mapping[str, Any] | None = None,
    headers: Mapping[str, str | None] | None = None,
    body: bytes | None = None,
    times: int | None = None,
) -> Request:
    """A request to a target (see `requests_to`) was made, and was as described; returns the first such request.

    `json`, `form`, `query` and `body` are compared as a whole (`unittest.mock.ANY` is equal to anything); `headers`
    are those that must be there, None for one that must not. `times` is how many such requests there are to be; left
    out, one or more.
    """
    __tracebackhide__ = True
    if times is not None and times < 1:
        raise ValueError(f"times={times}: that there was none is told by assert_not_requested")
    wanted = Wanted(json=json, form=form, query=query, headers=headers, body=body)
    candidates = requests_to(transport, target)
    differences = [list(differences_of(request, wanted)) for request in candidates]
    found = [request for request, some in zip(candidates, differences, strict=True) if not some]
    nearest = _nearest(candidates, differences)
    if times is not None and len(found) != times:
        _fail(transport, wanted, f"{target}: {_times(len(found), 'such request')}, not {times}", *nearest)
    if not candidates:
        _fail(transport, wanted, f"{target} was not requested")
    if not found:
        _fail(transport, wanted, f"{target} was requested, but not like this", *nearest)
    return found[0]


def assert_not_requested(transport: Asked, target: str) -> None:
    """No request to a target (see `requests_to`) was made."""
    __tracebackhide__ = True
    if found := requests_to(transport, target):
        _fail(transport, None, f"{target} was requested {_times(len(found))}")


def assert_requests(transport: Asked, *targets: str) -> None:
    """These and no other requests were made, in this order; targets as in `requests_to`."""
    __tracebackhide__ = True
    requests = transport.requests
    fits = [leads_to(request, target) for request, target in zip(requests, targets, strict=False)]
    if len(requests) == len(targets) and all(fits):
        return
    at = fits.index(False) if False in fits else len(fits)
    due = targets[at] if at < len(targets) else "no more requests"
    _fail(transport, None, "other requests were made", f"number {at + 1} was to be: {due}")


def assert_all_used(transport: MemoryTransport) -> None:
    """Every step of the script has answered a request."""
    __tracebackhide__ = True
    if unused := transport.unused:
        steps = [f"  {step!r:.{WIDTH}}" for step in unused]
        _fail(transport, None, f"the script goes on: {_times(len(unused), 'step')} left", *steps)


def assert_all_closed(transport: MemoryTransport) -> None:
    """Every stream that was opened is closed."""
    __tracebackhide__ = True
    if transport.open_streams:
        _fail(transport, None, f"{_times(transport.open_streams, 'stream')} left open: close them, or use `with`")


# -- targets -----------------------------------------------------------------------------------------------------------


@lru_cache
def _target(target: str) -> tuple[str, re.Pattern[str]]:
    found = _TARGET.fullmatch(target)
    if found is None:
        hint = "; say the query by query={…}" if "?" in target else ""
        raise ValueError(f'{target!r} is not a target, such as "POST /v1/chat" or "GET /users/*"{hint}')
    pieces = _WILD.split(found["where"])
    pattern = "".join(_wild(piece) if _WILD.fullmatch(piece) else re.escape(piece) for piece in pieces)
    return found["method"], re.compile(pattern)


def _wild(piece: str) -> str:
    return ".*" if piece == "**" else "[^/]*"


# -- telling -----------------------------------------------------------------------------------------------------------


def _nearest(candidates: Sequence[Request], differences: Sequence[list[Difference]]) -> list[str]:
    """The request that differs least among those that differ, and how."""
    some = [pair for pair in zip(candidates, differences, strict=True) if pair[1]]
    if not some:
        return []
    request, told = min(some, key=lambda pair: len(pair[1]))
    lines = [f"nearest: {_line(request)}"]
    for where, expected, came in told:
        lines += [f"  {where}", f"    expected: {expected}", f"    came:     {came}"]
    return lines


def _line(request: Request) -> str:
    size = f" ({len(request.body)} bytes)" if isinstance(request.body, bytes) else ""
    return f"{request.method} {request.shown_url}{size}"


def _times(number: int, what: str = "time") -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _fail(transport: Asked, wanted: Wanted | None, what: str, *lines: str) -> NoReturn:
    __tracebackhide__ = True
    requests = transport.requests
    sent = [f"  {number}. {_line(request)}" for number, request in enumerate(requests, 1)]
    if len(sent) > _LISTED:
        sent[_LISTED:] = [f"  … and {len(sent) - _LISTED} more"]
    message = "\n  ".join([what, *lines, "sent:" if sent else "sent: nothing", *sent])
    raise AssertionError(scrub(message.encode("utf-8", "replace"), _secrets(requests, wanted)).decode())


def _secrets(requests: Sequence[Request], wanted: Wanted | None) -> list[str]:
    """What must not show: the credentials of all requests, and of the one that was described."""
    expected = {name: value for name, value in ((wanted and wanted.headers) or {}).items() if value is not None}
    described = Request("GET", f"/?{encode_query(wanted.query or {})}" if wanted else "/", expected)
    found = {secret for request in (*requests, described) for secret in credentials(request, request)}
    contents = [*map(members, requests), *((wanted.json, wanted.form) if wanted else ())]
    return longest_first(found.union(*map(spoken, contents)))
