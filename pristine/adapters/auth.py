"""Auth: credentials that are known from the start. None of them is ever shown."""

import base64
import unicodedata

import attrs

from pristine.ports.errors import ConfigurationError
from pristine.ports.fields import check_field, checked
from pristine.ports.headers import Headers
from pristine.ports.messages import Request
from pristine.ports.values import frozen


def _secret(_: object, attribute: "attrs.Attribute[str]", value: object) -> None:
    if not isinstance(value, str) or not value:
        raise ConfigurationError(f"{attribute.name} must be a non-empty string")
    check_field(attribute.name, value)


def _text(_: object, attribute: "attrs.Attribute[str]", value: object) -> None:
    if not isinstance(value, str) or any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in value):
        raise ConfigurationError(f"{attribute.name} must be a string without control characters (RFC 7617 section 2)")


@frozen
class StaticHeaders:
    """The same header fields on every request."""

    headers: Headers = attrs.field(converter=checked, repr=False)

    def sign(self, request: Request) -> Request:
        return request.with_fields(self.headers)


@frozen
class Bearer:
    """`Authorization: Bearer …` (RFC 6750 section 2.1)."""

    token: str = attrs.field(repr=False, validator=_secret)

    def sign(self, request: Request) -> Request:
        return _with_field(request, "Authorization", f"Bearer {self.token}")


@frozen
class ApiKey:
    """A key in a header field."""

    key: str = attrs.field(repr=False, validator=_secret)
    header: str = attrs.field(default="X-API-Key", validator=lambda _self, _attribute, name: check_field(name, ""))

    def sign(self, request: Request) -> Request:
        return _with_field(request, self.header, self.key)


@frozen
class Basic:
    """`Authorization: Basic …` with UTF-8 (RFC 7617). Either may be empty: some APIs take a key as one of them."""

    username: str = attrs.field(repr=False, validator=_text)
    password: str = attrs.field(repr=False, validator=_text)

    def __attrs_post_init__(self) -> None:
        if ":" in self.username:
            raise ConfigurationError("the username may not hold a colon (RFC 7617 section 2)")

    def sign(self, request: Request) -> Request:
        pair = f"{self.username}:{self.password}".encode()
        return _with_field(request, "Authorization", f"Basic {base64.b64encode(pair).decode()}")


def _with_field(request: Request, name: str, value: str) -> Request:
    return request.with_fields({name: value})
