"""Every key of the language has an effect, which a test here would miss."""

from collections.abc import Callable, Mapping
from typing import Final

import pytest

from pristine.manifest.answers import ERROR_KEYS, PAGINATION_KEYS
from pristine.manifest.asking import ASKING_KEYS
from pristine.manifest.endpoints import DEFAULTS, EXAMPLE_KEYS, IDEMPOTENCY_KEYS, TIMEOUT_KEYS, Shared, _table
from pristine.manifest.futures import FUTURE_KEYS, PACE_KEYS
from pristine.manifest.load import MANIFEST_KEYS
from pristine.manifest.parameters import PARAMETER_KEYS
from pristine.manifest.policies import BREAKER_KEYS, DEADLINE_KEYS, LIMIT_KEYS, RETRY_KEYS, UNIT_KEYS
from pristine.manifest.reading import Cursor, Faults
from pristine.manifest.servers import SCHEME_KEYS, SERVER_KEYS, VARIABLE_KEYS
from pristine.manifest.streams import RECONNECT_KEYS, STREAMING_KEYS
from pristine.manifest.types import TypeReader
from pristine.ports.documents import Document
from tests.manifest.effects import answers, document, futures, pages, parameters, policies, requests, servers, streams

PARTS: Final = (document, servers, requests, parameters, answers, streams, pages, policies, futures)


def _all() -> Mapping[str, Mapping[str, Callable[[], None]]]:
    found: dict[str, dict[str, Callable[[], None]]] = {}
    for part in PARTS:
        for table, effects in part.EFFECTS.items():
            found.setdefault(table, {}).update(effects)
    return found


EFFECTS: Final = _all()
"""Table -> key -> what tests its effect."""

TABLES: Final = {
    "manifest": MANIFEST_KEYS,
    "server": SERVER_KEYS,
    "variable": VARIABLE_KEYS,
    "scheme": SCHEME_KEYS,
    "error": ERROR_KEYS,
    "pagination": PAGINATION_KEYS,
    "default": DEFAULTS,
    "example": EXAMPLE_KEYS,
    "endpoint": _table(Shared(types=TypeReader(Cursor(Document({}), (), {}, Faults())))),
    "streaming": {**STREAMING_KEYS, "items": None, "events": None},
    "reconnect": RECONNECT_KEYS,
    "timeout": TIMEOUT_KEYS,
    "idempotency": IDEMPOTENCY_KEYS,
    "parameter": PARAMETER_KEYS,
    "deadline": DEADLINE_KEYS,
    "retry": RETRY_KEYS,
    "limit": {**LIMIT_KEYS, "units": None},
    "unit": UNIT_KEYS,
    "breaker": BREAKER_KEYS,
    "future": {*FUTURE_KEYS, "ask", "cancel", "response"},
    "asking": ASKING_KEYS,
    "pace": PACE_KEYS,
}
"""Table -> the keys that the loader reads there."""


@pytest.mark.parametrize(
    "effect",
    [pytest.param(effect, id=f"{table}.{key}") for table, keys in EFFECTS.items() for key, effect in keys.items()],
)
def test_every_key_has_an_effect(effect: Callable[[], None]) -> None:
    effect()


def test_no_key_is_without_a_test() -> None:
    assert {table: set(keys) for table, keys in EFFECTS.items()} == {table: set(keys) for table, keys in TABLES.items()}


def test_parameters_have_formats_and_bounds() -> None:
    parameters.formats_of_parameters()
