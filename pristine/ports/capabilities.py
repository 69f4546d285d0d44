"""What a transport can do, as data: so that what it cannot is known when a Context is built, and not at night."""

from enum import StrEnum
from typing import Any


class Capability(StrEnum):
    """A thing that one transport can do and another cannot.

    A transport has them as `capabilities`, a frozenset. One that does not is taken at the word of its Protocol: it has
    the methods that it has, and keeps every promise; of the rest it has none.
    """

    STREAMING = "streaming"
    """Bodies of answers piece by piece: `open` or `aopen`."""
    UPLOADS = "uploads"
    """Bodies of requests piece by piece."""
    BACK_PRESSURE = "back_pressure"
    """What is not read is not taken from the peer."""
    CANCEL = "cancel"
    """`cancel` wakes a reader that waits, from any thread."""
    TOTAL_TIMEOUT = "total_timeout"
    """`timeout.total` holds however the bytes trickle."""
    HTTP2 = "http2"
    TRAILERS = "trailers"
    """Fields behind a chunked body reach the caller: as `trailers`, Headers, of a stream that was read to its end."""
    PROXY = "proxy"
    LOCAL_ADDRESS = "local_address"
    CLIENT_CERTIFICATE = "client_certificate"


PROMISED = frozenset(
    {Capability.UPLOADS, Capability.BACK_PRESSURE, Capability.CANCEL, Capability.TOTAL_TIMEOUT},
)
"""What the Protocols promise anyway."""


def capabilities_of(transport: Any) -> frozenset[Capability]:
    """What a transport, or its class, says it can do; or what its methods and its Protocol say for it."""
    said = getattr(transport, "capabilities", None)
    if isinstance(said, frozenset):
        return said
    streams = hasattr(transport, "open") or hasattr(transport, "aopen")
    return PROMISED | {Capability.STREAMING} if streams else PROMISED - {Capability.BACK_PRESSURE, Capability.CANCEL}


def faces_of(port: Any, methods: tuple[str, str] = ("send", "asend")) -> tuple[str, ...]:
    """The faces a port has, by its two methods, which are a transport's otherwise: "blocking", "async" or both."""
    return tuple(face for face, method in zip(("blocking", "async"), methods, strict=True) if hasattr(port, method))
