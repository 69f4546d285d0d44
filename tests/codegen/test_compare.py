"""What breaks callers: a pair of manifests for every rule, compared in both directions."""

import copy
from collections import defaultdict
from typing import Any, Final

import pytest

import pristine
from pristine.codegen.compare import Change, compare
from pristine.codegen.diff.rules import RULES
from tests.codegen import cases_api, cases_calls, cases_futures, cases_policies, cases_types
from tests.codegen.cases import Case, Told, fields, renamed
from tests.codegen.generated import mutated, some_manifest
from tests.codegen.keys import endpoint
from tests.support.offline import manifest

CASES: Final[dict[str, Case]] = {
    **cases_api.CASES,
    **cases_calls.CASES,
    **cases_futures.CASES,
    **cases_policies.CASES,
    **cases_types.CASES,
}


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    load = [pristine.load_manifest(copy.deepcopy(one)) for one in (old, new)]
    return compare(load[0], load[1])


def kinds(old: dict[str, Any], new: dict[str, Any]) -> Told:
    """The kinds of changes, and whether they break."""
    return {one.kind: one.breaking for one in differences(old, new)}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_change_and_its_reverse(case: Case) -> None:
    old, new, there, back = case
    assert kinds(old, new) == there
    assert kinds(new, old) == back


def test_no_rule_is_without_a_case() -> None:
    seen: defaultdict[str, set[bool]] = defaultdict(set)
    for _, _, there, back in CASES.values():
        for kind, breaking in (*there.items(), *back.items()):
            seen[kind].add(breaking)
    assert {kind: {rule.breaking for rule in rules.values()} for kind, rules in RULES.items()} == dict(seen)


# -- what is said ------------------------------------------------------------------------------------------------------


def test_a_change_says_where_and_what_and_why() -> None:
    query = {"limit": {"type": "integer", "default": 20}}
    old, new = endpoint({"method": "GET"}, query=(query, {"limit": {"type": "integer", "default": 10}}))
    [change] = differences(old, new)
    assert change == Change(
        kind="default-changed",
        where="endpoints.e.query.limit",
        what="20 → 10",
        breaking=True,
        why="what leaves it out means something else",
        endpoint="e",
    )


def test_a_named_type_is_told_once_however_often_it_is_used() -> None:
    def api(kind: Any) -> dict[str, Any]:
        uses = {f"e{n}": {"method": "POST", "path": "/", "request": "T", "response": "T"} for n in range(5)}
        return {"name": "x", "endpoints": uses, "types": {"K": {"enum": kind}, "T": fields(k="K")}}

    [change] = differences(api(["a", "b"]), api(["a"]))
    assert (change.where, change.what, change.breaking, change.endpoint) == ("types.K", 'removed: "b"', True, "")
    assert change.why == "the member is refused"


def test_a_limit_is_told_once_however_many_endpoints_share_it() -> None:
    def api(limit: float, tokens: float) -> dict[str, Any]:
        uses = {f"e{n}": {"method": "POST", "path": "/", "limit": "chat"} for n in range(5)}
        units = {"requests": {"limit": limit, "burst": 1.5}, "tokens": {"limit": 9, "per_byte": tokens}}
        return {"name": "x", "endpoints": uses, "limits": {"chat": {"units": units}}}

    found = [(one.kind, one.where, one.what, one.endpoint) for one in differences(api(1234567, 1), api(1234566, 0.25))]
    quota = "1234567 per 60 s, 1.5 at once → 1234566 per 60 s, 1.5 at once"
    assert found == [
        ("limit-lowered", "limits.chat.units.requests", quota, ""),
        ("cost-lowered", "limits.chat.units.tokens.per_byte", "1 → 0.25", ""),
    ]


def test_a_policy_is_told_in_words() -> None:
    named: dict[str, Any] = {"retries": {"slow": {"max_retries": 5, "base": 0.5}}, "breakers": {"b": {}}}
    deadline = {"header": "X-Stop", "format": "grpc", "limit": "read"}
    old = manifest({"retry": "slow", "breaker": "b"}, **named)
    new = manifest({"retry": False, "deadline": deadline, "safety": "safe"}, **named)
    assert {one.where: one.what for one in differences(old, new)} == {
        "endpoints.e.safety": "unsafe → safe",
        "endpoints.e.deadline": "nothing → X-Stop, the read in grpc",
        "endpoints.e.retry": "max_retries 5, base 0.5 → max_retries 0",
        "endpoints.e.breaker": '"b" → nothing',
    }


def test_a_type_without_a_name_is_told_where_it_is_used() -> None:
    def api(inner: str) -> dict[str, Any]:
        return manifest({"response": fields(a={"type": "array", "items": fields(b=inner)})})

    assert [one.where for one in differences(api("string"), api("integer"))] == ["endpoints.e.response.a.items.b"]


def test_recursive_types_and_long_chains_are_compared() -> None:
    def chain(last: str, length: int = 400) -> dict[str, Any]:
        types = {f"T{n}": fields(next=f"T{n + 1}", back="T0") for n in range(length)}
        return manifest({"response": "T0"}, types={**types, f"T{length}": fields(end=last)})

    assert differences(chain("string"), chain("string")) == []
    assert [one.where for one in differences(chain("string"), chain("integer"))] == ["types.T400.end"]


def test_a_renamed_endpoint_is_compared_as_well() -> None:
    old, new = renamed("make"), renamed("create")
    new["endpoints"]["create"]["tags"] = ["a"]
    found = {one.kind: (one.where, one.what) for one in differences(old, new)}
    assert found["endpoint-renamed"] == ("endpoints.create", "make → create")
    assert found["tags-changed"][0] == "endpoints.create.tags"


# -- generated manifests -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(60))
def test_a_manifest_is_not_changed_from_itself(seed: int) -> None:
    sources = some_manifest(seed), some_manifest(seed), mutated(some_manifest(seed), seed)
    first, again, other = map(pristine.load_manifest, sources)
    assert compare(first, again) == []
    there, back = compare(first, other), compare(other, first)
    assert {one.where for one in there} == {one.where for one in back}
    assert compare(again, other) == there
