"""StreamTransportContract: everything that StreamTransport, ByteStream and their async faces promise."""

from typing import ClassVar

from pristine.testing.contracts.arriving import Arriving
from pristine.testing.contracts.failures import Failures
from pristine.testing.contracts.keeping import Keeping
from pristine.testing.contracts.leaving import Leaving
from pristine.testing.contracts.limits import Limits
from pristine.testing.contracts.opening import Opening
from pristine.testing.contracts.pressing import Pressing
from pristine.testing.contracts.receiving import Receiving
from pristine.testing.contracts.sending import Sending
from pristine.testing.contracts.sharing import Sharing
from pristine.testing.contracts.statuses import Statuses
from pristine.testing.promises import Promise

OF_TRANSPORT = {"1", "2", "3", "4", "5", "6", "6a", "10"}
"""The promises of Transport that a StreamTransport gives too, by its first."""


class StreamTransportContract(
    Arriving, Pressing, Leaving, Opening, Statuses, Sending, Receiving, Failures, Limits, Sharing, Keeping
):
    """Holds a transport to the promises of StreamTransport and ByteStream, on each face that it has.

    Subclass it under a name that begins with Test, and say by `make` how the transport is made. The promises of
    Transport that hold for a stream as well are tested by opening a response and reading it to its end.
    """

    way: ClassVar[str] = "open"
    test_a_body_that_is_cut_short_is_an_error = None  # type: ignore[assignment]  # it is ByteStream's promise 1 here

    def cited(self, held: Promise) -> Promise:
        if held.port in {"Transport", "AsyncTransport"} and held.number in OF_TRANSPORT:
            return Promise("StreamTransport", "1", f"as {held}")
        return held
