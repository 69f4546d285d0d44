"""A client of the caller's -> the transport over it, of the one face that it has."""

import sys
from collections.abc import Mapping
from typing import Any

from pristine.adapters.httpcore.client_blocking import ClientTransport
from pristine.adapters.httpcore.client_looped import AsyncClientTransport
from pristine.adapters.httpcore.vendor import Vendor
from pristine.ports.errors import ConfigurationError


def on_client(vendor: Vendor, client: Any, options: Mapping[str, Any]) -> ClientTransport | AsyncClientTransport:
    """Raises ConfigurationError for what is no client of the vendor's, and for options beside it."""
    if options:
        told = f"{', '.join(options)}: the client that is given has its own; set it there, or give no client"
        raise ConfigurationError(told, setting=next(iter(options)))
    library = sys.modules.get(vendor.name)  # which is loaded where there is a client of it
    if library is not None and isinstance(client, library.Client):
        return ClientTransport(library, client)
    if library is not None and isinstance(client, library.AsyncClient):
        return AsyncClientTransport(library, client)
    name, kind = vendor.name, type(client)
    told = f"client: {kind.__module__}.{kind.__qualname__} is neither {name}.Client nor {name}.AsyncClient"
    raise ConfigurationError(told, setting="client")
