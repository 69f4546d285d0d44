"""How often, how fast and how long the endpoints of an API may be called: what they share, and what holds for each."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import attrs

from pristine.codegen.docs.markdown import bullets, code, heading, link, page, table
from pristine.codegen.docs.names import Called, Names
from pristine.codegen.docs.overview import place
from pristine.codegen.literals import number
from pristine.manifest.model import (
    BreakerGroup,
    Cost,
    DeadlineFormat,
    DeadlineHeader,
    Endpoint,
    LimitGroup,
    Safety,
    Where,
)


@attrs.frozen
class Shared:
    """Limits or breakers by name, with the anchor of each and the endpoints that share it."""

    groups: Mapping[str, Any]
    anchors: Mapping[str, str]
    users: Mapping[str, list[Called]]

    @classmethod
    def of(cls, kind: str, names: Names) -> "Shared":
        """`kind` is "limit" or "breaker"."""
        users: dict[str, list[Called]] = {}
        groups: dict[str, Any] = {}
        for called in names.calls:
            if (group := getattr(called.endpoint, kind)) is not None:
                groups.setdefault(group.name, group)
                users.setdefault(group.name, []).append(called)
        return cls(groups, {name: names.anchor(kind, name) for name in groups}, users)

    def section(self, title: str, told: str, say: Callable[[Any], Iterable[str]]) -> str:
        """All of them, each with who shares it; "" where there is none."""
        parts = [heading(2, title), told]
        for name, group in self.groups.items():
            listed = ", ".join(link(code(one.name or one.endpoint.id), one.anchor) for one in self.users[name])
            parts += [heading(3, code(name), self.anchors[name]), f"Of {listed}.", *say(group)]
        return page(parts).rstrip() if self.groups else ""


# -- limits ------------------------------------------------------------------------------------------------------------

_LIMITED: Final = (
    "What the API lets through. A context keeps to it, and its calls wait for their turn, with a limiter and a "
    'semaphore: `pristine.context(limiter="on", semaphores="on")`.'
)

COLUMNS: Final = ("Unit", "At most", "At once", "A call costs", "What it really cost")


def limits(shared: Shared) -> str:
    """How much there is of what, and what a call costs of it."""
    return shared.section("Limits", _LIMITED, _limit)


def _limit(group: LimitGroup) -> Iterator[str]:
    said = []
    if group.key:
        said.append(f"Apart for each value of {_field(group.key)} in a payload")
    if group.concurrency is not None:
        said.append(f"Under way at once: at most {group.concurrency}")
    yield bullets(said)
    yield table(COLUMNS, (_unit(unit, cost) for unit, cost in group.units.items()))


def _unit(unit: str, cost: Cost) -> tuple[str, ...]:
    quota = cost.quota
    at_once = "" if quota.burst is None else number(quota.burst)
    most = f"{number(quota.limit)} in {number(quota.per)} s"
    return code(unit), most, at_once, ", and ".join(_costs(cost)), place(cost.actual) if cost.actual else ""


def _costs(cost: Cost) -> Iterator[str]:
    if cost.base:
        yield number(cost.base)
    if cost.per_byte:
        yield f"{number(cost.per_byte)} for each byte of its body"
    yield from map(_field, cost.fields)


def _field(path: tuple[str | int, ...]) -> str:
    return place(Where(path=path)).removesuffix(" in the body")


# -- circuit breakers --------------------------------------------------------------------------------------------------

_GUARDED: Final = (
    "When a server fails, its endpoints are not called for a while: those that share a circuit breaker go together. A "
    'context has one that says so: `pristine.context(breaker="on")`.'
)

_BREAKER: Final[Mapping[str, str]] = {
    "failures": "It opens after {} failures in a row",
    "error_rate": "It opens when a share of {} of the calls fails",
    "window": "The share is that of the last {} s",
    "minimum": "Of fewer than {} calls there is no share",
    "cooldown": "It stays open for {} s",
    "probes": "Calls that may then try at once: {}",
}


def breakers(shared: Shared) -> str:
    """When they open, and for how long."""
    return shared.section("Circuit breakers", _GUARDED, _breaker)


def _breaker(group: BreakerGroup) -> Iterator[str]:
    yield bullets(_told(group.settings, _BREAKER)) or "It opens as the context says."


def _told(settings: Mapping[str, float], words: Mapping[str, str]) -> Iterator[str]:
    return (words[name].format(number(value)) for name, value in settings.items())


# -- an endpoint -------------------------------------------------------------------------------------------------------

_RETRY: Final[Mapping[str, str]] = {
    "max_retries": "at most {}",
    "base": "the first after {} s",
    "cap": "no wait longer than {} s",
    "jitter": "a share of {} of each wait is random",
    "max_retry_after": "the server may ask for up to {} s",
}

_SAFETY: Final[Mapping[Safety, str]] = {
    Safety.SAFE: "It changes nothing, and may be sent again",
    Safety.IDEMPOTENT: "Twice is as once: it may be sent again",
    Safety.UNSAFE: "Twice is not as once: it is sent again only where it was certainly not processed",
}

_FORMATS: Final[Mapping[DeadlineFormat, str]] = {
    DeadlineFormat.SECONDS: "in seconds",
    DeadlineFormat.MILLISECONDS: "in milliseconds",
    DeadlineFormat.GRPC: "as gRPC writes a timeout",
}


def facts(endpoint: Endpoint, limited: Shared, guarded: Shared) -> Iterator[str]:
    """What holds for the calls of an endpoint."""
    if endpoint.deadline is not None:
        yield _deadline(endpoint.deadline)
    if endpoint.safety is not None:
        yield f"{_SAFETY[endpoint.safety]}{_or_keyed(endpoint)}"
    if endpoint.retry:
        never = endpoint.retry.get("max_retries") == 0
        yield "Not retried" if never else f"Retries: {', '.join(_told(endpoint.retry, _RETRY))}"
    if endpoint.limit is not None:
        yield f"Limits: {link(code(endpoint.limit.name), limited.anchors[endpoint.limit.name])}"
    if endpoint.breaker is not None:
        yield f"Circuit breaker: {link(code(endpoint.breaker.name), guarded.anchors[endpoint.breaker.name])}"


def _or_keyed(endpoint: Endpoint) -> str:
    return ", or with its key" if endpoint.safety is Safety.UNSAFE and endpoint.idempotency else ""


def _deadline(how: DeadlineHeader) -> str:
    what = "what is left of the total" if how.limit == "total" else "how long it may be silent"
    return f"The server is told {what}, where there is such a limit: {code(how.header)}, {_FORMATS[how.format]}"
