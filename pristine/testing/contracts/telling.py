"""The part of the contract of CircuitBreaker that holds those that have `settled` to it; of others it asks nothing."""

from typing import Any, ClassVar, Final

from pristine.core.attempts.shortcuts import shortcut
from pristine.ports.admission import Open
from pristine.ports.outcome import Kind
from pristine.testing.promises import expect, promise

_TELLS: Final = ("CircuitBreaker", 7, "settled, where there is one, settles and says what that has changed")
_METHODS: Final = ("admit", "settle", "state")
_NEITHER: Final = (Kind.RATE_LIMITED, Kind.CLIENT_ERROR, None)


class Telling:
    """Those tests; what they need is the contract's."""

    most: ClassVar[int]

    def make(self) -> Any:
        """The breaker."""
        raise NotImplementedError

    def _play(self) -> Any:
        raise NotImplementedError

    def _half_open(self) -> Any:
        raise NotImplementedError

    @promise(*_TELLS)
    def test_it_says_what_a_report_has_changed(self) -> None:
        if shortcut(self.make(), "settled", _METHODS) is None:
            return
        for play in (self._play(), self._half_open()):
            for kind in (Kind.SUCCESS, *_NEITHER, *[Kind.UPSTREAM_FAILURE] * self.most):
                if isinstance(token := play.admit(), Open):
                    break
                before = play.state()
                told, after = play.settled(token, kind), play.state()
                expect(told, None if before == after else (before, after), f"what settled says of {kind or 'a cancel'}")
            expect(play.state(), "open", f"the state after {self.most} failures that settled was told")

    @promise(*_TELLS)
    def test_what_counts_for_nothing_changes_nothing(self) -> None:
        if shortcut(self.make(), "settled", _METHODS) is None:
            return
        play = self._play()
        early = [play.admit() for _ in range(2)]
        play.open(self.most)
        expect(play.settled(early[0], Kind.UPSTREAM_FAILURE), None, "what settled says of one from before it opened")
        expect(play.settled(early[0], Kind.UPSTREAM_FAILURE), None, "what settled says of a token that was settled")
        play.now += play.refused().retry_after
        expect(play.settled(early[1], None), None, "what settled says of a cancel, when its time is over")
