"""The composition root: names and options -> adapters -> a Context. The only place that knows where adapters live.

This file is a table of contents; names load when first used: most programs want a Context, and nothing else of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pristine.config.adapters import PORTS as PORTS
    from pristine.config.adapters import adapter as adapter
    from pristine.config.deadlines import deadline as deadline
    from pristine.config.files import load_manifest_file as load_manifest_file
    from pristine.config.files import read_document as read_document
    from pristine.config.files import read_manifest_document as read_manifest_document
    from pristine.config.listing import Installed as Installed
    from pristine.config.listing import installed as installed
    from pristine.config.openapi import import_openapi_file as import_openapi_file
    from pristine.config.wiring import Context as Context
    from pristine.config.wiring import context as context

_HOMES: Final = {
    "PORTS": "adapters",
    "Context": "wiring",
    "Installed": "listing",
    "adapter": "adapters",
    "context": "wiring",
    "deadline": "deadlines",
    "import_openapi_file": "openapi",
    "installed": "listing",
    "load_manifest_file": "files",
    "read_document": "files",
    "read_manifest_document": "files",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
