"""Transports that declare a capability, or take an option, and do nothing with it."""

from typing import Any, ClassVar

from pristine.ports.capabilities import Capability
from tests.contracts.broken.calls import breaks
from tests.contracts.broken.good import Sends


class _Ignores(Sends):
    """Takes options, as long as there are no others among them, and leaves it at that."""

    ignored: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, **options: Any) -> None:
        if self.ignored and self.ignored & options.keys():
            options = {}
        super().__init__(**options)


@breaks("ConnectionOptions max_idle")
class IgnoresMaxIdle(_Ignores):
    ignored = frozenset({"max_idle"})


@breaks("ConnectionOptions keep_alive")
class IgnoresKeepAlive(_Ignores):
    ignored = frozenset({"keep_alive"})


class _IgnoresTLS(Sends):
    ignored: ClassVar[str]

    def __init__(self, *, tls: Any = None, **options: Any) -> None:
        if tls is not None and self.ignored not in tls:
            raise TypeError(f"tls={tls}")
        super().__init__(**options)


@breaks("ConnectionOptions tls.ca")
class IgnoresTheAuthority(_IgnoresTLS):
    ignored = "ca"


@breaks("ConnectionOptions tls.verify")
class IgnoresVerify(_IgnoresTLS):
    ignored = "verify"


@breaks("Capability proxy")
class HasNoProxy(_Ignores):
    capabilities = Sends.capabilities | {Capability.PROXY}
    ignored = frozenset({"proxy"})


@breaks("Capability proxy")
class DoesNotTakeAProxy(Sends):
    capabilities = Sends.capabilities | {Capability.PROXY}


@breaks("Capability local_address")
class ComesFromAnywhere(_Ignores):
    capabilities = Sends.capabilities | {Capability.LOCAL_ADDRESS}
    ignored = frozenset({"local_address"})


@breaks("Capability client_certificate")
class HasNoCertificate(Sends):
    capabilities = Sends.capabilities | {Capability.CLIENT_CERTIFICATE}

    def __init__(self, *, tls: Any = None, **options: Any) -> None:
        if tls is not None and "certificate" not in tls:
            raise TypeError(f"tls={tls}")
        super().__init__(**options)


@breaks("Capability http2")
class SpeaksHttp1Alone(_Ignores):
    capabilities = Sends.capabilities | {Capability.HTTP2}
    ignored = frozenset({"http2"})


@breaks("Capability streaming")
class HasNoStreams(Sends):
    capabilities = Sends.capabilities | {Capability.STREAMING}


@breaks("Capability none")
class TakesWhatItCannotDo(_Ignores):
    ignored = frozenset({"local_address"})
