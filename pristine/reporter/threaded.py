"""The reporter of blocking programs: one daemon thread sends, and is started with the first event."""

import atexit
import threading
import time
from typing import Self, Unpack

from pristine.core.context import Context
from pristine.core.pipeline import Pipeline
from pristine.ports.transport import Transport
from pristine.reporter.outbox import Batch
from pristine.reporter.reporting import ENDPOINT, Reporting
from pristine.reporter.settings import Options


class Reporter(Reporting):
    """Sends events to where the context's `base_url` is; see `Settings` for the options.

    Reporting never waits; `flush`, `wait_until_drained` and `stop` do, within a time. A forked child begins with an
    empty queue and a thread of its own. At the exit of the process, what is left is sent within `exit_timeout`.
    """

    def __init__(self, context: Context[Transport], **options: Unpack[Options]) -> None:
        super().__init__(context, options)
        self._pipeline = Pipeline(self.manifest, self.context)

    def after_fork(self) -> None:
        super().after_fork()
        self._thread: threading.Thread | None = None
        self._wanted = 0
        self._hurried = False
        self._ends: float | None = None

    def flush(self, timeout: float | None = None) -> bool:
        """Send what is here now, without waiting for more; whether all of it has left within `timeout` seconds.

        What the server has refused, and what there was no room for, has left, too: `counts` tells.
        """
        with self.changed:
            self._wanted = mark = self.outbox.last
            self._hurried = True
            self.changed.notify_all()
            return self.changed.wait_for(lambda: self._left(mark), timeout)

    def wait_until_drained(self, timeout: float | None = None) -> bool:
        """Wait until nothing is left, at the usual pace; whether that was within `timeout` seconds."""
        with self.changed:
            return self.changed.wait_for(lambda: len(self.outbox) == 0, timeout)

    def stop(self, timeout: float = 5.0) -> bool:
        """Take no more, send what is left within `timeout` seconds, and drop the rest; whether all was sent.

        It may be called again.
        """
        with self.changed:
            self.stopped = self._hurried = True
            self._wanted, self._ends = self.outbox.last, time.monotonic() + timeout
            thread = self._thread
            self.changed.notify_all()
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)
        with self.changed:
            done = len(self.outbox) == 0
            self.outbox.abandon()
            self.changed.notify_all()
        atexit.unregister(self._at_exit)
        if thread is None:
            self._pipeline.close()
        return done

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- the thread ----------------------------------------------------------------------------------------------------

    def _taken(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="pristine-reporter", daemon=True)
            try:
                self._thread.start()
                atexit.register(self._at_exit)
            except RuntimeError:  # the interpreter is about to end, and starts no thread any more
                self._thread = None
        elif self.outbox.is_full or len(self.outbox) == 1:
            self.changed.notify_all()

    def _at_exit(self) -> None:
        self.stop(self.settings.exit_timeout)

    def _run(self) -> None:
        while (batch := self._next()) is not None:
            error = self._send(batch)
            with self.changed:
                self.outbox.settle(error, time.monotonic())
                self.changed.notify_all()
        self._pipeline.close()

    def _next(self) -> Batch | None:
        """The next batch, when it is due; None: it is over."""
        with self.changed:
            while True:
                now, due = time.monotonic(), self.outbox.due(self._wanted)
                if self.stopped and self._is_over(now, due):
                    return None
                if due is not None and (due <= now or self._hurried):
                    self._hurried = False
                    return self.outbox.batch()
                self.changed.wait(None if due is None else due - now)

    def _is_over(self, now: float, due: float | None) -> bool:
        """Whether nothing is left that could still be sent in time."""
        ends = self._ends or 0.0
        return due is None or now >= ends or (due >= ends and not self._hurried)

    def _send(self, batch: Batch) -> Exception | None:
        seconds = self.settings.timeout
        if self._ends is not None:
            seconds = max(0.001, min(seconds, self._ends - time.monotonic()))
        try:
            raw = self._pipeline.with_raw_response
            raw.execute(ENDPOINT, self.body(batch), timeout=seconds, idempotency_key=batch.key)
        except Exception as error:  # noqa: BLE001 the thread must not end by it
            return error
        return None

    def _left(self, mark: int) -> bool:
        oldest = self.outbox.oldest
        return oldest is None or oldest > mark
