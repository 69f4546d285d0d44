"""A coroutine that never suspends is finished in one step, and one that does is found out."""

import asyncio

import pytest

from pristine.ports.blocking import finish
from pristine.ports.errors import WrongFace


async def add(left: int, right: int) -> int:
    return left + right


async def nested() -> int:
    return await add(1, 2) + await add(3, 4)


def test_it_returns_the_value() -> None:
    assert finish(nested()) == 10


def test_it_raises_what_the_coroutine_raises() -> None:
    async def fail() -> None:
        raise LookupError("here")

    with pytest.raises(LookupError, match="here"):
        finish(fail())


def test_one_that_suspends_is_closed_and_refused() -> None:
    cleaned: list[str] = []

    async def waits() -> None:
        try:
            await asyncio.sleep(0)
        finally:
            cleaned.append("up")

    with pytest.raises(WrongFace, match="suspended"):
        finish(waits())
    assert cleaned == ["up"]


async def test_it_needs_no_event_loop_and_minds_none() -> None:
    assert finish(nested()) == 10
