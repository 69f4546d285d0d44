"""The clients of tinker 0.38: `Client` is blocking, `AsyncClient` is awaited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pristine import sdk as _sdk

from .resources.endpoints import (
    AsyncEndpoints,
    AsyncEndpointsWithRawResponse,
    AsyncEndpointsWithStreamingResponse,
    Endpoints,
    EndpointsWithRawResponse,
    EndpointsWithStreamingResponse,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal, Unpack


class Client(_sdk.BaseClient, Endpoints):
    """A client of tinker 0.38, blocking; use it in a `with` block.

    Args:
        key: a secret (apiKey). An API key, which begins with tml-.
        base_url: where the API is, if the manifest does not say or is not to be followed.
        server: a server of the manifest, by its name; the first one where it is not given.
        server_variables: what stands in the server's URL.
        transport: an adapter by name, its options, or an instance; httpx.
        context: a Context that is there already, instead of the settings below.
        wiring: further settings of `pristine.context`: timeout, retry, telemetry and others.
    """

    def __init__(
        self,
        *,
        key: str | None = None,
        base_url: str | None = None,
        server: Literal["production"] | None = None,
        server_variables: Mapping[str, str] | None = None,
        transport: _sdk.Choice | _sdk.Transport | None = None,
        context: _sdk.Context[_sdk.Transport] | None = None,
        **wiring: Unpack[_sdk.Wiring],
    ) -> None:
        super().__init__(
            _sdk.manifest_of(__name__.rpartition(".")[0]),
            _sdk.wired(
                context,
                wiring,
                {"key": key},
                base_url=base_url,
                server=server,
                server_variables=server_variables,
                transport=transport,
            ),
        )

    @property
    def with_raw_response(self) -> EndpointsWithRawResponse:
        """The same client, whose calls give the whole response, undecoded."""
        return EndpointsWithRawResponse(self._in("with_raw_response"))

    @property
    def with_streaming_response(self) -> EndpointsWithStreamingResponse:
        """The same client, whose calls give the open response."""
        return EndpointsWithStreamingResponse(self._in("with_streaming_response"))


class AsyncClient(_sdk.BaseAsyncClient, AsyncEndpoints):
    """A client of tinker 0.38, awaited; use it with `async with`, or call `aclose`.

    Args:
        key: a secret (apiKey). An API key, which begins with tml-.
        base_url: where the API is, if the manifest does not say or is not to be followed.
        server: a server of the manifest, by its name; the first one where it is not given.
        server_variables: what stands in the server's URL.
        transport: an adapter by name, its options, or an instance; httpx.
        context: a Context that is there already, instead of the settings below.
        wiring: further settings of `pristine.context`: timeout, retry, telemetry and others.
    """

    def __init__(
        self,
        *,
        key: str | None = None,
        base_url: str | None = None,
        server: Literal["production"] | None = None,
        server_variables: Mapping[str, str] | None = None,
        transport: _sdk.Choice | _sdk.AsyncTransport | None = None,
        context: _sdk.Context[_sdk.AsyncTransport] | None = None,
        **wiring: Unpack[_sdk.Wiring],
    ) -> None:
        super().__init__(
            _sdk.manifest_of(__name__.rpartition(".")[0]),
            _sdk.wired(
                context,
                wiring,
                {"key": key},
                base_url=base_url,
                server=server,
                server_variables=server_variables,
                transport=transport,
            ),
        )

    @property
    def with_raw_response(self) -> AsyncEndpointsWithRawResponse:
        """The same client, whose calls give the whole response, undecoded."""
        return AsyncEndpointsWithRawResponse(self._in("with_raw_response"))

    @property
    def with_streaming_response(self) -> AsyncEndpointsWithStreamingResponse:
        """The same client, whose calls give the open response."""
        return AsyncEndpointsWithStreamingResponse(self._in("with_streaming_response"))
