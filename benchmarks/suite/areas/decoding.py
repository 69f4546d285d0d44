"""JSON bytes to typed objects: orders of a shop, as 2 KB and as 100 KB."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from benchmarks import typed
from benchmarks.suite.areas.meter import Figures, each, metered

SIZES: Final = {"2 KB": 2_000, "100 KB": 100_000}

PEER: Final = "msgspec into attrs"
READERS: Final = (
    PEER,
    "json.loads",
    "orjson, untyped",
    "cattrs with msgspec",
    "pydantic",
    "pristine, json",
    "pristine, msgspec",
)


def measured(name: str, root: str, effort: float) -> dict[str, Figures]:
    """CPU of one document; `effort` is about how many seconds each size is read for."""
    read = _reader(name)
    found = {}
    for scenario, size in SIZES.items():
        data = typed.document(size)
        with metered() as trial:
            _read(read, data, trying := 200_000 // size)
        count = max(5, round(effort / trial["cpu"] * trying))
        with metered() as taken:
            _read(read, data, count)
        found[scenario] = each(taken, count)
    return found


def _read(read: Callable[[bytes], Any], data: bytes, count: int) -> None:
    for _ in range(count):
        read(data)


def _reader(name: str) -> Callable[[bytes], Any]:
    if name == "orjson, untyped":
        import orjson

        return partial(orjson.loads)
    return _pydantic() if name == "pydantic" else _of_ours()[name]


def _of_ours() -> dict[str, Callable[[bytes], Any]]:
    """What needs nothing but the package and its extras; the same readers as in `benchmarks/typed.py`."""
    return {
        PEER: typed.READERS[typed.PEER],
        "json.loads": json.loads,
        "cattrs with msgspec": typed.READERS["cattrs"],
        "pristine, json": typed.READERS["Models, json"],
        "pristine, msgspec": typed.READERS["Models, msgspec"],
    }


def _pydantic() -> Callable[[bytes], Any]:
    import pydantic

    line: Any = pydantic.create_model("Line", sku=str, count=int, price=(float | None, None))
    buyer: Any = pydantic.create_model("Buyer", name=str, email=(str | None, None))
    order: Any = pydantic.create_model(
        "Order",
        id=str,
        number=int,
        total=float,
        state=str,
        buyer=buyer,
        lines=list[line],
        note=(str | None, None),
        tags=(list[str] | None, None),
        meta=(dict[str, Any] | None, None),
    )
    page: Any = pydantic.create_model("Page", items=list[order], next=(str | None, None))
    return partial(page.model_validate_json)
