"""Telemetry: structlog, as the application has configured it. Where it has not, nothing is told.

Where the logger filters a level, the signals of that level are not logged, and most are not even made.
"""

from functools import partial
from typing import Any

import structlog

from pristine.adapters.checks import wrong
from pristine.adapters.telemetry.fields import Attempts, fields_of
from pristine.adapters.telemetry.logging import NAME, checked_dump
from pristine.ports.levels import DEBUG, ERROR, NAMES, level_of
from pristine.ports.telemetry import Signal


class StructlogTelemetry:
    """An event for each signal, of its name, to which `call_id`, `endpoint`, `attempt` and its attributes are bound.

    `logger` is a bound logger of structlog, or the name with which one is asked for. A name is silent until
    `structlog.configure` was called, since structlog would print by itself; what the application has bound to the
    context (`structlog.contextvars`) is in the events. `dump` is how many bytes of each body are logged, at debug, with
    the header fields, in which credentials are masked; 0: none.
    """

    def __init__(self, *, logger: Any = NAME, dump: int = 0) -> None:
        named = isinstance(logger, str)
        if not logger if named else not hasattr(logger, "bind"):
            raise wrong("logger", logger, "the name of a logger, or a logger of structlog")
        self.dumps = checked_dump(dump)
        self._given = logger
        self._asks = named
        self._logger: Any = structlog.get_logger(logger) if named else logger
        self._attempts = Attempts()
        self._bound: tuple[Any, Any, Any] = (None, None, None)

    @property
    def active(self) -> bool:
        return (not self._asks or structlog.is_configured()) and self._enabled(ERROR)

    @property
    def failures_only(self) -> bool:
        """Whether only failures can be seen: the rest is debug."""
        return not self._enabled(DEBUG)

    def emit(self, signal: Signal) -> None:
        attempt = self._attempts.of(signal)
        level = level_of(signal)
        if self._enabled(level):
            bound = self._logger.bind(**fields_of(signal, attempt))
            getattr(bound, NAMES[level])(signal.name)

    def _enabled(self, level: int) -> bool:
        """Whether events of a level are let through; a logger that cannot say so lets them through."""
        config = structlog.get_config()
        wrapper, factory, bound = self._bound
        if bound is None or wrapper is not config["wrapper_class"] or factory is not config["logger_factory"]:
            bound = self._logger.bind()
            self._bound = (config["wrapper_class"], config["logger_factory"], bound)
        asked = getattr(type(bound), "is_enabled_for", None) or getattr(type(bound), "isEnabledFor", None)
        return True if asked is None else bool(asked(bound, level))

    def __reduce__(self) -> Any:
        return partial(type(self), logger=self._given, dump=self.dumps), ()
