"""What an answer says of its server's limits: how much of each unit is left, and until when.

OpenAI and its like: x-ratelimit-remaining-requests, -reset-requests (1s, 6m0s, 20ms; platform.openai.com/docs/guides/
rate-limits). Anthropic: anthropic-ratelimit-input-tokens-remaining, -reset (RFC 3339; docs.anthropic.com/en/api/
rate-limits). GitHub and its like: x-ratelimit-remaining, -reset (Unix time; docs.github.com/en/rest, "Rate limits").
IETF: RateLimit, RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-10), and the fields of drafts 6 and 7.
What is malformed is ignored (there, section 5).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Final, TypeAlias

from pristine.ports.admission import BYTES, REQUESTS
from pristine.ports.headers import Headers
from pristine.ports.patterns import pattern
from pristine.ports.values import frozen

Facts: TypeAlias = Mapping[tuple[str, str], str]
"""(fact, unit) -> the value of the field that tells it."""


@frozen
class Allowance:
    """So much of a unit is left, and no more comes for `reset` seconds (None: it comes bit by bit, or nobody says)."""

    unit: str
    remaining: float
    reset: float | None = None


HINT: Final = "rate"
"""Among the names of an answer that says something."""

_NOTHING: Final[Mapping[str, Allowance]] = MappingProxyType({})


def allowances(headers: Headers, time: float) -> Mapping[str, Allowance]:
    """By unit; of several for the same unit the one of which least is left. `time` is Unix time."""
    facts = {meaning: headers[name] for name in headers if HINT in name and (meaning := _meaning(name))}
    if not facts:
        return _NOTHING
    least: dict[str, Allowance] = {}
    for one in (*_single(facts, time), *_structured(facts)):
        known = least.get(one.unit)
        if known is None or one.remaining < known.remaining:
            least[one.unit] = one
    return least


# -- a field for each fact ---------------------------------------------------------------------------------------------

_NAMES: Final = (
    pattern(r"(?:x-)?rate-?limit-(?P<fact>remaining|reset)(?:-(?P<unit>.+))?"),
    pattern(r"anthropic-ratelimit-(?P<unit>.+)-(?P<fact>remaining|reset)"),
    pattern(r"ratelimit-(?P<fact>policy)"),
    pattern(r"(?P<fact>ratelimit)"),
)


@lru_cache(maxsize=256)
def _meaning(name: str) -> tuple[str, str] | None:
    """The fact that a field tells and the unit of which it tells it, or None."""
    for form in _NAMES:
        if match := form.fullmatch(name):
            unit = match.groupdict().get("unit") or REQUESTS
            return match["fact"], unit.replace("-", "_")
    return None


def _single(facts: Facts, time: float) -> Iterator[Allowance]:
    for (fact, unit), value in facts.items():
        if fact == "remaining" and (remaining := _number(value)) is not None:
            yield Allowance(unit, remaining, _reset(facts.get(("reset", unit), ""), remaining, time))


def _reset(value: str, remaining: float, time: float) -> float | None:
    """The seconds until more comes.

    A number that is as great as a date is one, in seconds or milliseconds; another one is the seconds from now. Those
    who give a duration, or a date and time, have buckets that fill bit by bit, and mean when it is full: that is taken
    for the moment when more comes only where nothing is left.
    """
    number = _number(value)
    if number is not None:
        return number if number < 1e9 else max(0.0, (number if number < 1e11 else number / 1000) - time)
    if remaining:
        return None
    seconds = _duration(value)
    return _until(value, time) if seconds is None else seconds


_NUMBER: Final = pattern(r"[0-9]{1,15}(?:\.[0-9]{1,15})?")
_PART: Final = r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ns|us|µs|ms|s|m|h|d)"
_DURATION: Final = pattern(rf"(?:{_PART}){{1,8}}")
_SECONDS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def _number(value: str) -> float | None:
    return float(value) if _NUMBER.fullmatch(value.strip()) else None


def _duration(value: str) -> float | None:
    """A duration as Go writes it (pkg.go.dev/time, ParseDuration), such as 6m0s."""
    if not _DURATION.fullmatch(value.strip()):
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in re.findall(_PART, value))


def _until(value: str, time: float) -> float | None:
    """The seconds until a date and time (RFC 3339), 0 where it is past."""
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return max(0.0, moment.timestamp() - time) if moment.tzinfo else None


# -- structured fields (RFC 9651) --------------------------------------------------------------------------------------

_FIELD: Final = ("ratelimit", REQUESTS)
_POLICY: Final = ("policy", REQUESTS)
_LONGEST: Final = 2000
_VALUE: Final = r'(?:"(?:[^"\\]|\\.)*"|[^\s;,"]+)'
_PARAMETER: Final = pattern(rf"\s*;\s*([a-z*][a-z0-9_.*-]*)(?:=({_VALUE}))?")
_ITEM: Final = pattern(rf"\s*({_VALUE})((?:\s*;\s*[a-z*][a-z0-9_.*-]*(?:={_VALUE})?)*)\s*(?:,|$)")
_UNITS: Final = {"request": REQUESTS, "requests": REQUESTS, "content-bytes": BYTES, "concurrent-requests": ""}
"""The quota units of the draft's registry; what is under way at once is not spent, and comes back otherwise."""


def _structured(facts: Facts) -> Iterator[Allowance]:
    """RateLimit: "default";r=50;t=30 — the unit is that of the policy of this name: "default";q=100;w=60;qu="…"."""
    field = facts.get(_FIELD, "")
    if "remaining=" in field:  # draft 7: limit=100, remaining=50, reset=5
        said = dict(part.strip().partition("=")[::2] for part in field[:_LONGEST].split(","))
        remaining = _number(said.get("remaining", ""))
        if remaining is not None:
            yield Allowance(REQUESTS, remaining, _number(said.get("reset", "")))
        return
    items = _items(field)
    policies = _items(facts.get(_POLICY, "")) if items else {}
    for name, said in items.items():
        unit = policies.get(name, {}).get("qu", "request").strip('"')
        remaining = _number(said.get("r", ""))
        if remaining is not None and _UNITS.get(unit, unit):
            yield Allowance(_UNITS.get(unit, unit.replace("-", "_")), remaining, _number(said.get("t", "")))


def _items(field: str) -> dict[str, dict[str, str]]:
    """The parameters of each item of a list, by the item; empty where it is not one."""
    items: dict[str, dict[str, str]] = {}
    place = 0
    while place < len(field) <= _LONGEST:
        match = _ITEM.match(field, place)
        if not match:
            return {}
        items[match[1].strip('"')] = dict(_PARAMETER.findall(match[2]))
        place = match.end()
    return items
