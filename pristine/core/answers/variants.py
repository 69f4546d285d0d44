"""The same calls with the response in hand: whole and not yet decoded, or open and not yet read."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final, Generic, Unpack

import attrs

from pristine.core.attempts.ledger import Ledger
from pristine.core.call import CallOptions
from pristine.core.engine import Engine, Reading
from pristine.manifest.model import StreamFormat, Streaming
from pristine.ports.blocking import finish
from pristine.ports.generic import Of_co
from pristine.ports.headers import Headers
from pristine.ports.ledger import Attempt
from pristine.ports.messages import Response
from pristine.ports.values import frozen
from pristine.streaming.response import Opening, StreamResponse

AS_BYTES: Final = Streaming(format=StreamFormat.BYTES)


@frozen(repr=False)
class RawResponse(Generic[Of_co]):
    """A good response, undecoded; `parse()` gives the value that the plain call would have given."""

    response: Response
    parse: Callable[[], Of_co]
    _ledger: Ledger

    @property
    def status(self) -> int:
        """The status code."""
        return self.response.status

    @property
    def headers(self) -> Headers:
        """The header fields."""
        return self.response.headers

    @property
    def body(self) -> bytes:
        """The body, without its content coding."""
        return self.response.body

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The ledger: the attempts that it took, the good one last."""
        return self._ledger.attempts

    def __repr__(self) -> str:
        return f"RawResponse({self.response!r})"


RAW: Final[Reading] = RawResponse


@frozen
class WithRawResponse:
    """`execute` gives a RawResponse."""

    _engine: Engine = attrs.field(repr=False)

    def execute(self, endpoint_id: str, payload: Any = None, **options: Unpack[CallOptions]) -> RawResponse:
        """Call an endpoint; raises what `Pipeline.execute` raises, but for decoding, which `parse` does."""
        return finish(self._engine.execute(endpoint_id, payload, options, RAW))


@frozen
class AsyncWithRawResponse:
    """The async face of WithRawResponse."""

    _engine: Engine = attrs.field(repr=False)

    async def execute(self, endpoint_id: str, payload: Any = None, **options: Unpack[CallOptions]) -> RawResponse:
        """Call an endpoint; see `WithRawResponse.execute`."""
        return await self._engine.execute(endpoint_id, payload, options, RAW)  # type: ignore[no-any-return]


@frozen
class WithStreamingResponse:
    """`execute` gives an open response of any endpoint, to be read piece by piece in a `with` block."""

    _engine: Engine = attrs.field(repr=False)

    def execute(self, endpoint_id: str, payload: Any = None, **options: Unpack[CallOptions]) -> StreamResponse:
        """Call an endpoint; returns when its head has arrived and is good."""
        return StreamResponse(finish(self._engine.stream(endpoint_id, payload, options, AS_BYTES)))


@frozen
class AsyncWithStreamingResponse:
    """The async face of WithStreamingResponse."""

    _engine: Engine = attrs.field(repr=False)

    def execute(self, endpoint_id: str, payload: Any = None, **options: Unpack[CallOptions]) -> Opening:
        """Call an endpoint: `async with` what is returned, or `await` it."""
        return Opening(partial(self._engine.stream, endpoint_id, payload, options, AS_BYTES))
