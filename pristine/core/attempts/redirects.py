"""Redirects (RFC 9110 section 15.4): whether one is followed, and with which request. Pure.

Off unless a Context has a policy, or the manifest or a call says so. What was meant for one origin does not reach
another: no credential crosses.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote, urljoin, urlsplit

import attrs

from pristine.core.attempts.classification import facts
from pristine.ports.errors import ConfigurationError, RedirectRefused
from pristine.ports.headers import PRINTABLE, Headers
from pristine.ports.messages import Request, Response, StreamHead
from pristine.ports.patterns import pattern
from pristine.ports.values import frozen

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_ABOUT_CONTENT: Final = frozenset({"content-type", "content-length", "content-encoding", "content-digest", "digest"})
_HARMLESS: Final = (PRINTABLE | {"last-event-id", "if-match", "if-none-match", "if-range", "content-digest"}) - {"host"}
"""What another origin may see; everything else may be a credential, whatever its name."""

_URL: Final = pattern(r"https?://[!-\[\]-~]+", re.IGNORECASE)
_AS_IT_IS: Final = "!#$%&'()*+,/:;=?@[]~\\"


@frozen
class Redirects:
    """At most `limit` are followed in a call; `other_origins` off refuses those that lead elsewhere."""

    limit: int = attrs.field(default=10)
    other_origins: bool = attrs.field(default=True)

    @limit.validator
    def _check_limit(self, _: object, value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            told = f"redirects: limit={value!r}: give a whole number from 1; without redirects= none is followed"
            raise ConfigurationError(told, setting="redirects.limit")

    @other_origins.validator
    def _check_flag(self, _: object, value: Any) -> None:
        if not isinstance(value, bool):
            raise ConfigurationError("redirects: other_origins is true or false", setting="redirects.other_origins")


def redirects(given: Any) -> Redirects | None:
    """A policy from one, from its settings, from its limit, or none."""
    if given is None or isinstance(given, Redirects):
        return given
    if not isinstance(given, Mapping):
        return Redirects(given)
    if unknown := sorted(map(str, given.keys() - {"limit", "other_origins"})):
        told = f"redirects has no setting {unknown[0]!r}; it has limit and other_origins"
        raise ConfigurationError(told, setting=f"redirects.{unknown[0]}")
    return Redirects(**given)


def policy_for(usual: Redirects | None, endpoint: bool | int | None, call: Any) -> Redirects | None:
    """What holds for a call: what it says itself, else what the manifest says of its endpoint, else the usual policy.

    Whether they are followed, and how many, leaves it as it is where they may lead.
    """
    said = endpoint if call is None else call
    if said is None or said is True:
        return usual or (Redirects() if said else None)
    if said is False:
        return None
    return attrs.evolve(usual or Redirects(), limit=said) if isinstance(said, int) else redirects(said)


class Trail:
    """The redirects of one attempt. `at_home`: it has not left the origin that its credential is for.

    `answers` says which statuses are the caller's, whatever Location they have.
    """

    def __init__(self, policy: Redirects, request: Request, answers: Callable[[int], bool]) -> None:
        self._policy = policy
        self._answers = answers
        self._visited = {(request.method, request.url)}
        self.at_home = True

    def onward(self, head: StreamHead | Response, request: Request) -> Request | None:
        """The request that goes on from the one that was answered, to be signed if `at_home`; None: it is the answer.

        Raises RedirectRefused.
        """
        if head.status not in _REDIRECTS or "location" not in head.headers or self._answers(head.status):
            return None
        url = _target(head, request)
        following = attrs.evolve(_following(head, request), url=url)
        if _origin(url) != _origin(request.url):
            if not self._policy.other_origins:
                raise _refused(head, "it leads to another origin")
            self.at_home = False
            following = attrs.evolve(following, headers=_without_credentials(following.headers))
        if (following.method, url) in self._visited:
            raise _refused(head, "it goes in a circle")
        if len(self._visited) > self._policy.limit:
            raise _refused(head, f"it is one more than the limit of {self._policy.limit}")
        self._visited.add((following.method, url))
        return following


def _target(head: StreamHead | Response, request: Request) -> str:
    location = head.headers.get_all("location")[0].strip()
    try:
        url = urljoin(request.url, quote(location.encode("latin-1", "replace"), safe=_AS_IT_IS)).partition("#")[0]
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise _refused(head, "its Location is not a URL") from None
    if not _URL.fullmatch(url) or not parts.hostname:
        raise _refused(head, "its Location is not an http or https URL")
    if "@" in parts.netloc:
        raise _refused(head, "its Location holds user information")
    if parts.scheme == "http" and urlsplit(request.url).scheme == "https":
        raise _refused(head, "it leads from https to http")
    return url


def _following(head: StreamHead | Response, request: Request) -> Request:
    """303 turns all but HEAD into GET, and 301 and 302 turn POST; the rest is sent again as it was."""
    becomes_get = (head.status == 303 and request.method != "HEAD") or (
        head.status in {301, 302} and request.method == "POST"
    )
    if becomes_get:
        kept = [pair for pair in request.headers.multi_items() if pair[0].lower() not in _ABOUT_CONTENT]
        return attrs.evolve(request, method="GET", body=None, headers=Headers(kept))
    if getattr(request.body, "spent", False):
        raise _refused(head, "its body can be sent only once, and was")
    return request


def _without_credentials(headers: Headers) -> Headers:
    return Headers([pair for pair in headers.multi_items() if pair[0].lower() in _HARMLESS])


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _refused(head: StreamHead | Response, why: str) -> RedirectRefused:
    told = f"{head.status} a redirect that is not followed: {why}"
    return RedirectRefused(told, **facts(head, b""))


async def following_of(trail: Trail, answer: Any, request: Request) -> Request | None:
    """The request that an answer, a Response or an open stream, redirects to; a stream is then closed."""
    kept = False
    try:
        following = trail.onward(getattr(answer, "head", answer), request)
        kept = following is None
        return following
    finally:
        if not kept and hasattr(answer, "aclose"):
            await answer.aclose()
