"""The policies of two endpoints: whether and how they are repeated, what they are limited to, what is told of time.

Limits and breakers that have kept their name are compared where the manifest has them, however many endpoints share
them. A limit is what the server allows: where it allows less, older programs ask for too much.
"""

from collections import Counter
from collections.abc import Mapping

from pristine.codegen.diff.arguments import Comparison
from pristine.codegen.diff.found import Found, Path, difference, place, told
from pristine.codegen.literals import number
from pristine.manifest.model import (
    IDEMPOTENT_METHODS,
    SAFE_METHODS,
    Cost,
    DeadlineHeader,
    Endpoint,
    LimitGroup,
    Safety,
    Where,
)
from pristine.manifest.reading import shown
from pristine.ports.admission import Quota


def compare_safety(both: Comparison) -> None:
    """Whether it may be sent again, as far as the manifest says it: what its method says is the method's change."""
    was, now = safety_of(both.old), safety_of(both.new)
    keyed = both.old.idempotency is not None and both.old.idempotency == both.new.idempotency
    if both.old.safety is not both.new.safety and was is not now:
        kind = "repeats-allowed" if was is Safety.UNSAFE else "repeats-forbidden"
        kind = "safety-changed" if keyed or Safety.UNSAFE not in {was, now} else kind
        both.add(kind, ("safety",), f"{was} → {now}")


def safety_of(endpoint: Endpoint) -> Safety:
    """By the manifest's word, or by the method (RFC 9110 section 9.2)."""
    if endpoint.safety is not None or endpoint.method not in IDEMPOTENT_METHODS:
        return endpoint.safety or Safety.UNSAFE
    return Safety.SAFE if endpoint.method in SAFE_METHODS else Safety.IDEMPOTENT


def compare_idempotency(both: Comparison) -> None:
    """The key that it is repeated under; what may be repeated in any case need not have one."""
    old, new = both.old.idempotency, both.new.idempotency
    if old == new:
        return
    kind = "added" if old is None else "changed"
    if new is None:
        kind = "removed" if safety_of(both.new) is Safety.UNSAFE else "unneeded"
    both.from_to(f"idempotency-{kind}", "idempotency", old and old.header, new and new.header)


def compare_deadline(both: Comparison) -> None:
    """The header in which the server is told how long it has."""
    old, new = both.old.deadline, both.new.deadline
    if old is None or new is None:
        kind = "" if old is new else "deadline-added" if old is None else "deadline-removed"
    elif old.header.lower() != new.header.lower():
        kind = "deadline-moved"
    else:
        kind = "" if (old.format, old.limit) == (new.format, new.limit) else "deadline-changed"
    if kind:
        both.add(kind, ("deadline",), f"{_deadline(old)} → {_deadline(new)}")


def _deadline(said: DeadlineHeader | None) -> str:
    return "nothing" if said is None else f"{said.header}, the {said.limit} in {said.format}"


def compare_retry(both: Comparison) -> None:
    """The settings of the retry policy."""
    if both.old.retry != both.new.retry:
        both.add("retry-changed", ("retry",), f"{_settings(both.old.retry)} → {_settings(both.new.retry)}")


def _settings(said: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {number(value)}" for name, value in said.items()) or "as the context says"


def compare_breaker(both: Comparison) -> None:
    """The circuit breaker that it is behind."""
    old, new = both.old.breaker, both.new.breaker
    if old is None or new is None or old.name != new.name:
        if old is not new:
            both.from_to("breaker-moved", "breaker", old and old.name, new and new.name)
    elif old.settings != new.settings:
        what = f"{_settings(old.settings)} → {_settings(new.settings)}"
        both.types.found.add("breaker-changed", ("breakers", new.name), what)


# -- limits ------------------------------------------------------------------------------------------------------------


def compare_limit(both: Comparison) -> None:
    """The limits that it is under."""
    old, new = both.old.limit, both.new.limit
    if old is None or new is None or old.name != new.name:
        if old is not new:
            kind = difference(old, new, "moved")
            both.from_to(f"limit-{kind}", "limit", old and old.name, new and new.name)
    elif old != new:
        _compare_group(old, new, both.types.found)


def _compare_group(old: LimitGroup, new: LimitGroup, found: Found) -> None:
    where = ("limits", new.name)
    if old.key != new.key:
        kind = "limit-key-changed" if old.key else "limit-key-added"
        found.add(kind, (*where, "key"), " → ".join(shown(one.key) if one.key else "nothing" for one in (old, new)))
    _concurrency(old.concurrency, new.concurrency, (*where, "concurrency"), found)
    for unit in dict.fromkeys([*old.units, *new.units]):
        of_unit = (*where, "units", unit)
        if unit not in new.units:
            found.add("limit-removed", of_unit, "removed")
        elif unit not in old.units:
            found.add("limit-added", of_unit, _quota(new.units[unit].quota))
        else:
            _compare_unit(old.units[unit], new.units[unit], of_unit, found)


def _concurrency(old: int | None, new: int | None, where: Path, found: Found) -> None:
    if old is None or new is None:
        kind = "limit-added" if old is None else "limit-removed"
    else:
        kind = "limit-lowered" if new < old else "limit-raised"
    if old != new:
        found.from_to(kind, where, old, new)


def _compare_unit(old: Cost, new: Cost, where: Path, found: Found) -> None:
    if old.quota != new.quota:
        kind = "limit-lowered" if _is_lower(old.quota, new.quota) else "limit-raised"
        found.add(kind, where, f"{_quota(old.quota)} → {_quota(new.quota)}")
    for name in ("base", "per_byte"):
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            kind = "cost-raised" if now > was else "cost-lowered"
            found.add(kind, (*where, name), f"{number(was)} → {number(now)}")
    _fields(old, new, (*where, "fields"), found)
    if old.actual != new.actual:
        said = (place(one.actual) if one.actual else "nothing" for one in (old, new))
        found.add("cost-place-changed", (*where, "actual"), " → ".join(said))


def _is_lower(old: Quota, new: Quota) -> bool:
    """Whether there is less of it over time, or at once."""
    slower = new.limit / new.per < old.limit / old.per
    return slower or _at_once(new) < _at_once(old)


def _at_once(quota: Quota) -> float:
    return quota.limit if quota.burst is None else quota.burst


def _quota(said: Quota) -> str:
    at_once = "" if said.burst is None else f", {number(said.burst)} at once"
    return f"{number(said.limit)} per {number(said.per)} s{at_once}"


def _fields(old: Cost, new: Cost, where: Path, found: Found) -> None:
    """The fields whose numbers are added; one that is there twice is added twice."""
    before, after = Counter(old.fields), Counter(new.fields)
    for path in dict.fromkeys([*before, *after]):
        if before[path] != after[path]:
            more = after[path] > before[path]
            what = f"{told(place(Where(path=path)))} {'counts' if more else 'no longer counts'}"
            found.add("cost-raised" if more else "cost-lowered", where, what)
