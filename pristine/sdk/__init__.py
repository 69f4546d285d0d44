"""What a generated package stands on. It has the names and the types of an API; all that happens is here, or below.

This file is a table of contents; names load when first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from typing_extensions import deprecated as deprecated  # which type checkers bring along

    from pristine.client import AsyncItemList as AsyncItemList
    from pristine.client import ItemList as ItemList
    from pristine.config import Context as Context
    from pristine.config.adapters import Choice as Choice
    from pristine.config.wiring import Wiring as Wiring
    from pristine.core.answers.variants import RawResponse as RawResponse
    from pristine.core.futures.handles import AsyncFutureHandle as AsyncFutureHandle
    from pristine.core.futures.handles import FutureHandle as FutureHandle
    from pristine.core.futures.handles import StartingFuture as StartingFuture
    from pristine.ports.model import NULL as NULL
    from pristine.ports.model import Null as Null
    from pristine.ports.transport import AsyncTransport as AsyncTransport
    from pristine.ports.transport import Transport as Transport
    from pristine.sdk.calls import Calls as Calls
    from pristine.sdk.calls import Resource as Resource
    from pristine.sdk.calls import given as given
    from pristine.sdk.clients import BaseAsyncClient as BaseAsyncClient
    from pristine.sdk.clients import BaseClient as BaseClient
    from pristine.sdk.clients import wired as wired
    from pristine.sdk.fields import default as default
    from pristine.sdk.fields import masked as masked
    from pristine.sdk.fields import unchecked as unchecked
    from pristine.sdk.fields import wire as wire
    from pristine.sdk.model import Model as Model
    from pristine.sdk.package import lazily as lazily
    from pristine.sdk.package import manifest_of as manifest_of
    from pristine.sdk.responses import async_raw as async_raw
    from pristine.sdk.responses import async_raw_any as async_raw_any
    from pristine.sdk.responses import async_streamed as async_streamed
    from pristine.sdk.responses import raw as raw
    from pristine.sdk.responses import raw_any as raw_any
    from pristine.sdk.responses import streamed as streamed
    from pristine.streaming.response import AsyncStreamResponse as AsyncStreamResponse
    from pristine.streaming.response import Opening as Opening
    from pristine.streaming.response import StreamResponse as StreamResponse

_HOMES: Final = {
    "pristine.client": ("AsyncItemList", "ItemList"),
    "pristine.config": ("Context",),
    "pristine.config.adapters": ("Choice",),
    "pristine.config.wiring": ("Wiring",),
    "pristine.core.answers.variants": ("RawResponse",),
    "pristine.core.futures.handles": ("AsyncFutureHandle", "FutureHandle", "StartingFuture"),
    "pristine.ports.model": ("NULL", "Null"),
    "pristine.ports.transport": ("AsyncTransport", "Transport"),
    "pristine.sdk.calls": ("Calls", "Resource", "given"),
    "pristine.sdk.clients": ("BaseAsyncClient", "BaseClient", "wired"),
    "pristine.sdk.fields": ("default", "masked", "unchecked", "wire"),
    "pristine.sdk.model": ("Model",),
    "pristine.sdk.package": ("lazily", "manifest_of"),
    "pristine.sdk.responses": (
        "async_raw",
        "async_raw_any",
        "async_streamed",
        "deprecated",
        "raw",
        "raw_any",
        "streamed",
    ),
    "pristine.streaming.response": ("AsyncStreamResponse", "Opening", "StreamResponse"),
}
_HOME_OF: Final = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)  # noqa: PLE0605 a list of strings, made from the table


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'pristine.sdk' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOME_OF[name]), name)
    return value


def __dir__() -> list[str]:
    return list(__all__)
