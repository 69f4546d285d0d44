from typing import Any

import pytest

from tests.adapters.otel.traced import Traced


@pytest.fixture
def made(face: type[Any]) -> Any:
    """Makes an API under telemetry, which is closed at the end."""
    opened: list[Traced] = []

    def make(*script: Any, **settings: Any) -> Traced:
        opened.append(Traced(face, list(script), **settings))
        return opened[-1]

    yield make
    for traced in opened:
        traced.close()
