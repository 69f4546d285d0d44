"""One piece of work, followed to its end: the part that both faces of a handle share.

It ends in one state, once; nobody is asked after that. Trouble on the way is not the work's: it is asked again later.
"""

import json
from collections.abc import Callable
from typing import Any, Protocol

import attrs

from pristine.core.attempts import deadlines
from pristine.core.attempts.classification import facts, message_of
from pristine.core.context import Context
from pristine.core.futures.answers import Answer, category, first, further, of_an_error, wish
from pristine.core.futures.pacing import Pacing
from pristine.core.futures.tokens import Ticket
from pristine.core.futures.watching import Watchers, quietly
from pristine.core.telling import Voice
from pristine.manifest.model import Asking, Became, Later
from pristine.ports import signals
from pristine.ports.clock import AsyncClock, Deadline
from pristine.ports.errors import (
    AdmissionRefused,
    ConfigurationError,
    DecodeError,
    Fault,
    FutureCancelled,
    FutureError,
    FutureExpired,
    FutureFailed,
    FutureTimedOut,
    PristineError,
    RequestError,
    StatusError,
    TimeoutExceeded,
    TokenRefused,
    TransportError,
)
from pristine.ports.future import FutureState, Observer, Progress
from pristine.ports.ledger import Attempt
from pristine.ports.messages import Response
from pristine.ports.values import frozen


class Asker(Protocol):
    """What asks the server: the engine, for one endpoint's futures."""

    context: Context[Any]
    clock: AsyncClock
    later: Later

    async def ask(self, asking: Asking, id: str, iteration: int, within: float | None) -> Response: ...
    async def fetch(self, url: str, within: float | None) -> Response: ...
    def whole(self, response: Any) -> Any: ...
    def part(self, response: Any, value: Any) -> Any: ...
    def safe(self, body: bytes) -> bytes: ...
    @property
    def attempts(self) -> tuple[Attempt, ...]: ...


@frozen
class _Final:
    """How it ended. Whoever is first to say so has said it."""

    progress: Progress
    value: Any
    error: BaseException | None


class Following:
    """The state of one piece of work."""

    def __init__(self, asker: Asker, ticket: Ticket, voice: Voice, *, age: float = 0.0) -> None:
        self.ticket = ticket
        self._said = Progress()
        self._asker = asker
        self._voice = voice
        self._later = asker.later
        self._began = asker.clock.now() - age
        self._due = asker.clock.now()
        self._polls = 0
        self._pacing = Pacing(asker.later.pace, asker.context.random)
        self._watchers = Watchers()

    # -- what is known -------------------------------------------------------------------------------------------------

    @property
    def progress(self) -> Progress:
        """What was said last: once it has ended, the end, whatever still comes."""
        final = vars(self).get("_final")
        return self._said if final is None else final.progress

    @property
    def state(self) -> FutureState:
        return self.progress.state

    @property
    def ended(self) -> bool:
        return "_final" in vars(self)

    def same(self, known: Progress) -> bool:
        """Whether nothing is known that was not."""
        return _news(known) == _news(self.progress)

    def outcome(self) -> Any:
        """The result of work that has ended; raises the error that it ended with."""
        final: _Final = vars(self)["_final"]
        if final.error is not None:
            raise final.error
        return final.value

    def token(self) -> str:
        """The text with which others go on; raises TokenRefused where there is nothing to ask for."""
        if not self.ticket.id:
            raise TokenRefused("the work had ended when it was answered: there is nothing to go on with", where="token")
        return self._token()

    def _token(self) -> str:
        return attrs.evolve(self.ticket, trace=self._voice.traced or self.ticket.trace).token()

    # -- asking --------------------------------------------------------------------------------------------------------

    async def begin(self, response: Any) -> None:
        """Read the answer to the call that started the work, with which it may have ended."""
        answer = Answer.of(response)
        became, id = first(self._later, answer)
        self.ticket = attrs.evolve(self.ticket, id=id)
        self._put_off(wish(self._later, answer))
        self._learn(answer)
        if became is not Became.PENDING:
            await self._conclude(became, answer, response)
        elif not id:
            told = "the answer says that the work goes on, and not which it is"
            raise DecodeError(told, endpoint=self.ticket.endpoint, **facts(response, self._asker.safe(answer.body)))
        self._voice.emit(signals.FUTURE_START, state=self.state.value, resumed=False, traceparent=None)

    def taken_up(self) -> None:
        """Say that it goes on here."""
        trace = self.ticket.trace or None
        self._voice.emit(signals.FUTURE_START, state=self.state.value, resumed=True, traceparent=trace)

    async def poll(self) -> Progress:
        """Ask once. Work that has ended is not asked for."""
        if self.ended or self._over():
            return self.progress
        iteration, self._polls = self._polls, self._polls + 1
        try:
            response: Any = await self._asker.ask(self._later.ask, self.ticket.id, iteration, self._left())
        except StatusError as error:
            response = error
        except (TransportError, AdmissionRefused) as error:
            self._troubled(error)
            return self.progress
        except (RequestError, ConfigurationError) as error:
            self._end(FutureState.FAILED, error=error)
            raise
        except PristineError as error:
            self._end(FutureState.FAILED, error=error)  # an answer that nobody can read, and no other will come
            return self.progress
        await self._read(response)
        return self.progress

    async def _read(self, response: Any) -> None:
        if self.ended:
            return  # meanwhile, by somebody else
        answer = Answer.of(response)
        became = further(self._later, answer)
        self._pacing.settled(trouble=answer.status >= 500 or answer.status == 429)
        self._put_off(wish(self._later, answer))
        if became is Became.PENDING:
            self._learn(answer)
        else:
            await self._conclude(became, answer, response)
        self._asked(answer.status, response if isinstance(response, StatusError) else None)

    def _troubled(self, error: PristineError) -> None:
        """Nobody answered: the work may go on all the same."""
        self._pacing.settled(trouble=True)
        self._put_off(error.retry_after)
        self._said = attrs.evolve(self._said, polls=self._polls, elapsed=self.elapsed())
        self._asked(None, error)

    def _asked(self, status: int | None, error: PristineError | None) -> None:
        if self._voice.listening:
            self._voice.emit(
                signals.FUTURE_POLL,
                poll=self._polls,
                state=self.state.value,
                queue_state=self._shown(self.progress.queue_state),
                status=status,
                delay=None if self.ended else max(0.0, self._due - self._asker.clock.now()),
                **{"error.type": None if error is None else type(error).__qualname__},
            )

    # -- waiting -------------------------------------------------------------------------------------------------------

    @property
    def clock(self) -> AsyncClock:
        return self._asker.clock

    def elapsed(self) -> float:
        """Seconds since the work was started."""
        return self._asker.clock.now() - self._began

    def wait(self) -> float:
        """Seconds until it is to be asked for again; 0 where it has ended."""
        return 0.0 if self.ended else max(0.0, self._due - self._asker.clock.now())

    def until(self, timeout: float | None) -> Deadline:
        """When somebody who waits from now on stops: after `timeout` seconds, or at a deadline around it."""
        return deadlines.deadline_within(self.clock.now, timeout)

    async def rest(self, until: Deadline) -> None:
        """Wait until it is to be asked for; raises TimeoutExceeded where that is too late."""
        wait, left = self.wait(), until.left()
        if left is not None and wait >= left:
            await self.clock.asleep(max(0.0, left))
            raise passed(until, endpoint=self.ticket.endpoint)
        if wait:
            await self.clock.asleep(wait)

    def _put_off(self, wished: float | None) -> None:
        delay, left = self._pacing.delay(self._polls, wished), self._left()
        self._due = self._asker.clock.now() + (delay if left is None else min(delay, max(0.0, left)))

    def _left(self) -> float | None:
        limit = self._later.poll_timeout
        return None if limit is None else limit - self.elapsed()

    def _over(self) -> bool:
        """Whether there is no time left, with which it ends."""
        left = self._left()
        if left is None or left > 0:
            return False
        limit = self._later.poll_timeout
        told = f"there is no result after the {limit:g} s that it may take (poll_timeout)"
        error = FutureTimedOut(told, phase="future", limit="poll_timeout", seconds=limit)
        self._end(FutureState.TIMED_OUT, error=error)
        return True

    # -- ending --------------------------------------------------------------------------------------------------------

    async def _conclude(self, became: Became, answer: Answer, response: Any) -> None:
        if became is Became.DONE:
            try:
                value = await self._result(answer, response)
            except PristineError as error:
                if self.ticket.id and _may_pass(error):
                    self._troubled(error)  # its result could not be had; it is asked for again
                else:
                    self._end(FutureState.FAILED, answer, error=error)
                return
            self._end(FutureState.DONE, answer, value=value)
        elif became is Became.EXPIRED:
            told = f"the server does not know the work any more ({answer.status})"
            self._end(FutureState.EXPIRED, answer, error=FutureExpired(told))
        else:
            self._end(FutureState.FAILED, answer, error=self._failure(answer))

    async def _result(self, answer: Answer, response: Any) -> Any:
        later = self._later
        if url := answer.text(later.result_url):
            return self._asker.whole(await self._asker.fetch(url, self._left()))
        value = answer.at(later.result) if later.result else answer.value
        return self._asker.whole(response) if value is answer.value else self._asker.part(response, value)

    def _failure(self, answer: Answer) -> FutureFailed:
        value, of = answer.at(self._later.error), category(self._later, answer)
        body = self._asker.safe(answer.body)
        said = message_of(body) or f"it answered {answer.status}"
        return FutureFailed(
            f"the work failed: {said}",
            category=of,
            code=_code(value),
            value=value,
            fault=Fault.CALLER if of == "user" else Fault.SERVER,
            status=answer.status,
            headers=answer.headers,
            body=body,
        )

    def _learn(self, answer: Answer) -> None:
        """Keep what the answer says, and tell of what is new."""
        if self.ended:
            return
        before, later = self._said, self._later
        if answer.status >= 400 and not answer.tells(later):
            self._said = attrs.evolve(before, polls=self._polls, elapsed=self.elapsed())
            return
        self._said = Progress(
            said=answer.text(later.state),
            queue_state=answer.text(later.queue_state),
            queue_reason=answer.text(later.queue_reason),
            progress=answer.at(later.progress),
            polls=self._polls,
            elapsed=self.elapsed(),
        )
        if _news(before) != _news(self._said):
            self._changed()

    def _end(self, state: FutureState, answer: Answer | None = None, *, value: Any = None, error: Any = None) -> None:
        if isinstance(error, PristineError):
            error.endpoint = error.endpoint or self.ticket.endpoint
            error.attempts = error.attempts or self._asker.attempts
            if self.ticket.id and isinstance(error, FutureError):
                error.token = self._token()
        said = self._said.said if answer is None else answer.text(self._later.state)
        last = attrs.evolve(self._said, state=state, said=said, polls=self._polls, elapsed=self.elapsed())
        mine = _Final(last, value, error)
        if vars(self).setdefault("_final", mine) is not mine:
            return  # somebody else has found an end before
        self._changed()
        self._voice.emit(signals.FUTURE_STOP, state=state.value, polls=self._polls, duration=self.elapsed())
        self._watchers.ended()

    async def cancel(self, *, remotely: bool = True) -> bool:
        """End it here, then on the server, where the API knows how; False where it had ended."""
        if self.ended:
            return False
        self._end(FutureState.CANCELLED, error=FutureCancelled("the work was cancelled"))
        if remotely and self._later.cancel is not None:
            await self._asker.ask(self._later.cancel, self.ticket.id, self._polls, None)
        return True

    # -- who wants to know ---------------------------------------------------------------------------------------------

    def observe(self, observer: Observer, debounce: float) -> None:
        """Tell it of what changes from now on."""
        self._watchers.add(observer, debounce)

    def when_ended(self, callback: Callable[[], object]) -> None:
        """Call it when the work has ended, or now where it has."""
        if self.ended:
            quietly(callback)
        else:
            self._watchers.at_end(callback)

    def _changed(self) -> None:
        progress, now = self.progress, self._asker.clock.now()
        if self._voice.listening:
            self._voice.emit(
                signals.FUTURE_STATE_CHANGE,
                state=progress.state.value,
                queue_state=self._shown(progress.queue_state),
                queue_reason=self._shown(progress.queue_reason),
                progress=self._shown(progress.progress),
            )
        self._watchers.changed(progress, now, ended=self.ended)

    def _shown(self, said: Any) -> Any:
        """What the server said, without the credentials that it may have echoed."""
        if said is None or isinstance(said, (int, float)):
            return said
        return json.loads(self._asker.safe(json.dumps(said, default=str).encode()))


def _may_pass(error: PristineError) -> bool:
    """Whether it says nothing of the work: the network, its limits, or an overloaded server."""
    if isinstance(error, StatusError):
        return of_an_error(error.status) is Became.PENDING
    return isinstance(error, (TransportError, AdmissionRefused))


def passed(until: Deadline, endpoint: str | None = None) -> TimeoutExceeded:
    """The error of one who does not wait any longer."""
    told = f"there is no result after {until.seconds:g} s; the work goes on"
    return TimeoutExceeded(told, phase="future", limit="result", seconds=until.seconds, endpoint=endpoint)


def _news(progress: Progress) -> tuple[Any, ...]:
    return progress.state, progress.queue_state, progress.queue_reason, progress.progress


def _code(value: Any) -> str | None:
    code = value.get("code") if isinstance(value, dict) else None
    return str(code) if isinstance(code, (str, int)) and not isinstance(code, bool) else None
