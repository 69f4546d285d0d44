"""A list that goes on from page to page, in both colours: by page, or by item. A page is fetched when it is wanted."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, Generic, Self

from pristine.core.answers.pages import Page, Pager, Token
from pristine.core.call import CallOptions
from pristine.core.engine import Engine
from pristine.ports.blocking import finish
from pristine.ports.generic import Of_co


class _Listing:
    """What both colours share."""

    def __init__(self, engine: Engine, endpoint_id: str, payload: Any, pager: Pager, options: CallOptions) -> None:
        self._engine = engine
        self._pager = pager
        self._call = (endpoint_id, payload, options)

    @property
    def token(self) -> Token | None:
        """Where the list goes on: give it as `start` to begin there, now or in another process. None: at the start.

        After the last page it is None, too, and `ended` is true.
        """
        return self._pager.token

    @property
    def ended(self) -> bool:
        """Whether the last page has come."""
        return self._pager.ended


class Pages(_Listing, Iterator[Page[Of_co]]):
    """Pages, one call each. A call that fails leaves the list where it was: the next one tries that page again."""

    def __next__(self) -> Page[Of_co]:
        if self._pager.ended:
            raise StopIteration
        return finish(self._engine.page(self._pager, *self._call))

    def items(self, limit: int | None = None) -> Iterator[Of_co]:
        """Every item, or the first `limit`, page after page; no page is fetched that is not needed."""
        left = limit
        while left is None or left > 0:
            page = next(self, None)
            if page is None:
                return
            yield from page.items if left is None else page.items[:left]
            left = None if left is None else left - len(page.items)


class AsyncPages(_Listing, AsyncIterator[Page[Of_co]]):
    """The async face of Pages."""

    async def __anext__(self) -> Page[Of_co]:
        if self._pager.ended:
            raise StopAsyncIteration
        return await self._engine.page(self._pager, *self._call)

    def items(self, limit: int | None = None) -> "AsyncItems[Of_co]":
        """Every item, or the first `limit`; see `Pages.items`."""
        return AsyncItems(self, limit)


class AsyncItems(Generic[Of_co]):
    """The items of a list, page after page."""

    def __init__(self, pages: AsyncPages[Of_co], limit: int | None) -> None:
        self._pages = pages
        self._left = limit
        self._ready: Iterator[Of_co] = iter(())

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Of_co:
        while self._left is None or self._left > 0:
            for item in self._ready:
                self._left = None if self._left is None else self._left - 1
                return item
            self._ready = iter((await anext(self._pages)).items)
        raise StopAsyncIteration
