"""The pyreqwest adapter keeps the promises, but for those that its vendor breaks: a change of them is seen here."""

from typing import Any

from pristine.adapters.pyreqwest import PyreqwestTransport
from pristine.testing.contracts.streaming import StreamTransportContract
from pristine.testing.contracts.transport import TransportContract

BEYOND = {
    "test_a_url_is_not_tidied": "it normalises URLs (WHATWG); what it would rewrite is refused",
    "test_a_field_is_latin_1": "it writes fields in UTF-8; a value whose bytes are not UTF-8 is refused",
    "test_no_field_is_added": "it adds `Accept: */*` and an empty User-Agent where they are not given",
    "test_the_order_of_the_fields": "it groups the fields of one name behind the first of them",
    "test_a_field_of_the_response_is_latin_1": "it does not give a field that is not ASCII",
}


class TestUnary(TransportContract):
    name = "pyreqwest"
    tolerances = BEYOND

    def make(self, **options: Any) -> PyreqwestTransport:
        return PyreqwestTransport(**options)


class TestStreams(StreamTransportContract):
    name = "pyreqwest"
    tolerances = BEYOND

    def make(self, **options: Any) -> PyreqwestTransport:
        return PyreqwestTransport(**options)
