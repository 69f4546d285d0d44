"""Transport: aiohttp, in the async face, over its connector and its parser."""

from pristine.adapters.aiohttp.transport import AiohttpTransport as AiohttpTransport
