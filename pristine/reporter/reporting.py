"""What both reporters have in common: what is taken, and what a batch looks like on its way."""

import threading
import time
from collections.abc import Mapping
from typing import Any, Final

from pristine.adapters.after_fork import renew_in_child
from pristine.adapters.checks import known_options
from pristine.core.context import Context
from pristine.core.futures.asking import Once
from pristine.manifest.load import load_manifest
from pristine.manifest.model import Manifest
from pristine.ports.errors import ConfigurationError
from pristine.ports.levels import INFO, level_of
from pristine.ports.telemetry import Signal
from pristine.reporter import entries
from pristine.reporter.outbox import Batch, Counts, Outbox
from pristine.reporter.sanitising import Sanitiser
from pristine.reporter.settings import KNOWN, Settings
from pristine.reporter.severity import severity_of

ENDPOINT: Final = "reporter.send"
"""Its own endpoint: what is told of calls to it is not reported."""


MOST_ANSWERED: Final = 1024 * 1024
"""How many bytes of an answer are read, which says nothing but that the events have come."""


class Reporting:
    """Takes events from any thread, at once and without failing. It is a listener, too, for a Context's `telemetry`."""

    stopped = False

    def __init__(self, context: Context[Any], options: Mapping[str, Any]) -> None:
        known_options("the reporter", options, KNOWN)
        if context.base_url is None:
            raise ConfigurationError("a reporter needs a context with base_url", setting="base_url")
        self.settings = Settings(**options)
        self.manifest = manifest(self.settings.path)
        most = min(context.max_response_bytes or MOST_ANSWERED, MOST_ANSWERED)
        self.context = context.with_(
            retry=Once(), credentials={}, max_response_bytes=most
        )  # those are for a manifest's schemes
        self._sanitiser = Sanitiser(
            {*self.settings.secrets, *context.credentials.values()},
            depth=self.settings.max_depth,
            items=self.settings.max_items,
            characters=self.settings.max_characters,
        )
        self.after_fork()
        renew_in_child(self)

    def after_fork(self) -> None:
        """Begin anew: what the parent has taken is the parent's to send."""
        self.changed = threading.Condition()  # its lock may be taken again by a finaliser of the same thread
        self.outbox = Outbox(self.settings, self.context.random)

    # -- what is taken -------------------------------------------------------------------------------------------------

    def log(self, message: str, /, severity: str = "info", **attributes: Any) -> None:
        """Report an event; raises ConfigurationError for a severity that there is not, and else nothing."""
        rank = severity_of(severity, "severity")
        if self._wants(rank.level):
            self._put(entries.logged(time.time(), rank, message, attributes))

    def log_exception(
        self, error: BaseException, message: str = "", /, severity: str = "error", **attributes: Any
    ) -> None:
        """Report an exception: its class, its text, its causes, and where each was raised."""
        rank = severity_of(severity, "severity")
        if self._wants(rank.level):
            self._put(entries.raised(time.time(), rank, message, error, attributes))

    @property
    def active(self) -> bool:
        return not self.stopped

    @property
    def failures_only(self) -> bool:
        """Whether what goes well is below its level."""
        return self.settings.level.level >= INFO

    def emit(self, signal: Signal) -> None:
        """Report a signal."""
        if signal.endpoint != ENDPOINT and self._wants(level_of(signal)):
            self._put(entries.told(time.time(), signal))

    @property
    def counts(self) -> Counts:
        """How many events were sent, dropped and refused, and how many are still here."""
        with self.changed:
            return self.outbox.counts

    def _wants(self, level: int) -> bool:
        return level >= self.settings.level.level

    def _put(self, event: Mapping[str, Any]) -> None:
        try:
            made = entries.encoded(event, self._sanitiser, self.settings.max_event_bytes)
        except Exception:  # noqa: BLE001 whoever reports must not fail by it
            made = None
        with self.changed:
            if made is None or self.stopped:
                self.outbox.refuse()
                return
            self.outbox.put(made, time.monotonic())
            self._taken()

    def _taken(self) -> None:
        """Something new is there; the lock is held."""

    def __reduce__(self) -> Any:
        """Each copy would begin with nothing and send for itself, and nobody would stop it."""
        raise TypeError("a reporter cannot be pickled, nor a context that tells it: make one in each process")

    # -- what is sent --------------------------------------------------------------------------------------------------

    def body(self, batch: Batch) -> bytes:
        """A batch in JSON."""
        return b'{"%s":[%s]}' % (entries.quoted(self.settings.envelope), b",".join(batch.events))


def manifest(path: str) -> Manifest:
    """The API of one endpoint; raises ConfigurationError for a path that is none."""
    if not path.startswith("/") or set("{}?#") & set(path):
        raise ConfigurationError(f"path={path!r:.80}: give a path such as '/events'", setting="path")
    endpoint = {"method": "POST", "path": path, "idempotency": True, "body": "raw", "media_type": "application/json"}
    return load_manifest({"name": "reporter", "endpoints": {ENDPOINT: endpoint}})
