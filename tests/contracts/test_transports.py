"""Every transport keeps its promises, on each of its faces. `make adapters` writes the reference from this."""

from collections.abc import Mapping
from typing import Any, Final

from pristine.adapters.aiohttp import AiohttpTransport
from pristine.adapters.httpx import HttpxTransport
from pristine.adapters.httpx2 import Httpx2Transport
from pristine.adapters.pyreqwest import PyreqwestTransport
from pristine.testing import StreamTransportContract, TransportContract
from tests.contracts.bridge import Bridged


class Httpx:
    name = "httpx"

    def make(self, **options: Any) -> Any:
        return HttpxTransport(**options)


class TestHttpx(Httpx, TransportContract):
    pass


class TestHttpxStreams(Httpx, StreamTransportContract):
    pass


class Httpx2:
    name = "httpx2"

    def make(self, **options: Any) -> Any:
        return Httpx2Transport(**options)


class TestHttpx2(Httpx2, TransportContract):
    pass


class TestHttpx2Streams(Httpx2, StreamTransportContract):
    pass


class Aiohttp:
    name = "aiohttp"

    def make(self, **options: Any) -> Any:
        return AiohttpTransport(**options)


class TestAiohttp(Aiohttp, TransportContract):
    pass


class TestAiohttpStreams(Aiohttp, StreamTransportContract):
    pass


class Pyreqwest:
    name = "pyreqwest"
    tolerances: Mapping[str, str] = {
        "test_a_url_is_not_tidied": (
            "it would write `..`, and quotes in a query, as a browser does; the adapter refuses them"
        ),
        "test_no_field_is_added": "it sends a User-Agent with every request; the adapter makes it an empty one",
        "test_the_order_of_the_fields": "it sends the fields of one name together",
        "test_a_field_is_latin_1": (
            "it writes fields in UTF-8; the adapter refuses a value of Latin-1 that it would write otherwise"
        ),
        "test_a_field_of_the_response_is_latin_1": "it does not give the value of a field that is not ASCII",
    }

    def make(self, **options: Any) -> Any:
        return PyreqwestTransport(**options)


class TestPyreqwest(Pyreqwest, TransportContract):
    pass


class TestPyreqwestStreams(Pyreqwest, StreamTransportContract):
    pass


WHOLE: Final = "an answer is in its script before it is asked for: nothing is under way"
NO_CONNECTION: Final = "it has no connections"


class Memory:
    """Scripted by a function that asks the server: its answers are whole, and without connections."""

    name = "memory"
    skips: Mapping[str, str] = {
        "test_close_ends_what_is_under_way": WHOLE,
        "test_an_announced_size_is_enough": WHOLE,
        "test_a_body_that_grows_is_cut_off": WHOLE,
        "test_open_returns_with_the_head": WHOLE,
        "test_a_stream_that_is_not_read_disturbs_nobody": WHOLE,
        "test_bytes_come_as_they_arrive": WHOLE,
        "test_the_end_is_the_end": WHOLE,
        "test_a_wait_may_have_a_limit_of_its_own": WHOLE,
        "test_within_does_not_take_the_place_of_the_read_limit": WHOLE,
        "test_silence_counts_while_somebody_waits": WHOLE,
        "test_close_at_any_time": WHOLE,
        "test_what_was_left_early_is_not_the_next_answer": WHOLE,
        "test_the_connection_is_returned": NO_CONNECTION,
        "test_leaving_early_closes_the_connection": NO_CONNECTION,
    }

    def make(self, **options: Any) -> Any:
        return Bridged(**options)


class TestMemory(Memory, TransportContract):
    pass


class TestMemoryStreams(Memory, StreamTransportContract):
    pass
