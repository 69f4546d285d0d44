"""The page of adapters is what the report says, and the report what the adapters say of themselves."""

import json
from typing import Any, Final

import pytest

from pristine.ports.capabilities import Capability, capabilities_of, faces_of
from tests.contracts import test_transports
from tests.docs import adapters

REPORT: Final[Any] = json.loads(adapters.REPORT.read_text(encoding="utf-8"))
TESTED: Final[list[Any]] = [
    test_transports.Httpx,
    test_transports.Httpx2,
    test_transports.Aiohttp,
    test_transports.Pyreqwest,
    test_transports.Memory,
]


def test_the_page_is_made_from_the_report() -> None:
    assert adapters.PAGE.read_text(encoding="utf-8") == adapters.rendered(REPORT), "run: make adapters"


def test_every_transport_is_in_the_report_and_breaks_nothing() -> None:
    assert [transport["name"] for transport in REPORT["transports"]] == [tested.name for tested in TESTED]
    assert [transport["broken"] for transport in REPORT["transports"]] == [[] for _ in TESTED]


@pytest.mark.parametrize("tested", TESTED, ids=lambda tested: tested.name)
def test_the_report_has_what_an_adapter_declares(tested: Any) -> None:
    transport = tested().make()
    [said] = [each for each in REPORT["transports"] if each["name"] == tested.name]
    declared = {name for name, faces in said["capabilities"].items() if set(faces.values()) != {"not declared"}}
    assert declared == capabilities_of(transport), "run: make adapters"
    assert tuple(said["faces"]) == faces_of(transport)
    assert said["shareable"] == getattr(transport, "shareable", False)
    assert said["capabilities"].keys() == {str(capability) for capability in Capability} == adapters.WORDS.keys()
