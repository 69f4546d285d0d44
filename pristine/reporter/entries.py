"""What is reported -> an event: a JSON object with `time`, `severity`, `message`, `attributes`, and what else is known.

Of variables nothing is told, and every text goes through the Sanitiser.
"""

import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final

from pristine.ports.levels import level_of
from pristine.ports.telemetry import Signal
from pristine.reporter.sanitising import Sanitiser
from pristine.reporter.severity import OF_LEVELS, Severity

_FRAMES: Final = 50
_CAUSES: Final = 5


def logged(time: float, severity: Severity, message: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """An event of the application's."""
    return {"time": time, "severity": severity.value, "message": message, "attributes": dict(attributes)}


def raised(
    time: float, severity: Severity, message: str, error: BaseException, attributes: Mapping[str, Any]
) -> dict[str, Any]:
    """An exception, with its causes and where each was raised; no values of variables."""
    return {**logged(time, severity, message or type(error).__qualname__, attributes), "exception": _exception(error)}


def told(time: float, signal: Signal) -> dict[str, Any]:
    """A signal of telemetry."""
    event = logged(time, OF_LEVELS[level_of(signal)], signal.name, signal.attributes)
    parent = {"parent_id": signal.parent_id} if signal.parent_id else {}
    return {**event, "call_id": signal.call_id, "endpoint": signal.endpoint, **parent}


def _exception(error: BaseException, causes: int = _CAUSES) -> dict[str, Any]:
    made: dict[str, Any] = {"type": type(error).__qualname__, "module": type(error).__module__}
    try:
        made["message"] = str(error)
    except Exception:  # noqa: BLE001 it may be of anybody's making
        made["message"] = None
    made["stack"] = _stack(error.__traceback__)
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and causes:
        made["cause"] = _exception(cause, causes - 1)
    return made


def _stack(tb: TracebackType | None) -> list[str]:
    """`module.function:line` of each frame, the innermost last; of a deep stack the innermost."""
    found: list[str] = []
    while tb is not None:
        code = tb.tb_frame.f_code
        found.append(f"{tb.tb_frame.f_globals.get('__name__', '')}.{code.co_qualname}:{tb.tb_lineno}")
        tb = tb.tb_next
        del found[:-_FRAMES]
    return found


def encoded(event: Mapping[str, Any], sanitiser: Sanitiser, most: int) -> bytes:
    """The event in JSON; one that is too large keeps its time, its severity, and the beginning of its message."""
    plain = {name: _part(name, value, sanitiser) for name, value in event.items()}
    made = _json(plain)
    if len(made) <= most:
        return made
    short = {name: plain[name] for name in ("time", "severity")}
    return _json({**short, "message": plain["message"][: max(0, most // 8)], "truncated": True})


def _part(name: str, value: Any, sanitiser: Sanitiser) -> Any:
    # The parts of an exception are our own words and do not count towards the depth of what the application says.
    if name != "exception":
        return sanitiser.plain(value)
    parts = {key: [sanitiser.text(line) for line in one] if key == "stack" else one for key, one in value.items()}
    if "cause" in parts:
        parts["cause"] = _part("exception", parts["cause"], sanitiser)
    return {key: sanitiser.text(one) if isinstance(one, str) else one for key, one in parts.items()}


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def quoted(name: str) -> bytes:
    """What stands between the quotation marks of a name in JSON."""
    return _json(name)[1:-1]
