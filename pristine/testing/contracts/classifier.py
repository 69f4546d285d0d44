"""The contract of `pristine.ports.outcome.ResultClassifier`, by results of every kind drawn from a fixed seed."""

import math
from collections.abc import Iterable, Iterator
from copy import deepcopy
from functools import cache, partial
from random import Random
from typing import Any, ClassVar, Final

import attrs

from pristine.ports.errors import ConnectionLost, DecodeError, PristineError, StatusError
from pristine.ports.headers import Headers
from pristine.ports.outcome import Fate, Kind, Outcome, Result, ResultClassifier
from pristine.testing.contracts.probing import fail, overheard, quickest, raised
from pristine.testing.promises import expect, promise

_OUTCOME: Final = (
    "ResultClassifier",
    1,
    "gives the usual outcome, or it with another kind, retry_after or should_retry",
)
_PURE: Final = ("ResultClassifier", 2, "depends on its argument alone; does not wait, log, raise or change the result")

_AT_ONCE: Final = 0.005
_STATUSES: Final = (None, 200, 206, 302, 400, 401, 402, 404, 408, 409, 422, 425, 429, 499, 500, 502, 503, 504, 529, 599)
_CODES: Final = ("rate_limit_exceeded", "insufficient_quota", "server_error", "Überlast", "x" * 500)
_HEADERS: Final[tuple[dict[str, str], ...]] = (
    {},
    {"Retry-After": "3"},
    {"Content-Type": "application/json", "X-Should-Retry": "false"},
    {"X-Should-Retry": "perhaps", "Retry-After": "never", "X-RateLimit-Remaining": "-1"},
)

_RAISED: Final = object()
_MAY_DIFFER: Final = ("kind", "retry_after", "should_retry", "fate", "may_resend", "error")


class ResultClassifierContract:
    """Subclass it as `Test…`, and say how the classifier is made, and what else it is to be asked."""

    endpoints: ClassVar[Iterable[str]] = ("create", "list")
    """Ids of endpoints that it knows, or does not."""

    codes: ClassVar[Iterable[str]] = ()
    """Codes of the API that it knows."""

    def make(self) -> ResultClassifier:
        """The classifier, as it is in use."""
        raise NotImplementedError("say how the ResultClassifier is made: def make(self)")

    @promise(*_OUTCOME)
    def test_it_gives_an_outcome(self) -> None:
        for result, came in self._classified():
            if came is not _RAISED and not _is_outcome(came):
                wanted = "an Outcome with a Kind, seconds or None, and a bool or None"
                fail(f"classify, for {_told(result)}", wanted, repr(came))

    @promise(*_OUTCOME)
    def test_the_rest_is_as_usual(self) -> None:
        for result, came in self._classified():
            if isinstance(came, Outcome):
                alike = {name: getattr(result.usual, name) for name in _MAY_DIFFER}
                expect(attrs.evolve(came, **alike), result.usual, f"what is given for {_told(result)}, but its kind")

    @promise(*_OUTCOME)
    def test_a_success_stays_one_and_an_error_too(self) -> None:
        for result, came in self._classified():
            if isinstance(came, Outcome):
                usual = result.usual.kind is Kind.SUCCESS
                expect(came.kind is Kind.SUCCESS, usual, f"whether {_told(result)} is taken for a success")

    @promise(*_PURE)
    def test_the_same_result_has_the_same_outcome(self) -> None:
        used, fresh = self.make(), self.make()
        first = [(result, _classify(used, result)) for result in self._results()]
        for result, one in reversed(first):
            expect(_classify(used, result), one, f"classified again, after others: {_told(result)}")
            expect(_classify(fresh, result), one, f"classified by another one that is made alike: {_told(result)}")

    @promise(*_PURE)
    def test_it_does_not_wait(self) -> None:
        classifier = self.make()
        for result in self._results():
            taken = quickest(partial(classifier.classify, result))
            if taken > _AT_ONCE:
                fail(_told(result), "classified at once", f"classified after {taken:.3f} s")

    @promise(*_PURE)
    def test_it_says_nothing(self) -> None:
        classifier = self.make()
        with overheard() as said:
            for result in self._results():
                _classify(classifier, result)
        expect(said(), "", "what is logged, printed or warned while it classifies")

    @promise(*_PURE)
    def test_it_does_not_raise(self) -> None:
        classifier = self.make()
        for result in self._results():
            expect(raised(partial(classifier.classify, result)), None, f"what is raised for {_told(result)}")

    @promise(*_PURE)
    def test_it_changes_nothing(self) -> None:
        classifier = self.make()
        for result in self._results():
            before = _parts(result)
            _classify(classifier, result)
            expect(_parts(result), before, "the result, after it was classified")

    def _results(self) -> list[Result]:
        return _results(tuple(self.endpoints), tuple(self.codes))

    def _classified(self) -> Iterator[tuple[Result, Any]]:
        classifier = self.make()
        for result in self._results():
            yield result, _classify(classifier, result)


@cache
def _results(endpoints: tuple[str, ...], codes: tuple[str, ...]) -> list[Result]:
    """Each kind and each status in many results, with each code and each header."""
    random = Random(4)  # noqa: S311 an experiment that can be repeated
    usual = [_usual(random, status, (*codes, *_CODES)) for status in _STATUSES for _ in range(12)]
    return [
        Result(endpoint, Headers(random.choice(_HEADERS)), outcome)
        for endpoint in (*endpoints, "")
        for outcome in usual
    ]


def _usual(random: Random, status: int | None, codes: tuple[str, ...]) -> Outcome:
    if status is None:
        return Outcome(Kind.TRANSPORT_ERROR, ConnectionLost("reset by the peer"))
    if 200 <= status < 300 and random.random() < 0.6:
        return Outcome(Kind.SUCCESS, status=status, fate=Fate.PROCESSED)
    wish = random.choice((None, None, 0.0, 7.5))
    error: PristineError = StatusError.class_for(status)(f"{status}", status=status, retry_after=wish)
    if status < 300:
        error = DecodeError("not JSON", status=status, body=b"<html>")
    kinds = [kind for kind in Kind if kind is not Kind.SUCCESS]
    return Outcome(
        random.choice(kinds),
        error,
        status,
        wish,
        may_resend=random.random() < 0.8,
        should_retry=random.choice((None, True, False)),
        codes=tuple(random.sample(codes, random.choice((0, 1, 1, 2)))),
    )


def _classify(classifier: ResultClassifier, result: Result) -> Any:
    """The outcome, or _RAISED: that it does not raise has a test of its own."""
    try:
        return classifier.classify(result)
    except Exception:  # noqa: BLE001 see above
        return _RAISED


def _is_outcome(came: Any) -> bool:
    if not isinstance(came, Outcome) or not isinstance(came.kind, Kind):
        return False
    wish, word = (getattr(came, name) for name in ("retry_after", "should_retry"))
    return (word is None or isinstance(word, bool)) and _is_wish(wish)


def _is_wish(wish: Any) -> bool:
    return wish is None or (isinstance(wish, (int, float)) and math.isfinite(wish) and wish >= 0)


def _parts(result: Result) -> Any:
    error = result.usual.error
    return deepcopy([result.endpoint, list(result.headers.items()), result.usual.codes, error and vars(error)])


def _told(result: Result) -> str:
    usual = result.usual
    return f"{usual.kind} of {result.endpoint!r} (status {usual.status}, codes {usual.codes!r:.100})"
