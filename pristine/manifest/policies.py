"""What a manifest says of policies: deadlines, and ways to retry, limits and circuit breakers that have a name."""

from collections.abc import Mapping
from typing import Any, Final

from pristine.manifest.answers import body_path, where
from pristine.manifest.model import BreakerGroup, Cost, DeadlineFormat, DeadlineHeader, LimitGroup, Safety
from pristine.manifest.parameters import header_name
from pristine.manifest.reading import Cursor, MappingOf, Reader, TupleOf, count, members, one_of, record, wait, word
from pristine.ports.admission import BYTES, REQUESTS, Quota


def amount(at: Cursor) -> float:
    """A number greater than 0."""
    if isinstance(at.value, bool) or not isinstance(at.value, (int, float)) or not 0 < at.value <= MOST:
        at.fault(f"must be a number greater than 0, and at most {MOST:g}")
        return 1.0
    return float(at.value)


def quantity(at: Cursor) -> float:
    """A number, 0 or more."""
    return 0.0 if at.value == 0 and not isinstance(at.value, bool) else amount(at)


def share(at: Cursor) -> float:
    """A number from 0 to 1."""
    found = quantity(at)
    if found > 1:
        at.fault("must be at most 1")
    return found


def rate(at: Cursor) -> float:
    """A number greater than 0, up to 1."""
    found = amount(at)
    if found > 1:
        at.fault("must be at most 1")
    return found


def whole(at: Cursor) -> int:
    """A whole number, 0 or more."""
    return 0 if at.value == 0 and type(at.value) is int else count(at)


def safety(at: Cursor) -> Safety | None:
    """Whether a request may be sent again, where its method does not say it."""
    found = one_of(*Safety)(at)
    return Safety(found) if found in set(Safety) else None


def deadline(at: Cursor) -> DeadlineHeader:
    """How the server is told how long it has."""
    found = record(DEADLINE_KEYS, required=("header",))(at)
    format = found.get("format", DeadlineFormat.SECONDS)
    known = format if format in set(DeadlineFormat) else DeadlineFormat.SECONDS
    return DeadlineHeader(**{"header": "", **found, "format": DeadlineFormat(known)})


def retries(at: Cursor) -> Mapping[str, Mapping[str, float]]:
    """Named settings of the retry policy."""
    return MappingOf(record(RETRY_KEYS))(at)


def limits(at: Cursor) -> Mapping[str, LimitGroup]:
    """Limits by name."""
    return {name: _limit(name, at.child(name, value)) for name, value in members(at)}


def breakers(at: Cursor) -> Mapping[str, BreakerGroup]:
    """Settings of circuit breakers by name."""
    return {name: BreakerGroup(name=name, settings=_breaker(at.child(name, value))) for name, value in members(at)}


def named(known: Mapping[str, Any], what: str) -> Reader:
    """A reader of the name of one of these."""

    def read(at: Cursor) -> Any:
        name = word(at)
        if name and name not in known:
            at.fault(f"there is no {what} {name!r}{at.near(name, known)}")
        return known.get(name)

    return read


def retry(known: Mapping[str, Mapping[str, float]]) -> Reader:
    """A reader of `retry`: the name of some settings, or false: never."""
    by_name = named(known, "retry")
    return lambda at: NEVER if at.value is False else by_name(at)


def _limit(name: str, at: Cursor) -> LimitGroup:
    found = record({**LIMIT_KEYS, "units": _units})(at)
    if not found.keys() & {"concurrency", "units"}:
        at.fault("limits nothing: it needs 'concurrency' or 'units'")
    return LimitGroup(name=name, **found)


def _units(at: Cursor) -> Mapping[str, Cost]:
    return {unit: _cost(unit, at.child(unit, value)) for unit, value in members(at)}


def _cost(unit: str, at: Cursor) -> Cost:
    found = record(UNIT_KEYS, required=("limit",))(at)
    said: dict[str, Any] = {key: found[key] for key in ("base", "per_byte", "fields") if key in found}
    guessed = said or dict(_GUESSES.get(unit, {}))
    if not guessed and "actual" not in found:
        at.fault("would cost nothing: say what a call costs by 'base', 'per_byte', 'fields' or 'actual'")
    quota = Quota(**{"limit": 1.0, **{key: found[key] for key in ("limit", "per", "burst") if key in found}})
    return Cost(quota=quota, actual=found.get("actual"), **guessed)


def _breaker(at: Cursor) -> Mapping[str, float]:
    found = record(BREAKER_KEYS)(at)
    if "failures" in found and "error_rate" in found:
        at.child("failures", found["failures"]).fault("has no effect beside 'error_rate'")
    for key in ("window", "minimum"):
        if key in found and "error_rate" not in found:
            at.child(key, found[key]).fault("has no effect without 'error_rate'")
    return found


MOST: Final = 1e15

NEVER: Final[Mapping[str, float]] = {"max_retries": 0}

_GUESSES: Final[Mapping[str, Mapping[str, float]]] = {REQUESTS: {"base": 1.0}, BYTES: {"per_byte": 1.0}}

DEADLINE_KEYS: Final[Mapping[str, Reader]] = {
    "header": header_name,
    "format": one_of(*DeadlineFormat),
    "limit": one_of("total", "read"),
}

RETRY_KEYS: Final[Mapping[str, Reader]] = {
    "max_retries": whole,
    "base": wait,
    "cap": wait,
    "jitter": share,
    "max_retry_after": wait,
}

LIMIT_KEYS: Final[Mapping[str, Reader]] = {"key": body_path, "concurrency": count}

UNIT_KEYS: Final[Mapping[str, Reader]] = {
    "limit": amount,
    "per": amount,
    "burst": amount,
    "base": quantity,
    "per_byte": quantity,
    "fields": TupleOf(body_path),
    "actual": where,
}

BREAKER_KEYS: Final[Mapping[str, Reader]] = {
    "failures": count,
    "error_rate": rate,
    "window": amount,
    "minimum": count,
    "cooldown": amount,
    "probes": count,
}
