"""What `--pristine-transport` collects: the contracts, of whoever is named on the command line."""

import pytest

from pristine.testing.contracts.streaming import StreamTransportContract
from pristine.testing.contracts.transport import TransportContract
from pristine.testing.lab import Case
from pristine.testing.session import chosen


class TestTransport(TransportContract):
    """Transport and AsyncTransport."""

    __test__ = True  # whatever python_classes says

    @classmethod
    def cases(cls, config: pytest.Config) -> list[Case]:
        return chosen(config)


class TestStreamTransport(StreamTransportContract):
    """StreamTransport, ByteStream and their async faces."""

    __test__ = True

    @classmethod
    def cases(cls, config: pytest.Config) -> list[Case]:
        return chosen(config)
