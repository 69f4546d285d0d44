"""The token of a future: a small, versioned JSON text with which others go on. It holds no credential."""

import json
from typing import Any, Final

from pristine.ports.errors import TokenRefused
from pristine.ports.values import frozen

VERSION: Final = 1
_LONGEST: Final = 16 * 1024


@frozen(kw_only=True)
class Ticket:
    """Which work: of which API and endpoint, its id (or URL), and when it was started, in Unix time.

    `trace` is the traceparent of who follows it, where there is one (W3C Trace Context section 3.2).
    """

    api: str
    endpoint: str
    id: str
    started: float
    trace: str = ""

    def token(self) -> str:
        """The text."""
        fields = {"v": VERSION, "api": self.api, "endpoint": self.endpoint, "id": self.id, "started": self.started}
        if self.trace:
            fields["trace"] = self.trace
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def ticket(token: str, api: str) -> Ticket:
    """What a token says; raises TokenRefused for one that is not whole, not known, or of another API."""
    said = _read(token)
    if said.get("v") != VERSION:
        raise _refused(f"is of version {said.get('v')!r:.20}, and this is version {VERSION}")
    kinds: dict[str, Any] = {"api": str, "endpoint": str, "id": str, "started": (int, float)}
    if wrong := [name for name, kind in kinds.items() if not isinstance(said.get(name), kind) or said[name] is True]:
        raise _refused(f"has no {wrong[0]!r}")
    if said["api"] != api:
        raise _refused(f"is of the API {said['api']!r:.80}, not of {api!r}")
    trace = said.get("trace", "")
    return Ticket(**{name: said[name] for name in kinds}, trace=trace if isinstance(trace, str) else "")


def _read(token: str) -> dict[str, Any]:
    try:
        said = json.loads(token) if len(token) <= _LONGEST else None
    except (TypeError, ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise _refused("is no JSON object")
    return said


def _refused(why: str) -> TokenRefused:
    return TokenRefused(f"the token {why}", where="token")
