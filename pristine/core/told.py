"""What a call tells telemetry of itself, and what of its requests must not be shown. It decides nothing."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from pristine.core.bodies.outgoing import Sending
from pristine.core.face import Face
from pristine.core.operation import Operation
from pristine.core.telling import Voice, place
from pristine.ports import signals
from pristine.ports.auth import Fetch
from pristine.ports.messages import Request
from pristine.ports.outcome import Outcome
from pristine.ports.redaction import credentials, longest_first, scrub

if TYPE_CHECKING:
    from pristine.core.call import Ways


class Told:
    """The part of a Call that a listener hears of."""

    operation: Operation
    history: list[Outcome]
    unsigned: Request
    request: Request
    started: float
    _began: float
    _face: Face
    _voice: Voice
    _ways: "Ways"
    _hidden: frozenset[str] = frozenset()

    @property
    def attempts(self) -> int:
        """How many attempts have ended since the last progress."""
        return len(self.history)

    @property
    def emit(self) -> Callable[..., None]:
        """Tells telemetry."""
        return self._voice.emit

    def part_of(self, future: Voice) -> None:
        """Say in every signal that it is made for that future."""
        self._voice.part_of(future)

    def elapsed(self) -> float:
        return self._face.clock.now() - self.started

    @property
    def described(self) -> Mapping[str, Any]:
        """The attributes with which a call is announced."""
        template = self.operation.endpoint.path
        return {"method": self.operation.method, "url.template": template, **self._ways.place}

    @property
    def ended(self) -> Mapping[str, Any]:
        """The attributes with which its end is announced."""
        return {"attempts": self.attempts, "duration": self.elapsed()}

    # -- its requests --------------------------------------------------------------------------------------------------

    def _announce(self) -> None:
        """Tell of the attempt that begins, and let the listener put its fields into the request."""
        body, facts = self.unsigned.body, {"attempt": self.attempts + 1, **self.described}
        facts["duration"] = self._began - self.started
        secrets = self.operation.path.secrets(self.unsigned.url)
        self.unsigned = self._voice.announced(signals.ATTEMPT_START, self.unsigned, facts, secrets)
        if isinstance(body, Sending):
            body.told = partial(self._uploaded, body.length)

    def _redirected(self, answer: Any, onward: Request, *, at_home: bool) -> Request:
        """Tell of the request that an answer redirects to; another origin does not get the listener's fields."""
        facts = {"attempt": self.attempts + 1, "status": getattr(answer, "head", answer).status}
        facts = {**facts, "duration": self.elapsed(), **place(onward.url)}
        told = self._voice.announced(signals.ATTEMPT_REDIRECT, onward, facts, self._secrets())
        return told if at_home else onward

    def _uploaded(self, total: int | None, sent: int) -> None:
        self.emit(signals.UPLOAD_PROGRESS, bytes=sent, total=total)

    def _fetched(self, fetch: Fetch) -> None:
        error = None if fetch.error is None else type(fetch.error).__qualname__
        facts = {"attempt": self.attempts + 1, "expires_in": fetch.expires_in, "duration": fetch.duration}
        self.emit(signals.AUTH_REFRESH, **facts, **{"error.type": error})

    # -- what must not be shown ----------------------------------------------------------------------------------------

    def safe(self, body: bytes) -> bytes:
        """A body that is to become part of an error, without the credentials that its server may have echoed."""
        return scrub(body, self._secrets())

    def _secrets(self) -> list[str]:
        """What its requests have had that must not be shown: a redirect may tell it to another origin."""
        found = {*credentials(self.unsigned, self.request), *self.operation.path.secrets(self.unsigned.url)}
        self._hidden = self._hidden | found
        return longest_first(self._hidden)
