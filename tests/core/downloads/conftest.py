"""What the tests of this room share."""

from pathlib import Path

import pytest

from tests.conftest import Connect, Serve
from tests.core.downloads.origin import Left, Origin


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "file.bin"


@pytest.fixture
def left(connect: Connect, serve: Serve, target: Path) -> Left:
    """1000 bytes."""
    return Left(connect, serve, target, Origin(1000))
