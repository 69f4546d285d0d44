"""How a server of this API behaves where its public clients have seen it behave in more than one way.

Standard library only. A test, or whoever is curious, changes a habit before a call.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal


@dataclass
class Habits:
    """`answers` is how optional fields are said: left out, as null, or left out but with a `type` on top.

    `waits` are what each future answers before its result: "try_again", "408", "410" or "500". `most_samples` is how
    many samples may wait to be fetched before the next is answered 429. `archive` is how the URL of an archive is told,
    `packing` how often it is answered 503 before. `stream_breaks_after` is the number of tokens after which a stream
    ends in an error.
    """

    answers: Literal["absent", "null", "type"] = "type"
    waits: Sequence[str] = ()
    most_samples: int = 100
    archive: Literal["redirect", "json"] = "redirect"
    packing: int = 0
    stream_breaks_after: int | None = None

    def spoken(self, value: dict[str, Any]) -> dict[str, Any]:
        """An answer in the dialect."""
        if self.answers != "type" and value.get("type") != "try_again":
            value = {name: one for name, one in value.items() if name != "type"}
        return value if self.answers == "null" else _without_null(value)


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_null(one) for name, one in value.items() if one is not None}
    return [_without_null(one) if isinstance(one, dict) else one for one in value] if isinstance(value, list) else value
