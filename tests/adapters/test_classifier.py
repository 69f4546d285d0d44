"""Rules for what statuses and codes mean: which goes first, and that a wrong one is told where it stands."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pristine.adapters.classifier import RuleClassifier
from pristine.ports.errors import ConfigurationError, StatusError
from pristine.ports.headers import Headers
from pristine.ports.outcome import Kind, Outcome, Result
from pristine.testing.contracts.classifier import ResultClassifierContract

RULES: dict[str, Any] = {
    "statuses": {409: "overloaded", "5xx": "overloaded", "503": "upstream_failure"},
    "codes": {"insufficient_quota": "client_error", 1013: "rate_limited"},
    "endpoints": {
        "create": {"statuses": {409: "client_error", 402: "rate_limited"}, "codes": {"busy": "overloaded"}},
        "list": {},
    },
}


class TestRuleClassifier(ResultClassifierContract):
    codes = ("insufficient_quota", "busy", "1013")

    def make(self) -> RuleClassifier:
        return RuleClassifier(**RULES)


class TestRuleClassifierWithoutRules(ResultClassifierContract):
    def make(self) -> RuleClassifier:
        return RuleClassifier()


def usual(kind: Kind, status: int | None, *codes: str) -> Outcome:
    error = None if kind is Kind.SUCCESS else StatusError(f"{status}", status=status)
    return Outcome(kind, error, status, retry_after=3.0, may_resend=False, codes=codes)


def kind(status: int | None, *codes: str, endpoint: str = "list", rules: Any = RULES) -> Kind:
    result = Result(endpoint, Headers(), usual(Kind.CLIENT_ERROR, status, *codes))
    return RuleClassifier(**rules).classify(result).kind


@pytest.mark.parametrize(
    ("endpoint", "status", "codes", "expected"),
    [
        ("list", 409, [], "overloaded"),
        ("list", 500, [], "overloaded"),
        ("list", 503, [], "upstream_failure"),
        ("list", 429, ["insufficient_quota"], "client_error"),
        ("list", 409, ["insufficient_quota"], "client_error"),
        ("list", 409, ["unheard_of"], "overloaded"),
        ("list", 409, ["unheard_of", "1013"], "rate_limited"),
        ("list", 409, ["insufficient_quota", "1013"], "client_error"),
        ("list", 409, ["busy"], "overloaded"),
        ("create", 409, [], "client_error"),
        ("create", 409, ["busy"], "overloaded"),
        ("create", 402, ["1013"], "rate_limited"),
        ("create", 409, ["1013"], "client_error"),
        ("create", 404, ["1013"], "rate_limited"),
        ("create", 500, [], "overloaded"),
        ("create", None, ["busy"], "overloaded"),
        ("create", None, [], "client_error"),
        ("", 599, [], "overloaded"),
        ("", 404, [], "client_error"),
    ],
)
def test_the_endpoint_goes_first_and_codes_before_statuses(
    endpoint: str, status: int | None, codes: list[str], expected: str
) -> None:
    assert kind(status, *codes, endpoint=endpoint) is Kind(expected)


def test_nothing_but_the_kind_is_another() -> None:
    was = usual(Kind.CLIENT_ERROR, 409)
    assert RuleClassifier(**RULES).classify(Result("list", Headers(), was)) == attrs.evolve(was, kind=Kind.OVERLOADED)


def test_without_a_rule_or_by_one_that_says_the_same_it_is_the_usual_itself() -> None:
    for status in (404, 409, 200):
        was = usual(Kind.OVERLOADED, status)
        assert RuleClassifier(**RULES).classify(Result("list", Headers(), was)) is was


def test_a_success_stays_one() -> None:
    was = usual(Kind.SUCCESS, 200, "insufficient_quota", "busy")
    assert RuleClassifier(**RULES).classify(Result("create", Headers(), was)) is was


def test_an_error_in_an_answer_of_success_has_its_codes() -> None:
    assert kind(200, "insufficient_quota") is Kind.CLIENT_ERROR
    assert kind(200, "1013") is Kind.RATE_LIMITED


KINDS = "known: client_error, overloaded, rate_limited, transport_error, upstream_failure"
STATUS = "give a status, such as 409, or a class of them, such as '5XX'"


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ({"statuses": {409: "overloded"}}, "statuses.409: 'overloded' is no kind of error; did you mean 'overloaded'?"),
        ({"statuses": {409: "zzz"}}, f"statuses.409: 'zzz' is no kind of error; {KINDS}"),
        ({"statuses": {409: 5}}, f"statuses.409: 5 is no kind of error; {KINDS}"),
        ({"statuses": {409: ["overloaded"]}}, "statuses.409: ['overloaded'] is no kind of error"),
        ({"statuses": {409: "success"}}, f"statuses.409: an error does not become a success; {KINDS}"),
        ({"codes": {"busy": "success"}}, f"codes.busy: an error does not become a success; {KINDS}"),
        ({"statuses": {200: "overloaded"}}, "statuses.200: it is a success, which does not become an error"),
        ({"statuses": {"2xx": "overloaded"}}, "statuses.2xx: it is a success, which does not become an error"),
        ({"statuses": {"4X": "overloaded"}}, f"statuses.4X: {STATUS}"),
        ({"statuses": {"40٣": "overloaded"}}, f"statuses.40٣: {STATUS}"),
        ({"statuses": {600: "overloaded"}}, f"statuses.600: {STATUS}"),
        ({"statuses": {True: "overloaded"}}, f"statuses.True: {STATUS}"),
        ({"statuses": {None: "overloaded"}}, f"statuses.None: {STATUS}"),
        ({"statuses": {409: "overloaded", "409": "rate_limited"}}, "statuses.409: there are two kinds for it"),
        ({"statuses": [409]}, "statuses: give a mapping"),
        ({"codes": {None: "overloaded"}}, "codes.None: give a code of the API, which is text"),
        ({"codes": {"": "overloaded"}}, "codes.: give a code of the API, which is text"),
        ({"codes": "busy"}, "codes: give a mapping"),
        ({"endpoints": []}, "endpoints: give a mapping"),
        ({"endpoints": {3: {}}}, "endpoints: 3 is not the id of an endpoint"),
        ({"endpoints": {"create": []}}, "endpoints.create: give a mapping"),
        (
            {"endpoints": {"create": {"status": {}}}},
            "endpoints.create has no option 'status'; did you mean 'statuses'?",
        ),
        (
            {"endpoints": {"create": {"statuses": {409: "overload"}}}},
            "endpoints.create.statuses.409: 'overload' is no kind of error; did you mean 'overloaded'?",
        ),
    ],
)
def test_a_wrong_rule_is_told_where_it_stands(rules: Any, told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        RuleClassifier(**rules)
    assert str(caught.value).startswith(told)
    assert caught.value.setting
    assert told.startswith(caught.value.setting.removesuffix(".status"))


@pytest.mark.parametrize("again", [lambda c: pickle.loads(pickle.dumps(c)), copy.copy, copy.deepcopy])
def test_a_classifier_travels(again: Callable[[Any], Any]) -> None:
    copied = again(RuleClassifier(**RULES))
    assert copied.classify(Result("create", Headers(), usual(Kind.OVERLOADED, 402))).kind is Kind.RATE_LIMITED


def test_it_keeps_the_rules_that_it_was_given() -> None:
    rules = {409: "overloaded"}
    classifier = RuleClassifier(statuses=rules)
    rules[409] = "rate_limited"
    assert classifier.classify(Result("e", Headers(), usual(Kind.CLIENT_ERROR, 409))).kind is Kind.OVERLOADED


ERRORS = st.sampled_from([one.value for one in Kind if one is not Kind.SUCCESS])
CODES = st.dictionaries(st.sampled_from(["a", "b", "c"]), ERRORS)
STATUSES = st.dictionaries(st.sampled_from(["400", "409", "4XX", "500", "5XX"]), ERRORS)
TABLES = st.fixed_dictionaries({"codes": CODES, "statuses": STATUSES})


@given(TABLES, TABLES, st.sampled_from([400, 409, 418, 500, 503]), st.lists(st.sampled_from("abcd"), max_size=3))
@settings(max_examples=200, derandomize=True, deadline=None)
def test_the_first_rule_in_the_order_holds(own: Any, rules: Any, status: int, codes: list[str]) -> None:
    asked = [(table, key) for table in (own, rules) for key in [*codes, str(status), f"{status // 100}XX"]]
    said = [table["statuses" if key[0].isdigit() else "codes"].get(key) for table, key in asked]
    expected = next((one for one in said if one), "client_error")
    assert kind(status, *codes, endpoint="e", rules={**rules, "endpoints": {"e": own}}) is Kind(expected)
