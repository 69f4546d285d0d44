"""The answers as attrs classes, for those who type what they read with msgspec alone."""

from typing import Final

import attrs
import msgspec


@attrs.define
class Message:
    """What was said."""

    role: str
    content: str


@attrs.define
class Choice:
    """One of the answers."""

    index: int
    message: Message
    finish_reason: str | None = None


@attrs.define
class Usage:
    """What it took."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


@attrs.define
class Completion:
    """A whole answer."""

    id: str
    object: str
    created: int
    model: str
    choices: list[Choice]
    usage: Usage | None = None


@attrs.define
class Delta:
    """A piece of what is said."""

    content: str | None = None


@attrs.define
class PieceChoice:
    """A piece of one of the answers."""

    index: int
    delta: Delta
    finish_reason: str | None = None


@attrs.define
class Piece:
    """One event of a stream."""

    id: str
    object: str
    created: int
    model: str
    choices: list[PieceChoice]


completion: Final = msgspec.json.Decoder(Completion).decode
piece: Final = msgspec.json.Decoder(Piece).decode
encoded: Final = msgspec.json.encode
