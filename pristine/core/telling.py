"""What is told of a call or of a future: signals with one id. Nothing that a listener does reaches those."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from pristine.core.context import Context
from pristine.ports import signals
from pristine.ports.body import length_of
from pristine.ports.headers import Headers
from pristine.ports.listening import dumps_of, injected_by, says
from pristine.ports.messages import Request, Response, StreamHead
from pristine.ports.redaction import shown_body, shown_url
from pristine.ports.telemetry import Signal

_PORTS: Final = {"http": 80, "https": 443}
_LONGEST: Final = 256


class Voice:
    """Tells of one thing. `listening` is whether anybody wanted to hear of all when it began."""

    _id = _parent = ""
    _heeding: bool | None = None

    def __init__(self, context: Context[Any], endpoint: str) -> None:
        self._telemetry: Any = context.telemetry
        self._new_id = context.new_key
        self._endpoint = endpoint
        try:  # as `says` does: each call asks, though nobody listens
            listening = not getattr(self._telemetry, "failures_only", False) and bool(self._telemetry.active)
        except Exception:  # noqa: BLE001 a listener cannot hurt a call
            listening = self._listens()
        self.listening = listening

    def _listens(self) -> bool:
        return says(self._telemetry, "active") and not says(self._telemetry, "failures_only")

    @property
    def heeding(self) -> bool:
        """Whether anybody wants to hear of a failure; asked where there is one, or may be one that nobody else sees."""
        if self._heeding is None:
            self._heeding = self.listening or says(self._telemetry, "active")
        return self._heeding

    @property
    def id(self) -> str:
        """The id of its signals; "" where nobody listens."""
        if self.listening and not self._id:
            self._id = self._new_id()
        return self._id

    def part_of(self, future: "Voice") -> None:
        """Say in every signal that this is done for that future."""
        self._parent = future.id

    def emit(self, name: str, **attributes: Any) -> None:
        """Tell telemetry."""
        try:
            if self._telemetry.active:
                self._id = self._id or self._new_id()
                self._telemetry.emit(Signal(name, self._id, self._endpoint, attributes, self._parent))
        except Exception:  # noqa: BLE001, S110 a listener cannot hurt a call
            pass

    def announced(self, name: str, request: Request, facts: Mapping[str, Any], secrets: list[str]) -> Request:
        """Tell of a request that is about to be sent; gives it with the fields that the listener puts into it."""
        size = 0 if request.body is None else length_of(request.body)
        shown = {"method": request.method, "url.full": shown_url(request, secrets), "request.size": size}
        self.emit(name, **{**facts, **shown})
        fields = self.injected()
        return request.with_fields(fields) if fields else request

    def injected(self) -> Mapping[str, str]:
        """The fields that the listener puts into a request."""
        return injected_by(self._telemetry, self._id)

    @property
    def traced(self) -> str:
        """The W3C traceparent that the listener gives it; "" where it gives none."""
        found = self.injected().get("traceparent", "") if self.listening else ""
        return found if len(found) <= _LONGEST else ""

    @property
    def dumps(self) -> int:
        """How many bytes of a body the listener wants to see."""
        return dumps_of(self._telemetry) if self.listening else 0

    def dump_request(self, signed: Request, secrets: list[str], most: int) -> None:
        """Show a request, without its credentials."""
        whole = signed.body if isinstance(signed.body, bytes) else None
        self.emit(
            signals.MESSAGE_SENT,
            method=signed.method,
            headers=signed.headers.shown(),
            body=None if whole is None else _shown_body(whole, signed.headers, secrets, most),
            size=len(whole) if whole is not None else getattr(signed.body, "length", None),
            **{"url.full": shown_url(signed, secrets)},
        )

    def dump_answer(self, answer: Response | StreamHead, secrets: list[str], most: int) -> None:
        """Show an answer, without what of the request's credentials it echoes."""
        body = answer.body if isinstance(answer, Response) else None
        self.emit(
            signals.MESSAGE_RECEIVED,
            status=answer.status,
            headers=answer.headers.shown(),
            body=None if body is None else _shown_body(body, answer.headers, secrets, most),
            size=None if body is None else len(body),
        )


def _shown_body(body: bytes, headers: Headers, secrets: list[str], most: int) -> bytes | None:
    """The beginning of a body, decoded; None where it cannot be, for a secret in it could not be found."""
    from pristine.streaming.content_coding import decode_content

    coding = headers.get("content-encoding")
    try:
        return shown_body(decode_content(body, coding) if coding else body, secrets, most)
    except Exception:  # noqa: BLE001 what is shown of a call cannot hurt it
        return None


def place(url: str) -> dict[str, Any]:
    """Where a request goes, as OpenTelemetry names it."""
    parts = urlsplit(url)
    return {"server.address": parts.hostname or "", "server.port": parts.port or _PORTS.get(parts.scheme)}
