"""How much an event matters."""

from enum import StrEnum
from typing import Final

from pristine.adapters.checks import nearest
from pristine.ports.errors import ConfigurationError


class Severity(StrEnum):
    """In rising order; `level` is the number that the standard library's `logging` has for it."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"

    @property
    def level(self) -> int:
        return _LEVELS[self]


_LEVELS: Final = {severity: 10 * rank for rank, severity in enumerate(Severity, 1)}
OF_LEVELS: Final = {level: severity for severity, level in _LEVELS.items()}


def severity_of(given: str, setting: str) -> Severity:
    """A Severity by its name; raises ConfigurationError for another."""
    try:
        return Severity(given)
    except ValueError:
        told = f"{setting}={given!r:.80}: there is no such severity{nearest(given, [one.value for one in Severity])}"
        raise ConfigurationError(told, setting=setting) from None
