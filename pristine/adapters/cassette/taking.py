"""One exchange while it is recorded: what was asked, what has come so far, and how it ended, which is said once."""

from collections.abc import Callable
from typing import Any

import attrs

from pristine.adapters.cassette.bodies import Heard, listened
from pristine.adapters.cassette.coding import decoded
from pristine.adapters.cassette.describing import described
from pristine.adapters.cassette.exchange import End, Exchange, How, packed, packed_error
from pristine.adapters.cassette.redaction import Redactor, media_type, resized
from pristine.adapters.cassette.tape import Tape
from pristine.ports.errors import ConfigurationError, PristineError, RequestError
from pristine.ports.headers import Headers
from pristine.ports.messages import Request, StreamHead


class Taking:
    """`request` is the one to send. Of each body it holds at most the redactor's `bound` of bytes."""

    _head: StreamHead | None = None
    _head_at = 0.0
    _size = 0

    def __init__(self, tape: Tape, redactor: Redactor, request: Request, now: Callable[[], float], number: int) -> None:
        self._tape = tape
        self._redactor = redactor
        self._asked = request
        self._now = now
        self._number = number
        self._began = now()
        self._heard = Heard(redactor.bound)
        self._chunks: list[tuple[float, bytes]] = []
        self._unended = [True]
        self.request = listened(request, self._heard)

    def begun(self, head: StreamHead) -> None:
        """The head has come."""
        self._head, self._head_at = head, self._at()

    def chunk(self, chunk: bytes) -> None:
        """A piece of the body has come."""
        self._size += len(chunk)
        if self._size <= self._redactor.bound:
            self._chunks.append((self._at(), chunk))
        else:
            self._chunks.clear()

    def failed(self, error: BaseException) -> None:
        """It ended with an error: the transport's, a cancellation, or one of the caller's own, which is no exchange."""
        if not isinstance(error, Exception):
            self.end(How.CANCELLED)
        elif isinstance(error, PristineError) and not isinstance(error, (RequestError, ConfigurationError)):
            self.end(How.ERROR, error)

    def end(self, how: How, error: PristineError | None = None) -> None:
        """Write it, the first time that this is called, from whatever thread."""
        try:
            self._unended.pop()
        except IndexError:
            return
        self._tape.write(packed(self._exchange(End(how, self._at()), error)))

    def check(self) -> None:
        """Raise what the tape could not do."""
        self._tape.check()

    def _at(self) -> float:
        return self._now() - self._began

    def _exchange(self, end: End, error: PristineError | None) -> Exchange:
        head, chunks = self._head, self._chunks
        secrets = self._redactor.of_request(self._asked)
        if head is not None:
            secrets += self._redactor.of_response(head.headers)
            headers, pieces = self._safe_response(head, secrets)
            head = StreamHead(head.status, self._redactor.headers(headers, secrets))
            if pieces is None:
                end = attrs.evolve(end, how=How.OMITTED, why=f"its body is {self._why_not()}")
            at = (at for at, _ in chunks)
            chunks = [(when, piece) for when, piece in zip(at, pieces or (), strict=False) if piece]
        if error is not None and end.how is How.ERROR:
            end = attrs.evolve(end, error=packed_error(error, lambda value: self._safe(value, secrets)))
        asked = described(self._asked, self._heard, self._redactor)
        return Exchange(self._number, asked, head, self._head_at, chunks, end)

    def _safe_response(self, head: StreamHead, secrets: list[bytes]) -> tuple[Headers, list[bytes] | None]:
        """The fields, and the chunks without secrets: None where they are not kept, or cannot be searched.

        A compressed body that has a secret is not compressed any more.
        """
        coded = [chunk for _, chunk in self._chunks]
        plain = decoded(coded, head.headers.get("content-encoding", ""), self._redactor.bound)
        if plain is None or self._size > self._redactor.bound:
            return head.headers, None
        safe = self._redactor.chunks(plain, media_type(head.headers), secrets)
        if safe == plain:
            return head.headers, coded
        headers = resized(head.headers, self._size, sum(map(len, safe)))
        return (headers if plain == coded else _without_coding(headers)), safe

    def _why_not(self) -> str:
        above = f"above max_body_bytes={self._redactor.bound}"
        return above if self._size > self._redactor.bound else f"compressed, and not readable or {above}"

    def _safe(self, value: Any, secrets: list[bytes]) -> Any:
        """A value that an error carries."""
        if isinstance(value, str):
            return self._redactor.text(value, secrets)
        if isinstance(value, bytes):
            return b"".join(self._redactor.chunks([value], "", secrets))
        return self._redactor.headers(value, secrets) if isinstance(value, Headers) else value


def _without_coding(headers: Headers) -> Headers:
    return Headers([pair for pair in headers.multi_items() if pair[0].lower() != "content-encoding"])
