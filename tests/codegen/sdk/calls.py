"""Every method of a generated client, with arguments out of the types of its endpoint, over either face."""

import asyncio
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Final, Self

import attrs

import pristine
from pristine.cli.docs import text_like
from pristine.codegen.docs.names import Called
from pristine.codegen.docs.samples import Sampler
from pristine.codegen.docs.snippets import given_in
from pristine.codegen.literals import Code
from pristine.codegen.sdk.clients import secrets_of
from pristine.codegen.sdk.naming import argument_name
from pristine.codegen.sdk.project import walked
from pristine.codegen.sdk.tree import Parts
from pristine.core.resources import Method
from pristine.manifest.model import Endpoint, Example
from pristine.sdk import manifest_of
from pristine.testing.mock import MockServer

FACES: Final = ("Client", "AsyncClient")


@attrs.frozen
class Visit:
    """A method: where it is in the client, what it calls, in which way, and with what."""

    path: str
    endpoint: Endpoint
    way: str
    arguments: Mapping[str, Any]


def visits(manifest: pristine.Manifest) -> Iterator[Visit]:
    """Every method of a package's clients."""
    for part, path in walked(Parts(manifest).root, ()):
        found = {key: (endpoint, _way(endpoint)) for key, endpoint in part.methods.items()} | part.ways
        if part.call is not None and path:
            found["__call__"] = (part.call, _way(part.call))
        for key, (endpoint, way) in found.items():
            yield Visit(".".join((*path, key)), endpoint, way, _arguments(endpoint))


def _way(endpoint: Endpoint) -> str:
    if endpoint.streaming is not None and not endpoint.streaming.when:
        return "stream"
    return "items" if endpoint.pagination is not None else "value"


def _arguments(endpoint: Endpoint) -> dict[str, Any]:
    example = next(iter(endpoint.examples.values()), Example())
    found = given_in(Called(endpoint, Method.of(endpoint), "", ""), example, Sampler(text_like))
    return {argument_name(name): pristine.NULL if isinstance(one, Code) else one for name, one in found.items()}


class Tour:
    """A generated client of a face, and the server that it is shown to."""

    def __init__(self, package: str, face: str, server: MockServer, **wiring: Any) -> None:
        self._runner = asyncio.Runner() if face == "AsyncClient" else None
        module = import_module(package)
        secrets = dict.fromkeys(secrets_of(manifest_of(package)), "user:secret")
        given = {"base_url": server.url, "servers": server.servers, "retry": "off", **secrets, **wiring}
        self.client = (
            self._run(self._made(getattr(module, face), given)) if self._runner else getattr(module, face)(**given)
        )

    async def _made(self, cls: Any, given: dict[str, Any]) -> Any:
        return cls(**given)

    def _run(self, awaitable: Any) -> Any:
        async def wait() -> Any:
            return await awaitable

        assert self._runner
        return self._runner.run(wait())

    def value(self, made: Any) -> Any:
        """What a call gives."""
        return self._run(made) if self._runner else made

    def make(self, visit: Visit, client: Any = None) -> Any:
        """Make a call; gives its value, a page, the items of its stream, or the result of its work."""
        method = client or self.client
        for step in visit.path.removesuffix(".__call__").split("."):
            method = getattr(method, step)
        return getattr(self, f"_{visit.way}")(method(**visit.arguments))

    def _value(self, made: Any) -> Any:
        return self.value(made)

    def _items(self, made: Any) -> Any:
        return self._run(anext(made.pages())) if self._runner else next(made.pages())

    def _future(self, made: Any) -> Any:
        return self.value(self.value(made).result(timeout=10))

    def _stream(self, made: Any) -> list[Any]:
        return self._run(self._astream(made)) if self._runner else self._read(made)

    def _read(self, made: Any) -> list[Any]:
        with made as response:
            return list(response.items())

    async def _astream(self, made: Any) -> list[Any]:
        async with made as response:
            return [item async for item in response.items()]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._runner:
            self._run(self.client.aclose())
            self._runner.close()
        else:
            self.client.close()
