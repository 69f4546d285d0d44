"""One logical call: its deadline, its key, its attempts. The retry loop stands here once, for values and for streams.

Each attempt is admitted, and judged once: both stand in the room `attempts`, beside the deadline and the ledger.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypedDict, TypeVar

import attrs

from pristine.core.attempts import deadlines
from pristine.core.attempts.admission import Admission, Entry
from pristine.core.attempts.demands import Demands
from pristine.core.attempts.judging import Verdict, decide, judge
from pristine.core.attempts.ledger import Ledger
from pristine.core.attempts.redirects import Redirects, Trail, following_of
from pristine.core.bodies.outgoing import Sending
from pristine.core.context import Context
from pristine.core.face import Face
from pristine.core.operation import Operation
from pristine.core.telling import Voice
from pristine.core.told import Told
from pristine.ports import signals
from pristine.ports.admission import Demand, Report
from pristine.ports.auth import AsyncAuth, hearing, refused_by
from pristine.ports.body import length_of
from pristine.ports.errors import AdmissionRefused, PristineError, ResponseError, StatusError
from pristine.ports.headers import Headers, HeaderSource
from pristine.ports.messages import Request, Response, StreamHead, Timeout
from pristine.ports.outcome import Kind, Outcome
from pristine.ports.retry import Retry
from pristine.ports.values import changed, frozen

T = TypeVar("T")


class CallOptions(TypedDict, total=False):
    """What one call may say for itself."""

    path_params: Mapping[str, Any] | None
    query: Mapping[str, Any] | None
    headers: HeaderSource | None
    timeout: Timeout | float | Mapping[str, float | None] | None
    idempotency_key: str | None
    last_event_id: str | None
    reconnect: bool | None
    redirects: Redirects | Mapping[str, Any] | bool | int | None
    priority: int


@frozen(kw_only=True)
class Ways:
    """What the calls of one operation have in common beside their requests: who signs, retries and admits them.

    `place` is where they go, in telemetry's words, and `redirects` what holds for them unless a call says otherwise.
    """

    operation: Operation
    auth: AsyncAuth | None
    retry: Retry
    demands: Demands
    place: Mapping[str, Any]
    redirects: Redirects | None = None
    admission: Admission | None = None


class Call(Told):
    """The state of one logical call."""

    _entry: Entry | None = None
    _late: Report | None = None
    _waited = 0.0
    _said = b""
    _renewed = False

    def __init__(
        self,
        context: Context[Any],
        face: Face,
        ways: Ways,
        request: Request,
        *,
        demand: Demand | None = None,
        redirects: Redirects | None = None,
    ) -> None:
        self.operation = ways.operation
        self.started = self._began = face.clock.now()
        self.deadline = deadlines.deadline_of(face.endless, request.timeout.total)
        self.history, self.ledger = list[Outcome](), Ledger()
        self.unsigned = self.request = request
        self._context, self._face, self._ways = context, face, ways
        self._redirects, self._demand = redirects, demand
        self._voice = voice = Voice(context, self.operation.id)
        self.listening = voice.listening
        self._dumps = voice.dumps if voice.listening else 0
        self._bounded = self.deadline.at is not None or ways.operation.endpoint.deadline is not None

    async def run(self, attempt: Callable[["Call"], Awaitable[tuple[int, T]]], *, holds: bool = False) -> T:
        """Make attempts, which give a status and a result, until one succeeds or there is not to be another.

        `holds`: what was taken for the one that succeeds is kept until `leave`.
        """
        inherited = deadlines.enter(self.deadline) if self._bounded else None
        try:
            if self._bounded:  # before anything is taken that would be a failure of the server's
                deadlines.check(self.deadline, "wait")
            while True:
                try:
                    await self._prepare()
                    status, result = await attempt(self)
                except PristineError as error:
                    await self.settle(error)
                else:
                    if (report := self._succeeded(status, result, holds=holds)) is not None:
                        await self.leave(report)
                    return result
        except BaseException:
            await self.leave(None)
            raise
        finally:
            if inherited is not None:
                deadlines.leave(inherited)

    async def exchange(self, send: Callable[[Request], Awaitable[T]]) -> T:
        """Send the request of this attempt, and then those that it is redirected to."""
        if self._entry is not None:
            self._entry.sent = True
        answer = await (self._sent(send) if self._dumps else send(self.request))
        if self._redirects is not None:
            trail = Trail(self._redirects, self.unsigned, self.operation.endpoint.answers)
            onward = self.unsigned
            while (following := await following_of(trail, answer, onward)) is not None:
                onward = self._limited(following)
                self._secrets()
                if self.listening:
                    onward = self._redirected(answer, onward, at_home=trail.at_home)
                signs = self._ways.auth if trail.at_home else None
                self.request = onward if signs is None else await self._signed(onward, signs)
                answer = await (self._sent(send) if self._dumps else send(self.request))
        return answer

    async def _sent(self, send: Callable[[Request], Awaitable[T]]) -> T:
        """The answer to the request, both of which a listener wants to see."""
        secrets = self._secrets()
        self._voice.dump_request(self.request, secrets, self._dumps)
        answer: Any = await send(self.request)
        self._voice.dump_answer(getattr(answer, "head", answer), secrets, self._dumps)
        return answer  # type: ignore[no-any-return]  # it is what was sent

    # -- one attempt ---------------------------------------------------------------------------------------------------

    async def _prepare(self) -> None:
        """Be let out, and have the request ready that is to be sent."""
        if self._entry is not None:
            await self.leave(None)
        ways, self._began = self._ways, self._face.clock.now()
        if ways.admission is not None:
            entry, demand = Entry(), self._demand or ways.demands.usual
            self._entry, self._waited = entry, 0.0
            if ways.admission.settled is None:
                entry.watched = self._voice.heeding
            if not entry.at_once(ways.admission, demand, ways.demands.circuit, self._began):
                await self._wait(entry, demand)
        if self._bounded:
            self.unsigned = self._limited(self.unsigned)
        if self.listening:
            self._announce()
        self.request = self.unsigned  # whatever fails in signing does not fail for an earlier credential
        if ways.auth is not None:
            self.request = await self._signed(self.unsigned, ways.auth)

    async def _wait(self, entry: Entry, demand: Demand) -> None:
        """Wait to be let out, for as long as the call may."""
        left, within = self.deadline.left(), self.request.timeout.admission
        if left is not None:
            within = left if within is None else min(left, within)
        await entry.wait(demand, self._began, within)
        self._waited = entry.waited
        self._began = self._face.clock.now()
        if self.listening and entry.waited > 0:
            self.emit(signals.ADMISSION_WAIT, attempt=self.attempts + 1, limit=entry.limit, wait=entry.waited)

    async def _signed(self, request: Request, auth: AsyncAuth) -> Request:
        """The request with its credential, which may have taken some of the time that there was."""
        if not self._voice.heeding:
            return deadlines.within(self.deadline, await auth.asign(request))
        with hearing(self._fetched):
            return deadlines.within(self.deadline, await auth.asign(request))

    def _limited(self, request: Request) -> Request:
        """The request with what is left for it, which the server is told where it wants to know."""
        request = deadlines.within(self.deadline, request)
        how = self.operation.endpoint.deadline
        if how is None:
            return request
        return request.with_fields(deadlines.told(how, request))

    def _succeeded(self, status: int, result: Any, *, holds: bool) -> Report | None:
        """Write a success down, and give back what it took; the report with which that is yet to be done, if it is."""
        whole = result if isinstance(result, Response) else None
        head = result.head if whole is None else whole
        outcome = judge(None, status, self.operation, self._context, head.headers, repeatable=True)
        if self._context.budget is not None:
            self._context.budget.earn(outcome, tuple(self.history))
        now, entry, admission = self._face.clock.now(), self._entry, self._ways.admission
        self._stop(outcome, _SUCCEEDED, now, received=None if whole is None else len(whole.body))
        if entry is None or admission is None or holds:
            return None
        report = self._report(outcome, head.headers, now, whole)
        if not admission.is_prompt:
            return report
        self._entry = None
        if (change := entry.settle_at_once(report)) is not None:
            self._changed(change)
        return None

    async def settle(self, error: PristineError) -> None:
        """Wait for the next attempt after a failed one, or raise its error."""
        deadlines.restate(error, self.deadline)
        if self.history and self.history[-1].error is None:
            self.history.pop()  # its head was good, but this is what the attempt came to
            self.ledger.take_back()
        if isinstance(error, AdmissionRefused):
            raise self._refused(error)
        headers, now = getattr(error, "headers", None) or _NO_HEADERS, self._face.clock.now()
        outcome = judge(error, None, self.operation, self._context, headers, repeatable=self._repeatable)
        verdict = self._decide(outcome)
        error.gave_up = verdict.gave_up or error.gave_up
        if self._entry is not None:
            await self.leave(self._report(outcome, headers, now) if self._entry.sent else None)
        self._stop(outcome, verdict, now, received=len(error.body) if isinstance(error, ResponseError) else None)
        if verdict.delay is None:
            raise error
        await self._face.clock.asleep(verdict.delay)

    def _decide(self, outcome: Outcome) -> Verdict:
        budget = self._context.budget
        if self._is_renewed(outcome):
            return _RENEWED
        if self._spent:
            outcome = attrs.evolve(outcome, may_resend=False)
        verdict = decide(outcome, tuple(self.history), self._ways.retry, budget, self.deadline.left())
        if self._spent and verdict.gave_up:
            return Verdict(None, f"not retried: {_ONCE}", f"not sent again: {_ONCE}")
        if verdict.delay is None and budget is not None:
            budget.earn(outcome, tuple(self.history))
        return verdict

    def _is_renewed(self, outcome: Outcome) -> bool:
        """Whether the server has refused the credential, and another is to be tried, which is done once in a call."""
        if outcome.status != 401 or self._renewed or self._spent or not isinstance(outcome.error, StatusError):
            return False
        left = self.deadline.left()
        if left is not None and left <= 0:
            return False
        self._renewed = refused_by(self._ways.auth, self.request)
        return self._renewed

    @property
    def _repeatable(self) -> bool:
        """Whether sending it twice does no harm, by its nature or by the key that it has."""
        return self.operation.repeatable or self.operation.key_header in self.unsigned.headers

    @property
    def _spent(self) -> bool:
        """Whether the body has been sent and cannot be sent again."""
        return isinstance(self.request.body, Sending) and self.request.body.spent

    def _refused(self, error: AdmissionRefused) -> PristineError:
        """What the caller is told who is not let out: why it failed before, where it did."""
        now, left = self._face.clock.now(), self.deadline.left()
        self.ledger.note("not_admitted", error.message, started=now - self.started, duration=0.0)
        if left is not None and left <= 0:
            return deadlines.passed(self.deadline, "admission")
        last = self.history[-1].error if self.history else None
        if last is None:
            return error
        last.gave_up = f"not sent again: {error.message}"
        return last

    def _stop(self, outcome: Outcome, verdict: Verdict, now: float, *, received: int | None = None) -> None:
        delay, body = verdict.delay, self.request.body
        self.history.append(outcome if delay is None else attrs.evolve(outcome, delay=delay))
        self.ledger.note(
            outcome,
            verdict.why,
            started=self._began - self.started,
            duration=now - self._began,
            admitted=self._waited,
            sent=len(body) if body.__class__ is bytes else length_of(body),
            received=received,
            delay=delay,
        )
        if self.listening or (outcome.error is not None and self._voice.heeding):
            self.emit(
                signals.ATTEMPT_STOP,
                attempt=self.attempts,
                outcome=outcome.kind.value,
                status=outcome.status,
                delay=delay,
                why=verdict.why,
                duration=now - self.started,
                **{"error.type": None if outcome.error is None else type(outcome.error).__qualname__},
                **{"response.size": received, "attempt.duration": now - self._began},
            )

    # -- admission -----------------------------------------------------------------------------------------------------

    def _report(self, outcome: Outcome, headers: Headers, now: float, response: Response | None = None) -> Report:
        demands = self._ways.demands
        return changed(
            _REPORT,
            outcome=outcome,
            now=now,
            time=self._face.clock.time(),
            duration=now - self._began,
            headers=headers,
            costs=demands.actual(headers, response.body) if demands.places and response is not None else {},
        )

    async def flowing(self, head: StreamHead) -> None:
        """The stream has its first event: its success counts from now on; its place is held until `leave`.

        Where one of its events will say what the call has cost, the rate limiter is told at the end.
        """
        if self._entry is not None and self.history and self._late is None:
            report = self._report(self.history[-1], head.headers, self._face.clock.now())
            if self._ways.demands.told_late:
                self._late = report
                self._changed(self._entry.judge(report))
            else:
                self._changed(await self._entry.settle(report))

    @property
    def is_told_late(self) -> bool:
        """Whether an event of its stream is to say what it has cost."""
        return self._late is not None

    def overhear(self, event: bytes) -> None:
        """An event of the stream, which may say what the call has cost; the last that does counts."""
        if self._late is not None and any(name in event for name in self._ways.demands.told_late):
            self._said = event

    async def leave(self, report: Report | None) -> None:
        """Give back what the attempt has taken; None: nothing is known of how it went. Again changes nothing."""
        entry, self._entry = self._entry, None
        if entry is None:
            return
        if self._late is not None:
            late, self._late = self._late, None
            costs = self._ways.demands.actual(_NO_HEADERS, self._said)
            await entry.settle(attrs.evolve(late, headers=_NO_HEADERS, costs=costs))
        self._changed(await entry.leave(report))

    def _changed(self, breaker: Mapping[str, str] | None) -> None:
        if breaker is not None:
            self.emit(signals.BREAKER_STATE_CHANGE, **breaker)

    # -- between attempts ----------------------------------------------------------------------------------------------

    async def pause(self, delay: float) -> None:
        """Wait, if that ends before the deadline; else raise TimeoutExceeded. Attempts are counted anew."""
        left = self.deadline.left()
        if left is not None and delay >= left:
            raise deadlines.passed(self.deadline, "wait")
        self.progressed()
        await self._face.clock.asleep(delay)

    def progressed(self) -> None:
        """The attempts so far do not count any more: something new has come, or is begun."""
        self.history.clear()

    def say(self, headers: Mapping[str, str]) -> None:
        """Put fields into the requests that follow."""
        self.unsigned = self.unsigned.with_fields(headers)

    def check_deadline(self, phase: str) -> None:
        """Raise TimeoutExceeded if the total has passed."""
        deadlines.check(self.deadline, phase)

    def restate(self, error: PristineError) -> None:
        """Give a passed total its value."""
        deadlines.restate(error, self.deadline)

    def failed(self, error: BaseException | None) -> None:
        """Give an error on its way to the caller what only the call knows."""
        if isinstance(error, PristineError):
            error.endpoint = error.endpoint or self.operation.id
            error.attempts = self.ledger.attempts


_NO_HEADERS: Final = Headers()
_REPORT: Final = Report(outcome=Outcome(Kind.SUCCESS), now=0.0, time=0.0)  # to be filled, for each attempt
_SUCCEEDED: Final = Verdict(None, "it succeeded")
_RENEWED: Final = Verdict(0.0, "tried again: its credential was refused, and another is to be had")
_ONCE: Final = "its body can be sent only once"
