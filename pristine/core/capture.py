"""Exceptions of the application's own code, told as signals. Of an exception its place is told and never its text."""

from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self

from pristine.core.context import Context
from pristine.ports import signals
from pristine.ports.errors import ConfigurationError
from pristine.ports.telemetry import Signal, Telemetry


class capture_exceptions:  # noqa: N801 it is used as contextlib.suppress is
    """A `with` block whose exceptions are told as `exception.captured`, and raised again.

    `to` is a Context or a Telemetry; `where` is what the block is called, and `ignore` are exceptions that are not
    told. `call_id` is that of a call which it belongs to; without one, that of a Context is new. What is no Exception,
    such as a cancellation, is not told.
    """

    def __init__(
        self,
        to: Context[Any] | Telemetry,
        *,
        where: str = "",
        endpoint: str = "",
        call_id: str = "",
        ignore: tuple[type[BaseException], ...] = (),
    ) -> None:
        self._telemetry: Any = to.telemetry if isinstance(to, Context) else to
        if not callable(getattr(self._telemetry, "emit", None)):
            raise ConfigurationError(f"capture_exceptions({to!r:.80}): give a Context, or a listener, which has emit()")
        self._new_id = to.new_key if isinstance(to, Context) else str
        self._where = where
        self._endpoint = endpoint
        self._call_id = call_id
        self._ignore = ignore

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if isinstance(error, Exception) and not isinstance(error, self._ignore):
            with suppress(Exception):
                self._tell(error, tb)

    def _tell(self, error: Exception, tb: TracebackType | None) -> None:
        if self._telemetry.active:
            told = {"error.type": type(error).__qualname__, "where": self._where or None, **_place(tb)}
            call_id = self._call_id or self._new_id()
            self._telemetry.emit(Signal(signals.EXCEPTION_CAPTURED, call_id, self._endpoint, told))


_NOWHERE: Final = {"code.function.name": None, "code.line.number": None}


def _place(tb: TracebackType | None) -> dict[str, Any]:
    """Where it was raised, in OpenTelemetry's words."""
    if tb is None:
        return dict(_NOWHERE)
    while tb.tb_next is not None:
        tb = tb.tb_next
    code = tb.tb_frame.f_code
    name = f"{tb.tb_frame.f_globals.get('__name__', '')}.{code.co_qualname}".lstrip(".")
    return {"code.function.name": name, "code.line.number": tb.tb_lineno}
