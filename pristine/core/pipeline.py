"""A manifest over a Context: `execute` for a value, `execute_stream` for a stream. Two faces over one Engine."""

from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack

from pristine.core.answers.pages import Token
from pristine.core.call import CallOptions
from pristine.core.context import Context
from pristine.core.engine import Engine
from pristine.core.face import async_face, blocking_face
from pristine.manifest.model import Manifest
from pristine.ports.blocking import finish
from pristine.ports.transport import AsyncTransport, Transport

if TYPE_CHECKING:  # imported where they are first used, as in the engine
    from pristine.core.answers.listing import AsyncPages, Pages
    from pristine.core.answers.variants import (
        AsyncWithRawResponse,
        AsyncWithStreamingResponse,
        WithRawResponse,
        WithStreamingResponse,
    )
    from pristine.core.futures.handles import AsyncFutureHandle, FutureHandle, StartingFuture
    from pristine.core.plan import Plan
    from pristine.streaming.response import Opening, StreamResponse


class Pipeline:
    """Calls an API, blocking. It may be used from several threads, and where an event loop is running.

    Closing it closes the connections that its Context owns, once no other Pipeline uses them.
    """

    def __init__(self, manifest: Manifest, context: Context[Transport]) -> None:
        self._engine = Engine(manifest, context, blocking_face(context))

    @property
    def with_raw_response(self) -> "WithRawResponse":
        """`execute` that gives the whole response, undecoded."""
        from pristine.core.answers.variants import WithRawResponse

        return WithRawResponse(self._engine)

    @property
    def with_streaming_response(self) -> "WithStreamingResponse":
        """`execute` that gives the open response of any endpoint."""
        from pristine.core.answers.variants import WithStreamingResponse

        return WithStreamingResponse(self._engine)

    def execute(self, endpoint_id: str, payload: Any = None, **options: Unpack[CallOptions]) -> Any:
        """Call an endpoint and return its value, in the declared response type.

        Options: `path_params`, `query`, `headers`, `timeout` (a Timeout, or the total in seconds), `idempotency_key`,
        and `redirects` (True, False, how many, or a Redirects).
        Raises a RequestError before anything is sent, a TransportError, or a ResponseError.
        """
        return finish(self._engine.execute(endpoint_id, payload, options))

    def execute_stream(self, endpoint_id: str, payload: Any = None, **options: Unpack[CallOptions]) -> "StreamResponse":
        """Call a streaming endpoint; returns when its head has arrived. Use the response in a `with` block."""
        from pristine.streaming.response import StreamResponse

        return StreamResponse(finish(self._engine.stream(endpoint_id, payload, options)))

    def execute_future(self, endpoint_id: str, payload: Any = None, **options: Unpack[CallOptions]) -> "FutureHandle":
        """Start work that the server finishes later; `result()` of what is returned waits for it.

        Raises what `execute` raises for the call that starts it.
        """
        from pristine.core.futures.handles import FutureHandle

        return FutureHandle(finish(self._engine.future(endpoint_id, payload, options)))

    def resume_future(self, token: str) -> "FutureHandle":
        """Go on with work that was started elsewhere; raises TokenRefused for a token that is none of this API's."""
        from pristine.core.futures.handles import FutureHandle

        return FutureHandle(self._engine.resume(token))

    def pages(
        self,
        endpoint_id: str,
        payload: Any = None,
        *,
        start: Token | None = None,
        size: int | None = None,
        **options: Unpack[CallOptions],
    ) -> "Pages":
        """The pages of a list, each fetched when it is asked for: iterate it, or its `items()`.

        `start` is the `token` of an earlier listing, `size` how many items a page is to have.
        """
        from pristine.core.answers.listing import Pages

        return Pages(self._engine, endpoint_id, payload, self._engine.pager(endpoint_id, start, size), options)

    def explain(self, endpoint_id: str, payload: Any = None, **options: Unpack[CallOptions]) -> "Plan":
        """The plan of a call: its request, deadline, retries, limits and auth, for `print`; nothing is sent.

        Without the payload and parameters that it wants, it is the plan of the endpoint.
        """
        return self._engine.explain(endpoint_id, payload, options)

    def close(self) -> None:
        """Let go of connections; may be called again."""
        finish(self._engine.aclose())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Pipeline({self._engine.manifest.name!r}, {self._engine.context!r})"


class AsyncPipeline:
    """The async face of Pipeline: the same calls, awaited."""

    def __init__(self, manifest: Manifest, context: Context[AsyncTransport]) -> None:
        self._engine = Engine(manifest, context, async_face(context))

    @property
    def with_raw_response(self) -> "AsyncWithRawResponse":
        """`execute` that gives the whole response, undecoded."""
        from pristine.core.answers.variants import AsyncWithRawResponse

        return AsyncWithRawResponse(self._engine)

    @property
    def with_streaming_response(self) -> "AsyncWithStreamingResponse":
        """`execute` that gives the open response of any endpoint."""
        from pristine.core.answers.variants import AsyncWithStreamingResponse

        return AsyncWithStreamingResponse(self._engine)

    async def execute(self, endpoint_id: str, payload: Any = None, **options: Unpack[CallOptions]) -> Any:
        """Call an endpoint and return its value; options and errors are those of `Pipeline.execute`."""
        return await self._engine.execute(endpoint_id, payload, options)

    def execute_stream(self, endpoint_id: str, payload: Any = None, **options: Unpack[CallOptions]) -> "Opening":
        """Call a streaming endpoint: `async with` what is returned, or `await` it for the response."""
        from pristine.streaming.response import Opening

        return Opening(partial(self._engine.stream, endpoint_id, payload, options))

    def execute_future(self, endpoint_id: str, payload: Any = None, **options: Unpack[CallOptions]) -> "StartingFuture":
        """Start work that the server finishes later: `await` it for the handle; see `Pipeline.execute_future`."""
        from pristine.core.futures.handles import StartingFuture

        return StartingFuture(lambda: self._engine.future(endpoint_id, payload, options))

    def resume_future(self, token: str) -> "AsyncFutureHandle":
        """Go on with work that was started elsewhere; see `Pipeline.resume_future`."""
        from pristine.core.futures.handles import AsyncFutureHandle

        return AsyncFutureHandle(self._engine.resume(token))

    def pages(
        self,
        endpoint_id: str,
        payload: Any = None,
        *,
        start: Token | None = None,
        size: int | None = None,
        **options: Unpack[CallOptions],
    ) -> "AsyncPages":
        """The pages of a list; see `Pipeline.pages`."""
        from pristine.core.answers.listing import AsyncPages

        return AsyncPages(self._engine, endpoint_id, payload, self._engine.pager(endpoint_id, start, size), options)

    def explain(self, endpoint_id: str, payload: Any = None, **options: Unpack[CallOptions]) -> "Plan":
        """The plan of a call; see `Pipeline.explain`."""
        return self._engine.explain(endpoint_id, payload, options)

    async def aclose(self) -> None:
        """Let go of connections; may be called again."""
        await self._engine.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"AsyncPipeline({self._engine.manifest.name!r}, {self._engine.context!r})"
