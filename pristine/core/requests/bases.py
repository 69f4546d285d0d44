"""Where endpoints are: the base URL of the API, and those of the servers that endpoints name. Pure.

A Context's `base_url` and `server` are about the API's own place alone. Where an endpoint is that the manifest puts
elsewhere is not guessed from them: a Context with a `base_url` says it under the name of its server, or it is not
called. A test or a staging area would otherwise send its credentials to the place of production.
"""

from collections.abc import Mapping
from typing import Any

from pristine.core.context import Context
from pristine.manifest.model import Manifest
from pristine.manifest.reading import suggestion
from pristine.ports.errors import ConfigurationError


def bases_of(manifest: Manifest, context: Context[Any]) -> Mapping[str, str | None]:
    """The base URLs by `Endpoint.server`; None where nobody says where that is.

    Raises ConfigurationError for a server or variable that there is not.
    """
    known = [one.name for one in manifest.servers if one.name]
    for name in context.servers.keys() - known:
        hint = suggestion(name, known) or "; none has a name"
        raise ConfigurationError(f"the manifest has no server {name!r}{hint}", setting=f"servers.{name}")
    named = {name: _named(manifest, context, name) for name in manifest.elsewhere}
    return {"": _own(manifest, context), **named}


def _own(manifest: Manifest, context: Context[Any]) -> str | None:
    if context.base_url is not None:
        return context.base_url
    server = manifest.find_server(context.server)
    if server is not None and server.name in context.servers:
        return context.servers[server.name]
    own = set(server.variables) if server is not None else set()
    elsewhere = {
        variable for one in manifest.servers if one.name in manifest.elsewhere for variable in one.variables
    } - own
    return manifest.server(
        context.server, {n: one for n, one in context.server_variables.items() if n not in elsewhere}
    )


def _named(manifest: Manifest, context: Context[Any], name: str) -> str | None:
    if name in context.servers or context.base_url is not None:
        return context.servers.get(name)
    server = manifest.find_server(name)
    assert server is not None  # noqa: S101 the manifest was loaded
    return server.filled({n: one for n, one in context.server_variables.items() if n in server.variables})
