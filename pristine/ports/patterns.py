"""Regular expressions that are compiled when first used: Python takes 50 to 500 µs for each, and one call needs few."""

import re
from typing import Any, AnyStr, cast


def pattern(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, except that a wrong pattern is found out at its first use."""
    return cast("re.Pattern[AnyStr]", _Pattern(source, flags))


class _Pattern:
    """A method that was asked for is kept as an attribute, so that it costs no more than that of a compiled pattern."""

    def __init__(self, source: Any, flags: int) -> None:
        self._said = source, flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(*self._said), name)
        setattr(self, name, found)
        return found
