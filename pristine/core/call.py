"""One logical call: its deadline, its key, its attempts. The retry loop stands here once, for values and for streams.

Each attempt is classified once. The policy says what it wants; whether it may is decided here.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypedDict, TypeVar

import attrs

from pristine.core.bodies.outgoing import Sending
from pristine.core.classification import classify
from pristine.core.context import Context
from pristine.core.face import Face
from pristine.core.operation import Operation
from pristine.core.redirects import Trail
from pristine.ports import telemetry as signals
from pristine.ports.auth import AsyncAuth
from pristine.ports.clock import Deadline
from pristine.ports.errors import PristineError, TimeoutExceeded
from pristine.ports.headers import HeaderSource
from pristine.ports.messages import Request, Timeout
from pristine.ports.redaction import credentials, scrub
from pristine.ports.retry import Again, GiveUp, Kind, Outcome
from pristine.ports.telemetry import Signal

T = TypeVar("T")


class CallOptions(TypedDict, total=False):
    """What one call may say for itself."""

    path_params: Mapping[str, Any] | None
    query: Mapping[str, Any] | None
    headers: HeaderSource | None
    timeout: Timeout | float | None
    idempotency_key: str | None
    last_event_id: str | None
    reconnect: bool | None


def _listening(context: Context[Any]) -> bool:
    """Whether anybody wants to be told of a call."""
    try:
        return context.telemetry.active
    except Exception:  # noqa: BLE001 a listener cannot hurt a call
        return False


async def _following(trail: Trail, answer: Any, request: Request) -> Request | None:
    """The request that an answer, a Response or an open stream, redirects to; a stream is then closed."""
    kept = False
    try:
        following = trail.onward(getattr(answer, "head", answer), request)
        kept = following is None
        return following
    finally:
        if not kept and hasattr(answer, "aclose"):
            await answer.aclose()


class Call:
    """The state of one logical call."""

    def __init__(
        self, context: Context[Any], face: Face, operation: Operation, request: Request, auth: AsyncAuth | None
    ) -> None:
        self.operation = operation
        self.started = face.clock.now()
        self.deadline = Deadline.after(face.clock.now, request.timeout.total)
        self.history: list[Outcome] = []
        self.unsigned = self.request = request
        self._id = ""
        self._context = context
        self._face = face
        self._auth = auth
        self.listening = _listening(context)
        self._repeatable = operation.repeatable or operation.key_header in request.headers

    @property
    def attempts(self) -> int:
        """How many attempts have ended."""
        return len(self.history)

    async def run(self, attempt: Callable[[], Awaitable[tuple[int, T]]]) -> T:
        """Make attempts, which give a status and a result, until one succeeds or there is not to be another."""
        while True:
            try:
                await self._prepare()
                status, result = await attempt()
            except PristineError as error:
                await self.settle(error)
            else:
                self._stop(classify(None, status, repeatable=True))
                return result

    async def exchange(self, send: Callable[[Request], Awaitable[T]]) -> T:
        """Send the request of this attempt, and then those that it is redirected to."""
        answer = await send(self.request)
        if self._context.redirects is not None:
            trail, onward = Trail(self._context.redirects, self.unsigned), self.unsigned
            while (following := await _following(trail, answer, onward)) is not None:
                onward = self._within_deadline(following)
                self.request = await self._auth.asign(onward) if trail.at_home and self._auth else onward
                answer = await send(self.request)
        return answer

    @property
    def _spent(self) -> bool:
        """Whether the body has been sent and cannot be sent again."""
        return isinstance(self.request.body, Sending) and self.request.body.spent

    async def pause(self, delay: float) -> None:
        """Wait, if that ends before the deadline; else raise TimeoutExceeded. Attempts are counted anew."""
        left = self.deadline.left()
        if left is not None and delay >= left:
            raise self._out_of_time("wait")
        self.progressed()
        await self._face.clock.asleep(delay)

    def progressed(self) -> None:
        """The attempts so far do not count any more: something new has come, or is begun."""
        self.history.clear()

    def say(self, headers: Mapping[str, str]) -> None:
        """Put fields into the requests that follow."""
        self.unsigned = attrs.evolve(self.unsigned, headers=self.unsigned.headers.merged(headers))

    async def settle(self, error: PristineError) -> None:
        """Wait for the next attempt after a failed one, or raise its error."""
        self.restate(error)
        if self.history and self.history[-1].kind is Kind.SUCCESS:
            self.history.pop()  # its head was good, but this is what the attempt came to
        outcome = classify(error, None, repeatable=self._repeatable)
        if self._spent:
            outcome = attrs.evolve(outcome, may_resend=False)
        delay = self._delay(outcome)
        self._stop(outcome, delay)
        if delay is None:
            raise error
        await self._face.clock.asleep(delay)

    def elapsed(self) -> float:
        return self._face.clock.now() - self.started

    def emit(self, name: str, **attributes: Any) -> None:
        """Tell telemetry; nothing that it does reaches the call."""
        telemetry = self._context.telemetry
        try:
            if telemetry.active:
                self._id = self._id or self._context.new_key()
                telemetry.emit(Signal(name, self._id, self.operation.id, attributes))
        except Exception:  # noqa: BLE001, S110 a listener cannot hurt a call
            pass

    @property
    def described(self) -> Mapping[str, Any]:
        """The attributes with which a call is announced."""
        return {"method": self.operation.method, "url.template": self.operation.endpoint.path}

    @property
    def ended(self) -> Mapping[str, Any]:
        """The attributes with which its end is announced."""
        return {"attempts": self.attempts, "duration": self.elapsed()}

    def failed(self, error: BaseException | None) -> None:
        """Give an error on its way to the caller what only the call knows."""
        if isinstance(error, PristineError):
            error.endpoint = error.endpoint or self.operation.id
            error.attempts = max(1, self.attempts)

    def safe(self, body: bytes) -> bytes:
        """A body that is to become part of an error, without the credentials that its server may have echoed."""
        return scrub(body, credentials(self.unsigned, self.request))

    async def _prepare(self) -> None:
        self.unsigned = self.request = self._within_deadline(self.unsigned)
        if self.listening:
            self.emit(signals.ATTEMPT_START, attempt=self.attempts + 1)
        if self._auth is not None:
            self.request = await self._auth.asign(self.unsigned)

    def _within_deadline(self, request: Request) -> Request:
        left = self.deadline.left()
        if left is None:
            return request
        self.check_deadline("wait")
        return attrs.evolve(request, timeout=attrs.evolve(request.timeout, total=left))

    def check_deadline(self, phase: str) -> None:
        """Raise TimeoutExceeded if the total has passed."""
        left = self.deadline.left()
        if left is not None and left <= 0:
            raise self._out_of_time(phase)

    def _out_of_time(self, phase: str) -> TimeoutExceeded:
        error = TimeoutExceeded(phase=phase, limit="total")
        self.restate(error)
        return error

    def restate(self, error: PristineError) -> None:
        """Give a passed total its value: a transport knows only what was left of it for one attempt."""
        if isinstance(error, TimeoutExceeded) and error.limit == "total":
            error.seconds = self.deadline.seconds
            error.message = f"total timeout of {error.seconds:g} s passed (phase: {error.phase})"

    def _delay(self, outcome: Outcome) -> float | None:
        """Seconds until the next attempt, or None: there is none, and the error says why."""
        error, left = outcome.error, self.deadline.left()
        decision = self._context.retry.decide(outcome, tuple(self.history))
        if isinstance(decision, Again) and outcome.may_resend and error is not None:
            if left is None or decision.delay < left:
                return max(0.0, decision.delay)
            asked = "Retry-After" if outcome.retry_after else "a wait"
            error.gave_up = f"{asked} of {decision.delay:g} s is beyond the deadline: {max(left, 0):.3g} s left"
        elif isinstance(decision, GiveUp) and error is not None:
            error.gave_up = decision.reason if not self._spent else "not sent again: its body can be sent only once"
        return None

    def _stop(self, outcome: Outcome, delay: float | None = None) -> None:
        self.history.append(outcome)
        if self.listening:
            self.emit(
                signals.ATTEMPT_STOP,
                attempt=self.attempts,
                outcome=outcome.kind.value,
                status=outcome.status,
                delay=delay,
                duration=self.elapsed(),
            )
