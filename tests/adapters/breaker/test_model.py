"""The breaker against a model that remembers everything: in any order of events, it does as the model does."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test

from pristine.adapters.breaker import Breaker
from pristine.ports.admission import Demand, Open, Report, Scope
from pristine.ports.outcome import Kind, Outcome

CLOSED, OPEN, HALF = "closed", "open", "half_open"
VERDICTS = {
    Kind.SUCCESS: False,
    Kind.UPSTREAM_FAILURE: True,
    Kind.OVERLOADED: True,
    Kind.TRANSPORT_ERROR: True,
}


def report(kind: Kind, now: float) -> Report:
    return Report(outcome=Outcome(kind), now=now, time=now)


class Model:
    """One circuit, by its whole past: every opening, closing and verdict with its time."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.failures, self.rate = options.get("failures"), options.get("error_rate")
        self.minimum, self.width = options.get("minimum", 20), options.get("window", 30.0) / 10
        self.cooldown, self.limit = options["cooldown"], options.get("max_cooldown") or options["cooldown"]
        self.probes, self.successes = options["probes"], options["successes"]
        self.era = 0
        self.open_until: float | None = None
        self.verdicts: list[tuple[float, bool]] = []  # of this era
        self.failed_probes = 0
        self.lasts = 0.0  # seconds for which it opened last
        self.under_way: dict[int, float] = {}  # probes of this era that hold a place, and when they went

    def state(self, now: float) -> str:
        return CLOSED if self.open_until is None else OPEN if now < self.open_until else HALF

    def admits(self, now: float) -> bool:
        return self.state(now) == CLOSED or (self.state(now) == HALF and self.has_room(now))

    def has_room(self, now: float) -> bool:
        """A probe that is under way for as long as it was open holds its place no longer, if another wants it."""
        return len(self.under_way) < self.probes or now - min(self.under_way.values()) >= self.lasts

    def probe(self, number: int, now: float) -> None:
        if len(self.under_way) == self.probes:
            del self.under_way[min(self.under_way)]
        self.under_way[number] = now

    def judge(self, failed: bool, now: float) -> None:
        self.verdicts.append((now, failed))
        if self.open_until is None:
            if self.is_too_much(now):
                self.open(now)
        elif failed:
            self.failed_probes += 1
            self.open(now)
        elif len(self.verdicts) >= self.successes:
            self.failed_probes = 0
            self.begin(None)

    def is_too_much(self, now: float) -> bool:
        last = [failed for _, failed in self.verdicts[-(self.failures or 0) :]]
        if self.failures and len(last) == self.failures and all(last):
            return True
        recent = [failed for at, failed in self.verdicts if at // self.width > now // self.width - 10]
        return self.rate is not None and len(recent) >= self.minimum and sum(recent) / len(recent) >= self.rate

    def open(self, now: float) -> None:
        self.lasts = min(self.cooldown * 2.0**self.failed_probes, self.limit)
        self.begin(now + self.lasts)

    def begin(self, open_until: float | None) -> None:
        self.era += 1
        self.open_until, self.verdicts, self.under_way = open_until, [], {}


OPTIONS: list[dict[str, Any]] = [
    {"failures": 3, "cooldown": 10.0, "probes": 1, "successes": 1},
    {"failures": 2, "cooldown": 4.0, "max_cooldown": 20.0, "probes": 2, "successes": 3},
    {"error_rate": 0.5, "window": 20.0, "minimum": 4, "cooldown": 10.0, "probes": 2, "successes": 2},
    {"failures": 4, "error_rate": 0.3, "window": 5.0, "minimum": 6, "cooldown": 5.0, "probes": 1, "successes": 2},
]
SCOPES = [Scope("a", "u", "g"), Scope("b", "u", "g"), Scope("a", "v", "g"), Scope("a", "u", "h")]


class Machine(RuleBasedStateMachine):
    """Attempts of several scopes under way at once, settled in any order, late or twice, or never, as time goes on."""

    tokens = Bundle("tokens")
    options = OPTIONS[0]

    def __init__(self) -> None:
        super().__init__()
        self.breaker = Breaker(**self.options)
        self.models = {scope: Model(self.options) for scope in SCOPES}
        self.now, self.number = 1000.0, 0

    @rule(seconds=st.sampled_from([0.1, 0.5, 1.0, 2.0]))
    def time_goes_on(self, seconds: float) -> None:
        self.now += seconds

    @rule(scope=st.sampled_from(SCOPES))
    def its_time_is_nearly_over(self, scope: Scope) -> None:
        until = self.models[scope].open_until
        if until is not None and until - 0.125 > self.now:
            self.now = until - 0.125

    @rule(target=tokens, scope=st.sampled_from(SCOPES))
    def asks(self, scope: Scope) -> Any:
        model, came = self.models[scope], self.breaker.admit(Demand(scope=scope), self.now)
        assert isinstance(came, Open) is not model.admits(self.now)
        if isinstance(came, Open):
            until = model.open_until or 0.0
            assert came.retry_after == (until - self.now if until > self.now else 1.0)
            return None
        self.number += 1
        if model.state(self.now) == HALF:
            model.probe(self.number, self.now)
        return came, scope, model.era, self.number

    @rule(given=consumes(tokens), kind=st.sampled_from([*Kind, None, *[Kind.OVERLOADED] * 3]), twice=st.booleans())
    def comes_to(self, given: Any, kind: Kind | None, twice: bool) -> None:
        if given is None:
            return
        token, scope, era, number = given
        model = self.models[scope]
        for _ in range(1 + twice):
            self.breaker.settle(token, report(kind, self.now) if kind else None)
        model.under_way.pop(number, None)
        failed = VERDICTS.get(kind) if kind else None
        if failed is not None and era == model.era:
            model.judge(failed, self.now)

    @rule(scope=st.sampled_from(SCOPES), count=st.integers(1, 6))
    def fails_in_a_row(self, scope: Scope, count: int) -> None:
        for _ in range(count):
            self.comes_to(self.asks(scope), Kind.UPSTREAM_FAILURE, twice=False)

    @rule()
    def strangers_pass_by(self) -> None:
        for number in range(5):
            self.number += 1
            stranger = Demand(scope=Scope(f"stranger {self.number} {number}"))
            token = self.breaker.admit(stranger, self.now)
            self.breaker.settle(token, report(Kind.SUCCESS, self.now))

    @invariant()
    def it_is_as_the_model_is(self) -> None:
        for scope, model in self.models.items():
            assert self.breaker.state(scope, self.now) == model.state(self.now)
            if model.open_until is not None:
                assert len(model.under_way) <= model.probes


@pytest.mark.parametrize("options", OPTIONS, ids=["row", "growing", "rate", "both"])
def test_it_does_as_the_model_does(options: dict[str, Any]) -> None:
    machine = type("Machine", (Machine,), {"options": options})
    limits = settings(max_examples=40, stateful_step_count=40, derandomize=True, deadline=None)
    run_state_machine_as_test(machine, settings=limits)
