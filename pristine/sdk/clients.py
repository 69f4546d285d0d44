"""The clients of generated packages, without the names of an API: a Pipeline, and Calls that are made with it."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self, TypeVar

from pristine.client import AsyncClosing, AsyncItemList, Closing, ItemList, divided
from pristine.config.wiring import Context, context
from pristine.core.pipeline import AsyncPipeline, Pipeline
from pristine.manifest.model import Manifest
from pristine.ports.errors import ConfigurationError
from pristine.ports.transport import AsyncTransport, Transport
from pristine.sdk.calls import Calls

T = TypeVar("T")


def wired(
    given: Context[T] | None, wiring: Mapping[str, Any], credentials: Mapping[str, str | None], **where: Any
) -> Context[T]:
    """The Context of a client: the one that is given with what is said beside it, or one that is made of it all.

    `credentials` are secrets by scheme, None where there is none; `where` says where the API is.
    """
    said = {name: value for name, value in where.items() if value is not None}
    if secrets := {name: one for name, one in credentials.items() if one is not None}:
        said["credentials"] = secrets
    if given is None:
        return context(**said, **wiring)
    if wiring:
        told = f"{min(wiring)} is for a Context that is made here; say it to the one that is given as context"
        raise ConfigurationError(told, setting=min(wiring))
    return given.with_(**said) if said else given


class _Base:
    """What both faces share."""

    _face: ClassVar[Any]
    _listing: ClassVar[Any]
    _calls: Calls

    def __init__(self, manifest: Manifest, context: Context[Any]) -> None:
        self._begin(manifest, context, self._face(manifest, context), {})

    def _begin(self, manifest: Manifest, context: Context[Any], pipeline: Any, options: dict[str, Any]) -> None:
        self._manifest = manifest
        self._context = context
        self._pipeline = pipeline
        self._options = options
        self._calls = self._in("")

    def _in(self, mode: str) -> Calls:
        return Calls.of(self._pipeline, self._listing, self._manifest, self._options, mode)

    def with_options(self, **options: Any) -> Self:
        """The same client with options for all its calls, as `pristine.Client.with_options`.

        `timeout`, `headers`, `query`, `idempotency_key`, `last_event_id`, `reconnect`, `redirects` and `priority` go
        into each call; `retry`, `auth`, `telemetry` and other fields replace the Context's. It shares the connections,
        and is not closed by itself.
        """
        calls, ports = divided(options)
        context, pipeline = self._context, self._pipeline
        if ports:
            context = context.with_(**{"owned": None, **ports})
            pipeline = self._face(self._manifest, context)
        made = object.__new__(type(self))
        made._begin(self._manifest, context, pipeline, {**self._options, **calls})
        return made

    def resume_future(self, token: str) -> Any:
        """The handle of work that was started elsewhere, by its `token()`."""
        return self._pipeline.resume_future(token)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._manifest.name!r}, {self._context!r})"


class BaseClient(Closing, _Base):
    """A client, blocking. Closing it closes its Pipeline."""

    _face = Pipeline
    _listing = ItemList

    def __init__(self, manifest: Manifest, context: Context[Transport]) -> None:
        super().__init__(manifest, context)


class BaseAsyncClient(AsyncClosing, _Base):
    """The async face of BaseClient."""

    _face = AsyncPipeline
    _listing = AsyncItemList

    def __init__(self, manifest: Manifest, context: Context[AsyncTransport]) -> None:
        super().__init__(manifest, context)
