"""How many functions a typed call enters beyond the bare client's: no matter of time, so it may be held in any run.

The count is the same under any load, but for a step of the event loop now and then, which is less than one in a call.
"""

from collections.abc import Iterator
from functools import cache
from typing import Final

import pytest

from benchmarks.suite import server
from benchmarks.suite.areas import calls

BOUNDS: Final = {
    "pristine on aiohttp": 5,  # 294 beside 334; with CPython 3.13, 280 beside 281
    "pristine on aiohttp, production": 50,  # with retries, budget, pace, breaker and telemetry: 340
    "pristine on httpx2": -1150,  # it stands on the parser below the client and its pool
    "pristine on httpx2, production": -1100,
}
"""More than the bare client's, at most."""


IN_ALL: Final = {"pristine on pyreqwest": 255, "pristine on pyreqwest, production": 300}
"""At most. The bare client's own are 9 or 47, as it finds the answer there or has to be woken for it, and so for
us: 174 or 245, and 209 or 291."""


@pytest.fixture(scope="module")
def root() -> Iterator[str]:
    with server.running(None) as url:
        yield url


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """httpx looks through those of the environment for each request."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@cache
def _count(name: str, root: str, number: int = 0) -> float:
    """Counted once for each number."""
    return calls.on_a_loop(name, root, 1)["calls"]["calls"]


@pytest.mark.parametrize("name", BOUNDS)
def test_a_typed_call_enters_few_functions_beyond_the_bare_client_s(name: str, root: str) -> None:
    bare = _count(name.removeprefix("pristine on ").removesuffix(", production"), root)
    assert _count(name, root) <= bare + BOUNDS[name]


@pytest.mark.parametrize("name", IN_ALL)
def test_a_typed_call_on_pyreqwest_enters_few_functions(name: str, root: str) -> None:
    """The least of some counts: on a busy machine it is woken more often."""
    assert min(_count(name, root, number) for number in range(3)) <= IN_ALL[name]
    assert min(calls.blocking(name, root, 1)["calls"]["calls"] for _ in range(3)) <= IN_ALL[name]


def test_the_count_is_the_same_each_time(root: str) -> None:
    assert abs(_count("pristine on aiohttp", root) - _count("pristine on aiohttp", root, 1)) < 1


def test_the_count_has_the_functions_of_python_and_of_c() -> None:
    with calls.Counter() as seen:
        sorted([2, 1], key=lambda number: number)
    assert seen.count == 3
