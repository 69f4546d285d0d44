"""What the tests of this room share."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.core.bodies.sources import CONTENT, Pipe


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "report.csv"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def source(request: pytest.FixtureRequest, path: Path) -> Iterator[Any]:
    value = request.param(path)
    yield value
    if isinstance(value, io.IOBase):
        assert not value.closed or isinstance(value, Pipe)
        value.close()
