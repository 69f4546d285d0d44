"""A call as it was asked for on the command line: the Context and the options that its flags mean.

A flag has the last word: over the configuration file, over the manifest, and over the file's credentials.
"""

from typing import Any

import attrs
import click

from pristine.adapters.auth import StaticHeaders
from pristine.cli import arguments
from pristine.config import Context, adapter, load_manifest_file
from pristine.core.call import CallOptions
from pristine.core.context import base_url
from pristine.core.operation import find
from pristine.manifest.model import Endpoint, Manifest
from pristine.ports.auth import Auth, refused_by
from pristine.ports.headers import Headers
from pristine.ports.messages import Request
from pristine.ports.transport import BothFaces


@attrs.frozen(kw_only=True, repr=False)
class Asked:
    """The arguments and options of `call` and `stream`, checked one by one."""

    manifest: str
    endpoint: str
    payload: str | None
    base_url: str | None
    transport: str | None
    config: str | None
    header: arguments.Pairs
    query: arguments.Pairs
    path_param: arguments.Pairs
    timeout: float | None
    idempotency_key: str | None
    as_json: bool
    stats: bool

    def operation(self, *, streams: bool) -> tuple[Manifest, Endpoint]:
        """The manifest, and the endpoint in it; raises UsageError where the other command is meant."""
        manifest = load_manifest_file(self.manifest)
        endpoint = find(manifest, self.endpoint).endpoint
        streaming = endpoint.streaming
        if streaming is not None if streams else streaming is None or streaming.when:
            return manifest, endpoint
        other = "does not stream: use 'pristine call'" if streams else "streams: use 'pristine stream'"
        raise click.UsageError(f"{endpoint.id} {other}", click.get_current_context())

    def context(self, manifest: Manifest) -> Context[BothFaces]:
        """The file's Context, with the flags' settings in place of its own; raises UsageError without a base URL."""
        context = self._configured(find(manifest, self.endpoint).endpoint.server)
        if context.base_url is None and manifest.server() is None:
            told = "there is no base URL: give --base-url, base_url in --config, or 'servers' in the manifest"
            raise click.UsageError(told, click.get_current_context())
        if signed := self._signed(manifest):
            others = {name: secret for name, secret in context.credentials.items() if name not in signed}
            context = context.with_(credentials=others, auth=context.auth or StaticHeaders(Headers(self.header)))
        if self.header and isinstance(context.auth, Auth):
            return context.with_(auth=HeadersLast(context.auth, self.header))
        return context

    def _signed(self, manifest: Manifest) -> set[str]:
        """The schemes whose credential is among the headers of the command line."""
        given = {name.lower() for name, _ in self.header}
        schemes = manifest.schemes.items()
        return {name for name, scheme in schemes if scheme.location == "header" and scheme.name.lower() in given}

    def _configured(self, server: str) -> Context[BothFaces]:
        settings: dict[str, Any] = {}
        # Flags are checked here, because an error out of the file's Context is said to be the file's.
        if self.base_url is not None:
            settings["base_url"] = base_url(self.base_url)
            if server:  # the one call is to go there, wherever the manifest has its endpoint
                settings["servers"] = {server: settings["base_url"]}
        if self.transport is not None:
            adapter("transport", self.transport)
            settings["transport"] = self.transport
        return Context[BothFaces].from_config(self.config or {}, **settings)

    def options(self, endpoint: Endpoint) -> CallOptions:
        """What this one call says for itself."""
        return CallOptions(
            path_params=arguments.parameters(self.path_param, endpoint.path_params, "path"),
            query=arguments.parameters(self.query, endpoint.query or {}, "query"),
            headers=self.header,
            timeout=self.timeout,
            idempotency_key=self.idempotency_key,
        )


@attrs.frozen(repr=False)
class HeadersLast:
    """Auth: another one's, except that it may not replace a header of the command line."""

    auth: Auth
    headers: arguments.Pairs

    def sign(self, request: Request) -> Request:
        signed = self.auth.sign(request)
        mine = Headers(self.headers)
        replaced = [name for name in mine if signed.headers.get_all(name) != request.headers.get_all(name)]
        fields = [(name, value) for name, value in mine.multi_items() if name.lower() in replaced]
        return attrs.evolve(signed, headers=signed.headers.merged(fields)) if fields else signed

    def refused(self, request: Request) -> bool:
        return refused_by(self.auth, request)
