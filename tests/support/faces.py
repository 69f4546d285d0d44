"""One test body, both faces: blocking methods over Pipeline, and over AsyncPipeline on a loop of its own."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any, Protocol, Self, TypeVar

import pristine
from pristine.ports.events import Event
from pristine.streaming.response import AsyncStreamResponse, StreamResponse

T = TypeVar("T")

MANIFEST = pristine.load_manifest(
    {
        "name": "test",
        "endpoints": {
            "get": {"method": "GET", "path": "/get"},
            "post": {"method": "POST", "path": "/post"},
            "keyed": {"method": "POST", "path": "/keyed", "idempotency": True},
            "feed": {"method": "GET", "path": "/feed", "streaming": True},
            "chat": {"method": "POST", "path": "/chat", "streaming": True},
            "typed": {"method": "GET", "path": "/typed", "response": "Thing"},
            "work": {
                "method": "POST",
                "path": "/work",
                "future": {"preset": "status", "ask": {"endpoint": "get", "query": {"id": "{id}"}}},
            },
        },
        "types": {"Thing": {"properties": {"name": "string"}, "required": ["name"]}},
    }
)


class OpenStream(Protocol):
    """An open stream, driven blockingly."""

    response: Any

    def next(self) -> Event | None: ...
    def view(self, name: str, *arguments: Any) -> Any: ...
    def view_next(self, name: str) -> Any: ...
    def close(self) -> None: ...


class Face(Protocol):
    """A pipeline, driven blockingly."""

    def execute(self, endpoint: str, payload: Any = None, **options: Any) -> Any: ...
    def finished(self, endpoint: str, payload: Any = None) -> Any: ...
    def started(self, endpoint: str, payload: Any = None) -> Any: ...
    def resumed(self, token: str) -> Any: ...
    def open(self, endpoint: str, payload: Any = None, **options: Any) -> OpenStream: ...
    def events(self, endpoint: str, payload: Any = None, **options: Any) -> list[Event]: ...
    def close(self) -> None: ...


class _Base:
    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        raise NotImplementedError

    def open(self, endpoint: str, payload: Any = None, **options: Any) -> Any:
        raise NotImplementedError

    def events(self, endpoint: str, payload: Any = None, **options: Any) -> list[Event]:
        stream = self.open(endpoint, payload, **options)
        try:
            return list(iter(stream.next, None))
        finally:
            stream.close()


class Blocking(_Base):
    """The blocking face as it is."""

    def __init__(self, context: Any, manifest: Any = MANIFEST) -> None:
        self.pipeline = pristine.Pipeline(manifest, context)

    def execute(self, endpoint: str, payload: Any = None, **options: Any) -> Any:
        return self.pipeline.execute(endpoint, payload, **options)

    def finished(self, endpoint: str, payload: Any = None) -> Any:
        return self.started(endpoint, payload).result()

    def started(self, endpoint: str, payload: Any = None) -> Any:
        return self.pipeline.execute_future(endpoint, payload)

    def resumed(self, token: str) -> Any:
        return self.pipeline.resume_future(token)

    def open(self, endpoint: str, payload: Any = None, **options: Any) -> "_BlockingStream":
        return _BlockingStream(self.pipeline.execute_stream(endpoint, payload, **options))

    def close(self) -> None:
        self.pipeline.close()


class _BlockingStream:
    def __init__(self, response: StreamResponse) -> None:
        self.response = response

    def next(self) -> Event | None:
        return next(self.response, None)

    def view(self, name: str, *arguments: Any) -> Any:
        return getattr(self.response, name)(*arguments)

    def view_next(self, name: str) -> Any:
        return next(getattr(self.response, name))

    def close(self) -> None:
        self.response.close()


class Async(_Base):
    """The async face on an event loop of its own."""

    def __init__(self, context: Any, manifest: Any = MANIFEST) -> None:
        self.runner = asyncio.Runner()
        self.pipeline = self.runner.run(self._make(manifest, context))

    async def _make(self, manifest: Any, context: Any) -> pristine.AsyncPipeline:
        return pristine.AsyncPipeline(manifest, context)

    def execute(self, endpoint: str, payload: Any = None, **options: Any) -> Any:
        return self.runner.run(self.pipeline.execute(endpoint, payload, **options))

    def finished(self, endpoint: str, payload: Any = None) -> Any:
        return self.runner.run(self.pipeline.execute_future(endpoint, payload).result())

    def started(self, endpoint: str, payload: Any = None) -> Any:
        async def started() -> Any:
            return await self.pipeline.execute_future(endpoint, payload)

        return self.runner.run(started())

    def resumed(self, token: str) -> Any:
        return self.pipeline.resume_future(token)

    def open(self, endpoint: str, payload: Any = None, **options: Any) -> "_AsyncStream":
        async def opened() -> AsyncStreamResponse:
            return await self.pipeline.execute_stream(endpoint, payload, **options)

        return _AsyncStream(self.runner.run(opened()), self.runner)

    def close(self) -> None:
        self.runner.run(self.pipeline.aclose())
        self.runner.close()


class _AsyncStream:
    def __init__(self, response: AsyncStreamResponse, runner: asyncio.Runner) -> None:
        self.response = response
        self.runner = runner

    def next(self) -> Event | None:
        return self.runner.run(_next(self.response))  # type: ignore[no-any-return]

    def view(self, name: str, *arguments: Any) -> Any:
        found = getattr(self.response, name)(*arguments)
        return self.runner.run(found) if asyncio.iscoroutine(found) else self._each(found)

    def view_next(self, name: str) -> Any:
        return self.runner.run(_next(getattr(self.response, name)))

    def _each(self, view: AsyncIterator[Any]) -> Iterator[Any]:
        while (item := self.runner.run(_next(view))) is not None:
            yield item

    def close(self) -> None:
        self.runner.run(self.response.aclose())


async def _next(response: Any) -> Any:
    return await anext(response, None)


FACES = {"sync": Blocking, "async": Async}


def run(call: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(call)
