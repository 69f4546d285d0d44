"""Telemetry: another listener, which is told of some signals, endpoints and calls only.

Of a call that is in the sample all is told, of another nothing, in every process alike: the call id decides.
"""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final
from zlib import crc32

import attrs

from pristine.adapters.checks import nearest, numeric, wrong
from pristine.ports.levels import is_failure
from pristine.ports.listening import deliver, dumps_of, injected_by, says, shown
from pristine.ports.signals import SIGNALS
from pristine.ports.telemetry import Signal, Telemetry
from pristine.ports.values import frozen

_KINDS: Final = 2**32
_RATE: Final = numeric("a part, from 0 to 1", lambda value: 0 <= value <= 1)


def _listener(_: object, attribute: "attrs.Attribute[Any]", value: Any) -> None:
    if isinstance(value, type) or not callable(getattr(value, "emit", None)):
        raise wrong(attribute.name, value, "a listener, which has emit(signal), or its name")


def _patterns(given: Any) -> tuple[str, ...] | None:
    return (given,) if isinstance(given, str) else given if given is None else tuple(given)


def _signals(_: object, attribute: "attrs.Attribute[Any]", patterns: tuple[str, ...] | None) -> None:
    for pattern in patterns or ():
        if not isinstance(pattern, str) or not any(fnmatchcase(name, pattern) for name in SIGNALS):
            raise wrong(attribute.name, pattern, f"names of signals, such as 'request.*'{nearest(pattern, SIGNALS)}")


def _endpoints(_: object, attribute: "attrs.Attribute[Any]", patterns: tuple[str, ...] | None) -> None:
    for pattern in patterns or ():
        if not isinstance(pattern, str):
            raise wrong(attribute.name, pattern, "ids of endpoints, such as 'users.*'")


def _flag(_: object, attribute: "attrs.Attribute[Any]", value: Any) -> None:
    if not isinstance(value, bool):
        raise wrong(attribute.name, value, "True or False")


@frozen(kw_only=True, eq=False)
class Filtered:
    """Tells `inner`, a listener or its name, of what is let through.

    `names` and `endpoints` are those of the signals, or patterns such as `request.*`; None: all. `rate` is the part of
    all calls, from 0 to 1, that it is told of. Where `failures` is True it is told of failures in the others, too:
    what logs call warnings and errors, and the attempts that failed before them are not among it.
    """

    inner: Telemetry = attrs.field(validator=_listener)
    names: Sequence[str] | None = attrs.field(default=None, converter=_patterns, validator=_signals)
    endpoints: Sequence[str] | None = attrs.field(default=None, converter=_patterns, validator=_endpoints)
    rate: float = attrs.field(default=1.0, validator=_RATE)
    failures: bool = attrs.field(default=False, validator=_flag)

    @property
    def active(self) -> bool:
        try:  # as `says` does, each call asks
            return (self.rate > 0 or self.failures) and bool(self.inner.active)
        except Exception:  # noqa: BLE001 a listener cannot hurt a call
            return False

    @property
    def failures_only(self) -> bool:
        """Whether nothing else is let through, or wanted by `inner`."""
        return self.rate == 0 or says(self.inner, "failures_only")

    @property
    def dumps(self) -> int:
        return dumps_of(self.inner)

    def emit(self, signal: Signal) -> None:
        chosen = self.samples(signal.call_id) or (self.failures and is_failure(signal))
        if chosen and _is_among(signal.name, self.names) and _is_among(signal.endpoint, self.endpoints):
            deliver(self.inner, signal)

    def watch(self, transport: object) -> None:
        shown(self.inner, transport)

    def inject(self, call_id: str) -> Mapping[str, str]:
        return injected_by(self.inner, call_id)

    def samples(self, call_id: str) -> bool:
        """Whether a call is in the sample."""
        return crc32(call_id.encode("utf-8", "surrogatepass")) < self.rate * _KINDS


def _is_among(name: str, patterns: Sequence[str] | None) -> bool:
    return patterns is None or any(fnmatchcase(name, pattern) for pattern in patterns)
