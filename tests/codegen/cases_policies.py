"""How often, how fast and how long an endpoint may be called: what each change is, there and back."""

from typing import Any, Final

from tests.codegen.cases import BREAKS, KEEPS, Case, Told, of_endpoint
from tests.codegen.keys import LIMIT, NAMED, policy, unit
from tests.support.offline import manifest


def limited(old: dict[str, Any], new: dict[str, Any], there: Told, back: Told) -> Case:
    """Limits of the same name."""
    return manifest({"limit": "n"}, limits={"n": old}), manifest({"limit": "n"}, limits={"n": new}), there, back


def costing(key: str, old: Any, new: Any, there: Told, back: Told) -> Case:
    """Units of a limit with other values of a key."""
    return (*unit({"limit": 60, "base": 1}, **{key: (old, new)}), there, back)


def named(key: str, old: Any, new: Any, there: Told, back: Told) -> Case:
    """Endpoints with policies of other names."""
    ends = [manifest({} if name is ... else {key: name}, **NAMED) for name in (old, new)]
    return ends[0], ends[1], there, back


CASES: Final[dict[str, Case]] = {
    # -- may it be sent again?
    "a word of repeating": of_endpoint(
        "safety", ..., "idempotent", {"repeats-allowed": KEEPS}, {"repeats-forbidden": BREAKS}
    ),
    "a put that is not repeated": of_endpoint(
        "safety", "unsafe", ..., {"repeats-allowed": KEEPS}, {"repeats-forbidden": BREAKS}, method="PUT"
    ),
    "what changes nothing": of_endpoint(
        "safety", "idempotent", "safe", {"safety-changed": KEEPS}, {"safety-changed": KEEPS}
    ),
    "what is repeated under a key in either case": of_endpoint(
        "safety", "idempotent", ..., {"safety-changed": KEEPS}, {"safety-changed": KEEPS}, idempotency=True
    ),
    "a word for what the method says": (
        manifest({"method": "POST", "safety": "idempotent"}),
        manifest({"method": "PUT"}),
        {"method-changed": BREAKS},
        {"method-changed": BREAKS},
    ),
    "a key for what may be repeated anyway": of_endpoint(
        "idempotency", True, False, {"idempotency-unneeded": KEEPS}, {"idempotency-added": KEEPS}, method="PUT"
    ),
    "what becomes safe has no key": (
        manifest({"idempotency": True}),
        manifest({"safety": "safe"}),
        {"repeats-allowed": KEEPS, "idempotency-unneeded": KEEPS},
        {"repeats-forbidden": BREAKS, "idempotency-added": KEEPS},
    ),
    # -- deadlines
    "a deadline": of_endpoint(
        "deadline", ..., {"header": "X-A"}, {"deadline-added": KEEPS}, {"deadline-removed": KEEPS}
    ),
    "the header of a deadline": of_endpoint(
        "deadline", {"header": "X-A"}, {"header": "X-B"}, {"deadline-moved": KEEPS}, {"deadline-moved": KEEPS}
    ),
    "the unit of a deadline": of_endpoint(
        "deadline",
        {"header": "X-A"},
        {"header": "x-a", "format": "milliseconds"},
        {"deadline-changed": BREAKS},
        {"deadline-changed": BREAKS},
    ),
    "what a deadline is of": of_endpoint(
        "deadline",
        {"header": "X-A"},
        {"header": "X-A", "limit": "read"},
        {"deadline-changed": BREAKS},
        {"deadline-changed": BREAKS},
    ),
    "the case of a deadline's header": of_endpoint("deadline", {"header": "X-A"}, {"header": "x-a"}, {}, {}),
    # -- retries
    "a way to retry": named("retry", ..., "a", {"retry-changed": KEEPS}, {"retry-changed": KEEPS}),
    "no retries": named("retry", "a", False, {"retry-changed": KEEPS}, {"retry-changed": KEEPS}),
    "the settings of a way to retry": (
        *policy("retries", {}, max_retries=(2, 5)),
        {"retry-changed": KEEPS},
        {"retry-changed": KEEPS},
    ),
    "what an error comes to": of_endpoint(
        "errors",
        {"kinds": {"busy": "overloaded"}, "statuses": {"409": "overloaded"}},
        {"kinds": {"busy": "client_error"}},
        {"error-kind-changed": KEEPS},
        {"error-kind-changed": KEEPS},
    ),
    # -- limits
    "a limit": named("limit", ..., "a", {"limit-added": BREAKS}, {"limit-removed": KEEPS}),
    "another limit": named("limit", "a", "b", {"limit-moved": BREAKS}, {"limit-moved": BREAKS}),
    "a limit's key": limited(
        LIMIT, {**LIMIT, "key": "model"}, {"limit-key-added": KEEPS}, {"limit-key-changed": BREAKS}
    ),
    "another key of a limit": limited(
        {**LIMIT, "key": "model"},
        {**LIMIT, "key": "user"},
        {"limit-key-changed": BREAKS},
        {"limit-key-changed": BREAKS},
    ),
    "how many may be under way": limited(LIMIT, {"concurrency": 3}, {"limit-raised": KEEPS}, {"limit-lowered": BREAKS}),
    "whether it matters how many are": limited(
        {**LIMIT, "units": {"requests": {"limit": 1}}},
        {"units": {"requests": {"limit": 1}}},
        {"limit-removed": KEEPS},
        {"limit-added": BREAKS},
    ),
    "another unit": limited(
        LIMIT, {**LIMIT, "units": {"requests": {"limit": 1}}}, {"limit-added": BREAKS}, {"limit-removed": KEEPS}
    ),
    "how much there is": costing("limit", 60, 90, {"limit-raised": KEEPS}, {"limit-lowered": BREAKS}),
    "how soon there is more": costing("per", 60, 30, {"limit-raised": KEEPS}, {"limit-lowered": BREAKS}),
    "how much may be spent at once": costing("burst", 5, ..., {"limit-raised": KEEPS}, {"limit-lowered": BREAKS}),
    "as much, but not at once": (
        *unit({"base": 1}, limit=(60, 1), per=(60, 1)),
        {"limit-lowered": BREAKS},
        {"limit-raised": KEEPS},
    ),
    "what a call costs": costing("base", 2, 1, {"cost-lowered": KEEPS}, {"cost-raised": BREAKS}),
    "what a byte costs": costing("per_byte", ..., 0.5, {"cost-raised": BREAKS}, {"cost-lowered": KEEPS}),
    "what a payload says of its cost": costing(
        "fields",
        ["a", "b"],
        ["b", "c"],
        {"cost-lowered": KEEPS, "cost-raised": BREAKS},
        {"cost-lowered": KEEPS, "cost-raised": BREAKS},
    ),
    "a field that counts twice": costing("fields", ["a"], ["a", "a"], {"cost-raised": BREAKS}, {"cost-lowered": KEEPS}),
    "where an answer says its cost": costing(
        "actual", ..., "usage.total", {"cost-place-changed": KEEPS}, {"cost-place-changed": KEEPS}
    ),
    # -- circuit breakers
    "a breaker": named("breaker", ..., "a", {"breaker-moved": KEEPS}, {"breaker-moved": KEEPS}),
    "another breaker": named("breaker", "a", "b", {"breaker-moved": KEEPS}, {"breaker-moved": KEEPS}),
    "the settings of a breaker": (
        *policy("breakers", {}, failures=(3, 5)),
        {"breaker-changed": KEEPS},
        {"breaker-changed": KEEPS},
    ),
}
