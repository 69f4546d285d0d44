"""The pace after a refusal: where it begins, its curve, its end; as traces, and against a plain model."""

import math
from bisect import insort
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from pristine.adapters.limits.pace import Pace
from tests.adapters.limits.test_limiter import Line


def shut(line: Line, seconds: float | None = 10.0) -> None:
    """One goes and is refused."""
    one = line.reserve()
    line.trace([one])
    line.refuse(one, seconds)


def rate(line: Line) -> float:
    """Requests a second, by what one behind another is told; the other goes and is taken."""
    ahead, behind = line.reserve(2)
    line.trace([ahead])
    told = line.delay(behind)
    line.settle(ahead)
    line.cancel(behind)
    return round(1 / told, 3) if told else math.inf


def rates(line: Line, *moments: float) -> list[float]:
    found = []
    for line.now in moments:
        found.append(rate(line))
    return found


def pace(line: Line) -> Pace:
    one = line.reserve()
    found: Pace | None = one.books._window.pace
    assert found is not None
    line.cancel(one)
    return found


def at_a_rate(line: Line, requests: int, gap: float) -> None:
    """So many are let go and taken, one after each gap."""
    for _ in range(requests):
        line.now += gap
        one = line.reserve()
        line.trace([one])
        line.settle(one)


# -- the curve ---------------------------------------------------------------------------------------------------------


def test_it_comes_back_to_where_they_were_refused_stays_there_and_goes_on_ever_faster() -> None:
    line = Line(pace=8)
    shut(line)
    assert rates(line, 10, 15, 20, 25, 30, 40, 50) == [8, 9.75, 10, 10.25, 12, 26, 64]


def test_at_ten_times_its_begin_it_is_over() -> None:
    line = Line(pace=8)
    shut(line)
    for line.now, told in ((52.7, [0.012511, 0.025003]), (52.75, [0, 0])):
        line.trace([line.reserve()])
        waiting = line.reserve(2)
        assert line.delays(waiting) == told
        for one in waiting:
            line.cancel(one)
    line.now = 60
    shut(line)
    assert rates(line, 70) == [8]


def test_it_is_not_over_while_some_wait() -> None:
    line = Line(pace=8)
    shut(line)
    waiting = line.reserve(3)
    line.now = 100.0
    assert line.trace(waiting[:2]) == [100, 100.001]
    assert line.trace(waiting[2:]) == [100.002]
    assert line.trace(line.reserve(5)) == [100.002] * 5


def test_it_does_not_need_successes() -> None:
    line = Line(pace=10)
    first, *waiting = line.reserve(201)
    line.delay(first)
    line.refuse(first, 5)
    trace = line.trace(waiting)
    assert trace[:5] == [5, 5.1, 5.199, 5.296, 5.392]
    assert [trace[place] for place in (50, 100, 150, 199)] == [9.259, 13.218, 16.541, 18.805]


def test_many_are_told_how_it_quickens_so_that_nobody_oversleeps_it_nor_asks_all_the_time() -> None:
    line = Line(pace=10)
    first, *waiting = line.reserve(5001)
    line.delay(first)
    line.refuse(first, 1)
    assert line.delays(waiting[1000::1000]) == [7.714035, 9.092736, 9.976723, 10.646021]
    asked, gone = [0] * 5000, [0.0] * 5000
    turns = sorted((line.now, place) for place in range(5000))
    while turns:
        line.now, place = turns.pop(0)
        asked[place] += 1
        if told := line.limiter.delay(waiting[place], line.now):
            insort(turns, (line.now + told, place))
        else:
            gone[place] = round(line.now, 3)
    assert gone[1000::1000] == [8.182, 9.423, 10.244, 10.876]
    assert gone == sorted(gone)
    assert max(asked) < 10


@pytest.mark.parametrize("back", [1.0, 7.0, 60.0])
@pytest.mark.parametrize("most", [math.inf, 15.0, 8.0])
@pytest.mark.parametrize("since", [0.0, 0.5, 10.0, 100.0])
def test_what_a_turn_is_said_to_take_is_hardly_less_than_it_takes_and_never_more(
    back: float, most: float, since: float
) -> None:
    pace = Pace(8.0, back, most)
    for requests in (0.5, 1.0, 20.0, 500.0):
        seconds, gone, step = 0.0, 0.0, back / 2000
        while gone < requests:
            gone += step * pace.rate(since + seconds)
            seconds += step
        assert 0.7 * seconds - step <= pace.takes(requests, since) <= seconds + step


# -- where it begins ---------------------------------------------------------------------------------------------------


def test_it_begins_below_the_rate_at_which_they_were_refused() -> None:
    line = Line(pace=8)
    at_a_rate(line, 500, 0.02)
    shut(line)
    assert rates(line, line.now + 10) == [pytest.approx(0.8 * 50, rel=0.02)]


def test_it_begins_no_slower_than_the_option_says_where_calls_were_rare() -> None:
    line = Line(pace=8)
    at_a_rate(line, 10, 10.0)
    shut(line)
    assert rates(line, line.now + 10) == [8]


def test_those_of_a_burst_that_were_refused_do_not_count_and_are_one_refusal() -> None:
    line = Line(pace=8)
    burst = line.reserve(200)
    line.delays(burst)
    for one in burst[30:]:
        line.refuse(one, 1)
    assert rates(line, 1) == [24]
    assert rates(line, 2) == [30]


def test_what_was_let_go_long_before_the_refusal_hardly_counts() -> None:
    line = Line(pace=8)
    burst = line.reserve(100)
    line.delays(burst)
    line.now = 1.0
    line.refuse(burst[0], 1)
    assert rates(line, 2) == [pytest.approx(0.8 * (100 / math.e - 1), abs=1e-3)]
    line = Line(pace=8)
    burst = line.reserve(100)
    line.delays(burst)
    line.now = 60.0
    line.refuse(burst[0], 1)
    assert rates(line, 61) == [8]


def test_the_time_in_which_nobody_may_go_does_not_make_them_slow() -> None:
    line = Line(pace=1)
    at_a_rate(line, 500, 0.02)
    first, second = line.reserve(2)
    line.delays([first, second])
    line.refuse(first, 100)
    line.now += 100
    rest = line.reserve()
    line.trace([rest])
    line.refuse(second, 50)
    assert rates(line, line.now + 50) == [pytest.approx(0.8 * 50, rel=0.05)]


def test_a_quota_bounds_it() -> None:
    line = Line(requests=12, per=1, burst=0, pace=8)
    shut(line)
    assert rates(line, 10, 20, 30, 40, 50) == [8, 10, 12, 12, 12]
    line = Line(requests=5, per=1, burst=5, pace=8)
    shut(line)
    assert line.trace(line.reserve(4)) == [10, 10.2, 10.4, 10.6]


# -- refused again -----------------------------------------------------------------------------------------------------


def test_a_pace_that_is_refused_again_falls_by_half_at_most() -> None:
    line = Line(pace=8)
    begun = []
    for _ in range(11):
        shut(line)
        begun.append(pace(line).begin)
    assert begun == [8, 4, 2, 1, 1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 32, 1 / 32]


def test_a_pace_that_is_refused_again_when_many_go_falls_by_a_fifth() -> None:
    line = Line(pace=50)
    at_a_rate(line, 500, 0.02)
    shut(line)
    assert rates(line, line.now + 10) == [50]
    at_a_rate(line, 400, 0.02)
    one = line.reserve()
    line.now += 1 / 50
    assert line.delay(one) == 0
    refused_at = pace(line).rate(8.02)
    line.refuse(one, 10)
    assert pace(line).begin == pytest.approx(0.8 * 50, rel=0.03)
    assert pace(line).begin <= 0.8 * refused_at


def test_each_refusal_of_a_pace_makes_it_twice_as_long_until_it_is_back_a_minute_at_most() -> None:
    line = Line(pace=1000)
    backs = []
    for _ in range(8):
        shut(line, 2)
        backs.append(pace(line).back)
    assert backs == [2, 4, 8, 16, 32, 60, 60, 60]
    line.now += 1000
    line.trace([line.reserve()])
    shut(line, 2)
    assert pace(line).back == 2


# -- against a model ---------------------------------------------------------------------------------------------------


class Model:
    """The rules as they are told, worked out anew from all that happened."""

    def __init__(self, pace: float) -> None:
        self.pace = pace
        self.opens = self.next = -math.inf
        self.begin = self.back = self.least = 0.0
        self.recover = self.refusals = self.tried = self.number = 0
        self.events: list[tuple[float, float]] = []  # by the time that it had been open
        self.windows: list[tuple[float, float]] = []

    def open_time(self, now: float) -> float:
        """Seconds for which the window has been open."""
        last, closed = -math.inf, 0.0
        for begins, ends in self.windows:
            closed += max(0.0, min(ends, now) - max(begins, last))
            last = max(last, min(ends, now))
        return now - closed

    def speed(self, now: float) -> float:
        level, last = 0.0, -math.inf
        for moment, requests in self.events:
            level, last = max(0.0, level * math.exp(last - moment) + requests), moment
        return level * math.exp(last - self.open_time(now))

    def rate(self, now: float) -> float:
        way = max(0.0, now - self.opens) / self.back - 1
        return self.begin / 0.8 * (1 + 0.2 * way**3)

    def told(self, now: float) -> float:
        return max(0.0, self.opens - now, self.next - now if self.begin else 0.0)

    def go(self, now: float, last: bool) -> int:
        self.events.append((self.open_time(now), 1.0))
        self.number += 1
        if self.begin and last and now - self.opens >= self.back * (1 + 35 ** (1 / 3)):
            self.begin = self.tried = 0
        elif self.begin:
            self.next = max(self.next, now) + 1 / self.rate(now)
        return self.number

    def refused(self, number: int, wish: float | None, now: float) -> None:
        self.events.append((self.open_time(now), -1.0))
        pause, measured = 0.0, 0.8 * self.speed(now)
        if number > self.recover or not self.begin:
            rate = self.rate(now) if self.begin else math.inf
            self.least = max(rate / 2, self.pace / 256) if self.begin else self.pace
            pause = 2.0 ** min(self.refusals, 6)
            self.recover, self.refusals, self.tried = self.number, self.refusals + 1, self.tried + 1
            begin = max(self.least, min(0.8 * rate, measured))
        else:
            begin = max(self.least, min(self.begin, measured))
        self.shut(pause if wish is None else wish, now, begin)

    def used_up(self, seconds: float, now: float) -> None:
        if self.begin:
            self.shut(seconds, now, self.rate(now))
        else:
            self.recover, self.least = self.number, max(self.pace, self.speed(now))
            self.shut(seconds, now, self.least)

    def shut(self, seconds: float, now: float, begin: float) -> None:
        self.windows.append((now, now + seconds))
        self.opens = max(self.opens, now + seconds)
        self.begin = begin
        self.back = min(60.0, max(self.opens - now, 1.0) * 2 ** min(max(self.tried - 1, 0), 6))

    def taken(self, number: int) -> None:
        self.refusals = 0 if number > self.recover else self.refusals


class AgainstTheModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.line = Line(pace=5)
        self.model = Model(5.0)
        self.waiting: list[Any] = []
        self.under_way: list[tuple[int, Any]] = []

    def first_asks(self) -> float:
        """What it is told; 0: it is let go, here as there."""
        now = self.line.now
        told = self.line.limiter.delay(self.waiting[0], now)
        assert math.isclose(told, self.model.told(now), rel_tol=1e-6, abs_tol=2e-6)
        if not told:
            self.under_way.append((self.model.go(now, last=len(self.waiting) == 1), self.waiting.pop(0)))
        return told

    @rule(number=st.sampled_from([1, 1, 5, 40]))
    def come(self, number: int) -> None:
        self.waiting += self.line.reserve(number)

    @rule(number=st.sampled_from([5, 40]))
    def come_and_ask(self, number: int) -> None:
        self.come(number)
        self.ask(number)

    @rule(number=st.sampled_from([1, 1, 5, 40]))
    def ask(self, number: int) -> None:
        for _ in range(min(number, len(self.waiting))):
            if self.first_asks():
                break

    @rule(number=st.sampled_from([1, 1, 5, 40]))
    def sleep_as_told(self, number: int) -> None:
        for _ in range(min(number, len(self.waiting))):
            if told := self.first_asks():
                self.line.now += told
                assert self.first_asks() == 0

    @rule(number=st.sampled_from([1, 1, 5, 40]), wish=st.sampled_from([0.0, 1.0, 5.0, None]), latest=st.booleans())
    def refuse(self, number: int, wish: float | None, latest: bool) -> None:
        for _ in range(min(number, len(self.under_way))):
            place, one = self.under_way.pop(-1 if latest else 0)
            self.line.refuse(one, wish)
            self.model.refused(place, wish, self.line.now)

    @rule(number=st.sampled_from([1, 5]))
    def take(self, number: int) -> None:
        for place, one in self.under_way[:number]:
            self.line.settle(one)
            self.model.taken(place)
        del self.under_way[:number]

    @rule(seconds=st.sampled_from([1.0, 5.0]))
    def take_the_last_for_now(self, seconds: float) -> None:
        for place, one in self.under_way[:1]:
            self.line.settle(one, headers={"ratelimit-remaining": "0", "ratelimit-reset": f"{seconds:g}"})
            self.model.used_up(seconds, self.line.now)
            self.model.taken(place)
        del self.under_way[:1]

    @rule(place=st.integers(0, 50))
    def leave(self, place: int) -> None:
        if self.waiting:
            self.line.cancel(self.waiting.pop(place % len(self.waiting)))

    @rule(seconds=st.sampled_from([0.01, 0.3, 4.0, 60.0]))
    def pass_time(self, seconds: float) -> None:
        self.line.now += seconds

    def teardown(self) -> None:
        """They go in their order, each at its moment; there are enough to show the pace, and not too many to wait."""
        now = self.line.now
        for one in self.waiting[20:]:
            self.line.cancel(one)
        waiting = self.waiting[:20] + self.line.reserve(5)
        for place, at in enumerate(self.line.trace(waiting), 1):
            now += self.model.told(now)
            assert math.isclose(at, now, abs_tol=2e-3)
            self.model.go(now, last=place == len(waiting))


AgainstTheModel.TestCase.settings = settings(max_examples=100, stateful_step_count=40, derandomize=True, deadline=None)
TestAgainstTheModel = AgainstTheModel.TestCase
