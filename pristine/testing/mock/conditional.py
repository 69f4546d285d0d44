"""Conditional requests: an answer with its ETag, or 304 to whoever has it already (RFC 9110 section 13.1.2). Pure.

Only an endpoint that declares 304 among its responses has them.
"""

from hashlib import sha256
from typing import Final

import attrs

from pristine.testing.mock.checking import Asked
from pristine.testing.mock.messages import Answer

CONDITIONS: Final = frozenset({"if-none-match", "if-modified-since"})
"""The fields that make a request conditional: whatever they say, what is asked for is the same."""


def conditional(asked: Asked, answer: Answer) -> Answer:
    """The answer with its ETag, or 304 where the request has it."""
    is_read = asked.operation.method in {"GET", "HEAD"} and answer.status == 200 and answer.pieces is None
    if not is_read or "304" not in asked.operation.endpoint.responses:
        return answer
    tag = f'"{sha256(answer.body).hexdigest()[:16]}"'
    known = asked.incoming.headers.get("if-none-match", "")
    if known.strip() == "*" or tag in [one.strip().removeprefix("W/") for one in known.split(",")]:
        return Answer(status=304, headers={"ETag": tag})
    return attrs.evolve(answer, headers=answer.headers.merged({"ETag": tag}))
