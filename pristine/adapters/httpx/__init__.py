"""Transport: httpx, in both faces, over a connection pool of our own on its httpcore."""

from pristine.adapters.httpx.transport import HttpxTransport as HttpxTransport
