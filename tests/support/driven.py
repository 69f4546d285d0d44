"""A dynamic client of either face, driven blockingly, so that one test body serves both."""

import asyncio
import inspect
from collections.abc import AsyncIterator
from typing import Any, Self

import pristine


class Driven:
    """A client for a `with` block. `client` is used as it is; what it gives goes through one of the methods."""

    def __init__(self, face: str, manifest: pristine.Manifest, context: Any) -> None:
        self.context = context
        self.runner = asyncio.Runner() if face == "async" else None
        self.client: Any = (
            self.runner.run(_made(manifest, context)) if self.runner else pristine.Client(manifest, context)
        )

    def value(self, made: Any) -> Any:
        """What a call gives, awaited."""
        return self.runner.run(_awaited(made)) if self.runner and inspect.isawaitable(made) else made

    def listed(self, made: Any) -> list[Any]:
        """The items of a list, or of a view of a stream."""
        return self.runner.run(_collected(made)) if self.runner else list(made)

    def streamed(self, made: Any, view: str = "items") -> list[Any]:
        """The items of a stream, which is then closed."""
        response = self.value(made)
        try:
            return self.listed(getattr(response, view)())
        finally:
            self.value(response.aclose() if self.runner else response.close())

    def close(self) -> None:
        if self.runner:
            self.runner.run(self.client.aclose())
            self.runner.close()
        else:
            self.client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


async def _made(manifest: pristine.Manifest, context: Any) -> Any:
    return pristine.AsyncClient(manifest, context)


async def _awaited(made: Any) -> Any:
    return await made


async def _collected(items: AsyncIterator[Any]) -> list[Any]:
    return [item async for item in items]
