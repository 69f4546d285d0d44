"""TransportContract: everything that Transport and AsyncTransport promise."""

from pristine.testing.contracts.bounds import Bounds
from pristine.testing.contracts.cancelling import Cancelling
from pristine.testing.contracts.closing import Closing
from pristine.testing.contracts.connecting import Connecting
from pristine.testing.contracts.failures import Failures
from pristine.testing.contracts.keeping import Keeping
from pristine.testing.contracts.limits import Leniency, Limits
from pristine.testing.contracts.receiving import Receiving
from pristine.testing.contracts.sending import Sending
from pristine.testing.contracts.sharing import Sharing
from pristine.testing.contracts.statuses import Statuses


class TransportContract(
    Statuses, Sending, Receiving, Failures, Limits, Leniency, Sharing, Bounds, Closing, Cancelling, Keeping, Connecting
):
    """Holds a transport to the promises of Transport and AsyncTransport, on each face that it has.

    Subclass it under a name that begins with Test, and say by `make` how the transport is made.
    """
