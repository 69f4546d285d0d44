"""How connections are made, in words that no vendor owns. Frozen and hashable: equal options share one pool.

An adapter takes them as keywords (`**options: Unpack[ConnectionSettings]`), makes ConnectionOptions.of them, and
refuses when it is made what its library cannot do.
"""

import math
import re
from collections.abc import Mapping
from typing import Any, Final, Self, TypedDict

import attrs

from pristine.ports.capabilities import Capability
from pristine.ports.errors import ConfigurationError
from pristine.ports.headers import MASK
from pristine.ports.patterns import pattern
from pristine.ports.values import frozen

_PROXY: Final = pattern(r"(?P<scheme>https?|socks5h?)://(?:(?P<user>[^/@]*)@)?(?P<host>[^/@?#]+)/?", re.IGNORECASE)
_HIDDEN_USER: Final = pattern(r"(?<=://)[^/]*@")


def _text(_: object, attribute: "attrs.Attribute[Any]", value: Any) -> None:
    if value is not None and (not isinstance(value, str) or not value):
        raise ConfigurationError(f"{attribute.name}={value!r}: give a string", setting=attribute.name)


def _flag(_: object, attribute: "attrs.Attribute[Any]", value: Any) -> None:
    if not isinstance(value, bool):
        raise ConfigurationError(f"{attribute.name}={value!r}: give true or false", setting=attribute.name)


def _count(least: int) -> Any:
    def check(_: object, attribute: "attrs.Attribute[Any]", value: Any) -> None:
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < least):
            told = f"{attribute.name}={value!r}: give at least {least}, or None for no bound"
            raise ConfigurationError(told, setting=attribute.name)

    return check


def _seconds(_: object, attribute: "attrs.Attribute[Any]", value: Any) -> None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not 0 <= value < math.inf:
        raise ConfigurationError(f"{attribute.name}={value!r}: give seconds, 0 or more", setting=attribute.name)


def _proxy(_: object, __: object, value: Any) -> None:
    if value is not None and (not isinstance(value, str) or not _PROXY.fullmatch(value)):
        raise ConfigurationError(
            "proxy: give http://host:port, https://host:port or socks5://host:port, with user:password@ before the "
            "host if it wants one",
            setting="proxy",
        )


def _masked(value: str | None) -> str:
    return repr(value if value is None else MASK)


def _masked_user(value: str | None) -> str:
    return repr(value if value is None else _HIDDEN_USER.sub(f"{MASK}@", value))


@frozen(kw_only=True)
class TLS:
    """Whom to trust, and as whom to come. Paths are of PEM files.

    `ca` is trusted instead of the system's authorities; `certificate` is the client's, with its chain; `key` is its
    private key, where that is in a file of its own, and `password` opens the key. `verify` off trusts anybody.
    """

    verify: bool = attrs.field(default=True, validator=_flag)
    ca: str | None = attrs.field(default=None, validator=_text)
    certificate: str | None = attrs.field(default=None, validator=_text)
    key: str | None = attrs.field(default=None, validator=_text)
    password: str | None = attrs.field(default=None, validator=_text, repr=_masked)

    def __attrs_post_init__(self) -> None:
        if self.certificate is None and (self.key or self.password):
            raise ConfigurationError("tls: 'key' and 'password' need 'certificate'", setting="tls.certificate")


def _tls(given: Any) -> TLS:
    if isinstance(given, TLS):
        return given
    if not isinstance(given, Mapping):
        raise ConfigurationError(f"tls={given!r}: give its settings: {', '.join(_TLS_KEYS)}", setting="tls")
    if unknown := sorted(map(str, given.keys() - set(_TLS_KEYS))):
        raise ConfigurationError(f"tls has no {unknown[0]!r}; it has {', '.join(_TLS_KEYS)}", setting="tls")
    return TLS(**given)


@frozen(kw_only=True)
class ConnectionOptions:
    """How connections are made and kept.

    `max_connections` bounds each pool, and `max_idle` those of it that are kept for later, for `keep_alive` seconds (0
    keeps none; less than the server's own limit is wise). None is no bound. `proxy` is a URL; `local_address` is the
    IP address to connect from. `http2` offers HTTP/2 where the server is asked by TLS.
    """

    max_connections: int | None = attrs.field(default=100, validator=_count(1))
    max_idle: int | None = attrs.field(default=20, validator=_count(0))
    keep_alive: float = attrs.field(default=5.0, validator=_seconds)
    proxy: str | None = attrs.field(default=None, validator=_proxy, repr=_masked_user)
    local_address: str | None = attrs.field(default=None, validator=_text)
    http2: bool = attrs.field(default=False, validator=_flag)
    tls: TLS = attrs.field(factory=TLS, converter=_tls)

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """From keywords; raises ConfigurationError for one that there is not."""
        if unknown := sorted(options.keys() - set(_KEYS)):
            raise ConfigurationError(
                f"there is no option {unknown[0]!r}; there are {', '.join(_KEYS)}", setting=unknown[0]
            )
        return cls(**options)

    @property
    def needs(self) -> frozenset[Capability]:
        """What an adapter must be able to do to honour them."""
        wanted = {
            Capability.HTTP2: self.http2,
            Capability.PROXY: self.proxy is not None,
            Capability.LOCAL_ADDRESS: self.local_address is not None,
            Capability.CLIENT_CERTIFICATE: self.tls.certificate is not None,
        }
        return frozenset(capability for capability, is_wanted in wanted.items() if is_wanted)

    def refuse_beyond(self, capabilities: frozenset[Capability], who: str) -> None:
        """Raise ConfigurationError for the first thing that is wanted and not among `capabilities`."""
        for capability in sorted(self.needs - capabilities):
            raise ConfigurationError(f"{who} cannot do this: {capability}", setting=capability.value)


class ConnectionSettings(TypedDict, total=False):
    """ConnectionOptions as keywords, and so as a table of a configuration file."""

    max_connections: int | None
    max_idle: int | None
    keep_alive: float
    proxy: str | None
    local_address: str | None
    http2: bool
    tls: TLS | Mapping[str, Any]


_KEYS: Final = tuple(ConnectionSettings.__annotations__)
_TLS_KEYS: Final = tuple(field.name for field in attrs.fields(TLS))
