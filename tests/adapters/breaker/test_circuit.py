"""The breaker: every schedule is a trace on a given time. What holds for all schedules is in test_breaker_model.py."""

import copy
import math
import os
import pickle
import random
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from pristine.adapters.breaker import Breaker, BreakerSettings
from pristine.ports.admission import Demand, Open, Report, Scope
from pristine.ports.errors import ConfigurationError
from pristine.ports.outcome import Kind, Outcome
from pristine.testing.contracts.breaker import CircuitBreakerContract
from pristine.testing.contracts.probing import in_threads
from tests.support.forking import holds_in_a_child

SCOPE = Scope("tenant", "https://api.test", "chat", "small")
KINDS: Mapping[str, Kind | None] = {
    "+": Kind.SUCCESS,
    "-": Kind.UPSTREAM_FAILURE,
    "o": Kind.OVERLOADED,
    "t": Kind.TRANSPORT_ERROR,
    "l": Kind.RATE_LIMITED,
    "c": Kind.CLIENT_ERROR,
    "x": None,
}


class TestBreaker(CircuitBreakerContract):
    def make(self) -> Breaker:
        return Breaker()


class TestBreakerByRate(CircuitBreakerContract):
    def make(self) -> Breaker:
        return Breaker(error_rate=0.5, max_cooldown=300, probes=3, successes=2)


class TestBreakerByBoth(CircuitBreakerContract):
    def make(self) -> Breaker:
        return Breaker(failures=30, error_rate=0.25, window=10, minimum=5, cooldown=1, successes=5)


def report(kind: Kind, now: float = 0.0) -> Report:
    return Report(outcome=Outcome(kind), now=now, time=now)


def demand(scope: Scope = SCOPE, **breaker: float) -> Demand:
    return Demand(scope=scope, breaker=breaker)


def play(breaker: Breaker, steps: Iterable[float | str], of: Demand | None = None) -> list[str]:
    """Run attempts, each at once to its end, at the latest moment that was given; the state after each.

    An attempt that is not admitted is told with its seconds.
    """
    now, told, of = 0.0, [], of or demand()
    for step in steps:
        if isinstance(step, str):
            token = breaker.admit(of, now)
            if isinstance(token, Open):
                told.append(f"{token.retry_after:g}")
                continue
            kind = KINDS[step]
            breaker.settle(token, report(kind, now) if kind else None)
            told.append(breaker.state(of.scope, now))
        else:
            now = step
    return told


CLOSED, OPEN, HALF = "closed", "open", "half_open"


def test_failures_in_a_row_open_it_and_a_probe_closes_it() -> None:
    steps = [0, *"-o", 1, *"-t+", 2, *"-----", 2.5, "+", 31, "+", 32, *"+-"]
    shown = [CLOSED] * 5 + [CLOSED] * 4 + [OPEN, "29.5", "1", CLOSED, CLOSED]
    assert play(Breaker(), steps) == shown


def test_a_probe_that_fails_opens_it_for_as_long_again() -> None:
    steps = [0, *"--", 10, *"-+", 19, "+", 20, *"x+"]
    assert play(Breaker(failures=2, cooldown=10), steps) == [CLOSED, OPEN, OPEN, "10", "1", HALF, CLOSED]


def test_it_is_open_for_longer_each_time_up_to_a_limit() -> None:
    breaker = Breaker(failures=1, cooldown=10, max_cooldown=35)
    now, waits = 0.0, []
    for _ in range(5):
        assert play(breaker, [now, *"-+"])[0] == OPEN
        waits.append(float(play(breaker, [now, "+"])[0]))
        now += waits[-1]
    assert waits == [10, 20, 35, 35, 35]
    assert play(breaker, [now, *"+-+"]) == [CLOSED, OPEN, "10"]


def test_as_many_successes_close_it_as_it_says() -> None:
    breaker = Breaker(failures=1, cooldown=10, successes=3)
    assert play(breaker, [0, "-", 10, *"++lcx", 11, *"+-"]) == [OPEN, *[HALF] * 5, CLOSED, OPEN]
    assert play(breaker, [21, *"++-+"]) == [HALF, HALF, OPEN, "10"]


def test_as_many_probes_are_under_way_as_it_says() -> None:
    breaker = Breaker(failures=1, cooldown=10, probes=2, successes=3)
    play(breaker, [0, "-"])
    one, two = breaker.admit(demand(), 10), breaker.admit(demand(), 10)
    assert breaker.admit(demand(), 11) == Open(1.0)
    breaker.settle(one, report(Kind.CLIENT_ERROR, 12))
    three = breaker.admit(demand(), 12)
    assert breaker.admit(demand(), 12) == Open(1.0)
    breaker.settle(three, None)
    four = breaker.admit(demand(), 13)
    for token in (two, four):
        breaker.settle(token, report(Kind.SUCCESS, 14))
    assert breaker.state(SCOPE, 14) == HALF
    breaker.settle(breaker.admit(demand(), 15), report(Kind.SUCCESS, 15))
    assert breaker.state(SCOPE, 15) == CLOSED


def test_a_probe_that_is_never_settled_does_not_keep_it_open() -> None:
    breaker = Breaker(failures=1, cooldown=10)
    play(breaker, [0, "-"])
    lost = breaker.admit(demand(), 10)
    assert breaker.admit(demand(), 19.9) == Open(1.0)
    found = breaker.admit(demand(), 20)
    assert breaker.admit(demand(), 20) == Open(1.0)
    breaker.settle(lost, report(Kind.UPSTREAM_FAILURE, 21))
    assert breaker.admit(demand(), 21) == Open(10)
    breaker.settle(found, report(Kind.SUCCESS, 22))
    assert breaker.state(SCOPE, 22) == OPEN


def test_those_turned_away_by_probes_ask_again_soon() -> None:
    breaker = Breaker(failures=1, cooldown=0.25)
    play(breaker, [0, "-"])
    breaker.admit(demand(), 1)
    assert breaker.admit(demand(), 1) == Open(0.25)


def test_a_part_of_failures_in_the_window_opens_it() -> None:
    breaker = Breaker(error_rate=0.5, window=10, minimum=6)
    assert play(breaker, [0, *"----", 1, "+", 2, "+"]) == [*[CLOSED] * 5, OPEN]


def test_less_than_the_part_does_not() -> None:
    steps: list[float | str] = [t for second in range(100) for t in (second, *"+-+")]
    assert set(play(Breaker(error_rate=0.5, window=10, minimum=6), steps)) == {CLOSED}
    assert OPEN in play(Breaker(error_rate=0.33, window=10, minimum=6), steps)


def test_what_has_left_the_window_counts_no_more() -> None:
    options: dict[str, Any] = {"error_rate": 0.5, "window": 10, "minimum": 6}
    assert play(Breaker(**options), [0, *"-----", 9.9, "+"])[-1] == OPEN
    assert play(Breaker(**options), [0, *"-----", 10, *"+-"])[-1] == CLOSED
    assert play(Breaker(**options), [0, *"-----", 1e9, *"+-"])[-1] == CLOSED


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.35, 0.7, 1.0])
def test_a_part_is_a_part_to_the_last_failure(rate: float) -> None:
    failures = round(rate * 20)
    assert play(Breaker(error_rate=rate), [0, *"-" * (failures - 1), *"+" * (21 - failures)])[-1] == CLOSED
    assert play(Breaker(error_rate=rate), [0, *"+" * (20 - failures), *"-" * failures])[-1] == OPEN


def test_given_both_whichever_comes_first_opens_it() -> None:
    def both() -> Breaker:
        return Breaker(failures=3, error_rate=0.5, minimum=10)

    assert play(both(), [0, *"---"])[-1] == OPEN
    assert play(both(), [0, *"--+--+-+-+"])[-2:] == [CLOSED, OPEN]


def test_times_out_of_order_do_no_harm() -> None:
    breaker = Breaker(error_rate=0.5, window=10, minimum=4)
    assert play(breaker, [100, *"--", 95, "-", 50, "-"])[-2:] == [CLOSED, OPEN]


# -- settings ----------------------------------------------------------------------------------------------------------


def failures_to_open(breaker: Breaker, of: Demand) -> int:
    return play(breaker, [0, *"-" * 50], of).index(OPEN) + 1


def test_options_are_the_groups_else_the_manifests_else_the_contexts() -> None:
    breaker = Breaker(failures=9, cooldown=60, groups={"chat": {"failures": 3}})
    files = Scope(group="files")
    assert failures_to_open(breaker, demand()) == 3
    assert failures_to_open(breaker, demand(Scope(group="other"))) == 9
    assert failures_to_open(breaker, demand(files, failures=4.0)) == 4
    assert breaker.admit(demand(files), 0) == Open(60)
    cool = Breaker(groups={"chat": {"failures": 3}})
    assert failures_to_open(cool, demand(failures=7, cooldown=5)) == 3
    assert cool.admit(demand(), 0) == Open(5)


def test_who_says_when_it_opens_says_all_of_it() -> None:
    breaker = Breaker(failures=3, groups={"rate": {"error_rate": 1, "minimum": 8}, "row": {"failures": 4}})
    assert failures_to_open(breaker, demand(Scope(group="rate"))) == 8
    assert failures_to_open(breaker, demand(Scope(group="manifest"), error_rate=1, minimum=6)) == 6
    assert failures_to_open(breaker, demand(Scope(group="row"), error_rate=1, minimum=2)) == 4
    assert failures_to_open(Breaker(error_rate=1, window=9), demand(Scope(group="m"), minimum=6)) == 6


@pytest.mark.parametrize(
    "wrong", [{"failurs": 2}, {"failures": 0}, {"failures": "2"}, {"failures": [2]}, {"window": 5}, {"failures": None}]
)
def test_a_manifests_wrong_options_are_not_heeded(wrong: Any) -> None:
    breaker = Breaker(failures=4, groups={"few": {"failures": 2}})
    assert failures_to_open(breaker, Demand(scope=SCOPE, breaker=wrong)) == (5 if wrong == {"failures": None} else 4)
    assert failures_to_open(breaker, Demand(scope=Scope(group="few"), breaker=wrong)) == 2


def test_an_option_of_a_group_that_fits_the_context_gives_way_where_a_manifest_has_another_mode() -> None:
    breaker = Breaker(error_rate=1, minimum=9, groups={"chat": {"window": 5}})
    assert failures_to_open(breaker, demand(failures=2)) == 9


@pytest.mark.parametrize(
    ("options", "told", "setting"),
    [
        ({"failures": 0}, "failures=0: give a whole number, 1 or greater", "failures"),
        ({"failures": 1.5}, "failures=1.5: give a whole number, 1 or greater", "failures"),
        ({"failures": True}, "failures=True: give a whole", "failures"),
        ({"error_rate": 0}, "error_rate=0: give a number above 0 and at most 1", "error_rate"),
        ({"error_rate": 50}, "error_rate=50: give a number above 0 and at most 1", "error_rate"),
        ({"error_rate": 0.5, "window": 0}, "window=0: give a number of seconds above 0", "window"),
        ({"error_rate": 0.5, "minimum": 0}, "minimum=0: give a whole", "minimum"),
        ({"window": 30}, "window: it goes with error_rate, which is not given", "window"),
        ({"minimum": 20}, "minimum: it goes with error_rate, which is not given", "minimum"),
        ({"cooldown": 0}, "cooldown=0: give a number of seconds above 0", "cooldown"),
        ({"cooldown": math.inf}, "cooldown=inf: give a number of seconds above 0", "cooldown"),
        ({"cooldown": math.nan}, "cooldown=nan: give a number of seconds above 0", "cooldown"),
        ({"max_cooldown": -1}, "max_cooldown=-1: give a number of seconds above 0", "max_cooldown"),
        ({"probes": "2"}, "probes='2': give a whole", "probes"),
        ({"successes": None}, "successes=None: give a whole", "successes"),
        ({"groups": [1]}, "groups: give a mapping", "groups"),
        ({"groups": {1: {}}}, "groups: 1 is not the name of a group", "groups"),
        ({"groups": {"chat": 3}}, "groups.chat: give a mapping", "groups.chat"),
        (
            {"groups": {"chat": {"failure": 3}}},
            "breaker has no option 'failure'; did you mean 'failures'?",
            "groups.chat.failure",
        ),
        ({"groups": {"chat": {"probes": 0}}}, "groups.chat.probes=0: give a whole", "groups.chat.probes"),
        ({"groups": {"chat": {"window": 9}}}, "groups.chat.window: it goes with error_rate", "groups.chat.window"),
    ],
)
def test_wrong_options_are_told(options: dict[str, Any], told: str, setting: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Breaker(**options)
    assert str(caught.value).startswith(told)
    assert caught.value.setting == setting


def test_a_manifests_options_can_be_judged_beforehand() -> None:
    assert BreakerSettings().under({"failures": 3}) == BreakerSettings(failures=3)
    with pytest.raises(ConfigurationError, match="did you mean 'cooldown'"):
        BreakerSettings().under({"cool_down": 3})


# -- scopes ------------------------------------------------------------------------------------------------------------


def test_a_key_shares_the_circuit_of_its_group() -> None:
    breaker = Breaker(failures=1)
    play(breaker, [0, "-"])
    assert breaker.state(Scope("tenant", "https://api.test", "chat", "large"), 0) == OPEN
    assert breaker.state(Scope("tenant", "https://api.test", "files", "small"), 0) == CLOSED


@pytest.mark.parametrize("options", [{}, {"error_rate": 0.5}], ids=["failures", "rate"])
def test_scopes_that_come_and_go_leave_nothing_behind(options: dict[str, Any]) -> None:
    breaker, most = Breaker(**options), 0
    for number in range(20_000):
        now = number * 0.01
        token = breaker.admit(demand(Scope(f"{number}")), now)
        breaker.settle(token, report(Kind.SUCCESS, now))
        most = max(most, len(breaker))
    assert most < (10 if not options else 2 * 30 / 0.01)


def test_scopes_that_stay_do_not_keep_those_behind_them() -> None:
    breaker, most = Breaker(), 0
    for number in range(100):
        play(breaker, [0, "-"], demand(Scope(f"failing {number}")))
    for number in range(20_000):
        play(breaker, [0, "+"], demand(Scope(f"{number}")))
        most = max(most, len(breaker))
    assert most < 3 * 100


def test_failing_scopes_are_forgotten_when_they_have_long_been_idle() -> None:
    breaker, most = Breaker(failures=1), 0
    for number in range(20_000):
        play(breaker, [number * 1.0, "-"], demand(Scope(f"{number}")))
        most = max(most, len(breaker))
    assert most < 2 * 600


def test_nothing_is_forgotten_that_speaks_against_a_server() -> None:
    breaker = Breaker(failures=2, cooldown=60)
    play(breaker, [0, *"--"])
    play(breaker, [0, "-"], demand(Scope("once")))
    under_way = breaker.admit(demand(Scope("slow")), 0)
    for number in range(5000):
        play(breaker, [number * 0.01, "+"], demand(Scope(f"{number}")))
    assert breaker.admit(demand(), 50) == Open(10)
    assert play(breaker, [50, "-"], demand(Scope("once"))) == [OPEN]
    breaker.settle(under_way, report(Kind.OVERLOADED, 50))
    assert play(breaker, [50, "-"], demand(Scope("slow"))) == [OPEN]


# -- threads and processes ---------------------------------------------------------------------------------------------


def test_threads_together_open_it_and_probe_one_at_a_time() -> None:
    breaker = Breaker(failures=8 * 500, cooldown=10)
    probing, most = [0], [0]

    def fail_some() -> None:
        for _ in range(500):
            breaker.settle(breaker.admit(demand(), 0.0), report(Kind.OVERLOADED))

    def probe_some() -> None:
        for _ in range(500):
            token = breaker.admit(demand(), 20.0)
            if not isinstance(token, Open):
                probing[0] += 1
                most[0] = max(most[0], probing[0])
                probing[0] -= 1
                breaker.settle(token, None)

    assert in_threads([fail_some] * 8) == []
    assert breaker.state(SCOPE, 0.0) == OPEN
    assert in_threads([probe_some] * 8) == []
    assert most == [1]
    assert breaker.state(SCOPE, 20.0) == HALF


def test_threads_lose_no_circuit_while_scopes_come_and_go() -> None:
    breaker = Breaker(failures=400)

    def mix(seed: int) -> None:
        draw = random.Random(seed)
        for _ in range(50):
            for scope in (SCOPE, Scope(f"{draw.random()}")):
                kind = Kind.OVERLOADED if scope is SCOPE else Kind.SUCCESS
                breaker.settle(breaker.admit(demand(scope), 0.0), report(kind))

    assert in_threads([lambda seed=seed: mix(seed) for seed in range(8)]) == []  # type: ignore[misc]  # a default binds
    assert breaker.state(SCOPE, 0.0) == OPEN


@pytest.mark.parametrize("again", [lambda b: pickle.loads(pickle.dumps(b)), copy.copy, copy.deepcopy])
def test_a_copy_begins_with_all_closed(again: Callable[[Any], Any]) -> None:
    breaker = Breaker(failures=1, cooldown=7, groups={"chat": {"probes": 2}})
    play(breaker, [0, "-"])
    copied = again(breaker)
    assert (breaker.state(SCOPE, 0), copied.state(SCOPE, 0)) == (OPEN, CLOSED)
    assert play(copied, [0, *"-+"]) == [OPEN, "7"]
    assert not isinstance(copied.admit(demand(), 7), Open)
    assert not isinstance(copied.admit(demand(), 7), Open)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_begins_with_all_closed_whoever_has_the_lock() -> None:
    breaker = Breaker(failures=1)
    play(breaker, [0, "-"])

    with breaker._lock:  # held by this thread; the child goes on in the other one
        assert holds_in_a_child(lambda: play(breaker, [0, *"+-+"]) == [CLOSED, OPEN, "30"])
