"""Work that the server was to finish later did not come to a result."""

from pristine.ports.errors.answers import ResponseError
from pristine.ports.errors.base import Fault, PristineError
from pristine.ports.errors.network import TimeoutExceeded
from pristine.ports.errors.requests import RequestError


class FutureError(PristineError):
    """The work has ended without a result. `token` is the text of its handle."""

    token: str = ""


class FutureFailed(FutureError, ResponseError):
    """The server says that the work failed.

    `category` says whose doing it was ("user", "server" or "unknown"), `code` what the API calls it, and `value` what
    stands in its answer where the error is.
    """

    fault = Fault.SERVER
    category: str = "unknown"
    code: str | None = None
    value: object = None


class FutureExpired(FutureError):
    """The server does not know the work any more, or has given its result away already."""

    fault = Fault.SERVER


class FutureCancelled(FutureError):
    """`cancel` was called, here or elsewhere."""


class FutureTimedOut(FutureError, TimeoutExceeded):
    """The work took longer than `poll_timeout`; it may still end, but nobody asks for it any more."""


class TokenRefused(RequestError):
    """The token of a future is none of this API's, is not whole, or is of a version that is not known."""
