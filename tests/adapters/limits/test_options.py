"""The options of the rate limiter: as keywords, as a file has them, and next to those of a manifest."""

import copy
import pickle
import re
import tomllib
from typing import Any

import pytest

from pristine import ConfigurationError
from pristine.adapters.limits import GcraLimiter
from pristine.ports.admission import Demand, Quota, RateLimiter, Report, Scope
from pristine.ports.outcome import Kind, Outcome

FILE = """
requests = 60
burst = 10
pause = 2
[quotas]
tokens = 90000
images = { limit = 5, per = 1, burst = 2 }
[groups.search]
requests = 10
per = 1
[groups.chat.quotas]
tokens = { limit = 10, burst = 3 }
"""


def kept(limiter: GcraLimiter, group: str = "", unit: str = "requests", **manifest: Quota) -> Quota | None:
    """The quota that a limiter keeps."""
    one = limiter.reserve(Demand(scope=Scope(group=group), quotas=manifest), 0.0)
    books = one.books
    place = books._index.get(unit)
    meter = None if place is None else books._meters[place]
    return None if meter is None else meter.quota


def test_it_is_a_rate_limiter() -> None:
    assert isinstance(GcraLimiter(), RateLimiter)


def test_a_file_has_all_options() -> None:
    limiter = GcraLimiter(**tomllib.loads(FILE))
    assert kept(limiter) == Quota(limit=60, per=60, burst=10)
    assert kept(limiter, "other", "tokens") == Quota(limit=90000, per=60)
    assert kept(limiter, "other", "images") == Quota(limit=5, per=1, burst=2)
    assert kept(limiter, "search") == Quota(limit=10, per=1)
    assert kept(limiter, "search", "tokens") == Quota(limit=90000, per=60)
    assert kept(limiter, "chat") == Quota(limit=60, per=60, burst=10)
    assert kept(limiter, "chat", "tokens") == Quota(limit=10, per=60, burst=3)
    assert kept(limiter, "chat", "nothing") is None


def test_quotas_may_be_of_any_form() -> None:
    forms: list[Any] = [Quota(limit=7, per=10), {"limit": 7}, 7]
    for form in forms:
        assert kept(GcraLimiter(per=10, quotas={"tokens": form}), unit="tokens") == Quota(limit=7, per=10)
        limiter = GcraLimiter(per=10, groups={"g": {"quotas": {"tokens": form}}})
        assert kept(limiter, "g", "tokens") == Quota(limit=7, per=10)
        assert kept(limiter, "", "tokens") is None
    assert kept(GcraLimiter(quotas={"requests": 5})) == Quota(limit=5, per=60)


def test_the_manifest_has_what_the_options_leave_open() -> None:
    limiter = GcraLimiter(requests=5, groups={"chat": {"quotas": {"tokens": 9}}})
    theirs = Quota(limit=1000, per=1)
    assert kept(limiter, requests=theirs) == Quota(limit=5, per=60)
    assert kept(limiter, unit="tokens", tokens=theirs) == theirs
    assert kept(limiter, "chat", "tokens", tokens=theirs) == Quota(limit=9, per=60)
    assert kept(GcraLimiter(), requests=theirs) == theirs


def test_quotas_of_a_manifest_may_change_and_come_later() -> None:
    limiter = GcraLimiter()

    def reserve(**quotas: Quota) -> Any:
        return limiter.reserve(Demand(scope=Scope(), costs={"tokens": 10}, quotas=quotas), 0.0)

    first = reserve()
    assert limiter.delay(first, 0.0) == 0
    waiting = [reserve(tokens=Quota(limit=10, per=10)) for _ in range(3)]
    assert [limiter.delay(one, 0.0) for one in waiting] == [0, 10, 20]
    reserve(tokens=Quota(limit=10, per=20))
    assert [limiter.delay(one, 0.0) for one in waiting[1:]] == [20, 40]
    limiter.cancel(first, 0.0)
    limiter.cancel(waiting[0], 0.0)
    assert limiter.delay(waiting[1], 20.0) == 0


def test_a_wrong_quota_of_a_manifest_is_told() -> None:
    with pytest.raises(ConfigurationError, match=r"quotas.tokens.limit=0: give a number greater than 0"):
        kept(GcraLimiter(), tokens=Quota(limit=0))


@pytest.mark.parametrize(
    ("options", "setting", "told"),
    [
        ({"requests": 0}, "requests", "requests=0: give a number greater than 0"),
        ({"requests": "60"}, "requests", "requests='60': give a number greater than 0"),
        ({"requests": True}, "requests", "requests=True: give a number greater than 0"),
        ({"requests": float("nan")}, "requests", "requests=nan: give"),
        ({"requests": 10**400}, "requests", "give a number greater than 0"),
        ({"per": 0}, "per", "per=0: give"),
        ({"requests": 5, "burst": -1}, "burst", "burst=-1: give a number, 0 or greater"),
        ({"burst": 5}, "burst", "burst=5: give `requests` too"),
        ({"quotas": 5}, "quotas", 'quotas=5: give a table, such as {"tokens": 90000}'),
        ({"quotas": {"tokens": None}}, "quotas.tokens", "quotas.tokens=None: give"),
        ({"quotas": {"tokens": {}}}, "quotas.tokens.limit", "quotas.tokens.limit=None: give"),
        ({"quotas": {"tokens": {"limit": 5, "in": 3}}}, "quotas.tokens.in", "unknown; known are limit, per, burst"),
        ({"quotas": {"tokens": Quota(limit=-1)}}, "quotas.tokens.limit", "quotas.tokens.limit=-1: give"),
        ({"quotas": {"tokens": Quota(limit=1, per=0)}}, "quotas.tokens.per", "quotas.tokens.per=0: give"),
        ({"requests": 5, "quotas": {"requests": 4}}, "requests", "the quotas have `requests` too"),
        ({"groups": ["chat"]}, "groups", "groups=['chat']: give a table"),
        ({"groups": {"chat": 5}}, "groups.chat", "groups.chat=5: give a table, with requests, per, burst, quotas"),
        ({"groups": {"chat": {"rps": 5}}}, "groups.chat.rps", "unknown; known are requests, per, burst, quotas"),
        ({"groups": {"chat": {"requests": -5}}}, "groups.chat.requests", "groups.chat.requests=-5: give"),
        ({"groups": {"c": {"quotas": {"t": 0}}}}, "groups.c.quotas.t", "groups.c.quotas.t=0: give"),
        ({"pause": 0}, "pause", "pause=0: give"),
        ({"max_pause": float("inf")}, "max_pause", "max_pause=inf: give"),
        ({"pace": None}, "pace", "pace=None: give"),
        ({"learn": "no"}, "learn", "learn='no': give true or false"),
    ],
)
def test_a_wrong_option_is_told(options: dict[str, Any], setting: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(told)) as raised:
        GcraLimiter(**options)
    assert raised.value.setting == setting


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_a_copy_has_the_options_and_nothing_else(copied: Any) -> None:
    limiter = GcraLimiter(**tomllib.loads(FILE), learn=False, max_pause=7, pace=3)
    demand = Demand(scope=Scope())
    one = limiter.reserve(demand, 0.0)
    limiter.delay(one, 0.0)
    limiter.settle(one, Report(outcome=Outcome(Kind.RATE_LIMITED), now=0.0, time=0.0))
    other = copied(limiter)
    assert other.__reduce__() == limiter.__reduce__()
    assert other.delay(other.reserve(demand, 0.0), 0.0) == 0
    assert limiter.delay(limiter.reserve(demand, 0.0), 0.0) == 2
