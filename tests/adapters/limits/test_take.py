"""To take is to reserve and to ask, whatever the limiter has heard: two limiters, asked in either way, say the same."""

from random import Random
from typing import Any, Final

import pytest

from pristine.adapters.limits import GcraLimiter
from pristine.ports.admission import BYTES, Demand, Quota, Report, Scope
from pristine.ports.errors import ConfigurationError
from pristine.ports.headers import Headers
from pristine.ports.outcome import Fate, Kind, Outcome

QUOTAS: Final[list[dict[str, Quota]]] = [
    {},
    {"requests": Quota(limit=60, burst=3)},
    {"tokens": Quota(limit=90, burst=9)},
]
KINDS: Final = [Kind.SUCCESS] * 8 + [Kind.RATE_LIMITED, Kind.OVERLOADED, Kind.CLIENT_ERROR]


def in_two_steps(limiter: GcraLimiter, demand: Demand, now: float) -> tuple[Any, float]:
    reservation = limiter.reserve(demand, now)
    return reservation, limiter.delay(reservation, now)


def report(random: Random, now: float) -> Report:
    left, reset = str(random.randrange(4)), random.choice(["2s", "30"])
    said = {"x-ratelimit-remaining-requests": left, "x-ratelimit-reset-requests": reset}
    return Report(
        outcome=Outcome(random.choice(KINDS), retry_after=random.choice([None, None, 3.0]), fate=Fate.PROCESSED),
        now=now,
        time=1.7e9 + now,
        headers=Headers(said if random.random() < 0.1 else {"Date": "today"}),
        costs=random.choice([{}, {"tokens": 4.0}]),
    )


@pytest.mark.parametrize("seed", range(30))
def test_taking_says_what_reserving_and_asking_do(seed: int) -> None:
    random = Random(seed)
    limiters = [GcraLimiter(pace=2), GcraLimiter(pace=2)]
    quotas, now = random.choice(QUOTAS), 1000.0
    under_way: list[tuple[Any, Any]] = []
    for _ in range(200):
        now += random.choice([0.0, 0.0, 0.3, 2.0, 20.0])
        costs = {"requests": 1.0, BYTES: 9.0, "tokens": random.choice([0.0, 2.0, 7.0])}
        demand = Demand(scope=Scope(group=random.choice("ab")), costs=costs, quotas=quotas)
        taken, told = limiters[0].take(demand, now)
        reserved, delay = in_two_steps(limiters[1], demand, now)
        assert told == delay
        under_way.append((taken, reserved))
        if random.random() < 0.8:
            pair, said = under_way.pop(random.randrange(len(under_way))), report(random, now)
            cancels = random.random() < 0.2
            for limiter, one in zip(limiters, pair, strict=True):
                assert one.demand.quotas is quotas
                limiter.cancel(one, now) if cancels else limiter.settle(one, said)
        if under_way and random.random() < 0.5:
            pair = random.choice(under_way)
            assert len({limiter.delay(one, now) for limiter, one in zip(limiters, pair, strict=True)}) == 1


def test_what_was_taken_and_not_used_comes_back() -> None:
    limiter = GcraLimiter(requests=1, per=10)
    demand = Demand(scope=Scope())
    first, told = limiter.take(demand, 0.0)
    assert (told, limiter.take(demand, 0.0)[1]) == (0, 10)
    limiter.cancel(first, 0.0)
    assert limiter.take(Demand(scope=Scope(key="other")), 0.0)[1] == 0


def test_whoever_is_let_go_at_once_is_counted_for_the_pace() -> None:
    limiter = GcraLimiter(pace=1)
    demand = Demand(scope=Scope())
    taken = [limiter.take(demand, 0.0) for _ in range(20)]
    assert {told for _, told in taken} == {0.0}
    refused = Outcome(Kind.RATE_LIMITED, retry_after=5.0)
    limiter.settle(taken[-1][0], Report(outcome=refused, now=0.0, time=0.0))
    waits = [limiter.take(demand, 5.0)[1] for _ in range(3)]
    assert waits[0] == 0
    assert 0 < waits[1] < waits[2] < 0.2  # about fifteen a second, of the twenty that were borne


@pytest.mark.parametrize("cost", [-1.0, float("nan"), float("inf"), 1e16])
def test_a_cost_that_is_none_is_an_error_where_nothing_limits_it(cost: float) -> None:
    with pytest.raises(ConfigurationError, match="give numbers from 0"):
        GcraLimiter().take(Demand(scope=Scope(), costs={"tokens": cost}), 0.0)
