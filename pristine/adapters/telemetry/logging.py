"""Telemetry: the standard library's `logging`. It logs to a logger of its own, and who reads that is not its matter.

Where the logger is not enabled for a level, the signals of that level are not logged, and most are not even made.
"""

import logging
from functools import partial
from typing import Any

from pristine.adapters.checks import is_number, wrong
from pristine.adapters.telemetry.fields import MOST_CHARACTERS, Attempts, fields_of, line_of, shown
from pristine.ports.levels import DEBUG, ERROR, level_of
from pristine.ports.telemetry import Signal

NAME = "pristine"


class LoggingTelemetry:
    """A record for each signal, such as `request.exception get_user status=404 attempts=1 duration=0.2`.

    `logger` is a Logger, or its name; without handlers of the application nothing is written anywhere. `dump` is how
    many bytes of each body are logged, at DEBUG, with the header fields, in which credentials are masked; 0: none. The
    attribute `pristine` of a record has the fields as a mapping, for formatters that write JSON.
    """

    def __init__(self, *, logger: str | logging.Logger = NAME, dump: int = 0) -> None:
        if isinstance(logger, str) and logger:
            logger = logging.getLogger(logger)
            if not logger.handlers:
                logger.addHandler(logging.NullHandler())  # else the last resort of `logging` would write to stderr
        if not isinstance(logger, logging.Logger):
            raise wrong("logger", logger, "the name of a logger, or a logging.Logger")
        self.dumps = checked_dump(dump)
        self._logger = logger
        self._attempts = Attempts()

    @property
    def active(self) -> bool:
        return self._logger.isEnabledFor(ERROR)

    @property
    def failures_only(self) -> bool:
        """Whether only failures can be seen: the rest is DEBUG."""
        return not self._logger.isEnabledFor(DEBUG)

    def emit(self, signal: Signal) -> None:
        attempt = self._attempts.of(signal)
        level = level_of(signal)
        if self._logger.isEnabledFor(level):
            fields = fields_of(signal, attempt)
            facts = {name: value for name, value in fields.items() if name != "endpoint"}
            line = line_of(facts, max(MOST_CHARACTERS, self.dumps))
            extra = {"pristine": {"signal": signal.name, **fields}}
            self._logger.log(level, "%s %s %s", shown(signal.name), shown(signal.endpoint), line, extra=extra)

    def __reduce__(self) -> Any:
        return partial(type(self), logger=self._logger, dump=self.dumps), ()


def checked_dump(dump: Any) -> int:
    """A number of bytes; raises ConfigurationError for anything else."""
    if not is_number(dump) or dump != int(dump) or dump < 0:
        raise wrong("dump", dump, "a whole number of bytes, 0 for none")
    return int(dump)
