"""A plugin that saves time: the first that breaks a promise is held to every promise, the others to theirs."""

import pytest

from tests.contracts.broken import options, streams
from tests.contracts.broken.calls import BROKEN

EVERY = (options, streams)  # importing them fills the register
FIRST = {promise: name for name, promise in reversed(BROKEN.items())}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    spared = [item for item in items if not _wanted(item)]
    items[:] = [item for item in items if _wanted(item)]
    config.hook.pytest_deselected(items=spared)


def _wanted(item: pytest.Item) -> bool:
    name = item.callspec.params["lab"].name  # type: ignore[attr-defined]  # every test of a contract has it
    promise = BROKEN.get(name)
    marks = item.iter_markers("pristine_promise")
    held = [f"{mark.kwargs['port']} {mark.kwargs['number']}" for mark in marks]
    return promise is None or FIRST[promise] == name or promise in held
