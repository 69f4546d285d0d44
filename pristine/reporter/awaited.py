"""The reporter of async programs, without a thread: it sends when the application's own event loop lets it."""

import asyncio
import time
from contextlib import suppress
from typing import Self, Unpack

from pristine.core.context import Context
from pristine.core.pipeline import AsyncPipeline
from pristine.ports.transport import AsyncTransport
from pristine.reporter.reporting import ENDPOINT, Reporting
from pristine.reporter.settings import Options


class AsyncReporter(Reporting):
    """Sends events from `run`, which an `async with` block runs as a task; or from `flush`.

    Options, events and counts are those of Reporter. There is no flush at the exit of the process: leave the block, or
    await `stop`.
    """

    def __init__(self, context: Context[AsyncTransport], **options: Unpack[Options]) -> None:
        super().__init__(context, options)
        self._pipeline = AsyncPipeline(self.manifest, self.context)

    def after_fork(self) -> None:
        super().after_fork()
        self._turn = asyncio.Lock()
        self._full = asyncio.Event()
        self._settled = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Send what comes, until it is cancelled or stopped."""
        self._loop = asyncio.get_running_loop()
        while not self.stopped:
            with suppress(TimeoutError):
                async with asyncio.timeout(self.settings.interval):
                    await self._full.wait()
            self._full.clear()
            due = self.outbox.due(self.outbox.last)
            if due is not None and due <= time.monotonic():
                await self.flush()

    async def flush(self, timeout: float | None = None) -> bool:  # noqa: ASYNC109 as Reporter has it
        """Send what is here now; whether all of it has left. What failed stays here for the next time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout), self._turn:
                return await self._flushed()
        return False

    async def wait_until_drained(self, timeout: float | None = None) -> bool:  # noqa: ASYNC109 the same
        """Wait until `run` has left nothing, at its usual pace; whether that was within `timeout` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while len(self.outbox):
                    self._settled.clear()
                    await self._settled.wait()
        return len(self.outbox) == 0

    async def stop(self, timeout: float = 5.0) -> bool:  # noqa: ASYNC109 the same
        """Take no more, send what is left within `timeout` seconds, and drop the rest; whether all was sent."""
        self.stopped = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        done = await self.flush(timeout)
        with self.changed:
            self.outbox.abandon()
        self._settled.set()
        await self._pipeline.aclose()
        return done

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _taken(self) -> None:
        if self._loop is not None and self.outbox.is_full:
            with suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(self._full.set)

    async def _flushed(self) -> bool:
        mark = self.outbox.last
        while (oldest := self.outbox.oldest) is not None and oldest <= mark:
            if await self._sent() is not None and self.outbox.oldest == oldest:
                return False
        return True

    async def _sent(self) -> Exception | None:
        with self.changed:
            batch = self.outbox.batch()
        if batch is None:
            return None
        failed: Exception | None = None
        try:
            raw = self._pipeline.with_raw_response
            await raw.execute(ENDPOINT, self.body(batch), timeout=self.settings.timeout, idempotency_key=batch.key)
        except Exception as error:  # noqa: BLE001 the application must not fail by it
            failed = error
        with self.changed:
            self.outbox.settle(failed, time.monotonic())
        self._settled.set()
        return failed
