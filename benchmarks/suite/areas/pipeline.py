"""The pipeline's own share of a typed call: what it costs where the transport costs nothing.

Its request is checked and written, its answer read into the declared types; beside it stands what msgspec alone takes
to write and to read the same bytes.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from benchmarks.suite import contestants
from benchmarks.suite.areas.meter import Figures, each, metered
from benchmarks.suite.contestants import asked, shapes
from benchmarks.suite.server import answers

ALONE: Final = "msgspec alone"
TRIAL: Final = 200
URL: Final = "http://memory.test"


def measured(name: str, root: str, effort: float) -> dict[str, Figures]:
    """CPU of a call on each face; `effort` is about how many seconds each is measured for."""
    if name == ALONE:
        found = _repeated(_alone(), effort)
        return {"async": found, "blocking": found}
    contestant = contestants.opened(name, "blocking", URL)
    return {"async": asyncio.run(_on_a_loop(name, effort)), "blocking": _repeated(contestant.call, effort)}


def _alone() -> Callable[[], Any]:
    body = answers.unary("chat").partition(b"\r\n\r\n")[2]
    return lambda: shapes.completion(body) if shapes.encoded(asked.ASKED) else None


def _repeated(call: Callable[[], Any], effort: float) -> Figures:
    def calls(count: int) -> None:
        for _ in range(count):
            call()

    calls(TRIAL)
    with metered() as trial:
        calls(TRIAL)
    count = round(effort / trial["cpu"] * TRIAL)
    with metered() as taken:
        calls(count)
    return each(taken, count)


async def _on_a_loop(name: str, effort: float) -> Figures:
    call = contestants.opened(name, "async", URL).call

    async def calls(count: int) -> None:
        for _ in range(count):
            await call()

    await calls(TRIAL)
    with metered() as trial:
        await calls(TRIAL)
    count = round(effort / trial["cpu"] * TRIAL)
    with metered() as taken:
        await calls(count)
    return each(taken, count)
