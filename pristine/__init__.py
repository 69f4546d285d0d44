"""Pristine: the runtime under an HTTP API client. This file is its table of contents; names load when first used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pristine import futures as futures
    from pristine.adapters.auth import ApiKey as ApiKey
    from pristine.adapters.auth import Basic as Basic
    from pristine.adapters.auth import Bearer as Bearer
    from pristine.adapters.auth import StaticHeaders as StaticHeaders
    from pristine.adapters.tokens import TokenAuth as TokenAuth
    from pristine.client import AsyncClient as AsyncClient
    from pristine.client import Client as Client
    from pristine.config import Context as Context
    from pristine.config import context as context
    from pristine.config import deadline as deadline
    from pristine.config import load_manifest_file as load_manifest_file
    from pristine.core.bodies.multipart import Part as Part
    from pristine.core.bodies.multipart import multipart as multipart
    from pristine.core.bodies.sources import body_of as body_of
    from pristine.core.bodies.sources import gzipped as gzipped
    from pristine.core.bodies.sources import with_progress as with_progress
    from pristine.core.capture import capture_exceptions as capture_exceptions
    from pristine.core.pipeline import AsyncPipeline as AsyncPipeline
    from pristine.core.pipeline import Pipeline as Pipeline
    from pristine.manifest.load import load_manifest as load_manifest
    from pristine.manifest.model import Manifest as Manifest
    from pristine.ports.auth import AccessToken as AccessToken
    from pristine.ports.errors import ConfigurationError as ConfigurationError
    from pristine.ports.errors import ManifestError as ManifestError
    from pristine.ports.errors import PristineError as PristineError
    from pristine.ports.errors import RequestError as RequestError
    from pristine.ports.errors import ResponseError as ResponseError
    from pristine.ports.errors import StatusError as StatusError
    from pristine.ports.errors import StreamInterrupted as StreamInterrupted
    from pristine.ports.errors import TimeoutExceeded as TimeoutExceeded
    from pristine.ports.errors import TransportError as TransportError
    from pristine.ports.events import Event as Event
    from pristine.ports.headers import Headers as Headers
    from pristine.ports.messages import Request as Request
    from pristine.ports.messages import Response as Response
    from pristine.ports.messages import Timeout as Timeout
    from pristine.ports.model import NULL as NULL
    from pristine.ports.model import Model as Model
    from pristine.reporter import AsyncReporter as AsyncReporter
    from pristine.reporter import Reporter as Reporter
    from pristine.streaming.dispatch import STOP as STOP
    from pristine.streaming.response import AsyncStreamResponse as AsyncStreamResponse
    from pristine.streaming.response import StreamResponse as StreamResponse
    from pristine.streaming.sse import SSEDecoder as SSEDecoder

__version__ = "0.1.0"

_HOMES: Final = {
    "pristine": ("futures",),  # a module
    "pristine.adapters.auth": ("ApiKey", "Basic", "Bearer", "StaticHeaders"),
    "pristine.adapters.tokens": ("TokenAuth",),
    "pristine.client": ("AsyncClient", "Client"),
    "pristine.config": ("Context", "context", "deadline", "load_manifest_file"),
    "pristine.core.bodies.sources": ("body_of", "gzipped", "with_progress"),
    "pristine.core.bodies.multipart": ("Part", "multipart"),
    "pristine.core.capture": ("capture_exceptions",),
    "pristine.core.pipeline": ("AsyncPipeline", "Pipeline"),
    "pristine.manifest.load": ("load_manifest",),
    "pristine.manifest.model": ("Manifest",),
    "pristine.ports.auth": ("AccessToken",),
    "pristine.ports.errors": (
        "ConfigurationError",
        "ManifestError",
        "PristineError",
        "RequestError",
        "ResponseError",
        "StatusError",
        "StreamInterrupted",
        "TimeoutExceeded",
        "TransportError",
    ),
    "pristine.ports.events": ("Event",),
    "pristine.ports.headers": ("Headers",),
    "pristine.ports.messages": ("Request", "Response", "Timeout"),
    "pristine.ports.model": ("NULL", "Model"),
    "pristine.reporter": ("AsyncReporter", "Reporter"),
    "pristine.streaming.dispatch": ("STOP",),
    "pristine.streaming.response": ("AsyncStreamResponse", "StreamResponse"),
    "pristine.streaming.sse": ("SSEDecoder",),
}
_HOME_OF: Final = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)  # noqa: PLE0605 a list of strings, made from the table


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'pristine' has no attribute {name!r}")
    home = _HOME_OF[name]
    value = import_module(f"{home}.{name}") if home == __name__ else getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
