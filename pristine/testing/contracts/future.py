"""The contract of `pristine.ports.future.Future` and its async face, over a server that says what a test has written.

Whoever makes handles makes one for a Work here: the answers to its questions, one after the other.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar, Final, Self

import attrs

from pristine.ports.errors import FutureCancelled, FutureExpired, FutureFailed, TimeoutExceeded
from pristine.ports.future import FutureState, Progress
from pristine.testing.contracts.probing import TwoFaced, bounded, fail, raised
from pristine.testing.promises import expect, promise

_POLL: Final = ("Future", 1, "poll asks once and says what is known then; work that has ended is not asked for")
_RESULT: Final = ("Future", 2, "result waits for the result, or raises what the work ended with, or TimeoutExceeded")
_ONCE: Final = ("Future", 3, "it ends in one state, once; nobody is asked after that, and all are told the same")
_CANCEL: Final = ("Future", 4, "cancel ends it here and on the server, and says whether it was pending")
_CHANGES: Final = ("Future", 5, "iterating gives each change of what is known, the last one being the end")
_TELLS: Final = ("Future", 6, "observers hear each change, callbacks the end, once; neither can hurt the work")
_TOKEN: Final = ("Future", 7, "the token holds no secret, and whoever has it can go on")

_MOST: Final = 1000
"""Questions after which a handle is taken to ask for ever."""
_HOUR: Final = 3600.0


@attrs.frozen
class Said:
    """What the server says when it is asked: `value` is the result of work that is done."""

    state: FutureState = FutureState.PENDING
    queue_state: str | None = None
    progress: Any = None
    value: Any = None


@attrs.define
class Work:
    """Work on a server: what is said to each question, None where nobody answers; the last one for ever."""

    answers: Sequence[Said | None]
    asked: int = 0
    stopped: int = 0

    def ask(self) -> Said | None:
        """Answer a question."""
        self.asked += 1
        if self.asked > _MOST:
            fail("questions about work that a handle follows", f"{_MOST} or fewer", "more")
        return self.answers[min(self.asked, len(self.answers)) - 1]

    def stop(self) -> None:
        """Cancel it on the server."""
        self.stopped += 1


_WAITS: Final = Said()
_DONE: Final = Said(FutureState.DONE, value={"x": 1})
_FAILED: Final = Said(FutureState.FAILED)
_EXPIRED: Final = Said(FutureState.EXPIRED)
_ENDS: Final = (_DONE, _FAILED, _EXPIRED)
_ERRORS: Final = {FutureState.FAILED: FutureFailed, FutureState.EXPIRED: FutureExpired}
_QUEUED: Final = (
    Said(queue_state="waiting"),
    Said(queue_state="waiting"),
    Said(queue_state="running"),
    Said(queue_state="running", progress=0.5),
    None,
    Said(queue_state="running", progress=0.5),
)
_NEWS: Final = [("pending", "waiting", None), ("pending", "running", None), ("pending", "running", 0.5)]


class FutureContract(TwoFaced):
    """Subclass it as `Test…`, and say how a maker of handles is made. Each face that it has is tested.

    A maker has `start(work)` and `resume(token, work)`, which give blocking handles, or `astart` and `aresume`, which
    are awaited and give async ones. A handle is pending when it is given; it asks by `work.ask()`, which is answered by
    a Said, or by None where the question is lost, and cancels on the server by `work.stop()`.
    """

    methods: ClassVar = {"blocking": "start", "async": "astart"}
    secrets: ClassVar[Sequence[str]] = ()
    """The credentials with which its handles ask."""
    stops: ClassVar[bool] = True
    """Whether its work can be cancelled on the server."""
    patience: ClassVar[float] = 20.0
    """Seconds after which a call that has not come back waits for something."""

    def make(self) -> Any:
        """The maker of handles."""
        raise NotImplementedError("say how the Future is made: def make(self)")

    # -- 1: poll -------------------------------------------------------------------------------------------------------

    @promise(*_POLL)
    def test_poll_asks_once_and_says_what_is_known(self, face: str) -> None:
        with self._stage(face) as stage:
            work, handle = stage.start(*_QUEUED, _DONE)
            _expect_untouched(work, handle)
            for number, said in enumerate([*_QUEUED, _DONE], 1):  # one that is lost changes nothing
                came = stage.poll(handle)
                expect(work.asked, number, "questions after as many polls")
                expect(came, handle.progress, "what poll gives, beside `progress`")
                seen = _seen(came) if said is not _DONE else (came.state.value, None, None)  # the queue is behind it
                expect(seen, _news(said or _QUEUED[-1]), f"what poll {number} says of {said}")

    @promise(*_POLL)
    def test_work_that_has_ended_is_not_polled(self, face: str) -> None:
        for end in _ENDS:
            with self._stage(face) as stage:
                work, handle = stage.start(end)
                for _ in range(3):
                    expect(stage.poll(handle).state, end.state, f"what poll says of work that is {end.state}")
                expect(work.asked, 1, f"questions by three polls of work that is {end.state}")

    # -- 2: result -----------------------------------------------------------------------------------------------------

    @promise(*_RESULT)
    def test_result_waits_for_the_result(self, face: str) -> None:
        for before in ((), (_WAITS,), (_WAITS, None, _WAITS, None, None)):
            with self._stage(face) as stage:
                work, handle = stage.start(*before, _DONE)
                expect(stage.result(handle), _DONE.value, f"the result of work that says {[*before, _DONE]}")
                expect(work.asked, len(before) + 1, "questions for it")

    @promise(*_RESULT)
    def test_result_raises_what_the_work_ended_with(self, face: str) -> None:
        for state, kind in _ERRORS.items():
            with self._stage(face) as stage:
                _, handle = stage.start(_WAITS, Said(state))
                _expect_raised(stage, handle, kind, f"result of work that is {state}")

    @promise(*_RESULT)
    def test_after_a_timeout_the_work_goes_on(self, face: str) -> None:
        with self._stage(face) as stage:
            work, handle = stage.start(_WAITS)
            _expect_raised(stage, handle, TimeoutExceeded, "result(timeout=0.05) of work that takes longer", 0.05)
            expect(handle.state, FutureState.PENDING, "its state after a timeout")
            work.answers = [_DONE]
            expect(stage.result(handle), _DONE.value, "its result, asked for after a timeout")

    # -- 3: one end ----------------------------------------------------------------------------------------------------

    @promise(*_ONCE)
    def test_all_are_told_the_same_end(self, face: str) -> None:
        for end in _ENDS:
            with self._stage(face) as stage:
                _, handle = stage.start(_WAITS, end)
                told = [_told(stage, handle) for _ in range(3)]
                expect(told[1:], told[:1] * 2, f"what result comes to, again, of work that is {end.state}")
                expect((handle.state, handle.done), (end.state, True), "its state, and whether it is done")

    @promise(*_ONCE)
    def test_what_is_said_after_the_end_is_not_heard(self, face: str) -> None:
        for end in _ENDS:
            with self._stage(face) as stage:
                work, handle = stage.start(_WAITS, end, _WAITS, _FAILED, _DONE, _EXPIRED)
                _told(stage, handle)
                for call in (stage.result, stage.changes, stage.cancel, stage.result):
                    raised(lambda call=call, handle=handle: call(handle))  # type: ignore[misc]  # bound here
                expect(handle.state, end.state, "the state of work that has ended, after other calls")
                expect(work.asked, 2, "questions, of which the second was answered by the end")

    # -- 4: cancel -----------------------------------------------------------------------------------------------------

    @promise(*_CANCEL)
    def test_cancel_ends_it_here_and_there(self, face: str) -> None:
        with self._stage(face) as stage:
            work, handle = stage.start(_WAITS)
            stage.poll(handle)
            expect(stage.cancel(handle), True, "cancel of work that is pending")
            expect((handle.state, handle.done), (FutureState.CANCELLED, True), "its state, and whether it is done")
            expect(work.stopped, 1 if self.stops else 0, "how often the server was told")
            _expect_raised(stage, handle, FutureCancelled, "result of work that was cancelled")

    @promise(*_CANCEL)
    def test_what_has_ended_is_not_cancelled(self, face: str) -> None:
        with self._stage(face) as stage:
            work, handle = stage.start(_DONE)
            stage.result(handle)
            expect(stage.cancel(handle), False, "cancel of work that is done")
            expect(work.stopped, 0, "how often the server was told")
            work, handle = stage.start(_WAITS)
            expect([stage.cancel(handle) for _ in range(3)], [True, False, False], "cancel, three times")
            expect(work.stopped, 1 if self.stops else 0, "how often the server was told")

    # -- 5: changes ----------------------------------------------------------------------------------------------------

    @promise(*_CHANGES)
    def test_iterating_gives_each_change_and_the_end(self, face: str) -> None:
        for end in _ENDS:
            with self._stage(face) as stage:
                _, handle = stage.start(*_QUEUED, end)
                news = [_seen(one) for one in stage.changes(handle)]
                expect(news[:-1], _NEWS, f"the changes of work that says {[*_QUEUED, end]}")
                expect(news[-1][0], end.state, "the last change")

    # -- 6: who is told ------------------------------------------------------------------------------------------------

    @promise(*_TELLS)
    def test_observers_hear_each_change_and_the_end(self, face: str) -> None:
        with self._stage(face) as stage:
            _, handle = stage.start(*_QUEUED, _DONE)
            all_news, few, heard = list[Progress](), list[Progress](), list[Progress]()
            handle.observe(all_news.append)
            handle.observe(few.append, debounce=_HOUR)
            handle.observe(partial(_heard, heard))
            stage.result(handle)
            for news in (all_news, heard):
                expect([_seen(one) for one in news][:-1], _NEWS, "the changes that an observer heard")
                expect(news[-1].state, FutureState.DONE, "the last one")
            expect([one.state for one in few], ["pending", "done"], "what one heard who listens once in an hour")

    @promise(*_TELLS)
    def test_callbacks_are_called_once_at_the_end(self, face: str) -> None:
        for end in _ENDS:
            with self._stage(face) as stage:
                _, handle = stage.start(_WAITS, end)
                called: list[Any] = []
                handle.add_done_callback(called.append)
                handle.add_done_callback(lambda _: _oops())
                expect(called, [], "who was called before the end")
                _told(stage, handle)
                _told(stage, handle)
                expect(called, [handle], f"what a callback was called with, the work being {end.state}")
                handle.add_done_callback(called.append)
                expect(called, [handle, handle], "the same for one that came after the end")

    # -- 7: the token --------------------------------------------------------------------------------------------------

    @promise(*_TOKEN)
    def test_whoever_has_the_token_can_go_on(self, face: str) -> None:
        for end in _ENDS:
            with self._stage(face) as stage:
                work, handle = stage.start(_WAITS, _WAITS, end)
                stage.poll(handle)
                token = handle.token()
                if not isinstance(token, str):
                    fail("the token", "a text", repr(token))
                again = stage.resume(token, work)
                expect((again.state, again.id), (FutureState.PENDING, handle.id), "the work that was taken up")
                expect(_told(stage, again), _told(stage, handle), f"its end, beside the other's, being {end.state}")

    @promise(*_TOKEN)
    def test_the_token_holds_no_secret(self, face: str) -> None:
        with self._stage(face) as stage:
            _, handle = stage.start(_WAITS)
            for _ in range(2):
                if any(secret in handle.token() for secret in self.secrets):
                    fail("the token", "none of the credentials", "one of them is in it")
                stage.poll(handle)

    def _stage(self, face: str) -> "_Stage":
        return _Stage(self.make, face, self.patience)


class _Stage:
    """Drives handles of one face, blockingly. No call keeps it waiting."""

    def __init__(self, make: Callable[[], Any], face: str, patience: float) -> None:
        self._make, self._face, self._patience = make, face, patience
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.close()

    def _got(self, call: Callable[[], Any], what: str) -> Any:
        async def awaited() -> Any:
            return await call()

        run = call if self._face == "blocking" else lambda: self._runner.run(awaited())
        return bounded(run, self._patience, what)

    def start(self, *answers: Said | None) -> tuple[Work, Any]:
        """Work, and its handle."""
        work, maker = Work(answers), self._make()
        start = maker.start if self._face == "blocking" else maker.astart
        return work, self._got(lambda: start(work), "start")

    def resume(self, token: str, work: Work) -> Any:
        """A handle of somebody else's work."""
        maker = self._make()
        resume = maker.resume if self._face == "blocking" else maker.aresume
        return self._got(lambda: resume(token, work), "resume")

    def poll(self, handle: Any) -> Progress:
        found: Progress = self._got(handle.poll, "poll")
        return found

    def result(self, handle: Any, timeout: float | None = None) -> Any:
        return self._got(lambda: handle.result(timeout=timeout), f"result(timeout={timeout})")

    def cancel(self, handle: Any) -> Any:
        return self._got(handle.cancel, "cancel")

    def changes(self, handle: Any) -> list[Progress]:
        """All changes that iterating gives."""

        async def each() -> list[Progress]:
            return [one async for one in handle]

        found: list[Progress] = self._got(each if self._face == "async" else lambda: list(handle), "iterating")
        return found


def _told(stage: _Stage, handle: Any) -> Any:
    """What a result comes to: the value, or the kind of the error."""
    found: list[Any] = []
    error = raised(lambda: found.append(stage.result(handle)))
    return found if error is None else type(error)


def _expect_raised(
    stage: _Stage, handle: Any, kind: type[BaseException], what: str, timeout: float | None = None
) -> None:
    error = raised(lambda: stage.result(handle, timeout))
    if not isinstance(error, kind):
        fail(what, f"it raises {kind.__name__}", "it returns" if error is None else repr(error))


def _expect_untouched(work: Work, handle: Any) -> None:
    """What asks nobody, before anybody was asked."""
    expect((handle.state, handle.done), (FutureState.PENDING, False), "the state of work that was started")
    expect(work.asked, 0, "questions before the first poll")


def _seen(progress: Progress) -> tuple[Any, ...]:
    return progress.state.value, progress.queue_state, progress.progress


def _news(said: Said) -> tuple[Any, ...]:
    return said.state.value, said.queue_state, said.progress


def _heard(heard: list[Progress], progress: Progress) -> None:
    heard.append(progress)
    _oops()


def _oops() -> None:
    raise ZeroDivisionError("who listens has a fault")
