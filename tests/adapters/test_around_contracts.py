"""A transport around another keeps every promise that the other keeps."""

import os
from typing import Any

from pristine.adapters.aiohttp import AiohttpTransport
from pristine.adapters.cassette import RecordTransport
from pristine.adapters.chaos import ChaosTransport
from pristine.adapters.httpx import HttpxTransport
from pristine.testing.contracts.streaming import StreamTransportContract
from pristine.testing.contracts.transport import TransportContract


class TestRecording(StreamTransportContract):
    name = "record-httpx"

    def make(self, **options: Any) -> RecordTransport:
        return RecordTransport(HttpxTransport(**options), os.devnull)


class TestChaos(TransportContract):
    name = "chaos-aiohttp"

    def make(self, **options: Any) -> ChaosTransport:
        return ChaosTransport(AiohttpTransport(**options))
