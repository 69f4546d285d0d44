"""What of an exchange goes on the tape. What reprs mask is masked here too, and a credential wherever it occurs.

Replay redacts what it is asked by the same rules, which stand in the cassette, and so compares like with like.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final
from urllib.parse import unquote, unquote_plus

import attrs

from pristine.adapters.cassette.masks import JsonNames, json_spans, masked, occurrences
from pristine.ports.errors import ConfigurationError
from pristine.ports.headers import MASK, PRINTABLE, Headers
from pristine.ports.messages import Request
from pristine.ports.patterns import pattern
from pristine.ports.redaction import basic_pair, credentials, longest_first, speaks, spellings
from pristine.ports.values import frozen

_NEEDED: Final = tuple(
    """
    content-disposition content-location digest content-digest repr-digest content-md5 last-event-id link location
    if-match if-none-match if-modified-since if-unmodified-since if-range operation-location prefer
    preference-applied ratelimit* x-ratelimit-* x-should-retry www-authenticate
    """.split()  # noqa: SIM905 twenty quoted words are harder to read
)
"""Fields that reprs mask, as they do all that nobody knows, but that a client acts on. Secrets in them are masked."""

MAX_BODY_BYTES: Final = 8 * 1024 * 1024

_NEVER_KEPT: Final = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})

_TOKENS: Final = (
    *("access_token", "refresh_token", "id_token"),
    *("client_secret", "client_assertion", "password", "api_key"),
)
"""Fields of JSON that are masked in any case (RFC 6749 sections 2.3 and 5.1, RFC 7521 section 4.2)."""

_ORDINARY: Final = frozenset({"true", "false", "null", "none", "basic", "bearer", "digest"})
_OPAQUE: Final = pattern(r"(?=.*\d)(?=.*[A-Za-z])\S{16,}")
_USER: Final = pattern(r"(?<=//)([^/@?#\s]*)@")
_ORIGIN: Final = pattern(r"((?:[^/?#]*//[^/?#]*)?)(.*)", re.DOTALL)
_PAIR: Final = pattern(r"(?<=[?&])([^=&?#\s<>\"]+)=([^&#\s<>\",;]*)")
_FORM_PAIR: Final = pattern(rb"(?:\A|(?<=&))([^=&]+)=([^&]*)")
_BOUNDARY: Final = pattern(r"boundary=\"?([^\";]+)", re.IGNORECASE)


def _names(value: Any, _: object, attribute: "attrs.Attribute[Any]") -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise ConfigurationError(f"{attribute.name}: give a list of names", setting=attribute.name)
    found = tuple(value)
    if not all(isinstance(name, str) and name for name in found):
        raise ConfigurationError(f"{attribute.name}: each name is a string", setting=attribute.name)
    return found if attribute.name == "redact_json" else tuple(name.lower() for name in found)


def _size(_: object, attribute: "attrs.Attribute[Any]", value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        told = f"{attribute.name}={value!r}: give a whole number from 1"
        raise ConfigurationError(told, setting=attribute.name)


def _names_field() -> Any:
    return attrs.field(default=(), converter=attrs.Converter(_names, takes_self=True, takes_field=True))


@frozen(kw_only=True)
class Rules:
    """What goes on a tape. They are its first line, so that replay has the same, and hold names, but no secret.

    `*` in the name of a header field stands for anything. A body above `max_body_bytes` is left out.
    """

    redact_headers: Iterable[str] = _names_field()
    keep_headers: Iterable[str] = _names_field()
    redact_query: Iterable[str] = _names_field()
    redact_json: Iterable[str] = _names_field()
    max_body_bytes: int = attrs.field(default=MAX_BODY_BYTES, validator=_size)

    def __attrs_post_init__(self) -> None:
        for name in _NEVER_KEPT & set(self.keep_headers):
            raise ConfigurationError(f"keep_headers: {name} is a credential", setting="keep_headers")

    def keeps(self, name: str) -> bool:
        """Whether the value of a header field goes on the tape."""
        if name in _NEVER_KEPT or _fits(name, self.redact_headers):
            return False
        return name in PRINTABLE or _fits(name, _NEEDED) or _fits(name, self.keep_headers)

    def hides(self, name: str) -> bool:
        """Whether the value of a parameter in a URL or a form is masked."""
        return speaks(name) or name.lower() in self.redact_query


def _fits(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def secret_values(given: Any) -> tuple[str, ...]:
    """The option `secrets`: a string or several; raises ConfigurationError, which does not show them."""
    values = (given,) if isinstance(given, str) else given
    if not isinstance(values, Iterable):
        raise ConfigurationError("secrets: give a string, or a list of strings", setting="secrets")
    found = tuple(values)
    if not all(isinstance(value, str) and value for value in found):
        raise ConfigurationError("secrets: each is a string, and not empty", setting="secrets")
    return found


class Redactor:
    """Redacts the parts of exchanges by rules; `secrets` are values that are masked wherever they occur."""

    def __init__(self, rules: Rules, secrets: Sequence[str]) -> None:
        self.bound = rules.max_body_bytes
        self._rules = rules
        self._secrets = secrets
        self._json = JsonNames.of(rules.redact_json, _TOKENS)

    def of_request(self, request: Request) -> list[bytes]:
        """Every spelling of every secret of a request."""
        hidden = [pair for pair in request.headers.multi_items() if not self._rules.keeps(pair[0].lower())]
        request = attrs.evolve(request, headers=hidden)
        found = {*credentials(request, request), *_userinfo(request.url)}
        for name, value in hidden:
            found |= _of_pair(*basic_pair(value))
            if name.lower() == "cookie":
                found |= {pair.partition("=")[2].strip() for pair in value.split(";")}
            elif _fits(name.lower(), self._rules.redact_headers):
                found |= {value, value.rpartition(" ")[2]}
            elif _OPAQUE.fullmatch(value):
                found.add(value)
        for _, name, value in _pairs(request.url):
            if self._rules.hides(unquote(name)):
                found |= {value, unquote_plus(value)}
        return self._spelled(found)

    def of_response(self, headers: Headers) -> list[bytes]:
        """Every spelling of every secret that the head of a response has."""
        found = set()
        for name, value in headers.multi_items():
            if name.lower() == "set-cookie":
                found.add(value.partition(";")[0].partition("=")[2].strip())
            elif _fits(name.lower(), self._rules.redact_headers) or (
                speaks(name) and not self._rules.keeps(name.lower())
            ):
                found.add(value)
        return self._spelled(found)

    def url(self, url: str, secrets: Sequence[bytes]) -> str:
        """A URL; its authority is searched for user information alone."""
        origin, rest = _ORIGIN.match(url).groups()  # type: ignore[union-attr]  # it matches anything
        return _USER.sub(f"{MASK}@", origin) + self._parameters(self.text(rest, secrets))

    def headers(self, headers: Headers, secrets: Sequence[bytes]) -> Headers:
        """Header fields: the value is masked, or kept without what in it is secret."""
        return Headers(
            [
                (name, self._field(value, secrets) if self._rules.keeps(name.lower()) else MASK)
                for name, value in headers.multi_items()
            ]
        )

    def text(self, text: str, secrets: Sequence[bytes]) -> str:
        """A text without secrets."""
        data = text.encode("utf-8", "surrogatepass")
        return b"".join(masked([data], occurrences(secrets, data))).decode("utf-8", "surrogatepass")

    def chunks(self, chunks: Sequence[bytes], media_type: str, secrets: Sequence[bytes]) -> list[bytes]:
        """A body in its chunks."""
        body = b"".join(chunks)
        spans = [*occurrences(secrets, body), *json_spans(body, media_type, self._json)]
        if media_type == "application/x-www-form-urlencoded":
            pairs = (pair for pair in _FORM_PAIR.finditer(body) if self._hides_field(pair[1]))
            spans += [(*pair.span(2), MASK.encode()) for pair in pairs]
        return masked(chunks, spans)

    def _hides_field(self, name: bytes) -> bool:
        text = unquote_plus(name.decode("utf-8", "replace"))
        return self._rules.hides(text) or text.lower() in _TOKENS

    def _field(self, value: str, secrets: Sequence[bytes]) -> str:
        return self._parameters(_USER.sub(f"{MASK}@", self.text(value, secrets)))

    def _parameters(self, text: str) -> str:
        """A text with the secret parameters of the URLs in it masked."""
        return _PAIR.sub(
            lambda pair: f"{pair[1]}={MASK}" if self._rules.hides(unquote(pair[1])) else pair[0],
            text,
        )

    def _spelled(self, values: Iterable[str]) -> list[bytes]:
        """All spellings, without what is too short or too ordinary to be a secret; `secrets` are, whatever they are."""
        worth = [value for value in longest_first(values) if value.lower() not in _ORDINARY and not _is_number(value)]
        return [spelling for value in (*self._secrets, *worth) for spelling in spellings(value)]


def _userinfo(url: str) -> set[str]:
    found = _USER.search(url)
    user, _, password = found[1].partition(":") if found else ("", "", "")
    return _of_pair(user, password) | _of_pair(unquote(user), unquote(password))


def _of_pair(user: str, password: str) -> set[str]:
    """What of a name and its password is secret: some APIs take a key for the name."""
    return {password, user} if _OPAQUE.fullmatch(user) else {password}


def _pairs(url: str) -> Iterable[tuple[str, str, str]]:
    return ((pair[0], pair[1], pair[2]) for pair in _PAIR.finditer(url))


def _is_number(value: str) -> bool:
    return value.isdigit() and len(value) < 8


def media_type(headers: Mapping[str, str]) -> str:
    """The type of a Content-Type field, in lower case and without parameters."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def boundary(headers: Mapping[str, str]) -> str | None:
    """The boundary of a multipart body, which is another one each time."""
    found = _BOUNDARY.search(headers.get("content-type", "")) if media_type(headers).startswith("multipart/") else None
    return found[1] if found else None


def resized(headers: Headers, before: int, after: int) -> Headers:
    """The header fields of a body whose length has changed: a Content-Length that was right is right again."""
    return Headers(
        [
            (name, str(after) if name.lower() == "content-length" and value == str(before) else value)
            for name, value in headers.multi_items()
        ]
    )
