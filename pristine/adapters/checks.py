"""Checks of options: a wrong one is a ConfigurationError that names its setting and says what would be right."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from pristine.ports.errors import ConfigurationError

if TYPE_CHECKING:
    import attrs

Validator: TypeAlias = Callable[[Any, "attrs.Attribute[Any]", Any], None]


def wrong(name: str, value: object, wanted: str) -> ConfigurationError:
    """The error for the value of an option: `base=-1: give a number, 0 or greater`."""
    return ConfigurationError(f"{name}={value!r:.80}: give {wanted}", setting=name)


def is_number(value: object) -> bool:
    """Whether a value is an int or a float; a bool is neither."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def numeric(wanted: str, holds: Callable[[float], bool]) -> Validator:
    """A validator of attrs for a number of which something holds; NaN is none."""

    def check(_: object, attribute: "attrs.Attribute[Any]", value: Any) -> None:
        if not is_number(value) or not holds(value):
            raise wrong(attribute.name, value, wanted)

    return check


NOT_NEGATIVE = numeric("a number, 0 or greater", lambda value: value >= 0)
SECONDS = numeric("a number, 0 or greater, of seconds (at most 1e9)", lambda value: 0 <= value <= 1e9)
SOME_SECONDS = numeric("a number of seconds above 0 (at most 1e9)", lambda value: 0 < value <= 1e9)
COUNT = numeric("a whole number, 1 or greater", lambda value: 1 <= value <= 1e9 and value == int(value))


def nearest(word: object, known: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or the list of what is known."""
    from difflib import get_close_matches

    names = sorted(known)
    close = get_close_matches(str(word)[:80], names, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known: {', '.join(names)}"


def known_options(what: str, given: Mapping[str, Any], known: Iterable[str], setting: str = "") -> None:
    """Raise for the first option that nobody knows; `setting` is where the options stand."""
    names = set(known)
    for name in given:
        if name not in names:
            told = f"{what} has no option {name!r:.80}{nearest(name, names)}"
            raise ConfigurationError(told, setting=f"{setting}.{name}".removeprefix("."))
