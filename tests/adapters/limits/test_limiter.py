"""The rate limiter: whole schedules, on a time that is given."""

from collections.abc import Mapping
from typing import Any

import pytest

from pristine import ConfigurationError
from pristine.adapters.limits import GcraLimiter
from pristine.ports.admission import Demand, Quota, Report, Scope
from pristine.ports.headers import Headers
from pristine.ports.outcome import Kind, Outcome

TIME = 1_700_000_000.0
SUCCESS = Outcome(Kind.SUCCESS)


class Line:
    """A limiter of one scope, and the moment."""

    def __init__(self, **options: Any) -> None:
        self.limiter = GcraLimiter(**options)
        self.now = 0.0

    def reserve(self, number: int | None = None, **costs: float) -> Any:
        """One reservation, or a list of them."""
        made = [self.limiter.reserve(Demand(scope=Scope(group="g"), costs=costs), self.now) for _ in range(number or 1)]
        return made[0] if number is None else made

    def delay(self, one: Any) -> float:
        return round(self.limiter.delay(one, self.now), 6)

    def delays(self, many: list[Any]) -> list[float]:
        return [self.delay(one) for one in many]

    def cancel(self, one: Any) -> None:
        self.limiter.cancel(one, self.now)

    def settle(
        self, one: Any, outcome: Outcome = SUCCESS, headers: Mapping[str, str] | None = None, **costs: float
    ) -> None:
        time = TIME + self.now
        report = Report(outcome=outcome, now=self.now, time=time, headers=Headers(headers or {}), costs=costs)
        self.limiter.settle(one, report)

    def refuse(self, one: Any, retry_after: float | None = None, kind: Kind = Kind.RATE_LIMITED) -> None:
        self.settle(one, Outcome(kind, retry_after=retry_after))

    def trace(self, waiting: list[Any]) -> list[float]:
        """When each goes, in their order, if each sleeps what it is told."""
        turns = dict.fromkeys(range(len(waiting)), self.now)
        gone: dict[int, float] = {}
        while turns:
            place = min(turns, key=lambda place: (turns[place], place))
            self.now = max(self.now, turns[place])
            told = self.limiter.delay(waiting[place], self.now)
            if told:
                turns[place] = self.now + told
            else:
                gone[place] = round(self.now, 3)
                del turns[place]
        return [gone[place] for place in range(len(waiting))]


# -- a quota -----------------------------------------------------------------------------------------------------------


def test_a_burst_goes_at_once_and_the_rest_one_by_one() -> None:
    line = Line(requests=60, burst=3)
    assert line.trace(line.reserve(7)) == [0, 0, 0, 1, 2, 3, 4]


def test_what_was_not_used_is_saved_up_to_the_burst() -> None:
    line = Line(requests=60, burst=3)
    line.trace(line.reserve(3))
    line.now = 2.0
    assert line.trace(line.reserve(4)) == [2, 2, 3, 4]
    line.now = 1000.0
    assert line.trace(line.reserve(5)) == [1000, 1000, 1000, 1001, 1002]


def test_without_a_burst_all_of_the_limit_may_go_at_once() -> None:
    line = Line(requests=5, per=10)
    assert line.trace(line.reserve(8)) == [0] * 5 + [2, 4, 6]


def test_a_burst_of_0_spaces_them() -> None:
    line = Line(requests=1, per=2, burst=0)
    assert line.trace(line.reserve(3)) == [0, 2, 4]


def test_without_a_quota_all_go() -> None:
    line = Line()
    assert line.trace(line.reserve(1000)) == [0] * 1000


def test_a_demand_reserves_all_units_and_goes_when_the_last_of_them_is_there() -> None:
    line = Line(requests=60, burst=1, quotas={"tokens": Quota(limit=600, per=60, burst=100)})
    waiting = [line.reserve(tokens=tokens) for tokens in (100, 5, 100, 5, 5)]
    assert line.trace(waiting) == [0, 1, 10.5, 11.5, 12.5]


def test_who_needs_nothing_of_a_scarce_unit_waits_behind_who_does_but_not_for_a_debt() -> None:
    line = Line(quotas={"tokens": Quota(limit=60, per=60, burst=10)})
    first, second, behind = line.reserve(tokens=10), line.reserve(tokens=5), line.reserve()
    assert line.delays([first, second, behind]) == [0, 5, 5]
    line.settle(first, tokens=100)
    assert line.delays([second, behind]) == [95, 95]
    line.cancel(second)
    assert line.delay(behind) == 0


def test_a_demand_greater_than_the_burst_borrows() -> None:
    line = Line(quotas={"tokens": Quota(limit=60, per=60, burst=10)})
    waiting = [line.reserve(tokens=tokens) for tokens in (4, 50, 1, 10)]
    assert line.trace(waiting) == [0, 4, 4 + 41, 4 + 50 + 1]


def test_nobody_takes_what_is_an_earlier_ones() -> None:
    line = Line(requests=60, burst=3)
    first, second, third, fourth = line.reserve(4)
    assert line.delays([fourth, third, second]) == [1, 0, 0]
    assert line.delay(fourth) == 1
    assert line.delay(first) == 0
    line.now = 1
    assert line.delay(fourth) == 0


def test_who_comes_late_is_no_burst_and_keeps_its_place() -> None:
    line = Line(requests=60, burst=1)
    waiting = line.reserve(5)
    line.delays(waiting)
    line.now = 9.0
    assert line.delays(list(reversed(waiting))) == [3, 2, 1, 0, 0]
    assert line.trace(waiting[2:]) == [10, 11, 12]


def test_who_does_not_come_for_long_loses_its_place_to_those_who_wait() -> None:
    line = Line(requests=60, burst=1)
    line.trace([line.reserve()])
    absent, waiting = line.reserve(2)
    assert line.delays([absent, waiting]) == [1, 2]
    for line.now, told in ((2, 1), (3, 1), (11, 1), (11.5, 0)):
        assert line.delay(waiting) == told
    assert line.delay(absent) == 1
    line.now = 12.5
    assert line.delay(absent) == 0


def test_who_waits_for_one_who_does_not_come_does_not_ask_all_the_time() -> None:
    line = Line(quotas={"tokens": Quota(limit=60_000, per=60, burst=2000)})
    _, waiting = line.reserve(tokens=1001), line.reserve(tokens=1000)
    asked = 0
    while told := line.limiter.delay(waiting, line.now):
        asked += 1
        line.now += told
    assert 10 < line.now < 11
    assert asked < 200


def test_who_waits_for_one_who_sleeps_too_long_sleeps_as_long() -> None:
    line = Line(quotas={"tokens": Quota(limit=60, per=60, burst=20)})
    great, first, second, small = (line.reserve(tokens=tokens) for tokens in (60, 15, 6, 4))
    assert line.delays([great, first]) == [0, 55]
    line.cancel(great)
    assert line.delay(second) == 55
    line.cancel(second)
    assert line.delay(small) == 0
    line.now = 55
    assert line.delay(first) == 0


def test_who_does_not_come_keeps_its_place_where_nobody_waits_for_it() -> None:
    line = Line(requests=60, burst=1)
    waiting = line.reserve(2)
    line.now = 1000
    assert line.delays(waiting) == [0, 1]


def test_asked_again_it_says_the_same() -> None:
    line = Line(requests=60, burst=1)
    waiting = line.reserve(3)
    assert [line.delays(waiting) for _ in range(3)] == [[0, 1, 2]] * 3


@pytest.mark.parametrize("now", [0.0, 1e6 + 0.1, 1e9 + 1 / 3])
def test_on_any_clock_who_sleeps_as_told_goes(now: float) -> None:
    line = Line(requests=7, per=1.1, burst=1)
    line.now = now
    for place, one in enumerate(line.reserve(50)):
        told = line.limiter.delay(one, line.now)
        assert abs(line.now + told - now - place * 1.1 / 7) < 1e-3
        line.now += told
        assert line.delay(one) == 0


# -- ends --------------------------------------------------------------------------------------------------------------


def test_those_behind_a_cancelled_one_move_up() -> None:
    line = Line(requests=60, burst=1)
    waiting = line.reserve(6)
    assert line.delays(waiting) == [0, 1, 2, 3, 4, 5]
    line.cancel(waiting.pop(2))
    line.cancel(waiting.pop(1))
    assert line.delays(waiting) == [0, 1, 2, 3]
    line.cancel(waiting.pop(0))
    assert line.delays(waiting) == [0, 1, 2]


def test_an_estimate_becomes_what_it_was() -> None:
    line = Line(quotas={"tokens": Quota(limit=60, per=60, burst=100)})
    first, waiting = line.reserve(tokens=100), line.reserve(tokens=30)
    assert line.delays([first, waiting]) == [0, 30]
    line.now = 5
    line.settle(first, tokens=80)
    assert line.delay(waiting) == 5
    line.now = 10
    assert line.delay(waiting) == 0
    line.settle(waiting, tokens=50)
    assert line.delay(line.reserve(tokens=1)) == 21


def test_a_cost_that_is_known_only_afterwards_is_taken() -> None:
    line = Line(quotas={"output": Quota(limit=60, per=60, burst=10)})
    first = line.reserve()
    line.delay(first)
    line.settle(first, output=25)
    assert line.delay(line.reserve()) == 0
    assert line.delay(line.reserve(output=1)) == 16


def test_what_is_settled_without_having_been_let_go_is_spent() -> None:
    line = Line(requests=60, burst=1)
    first, second = line.reserve(2)
    line.settle(first)
    assert line.delay(second) == 1


def test_what_has_come_back_meanwhile_is_not_given_again() -> None:
    line = Line(quotas={"tokens": Quota(limit=60, per=60, burst=10)})
    first = line.reserve(tokens=10)
    line.delay(first)
    line.now = 7
    second = line.reserve(tokens=7)
    line.delay(second)
    line.settle(first, tokens=0)  # at 7 no more than 3 were owed: the bucket would have been full
    assert line.delay(line.reserve(tokens=10)) == 7
    line.settle(second, tokens=0)
    assert line.delay(line.reserve(tokens=10)) == 10


@pytest.mark.parametrize("cost", [-1, float("nan"), float("inf"), 1e16, 10**400, "5", None])
def test_hostile_costs_of_an_answer_are_not_believed(cost: Any) -> None:
    line = Line(quotas={"tokens": Quota(limit=60, per=60, burst=10)})
    first = line.reserve(tokens=10)
    line.delay(first)
    line.settle(first, tokens=cost, unknown=cost)
    assert line.delay(line.reserve(tokens=10)) == 10


def test_no_cost_of_an_answer_holds_for_ever() -> None:
    line = Line(quotas={"tokens": 60}, max_pause=100)
    first = line.reserve(tokens=60)
    line.delay(first)
    line.settle(first, tokens=1e15)
    assert line.delay(line.reserve(tokens=60)) == 160


@pytest.mark.parametrize("cost", [-1, float("nan"), float("inf"), 10**400])
def test_a_demand_that_costs_nonsense_is_refused(cost: float) -> None:
    line = Line(quotas={"tokens": 10})
    nonsense: list[dict[str, Any]] = [{unit: cost} for unit in ("tokens", "requests", "of_no_quota")]
    for costs in nonsense:
        with pytest.raises(ConfigurationError, match=r"costs=.*: give numbers from 0"):
            line.reserve(**costs)
    assert line.delay(line.reserve(tokens=10)) == 0


# -- refusals ----------------------------------------------------------------------------------------------------------


def test_after_a_refusal_all_wait_and_then_go_one_by_one_at_the_rate_of_the_quota() -> None:
    line = Line(requests=60, burst=3)
    first, *waiting = line.reserve(6)
    assert line.delay(first) == 0
    assert line.delays(waiting[2:]) == [1, 2, 3]
    line.refuse(first, 30)
    newcomer = line.reserve()
    assert line.trace([*waiting, newcomer]) == [30, 31, 32, 33, 34, 35]


def test_where_there_is_no_quota_they_go_at_a_pace() -> None:
    line = Line(pace=4)
    first, *waiting = line.reserve(5)
    line.delay(first)
    line.refuse(first, 10)
    assert line.trace(waiting) == [10, 10.25, 10.496, 10.737]


def test_who_came_from_a_refusal_does_not_stampede_either() -> None:
    line = Line(pace=10)
    waiting = line.reserve(100)
    assert line.delays(waiting) == [0] * 100
    for one in waiting:
        line.refuse(one, 2)
    line.now = 2.0
    assert line.trace(line.reserve(5)) == [2.0, 2.1, 2.197, 2.29, 2.382]


def test_without_a_retry_after_the_pause_doubles_up_to_a_bound() -> None:
    line = Line(pause=2, pace=100)
    told = []
    for _ in range(9):
        one = line.reserve()
        line.trace([one])
        line.refuse(one)
        told.append(line.delay(line.reserve()))
        line.now += 10_000
    assert told == [2, 4, 8, 16, 32, 64, 128, 128, 128]
    one = line.reserve()
    line.trace([one])
    line.settle(one)
    one = line.reserve()
    line.trace([one])
    line.refuse(one)
    assert line.delay(line.reserve()) == 2


def test_what_was_under_way_together_is_refused_once() -> None:
    line = Line(pause=1, pace=10)
    under_way = line.reserve(50)
    line.delays(under_way)
    line.now = 5
    for one in under_way[:40]:
        line.refuse(one)
    first, second = line.reserve(2)
    assert line.delays([first, second]) == [1, 1.096613]
    for one in under_way[40:]:
        line.settle(one)
    assert line.delays([first, second]) == [1, 1.096613]
    assert line.trace([first, second]) == [6, 6.1]


def test_a_later_refusal_that_asks_for_longer_is_heard() -> None:
    line = Line(requests=6000)
    one, other, waiting = line.reserve(3)
    line.delays([one, other])
    line.refuse(one, 10)
    line.now = 4
    line.refuse(other, 10)
    assert line.delay(waiting) == 10
    line.now = 5
    assert line.delay(waiting) == 9


@pytest.mark.parametrize(
    ("kind", "retry_after", "told"),
    [
        (Kind.RATE_LIMITED, 7, 7),
        (Kind.RATE_LIMITED, None, 1),
        (Kind.OVERLOADED, 7, 7),
        (Kind.OVERLOADED, None, 0),
        (Kind.UPSTREAM_FAILURE, 7, 0),
        (Kind.UPSTREAM_FAILURE, None, 0),
        (Kind.CLIENT_ERROR, None, 0),
        (Kind.TRANSPORT_ERROR, None, 0),
        (Kind.SUCCESS, 7, 0),
        (Kind.RATE_LIMITED, float("nan"), 1),
        (Kind.RATE_LIMITED, -3, 1),
        (Kind.RATE_LIMITED, float("inf"), 3600),
        (Kind.RATE_LIMITED, 1e300, 3600),
    ],
)
def test_every_outcome_has_its_wait(kind: Kind, retry_after: float | None, told: float) -> None:
    line = Line()
    one = line.reserve()
    line.delay(one)
    line.refuse(one, retry_after, kind)
    assert line.delay(line.reserve()) == told
