"""pyreqwest's errors in the port's words: one table. What they tell is told without URLs, which may hold secrets.

Its classes do not say what happened, which its causes do: those of reqwest and hyper, from the outside in.
"""

import re
from typing import Final

from pyreqwest.exceptions import DetailedPyreqwestError, PyreqwestError, RequestTimeoutError

from pristine.adapters.timing import Timing
from pristine.ports.errors import ConnectFailed, ConnectionLost, ProtocolViolation, TransportError
from pristine.ports.headers import MASK
from pristine.ports.patterns import pattern

_KINDS: Final[tuple[tuple[re.Pattern[str], type[TransportError]], ...]] = tuple(
    (pattern(words, re.IGNORECASE), kind)
    for words, kind in (
        (r"\(connect\)", ConnectFailed),
        (r"closed|reset|aborted|broken pipe|end of file|\beof\b|i/o error", ConnectionLost),
        (r"invalid|parse|too large|overflow|protocol|malformed|unexpected", ProtocolViolation),
        (r"", ConnectionLost),
    )
)
"""The first whose words are among the causes."""

_CONNECTING: Final = pattern(r"\(connect\)", re.IGNORECASE)
_AT_URL: Final = pattern(r" for url \(.*\)$", re.DOTALL)
_URL: Final = pattern(r"\S*://\S*")


def translated(error: PyreqwestError, phase: str, timing: Timing) -> TransportError:
    """The port's error for one of the library's, whose own text is masked too: it is to be the cause."""
    causes = _masked_causes(error) or [error.message]
    told = "; ".join(causes)
    if isinstance(error, RequestTimeoutError):
        connecting = _CONNECTING.search(told) is not None
        return timing.timed_out("connect" if connecting else "read", "connect" if connecting else phase)
    kind = next(kind for words, kind in _KINDS if words.search(told))
    return kind(causes[-1])


def _masked_causes(error: PyreqwestError) -> list[str]:
    details = error.details if isinstance(error, DetailedPyreqwestError) else {"causes": None}
    causes = [cause for cause in details.get("causes") or [] if isinstance(cause, dict)]  # of a panic it is a str
    for cause in causes:
        cause["message"] = _URL.sub(MASK, _AT_URL.sub("", cause["message"]))
    return [cause["message"] for cause in causes]
