"""A dynamic client of either face over any transport, driven blockingly, so that one test body serves all of them."""

import asyncio
import inspect
from collections.abc import AsyncIterator
from typing import Any, Final, Self

import pristine

BACKENDS: Final = {
    "httpx-sync": (pristine.Client, "httpx"),
    "httpx-async": (pristine.AsyncClient, "httpx"),
    "aiohttp": (pristine.AsyncClient, "aiohttp"),
}
"""Id -> the face, and the transport under it."""


class Driven:
    """A client for a `with` block. `client` is used as it is; what it gives goes through one of the methods."""

    def __init__(self, backend: str, manifest: pristine.Manifest, base_url: str | None, **settings: Any) -> None:
        make, transport = BACKENDS[backend]
        self.context = pristine.context(transport=transport, base_url=base_url, **{"retry": "off", **settings})
        self._runner = asyncio.Runner() if make is pristine.AsyncClient else None
        self.client: Any = (
            self._runner.run(_made(make, manifest, self.context)) if self._runner else make(manifest, self.context)
        )

    def value(self, made: Any) -> Any:
        """What a call gives, awaited."""
        return self._runner.run(_awaited(made)) if self._runner and inspect.isawaitable(made) else made

    def listed(self, made: Any) -> list[Any]:
        """The items of a list, or of a view of a stream."""
        return self._runner.run(_collected(made)) if self._runner else list(made)

    def streamed(self, made: Any, view: str = "items") -> list[Any]:
        """The items of a stream, which is then closed."""
        response = self.value(made)
        try:
            return self.listed(getattr(response, view)())
        finally:
            self.value(response.aclose() if self._runner else response.close())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._runner:
            self._runner.run(self.client.aclose())
            self._runner.close()
        else:
            self.client.close()


async def _made(make: Any, manifest: pristine.Manifest, context: Any) -> Any:
    return make(manifest, context)


async def _awaited(made: Any) -> Any:
    return await made


async def _collected(items: AsyncIterator[Any]) -> list[Any]:
    return [item async for item in items]
