"""What servers say of their limits, in every dialect, and what a limiter makes of it."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pristine.adapters.limits.headers import Allowance, allowances
from pristine.ports.admission import Quota
from pristine.ports.headers import Headers
from pristine.ports.outcome import Kind, Outcome
from tests.adapters.limits.test_limiter import SUCCESS, TIME, Line

OPENAI = {
    "x-ratelimit-limit-requests": "60",
    "x-ratelimit-limit-tokens": "150000",
    "x-ratelimit-remaining-requests": "59",
    "x-ratelimit-remaining-tokens": "0",
    "x-ratelimit-reset-requests": "1s",
    "x-ratelimit-reset-tokens": "6m0s",
}
ANTHROPIC = {
    "anthropic-ratelimit-requests-limit": "1000",
    "anthropic-ratelimit-requests-remaining": "999",
    "anthropic-ratelimit-requests-reset": "2023-11-14T22:13:21Z",
    "anthropic-ratelimit-input-tokens-limit": "80000",
    "anthropic-ratelimit-input-tokens-remaining": "0",
    "anthropic-ratelimit-input-tokens-reset": "2023-11-14T22:13:30Z",
    "anthropic-ratelimit-output-tokens-remaining": "16000",
    "anthropic-ratelimit-output-tokens-reset": "2023-11-14T22:13:20Z",
    "anthropic-ratelimit-tokens-remaining": "0",
    "anthropic-ratelimit-tokens-reset": "2023-11-14T23:13:50.5+01:00",
}


def read(headers: Mapping[str, str]) -> dict[str, tuple[float, float | None]]:
    return {unit: (one.remaining, one.reset) for unit, one in allowances(Headers(headers), TIME).items()}


def test_openai() -> None:
    assert read(OPENAI) == {"requests": (59, None), "tokens": (0, 360)}


def test_anthropic() -> None:
    assert read(ANTHROPIC) == {
        "requests": (999, None),
        "input_tokens": (0, 10),
        "output_tokens": (16000, None),
        "tokens": (0, 30.5),
    }


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "42", "X-RateLimit-Reset": "1700000100"}, (42, 100)),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1700000100500"}, (0, 100.5)),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1699999999"}, (0, 0)),
        ({"X-Rate-Limit-Remaining": "3", "X-Rate-Limit-Reset": "30"}, (3, 30)),
        ({"RateLimit-Limit": "100, 100;w=60", "RateLimit-Remaining": "7", "RateLimit-Reset": "50"}, (7, 50)),
        ({"RateLimit-Remaining": "7"}, (7, None)),
        ({"RateLimit-Remaining": "0", "RateLimit-Reset": "2023-11-14T22:13:21"}, (0, None)),
        ({"RateLimit": "limit=100, remaining=50, reset=5"}, (50, 5)),
        ({"RateLimit": '"default";r=50;t=30'}, (50, 30)),
        ({"RateLimit": "default;r=50;t=30"}, (50, 30)),
        ({"RateLimit": '"a, b; \\"c";r=50 ; t=30; x="1;r=0,2"; flag'}, (50, 30)),
        ({"RateLimit": '"default";r=0'}, (0, None)),
        ({"RateLimit": '"permin";r=20;t=23, "perhr";r=4;t=2402'}, (4, 2402)),
        ({"RateLimit": '"a";r=5;t=9', "RateLimit-Policy": '"a";q=100;w=60;qu="requests"'}, (5, 9)),
    ],
)
def test_of_requests(headers: dict[str, str], expected: tuple[float, float | None]) -> None:
    assert read(headers) == {"requests": expected}


@pytest.mark.parametrize(
    ("policy", "unit"),
    [
        ('"a";q=100;w=60', "requests"),
        ('"b";q=1;qu="content-bytes", "a";q=100;w=60', "requests"),
        ('"a";q=100;qu="content-bytes"', "bytes"),
        ('"a";q=100;qu="input-tokens"', "input_tokens"),
        ('"a";q=100;qu=tokens', "tokens"),
        ("no list, of ( items", "requests"),
    ],
)
def test_a_policy_says_of_which_unit_it_is(policy: str, unit: str) -> None:
    assert read({"RateLimit": '"a";r=5;t=9', "RateLimit-Policy": policy}) == {unit: (5, 9)}


def test_what_is_under_way_at_once_is_not_spent() -> None:
    assert read({"RateLimit": '"a";r=0;t=9', "RateLimit-Policy": '"a";q=5;qu="concurrent-requests"'}) == {}


@pytest.mark.parametrize("reset", ["20ms", "1s", "6m0s", "1h2m3s", "1.5s", "2m59.56s", "150us", "12µs", "9ns", "1d"])
def test_durations(reset: str) -> None:
    seconds = {"20ms": 0.02, "1s": 1, "6m0s": 360, "1h2m3s": 3723, "1.5s": 1.5, "2m59.56s": 179.56, "150us": 150e-6}
    seconds |= {"12µs": 12e-6, "9ns": 9e-9, "1d": 86400}
    told = read({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": reset})["tokens"][1]
    assert told == pytest.approx(seconds[reset])


BARE = ["ratelimit", "ratelimit-policy", "x-ratelimit-remaining", "ratelimit-reset"]
NONSENSE = [
    "", " ", "-1", "nan", "NaN", "inf", "-inf", "1e9", "0x10", "1_000", "9" * 400, "9" * 5000, "\u0664", "1 2", "1,2",
    "soon", "None", "--", "1.2.3", '"', "=", ";r=1",
]  # fmt: skip


@pytest.mark.parametrize("value", NONSENSE)
def test_nonsense_is_ignored(value: str) -> None:
    assert read({"x-ratelimit-remaining-tokens": value, "x-ratelimit-reset-tokens": "1s"}) == {}
    assert read({"x-ratelimit-remaining": "0", "x-ratelimit-reset": value}) == {"requests": (0, None)}
    assert read({"ratelimit": f'"a";t=5;r={value}'}).get("requests", (1, 5)) == (1, 5)  # 1,2 is a list of two items
    assert read({"ratelimit": value, "ratelimit-policy": value, "ratelimit-remaining": value}) == {}
    assert read({"anthropic-ratelimit-tokens-remaining": "0", "anthropic-ratelimit-tokens-reset": value}) == {
        "tokens": (0, None)
    }


def test_what_is_too_long_is_ignored() -> None:
    assert read({"ratelimit": '"a";r=5, ' * 1000 + '"a";r=5'}) == {}
    assert read({"ratelimit": '"' * 100_000}) == {}
    assert read({"ratelimit": ("remaining=1," * 100_000)}) == {"requests": (1, None)}
    assert read({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1s" * 100_000}) == {"requests": (0, None)}


@given(
    st.dictionaries(
        st.sampled_from([*OPENAI, *ANTHROPIC, *BARE]),
        st.text('0123456789.-:TZsmhrtqwu;=", +', max_size=40) | st.sampled_from(NONSENSE) | st.datetimes().map(str),
    )
)  # fmt: skip
@settings(max_examples=200, derandomize=True, deadline=None)
def test_whatever_is_said_it_is_a_number_from_0_or_nothing(headers: dict[str, str]) -> None:
    for one in allowances(Headers(headers), TIME).values():
        assert isinstance(one, Allowance)
        assert 0 <= one.remaining <= 1e15
        assert one.reset is None or 0 <= one.reset < 1e16


# -- what it does ------------------------------------------------------------------------------------------------------


def told(headers: dict[str, str], outcome: Outcome = SUCCESS, costs: float = 1, **options: Any) -> float:
    """What the next one is told, when the answer of the first has these headers."""
    line = Line(**{"quotas": {"tokens": Quota(limit=60, per=60, burst=50)}, **options})
    one = line.reserve(tokens=10)
    line.delay(one)
    line.settle(one, outcome, headers)
    return line.delay(line.reserve(tokens=costs))


def left(remaining: Any, reset: str = "1s") -> dict[str, str]:
    return {"x-ratelimit-remaining-tokens": f"{remaining}", "x-ratelimit-reset-tokens": reset}


def test_books_are_corrected_downwards_alone() -> None:
    assert told({}, costs=40) == 0
    assert told(left(1000), costs=40) == 0
    assert told(left(40), costs=40) == 0
    assert told(left(15), costs=40) == 25
    assert told(left(15), costs=40, learn=False) == 0
    assert told(left(15), costs=40, quotas={}) == 0


def test_where_nothing_is_left_nobody_goes_before_the_reset() -> None:
    assert told(left(0, "30s")) == 30
    assert told(left(0, "30s"), quotas={}) == 30
    assert told(left(0, "30s"), learn=False) == 0
    assert told(left(0, "20ms"), costs=40) == 40
    assert told(left(0, ""), costs=1) == 1
    assert told(left(0, "0"), quotas={}) == 0
    assert told(OPENAI, quotas={}) == 360
    assert told(ANTHROPIC, quotas={}) == 30.5


@pytest.mark.parametrize("reset", ["9999-12-31T23:59:59Z", "9" * 15, "1" + "0" * 14, "999999999h", "9999999999999"])
def test_no_reset_is_further_off_than_the_longest_pause(reset: str) -> None:
    assert told(left(0, reset)) == 3600
    assert told(left(0, reset), max_pause=20) == 20
    assert told({"x-ratelimit-remaining": "1", "x-ratelimit-reset": reset}) == 0


@pytest.mark.parametrize("value", NONSENSE)
def test_nonsense_changes_nothing(value: str) -> None:
    assert told(left(value), costs=40) == 0
    assert told({"ratelimit": value, "x-ratelimit-remaining": value}, costs=40) == 0


def test_a_retry_after_goes_before_a_reset() -> None:
    assert told(left(0, "30s"), Outcome(Kind.RATE_LIMITED, retry_after=5), quotas={}) == 5
    assert told(left(0, "30s"), Outcome(Kind.OVERLOADED, retry_after=5), quotas={}) == 5
    assert told(left(0, "30s"), Outcome(Kind.RATE_LIMITED), quotas={}) == 30
    assert told(left(0, "30s"), Outcome(Kind.OVERLOADED), quotas={}) == 30
    assert told(left(3, "30s"), Outcome(Kind.RATE_LIMITED), quotas={}) == 1


def test_after_a_reset_they_go_one_by_one() -> None:
    line = Line()
    one, *waiting = line.reserve(4)
    line.delay(one)
    line.settle(one, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": "60"})
    assert line.trace(waiting) == [60, 60.1, 60.2]


def test_what_is_left_until_a_reset_is_counted() -> None:
    line = Line()
    one, *waiting = line.reserve(6)
    line.delay(one)
    line.settle(one, headers={"x-ratelimit-remaining": "3", "x-ratelimit-reset": "60"})
    assert line.trace(waiting) == [0, 0, 0, 60, 60.1]


def test_of_two_answers_about_one_window_the_one_that_leaves_less_holds() -> None:
    line = Line()
    one, other, *waiting = line.reserve(6)
    line.delays([one, other])
    line.settle(other, headers={"x-ratelimit-remaining": "2", "x-ratelimit-reset": "60"})
    line.settle(one, headers={"x-ratelimit-remaining": "3", "x-ratelimit-reset": "60"})
    assert line.delays(waiting[:3]) == [0, 0, 60]
    line.now = 100.0
    assert line.delay(waiting[2]) == 0
    line.settle(waiting[2], headers={"x-ratelimit-remaining": "9", "x-ratelimit-reset": "60"})
    line.now = 170.0
    assert line.trace(line.reserve(12))[-1] < 173


def test_units_that_nobody_asks_for_are_not_kept() -> None:
    line = Line()
    one = line.reserve()
    for number in range(1000):
        one = line.reserve()
        line.delay(one)
        line.settle(one, headers={f"x-ratelimit-remaining-u{number}": "5", f"x-ratelimit-reset-u{number}": "60"})
    assert one.books._left == {}
    assert len(one.books._index) == 1
