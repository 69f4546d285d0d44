"""A manifest's resources and methods on top of a Pipeline, without generated code: `client.chat.completions(...)`.

An attribute leads down the tree of endpoint ids; calling one makes the call. Both faces walk the same tree.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from inspect import Signature
from types import NoneType, TracebackType
from typing import Annotated, Any, ClassVar, Final, Generic, Literal, Self, get_args, get_origin

import attrs

from pristine.core.answers.listing import AsyncPages, Pages
from pristine.core.answers.pages import Token
from pristine.core.call import CallOptions
from pristine.core.context import Context
from pristine.core.pipeline import AsyncPipeline, Pipeline
from pristine.core.resources import Node, Way, tree_of
from pristine.manifest.model import Endpoint, Manifest
from pristine.manifest.reading import suggestion
from pristine.ports.errors import ConfigurationError
from pristine.ports.generic import Of_co
from pristine.ports.transport import AsyncTransport, Transport
from pristine.ports.unions import UNIONS

_OF_CALLS: Final = frozenset(CallOptions.__annotations__) - {"path_params"}
_OF_CONTEXTS: Final = frozenset(field.name for field in attrs.fields(Context)) - {"transport", "owned", "new_key"}


class Resource:
    """A name of the API: its children are attributes, and where it is an endpoint it can be called.

    The arguments of a call are the endpoint's parameters and the fields of its payload, by their Python names. One that
    is None is left out, unless the API requires it; `pristine.NULL` sends null.
    """

    def __init__(self, client: "_Client", node: Node, way: Way = Way.PLAIN) -> None:
        self._client = client
        self._node = node
        self._way = way

    @property
    def __signature__(self) -> Signature:
        if self._node.endpoint is None:
            raise AttributeError("__signature__")
        return self._node.method.signature()

    @property
    def __doc__(self) -> str:  # type: ignore[override]  # an attribute of every class, made here for each object
        return _documented(self._node)

    def __getattr__(self, name: str) -> "Resource":
        found = self.__dict__[name] = _child(self._client, self._node, name)
        return found

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        endpoint = self._node.endpoint
        if endpoint is None:
            raise ConfigurationError(f"'{'.'.join(self._node.path)}' is no endpoint: {_listed(self._node)}")
        payload, options = self._node.method.call(args, kwargs)
        return self._client._made(endpoint, payload, options, self._way)  # noqa: SLF001 one class in two

    def __dir__(self) -> list[str]:
        return sorted(self._node.names())

    def __repr__(self) -> str:
        return f"<{'.'.join(self._node.path)}: {_listed(self._node)}>"


def _child(client: "_Client", node: Node, name: str) -> Resource:
    if (found := node.children.get(name)) is not None:
        return Resource(client, found)
    plain, _, end = name.rpartition("_")
    if (found := node.children.get(plain)) is not None and (way := found.ways.get(f"_{end}")) is not None:
        return Resource(client, found, way)
    raise AttributeError(node.unknown(name))


def _listed(node: Node) -> str:
    if names := ", ".join(sorted(node.names())):
        return f"it has {names}"
    return f"{node.endpoint.method} {node.endpoint.path}" if node.endpoint else ""


def _documented(node: Node) -> str:
    """What `help` shows: the call with its arguments, what it requests, and what the manifest says of it."""
    endpoint = node.endpoint
    if endpoint is None:
        return _listed(node)
    call = f"{node.path[-1]}{_readable(node.method.signature())}"
    said = [call, f"{endpoint.method} {endpoint.path}", endpoint.description]
    if endpoint.deprecated is not None:
        said.append(f"Deprecated. {endpoint.deprecated}".strip())
    return "\n\n".join(filter(None, said))


def _readable(signature: Signature) -> Signature:
    """A signature as people read it: types without their modules, and without bounds."""
    arguments = signature.parameters.values()
    return signature.replace(parameters=[one.replace(annotation=_words(one.annotation)) for one in arguments])


class _Words(str):
    """An annotation that is shown as it is, without quotes."""

    __slots__ = ()
    __repr__ = str.__str__


def _words(type: Any) -> Any:
    """A type in words; what is not annotated stays so."""
    origin: Any = get_origin(type)
    if type is Signature.empty or origin is Literal:
        return type if origin is None else _Words(f"Literal[{', '.join(map(repr, get_args(type)))}]")
    if origin is Annotated:
        return _words(get_args(type)[0])
    inside = [str(_words(one)) for one in get_args(type)]
    if origin in UNIONS:
        return _Words(" | ".join(inside))
    name = "None" if type in {None, NoneType} else getattr(origin or type, "__name__", repr(type))
    return _Words(f"{name}[{', '.join(inside)}]" if inside else name)


class _Client:
    """What both faces share."""

    _face: ClassVar[Any]
    _listing: ClassVar[Any]

    def __init__(self, manifest: Manifest, context: Context[Any]) -> None:
        self._begin(manifest, context, self._face(manifest, context), "", {})

    def _begin(
        self, manifest: Manifest, context: Context[Any], pipeline: Any, mode: str, options: dict[str, Any]
    ) -> None:
        self._manifest = manifest
        self._context = context
        self._pipeline = pipeline
        self._mode = mode
        self._options = options
        self._tree = tree_of(manifest)

    def _like(self, *, context: Any = None, pipeline: Any = None, mode: str | None = None, options: Any = None) -> Self:
        made = object.__new__(type(self))
        made._begin(
            self._manifest,
            context or self._context,
            pipeline or self._pipeline,
            self._mode if mode is None else mode,
            {**self._options, **(options or {})},
        )
        return made

    def with_options(self, **options: Any) -> Self:
        """The same client with options for all its calls: those of `Pipeline.execute`, and ports of the Context.

        `timeout`, `headers`, `query`, `idempotency_key`, `last_event_id`, `reconnect` and `redirects` go into each
        call, where its arguments do not say otherwise; `retry`, `auth`, `telemetry` and other fields replace the
        Context's. It shares the connections, and is not closed by itself.
        """
        calls, ports = divided(options)
        if not ports:
            return self._like(options=calls)
        context = self._context.with_(**{"owned": None, **ports})
        return self._like(context=context, pipeline=self._face(self._manifest, context), options=calls)

    def resume_future(self, token: str) -> Any:
        """The handle of work that was started elsewhere, by its `token()`."""
        return self._pipeline.resume_future(token)

    @property
    def with_raw_response(self) -> Self:
        """The same client, whose calls give the whole response, undecoded: `parse()` gives the value."""
        return self._like(mode="with_raw_response")

    @property
    def with_streaming_response(self) -> Self:
        """The same client, whose calls give the open response of any endpoint, for a `with` block."""
        return self._like(mode="with_streaming_response")

    def __getattr__(self, name: str) -> Resource:
        if name.startswith("_"):
            raise AttributeError(name)
        found = self.__dict__[name] = _child(self, self._tree, name)
        return found

    def __dir__(self) -> list[str]:
        return sorted({*self._tree.names(), *(name for name in object.__dir__(self) if not name.startswith("_"))})

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._manifest.name!r}, {self._context!r})"

    def _made(self, endpoint: Endpoint, payload: Any, options: dict[str, Any], way: Way) -> Any:
        """Make the call in the way that its endpoint and this client say."""
        merge(options, self._options)
        if self._mode:
            if way is not Way.PLAIN:
                raise refused(way, self._mode, endpoint.id)
            return getattr(self._pipeline, self._mode).execute(endpoint.id, payload, **options)
        if way is Way.FUTURE:
            return self._pipeline.execute_future(endpoint.id, payload, **options)
        if way is Way.STREAM or (endpoint.streaming is not None and not endpoint.streaming.when):
            return self._pipeline.execute_stream(endpoint.id, payload, **options)
        if endpoint.pagination is not None:
            return self._listing(self._pipeline.pages, endpoint.id, payload, options)
        return self._pipeline.execute(endpoint.id, payload, **options)


# -- what generated clients do alike -----------------------------------------------------------------------------------


def divided(options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The options of calls, and those of a Context; raises ConfigurationError for what is neither."""
    calls = {name: value for name, value in options.items() if name in _OF_CALLS}
    ports = {name: value for name, value in options.items() if name not in calls}
    for name in ports.keys() - _OF_CONTEXTS:
        raise ConfigurationError(f"with_options() has no {name!r}{suggestion(name, _OF_CALLS | _OF_CONTEXTS)}")
    return calls, ports


def merge(options: dict[str, Any], defaults: Mapping[str, Any]) -> None:
    """Put the client's options into those of a call, which say more where both are mappings."""
    for name, value in defaults.items():
        options[name] = {**value, **options[name]} if name in options and isinstance(value, dict) else value


def refused(way: Way, mode: str, endpoint: str) -> ConfigurationError:
    """What is said where a call has a response in hand already."""
    return ConfigurationError(f"{_HAS_ITS_OWN[way]}: call it without {mode}", endpoint=endpoint)


_HAS_ITS_OWN: Final = {
    Way.STREAM: "a method that streams gives the open response by itself",
    Way.FUTURE: "a method of work that is finished later gives a handle",
}


class Listing:
    """A list of the API: iterate it for its items, page after page as they are needed; `pages()` gives the pages.

    `from_(token)` begins where an earlier listing was, `sized(n)` asks for pages of so many items.
    """

    def __init__(self, make: Callable[..., Any], endpoint: str, payload: Any, options: Any, **said: Any) -> None:
        self._make = make
        self._call = (endpoint, payload, options)
        self._said = said

    def from_(self, token: Token) -> Self:
        """The rest of the list from a page's `next` token."""
        return type(self)(self._make, *self._call, **{**self._said, "start": token})

    def sized(self, size: int) -> Self:
        """The list in pages of so many items, where the API lets that be chosen."""
        return type(self)(self._make, *self._call, **{**self._said, "size": size})

    def _pages(self) -> Any:
        endpoint, payload, options = self._call
        return self._make(endpoint, payload, **self._said, **options)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._call[0]})"


class ItemList(Listing, Generic[Of_co]):
    """A Listing of the blocking face."""

    def pages(self) -> Pages[Of_co]:
        """The pages, each with its `items` and its `next` token."""
        return self._pages()  # type: ignore[no-any-return]

    def __iter__(self) -> Iterator[Of_co]:
        return iter(self.items())

    def items(self, limit: int | None = None) -> Iterator[Of_co]:
        """Every item, or the first `limit`."""
        return self.pages().items(limit)


class AsyncItemList(Listing, Generic[Of_co]):
    """A Listing of the async face."""

    def pages(self) -> AsyncPages[Of_co]:
        """The pages, each with its `items` and its `next` token."""
        return self._pages()  # type: ignore[no-any-return]

    def __aiter__(self) -> AsyncIterator[Of_co]:
        return self.items()

    def items(self, limit: int | None = None) -> AsyncIterator[Of_co]:
        """Every item, or the first `limit`."""
        return self.pages().items(limit)


class Closing:
    """What a blocking client does at its end: it closes its Pipeline."""

    _pipeline: Pipeline

    def close(self) -> None:
        """Let go of connections; may be called again."""
        self._pipeline.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


class AsyncClosing:
    """The async face of Closing."""

    _pipeline: AsyncPipeline

    async def aclose(self) -> None:
        """Let go of connections; may be called again."""
        await self._pipeline.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.aclose()


class Client(Closing, _Client):
    """An API as Python objects, blocking; see Resource for how it is called. Closing it closes its Pipeline."""

    _face = Pipeline
    _listing = ItemList

    def __init__(self, manifest: Manifest, context: Context[Transport]) -> None:
        super().__init__(manifest, context)


class AsyncClient(AsyncClosing, _Client):
    """The async face of Client: calls are awaited, streams entered with `async with`, lists read with `async for`."""

    _face = AsyncPipeline
    _listing = AsyncItemList

    def __init__(self, manifest: Manifest, context: Context[AsyncTransport]) -> None:
        super().__init__(manifest, context)
