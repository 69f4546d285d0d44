"""How the methods of a generated client make their calls: each is a Pipeline's own, with the client's options in it."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

import attrs

from pristine.client import merge, refused
from pristine.core.resources import Method, Way
from pristine.manifest.model import Manifest

T = TypeVar("T")


class Make(Protocol):
    """Makes a call of an endpoint. What it gives is of the type that its caller says, which is the manifest's."""

    def __call__(self, endpoint: str, payload: Any = None, /, **options: Any) -> T:  # type: ignore[type-var]  # see above
        """Call the endpoint with these options of a Pipeline's calls."""


@attrs.frozen(eq=False)
class Calls:
    """What calls an endpoint, by its id, for its value, its stream, its handle, or its items."""

    value: Make
    stream: Make
    future: Make
    items: Make
    fields: Callable[[str, Mapping[str, Any]], Mapping[str, str]]
    """Makes header parameters of an endpoint texts, by their style."""

    @property
    def anything(self) -> Callable[..., Any]:
        """What calls an endpoint for a value of which nothing is said."""
        return self.value

    @classmethod
    def of(cls, pipeline: Any, listing: Any, manifest: Manifest, options: Mapping[str, Any], mode: str = "") -> "Calls":
        """The calls of a Pipeline with options for all of them; `mode` is that of a client which gives responses."""
        if mode:
            make = _with(getattr(pipeline, mode).execute, options)
            return cls(make, _refusing(Way.STREAM, mode), _refusing(Way.FUTURE, mode), make, Fields(manifest))

        def items(endpoint: str, payload: Any = None, /, **said: Any) -> Any:
            merge(said, options)
            return listing(pipeline.pages, endpoint, payload, said)

        value, stream = _with(pipeline.execute, options), _with(pipeline.execute_stream, options)
        return cls(value, stream, _with(pipeline.execute_future, options), items, Fields(manifest))


def _with(make: Make, options: Mapping[str, Any]) -> Make:
    if not options:
        return make

    def made(endpoint: str, payload: Any = None, /, **said: Any) -> Any:
        merge(said, options)
        return make(endpoint, payload, **said)

    return made


def _refusing(way: Way, mode: str) -> Make:
    def refuse(endpoint: str, _: Any = None, /, **__: Any) -> Any:
        raise refused(way, mode, endpoint)

    return refuse


class Fields:
    """Header parameters as texts."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._methods: dict[str, Method] = {}

    def __call__(self, endpoint: str, values: Mapping[str, Any]) -> Mapping[str, str]:
        method = self._methods.get(endpoint)
        if method is None:
            method = self._methods[endpoint] = Method.of(self._manifest.endpoints[endpoint])
        found: dict[str, str] = {}
        for name, value in values.items():
            found.update(method.field(name, value))
        return found


class Resource:
    """A part of an API: its methods and the parts of it."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Those that are given: None is an argument that is left out."""
    return {name: value for name, value in values.items() if value is not None}
