"""The settings of a circuit, and how those of a Context, of a manifest and of a group come together."""

from collections.abc import Hashable, Mapping
from types import MappingProxyType
from typing import Any, Final, Self

import attrs

from pristine.adapters.checks import COUNT, SOME_SECONDS, known_options, numeric
from pristine.ports.admission import Demand
from pristine.ports.errors import ConfigurationError
from pristine.ports.values import frozen

_MODE: Final = frozenset({"failures", "error_rate", "window", "minimum"})
"""What says when it opens: whoever names `failures` or `error_rate` says all of it anew."""

_OF_THE_RATE: Final = ("window", "minimum")
_FORGOTTEN_AFTER: Final = 600.0
_KEPT: Final = 256
_RATE: Final = numeric("a number above 0 and at most 1", lambda value: 0 < value <= 1)
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
_optional = attrs.validators.optional


@frozen(kw_only=True)
class BreakerSettings:
    """When a circuit opens, for how long, and how it closes again; each option is told of in Breaker."""

    failures: float | None = attrs.field(default=None, validator=_optional(COUNT))
    error_rate: float | None = attrs.field(default=None, validator=_optional(_RATE))
    window: float | None = attrs.field(default=None, validator=_optional(SOME_SECONDS))
    minimum: float | None = attrs.field(default=None, validator=_optional(COUNT))
    cooldown: float = attrs.field(default=30.0, validator=SOME_SECONDS)
    max_cooldown: float | None = attrs.field(default=None, validator=_optional(SOME_SECONDS))
    probes: float = attrs.field(default=1, validator=COUNT)
    successes: float = attrs.field(default=1, validator=COUNT)

    def __attrs_post_init__(self) -> None:
        for name in _OF_THE_RATE:
            if self.error_rate is None and getattr(self, name) is not None:
                told = f"{name}: it goes with error_rate, which is not given"
                raise ConfigurationError(told, setting=name)

    def under(self, given: Mapping[str, Any], setting: str = "") -> Self:
        """These, with those that are given on top; raises ConfigurationError for what is unknown or wrong."""
        known_options("breaker", given, attrs.fields_dict(type(self)), setting)
        lower = attrs.asdict(self)
        if not given.keys().isdisjoint({"failures", "error_rate"}):
            lower = {name: value for name, value in lower.items() if name not in _MODE}
        try:
            return type(self)(**{**lower, **given})
        except ConfigurationError as error:
            error.setting = f"{setting}.{error.setting}".removeprefix(".")
            error.message = f"{setting}.{error.message}".removeprefix(".")
            raise

    @property
    def streak(self) -> float | None:
        """How many failures in a row open it; None: they do not matter."""
        return 5 if self.failures is None and self.error_rate is None else self.failures

    @property
    def remembered(self) -> float:
        """For how many seconds a circuit is kept that nobody asks for, though something speaks against its server."""
        return max(_FORGOTTEN_AFTER, 10 * (self.max_cooldown or self.cooldown), self.window or 0)


class Layers:
    """The settings of a Context, with a manifest's on top, and on top of those the ones for a group."""

    def __init__(self, settings: BreakerSettings, groups: Mapping[str, Mapping[str, Any]]) -> None:
        self.settings = settings
        self.groups = {name: _options(name, options) for name, options in _mapping("groups", groups).items()}
        for name, options in self.groups.items():
            settings.under(options, f"groups.{name}")
        self._known: dict[Hashable, BreakerSettings] = {}

    def of(self, demand: Demand) -> BreakerSettings:
        """Those for a demand; of a manifest's what is wrong is not heeded, for here is nobody to tell."""
        group = self.groups.get(demand.scope.group, _NOTHING)
        try:
            key = id(group), tuple(demand.breaker.items())
            known = self._known.get(key)
        except TypeError:  # what cannot be hashed is no number
            return self.settings.under(group)
        if known is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            known = self._known[key] = self._together(demand.breaker, group)
        return known

    def _together(self, of_the_manifest: Mapping[str, Any], of_the_group: Mapping[str, Any]) -> BreakerSettings:
        try:
            return self.settings.under(of_the_manifest).under(of_the_group)
        except ConfigurationError:
            return self.settings.under(of_the_group)


def _options(name: object, options: Any) -> Mapping[str, Any]:
    if not isinstance(name, str):
        raise ConfigurationError(f"groups: {name!r:.80} is not the name of a group", setting="groups")
    return _mapping(f"groups.{name}", options)


def _mapping(setting: str, given: Any) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise ConfigurationError(f"{setting}: give a mapping", setting=setting)
    return MappingProxyType(dict(given))
