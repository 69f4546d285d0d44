"""The types of chat 1.0: each is loaded when it is first used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pristine import sdk as _sdk

if TYPE_CHECKING:
    from .chat_reply import ChatReply
    from .chat_request import ChatRequest
    from .usage import Usage

PLACES: Final[dict[str, str]] = {
    "/types/ChatReply": "ChatReply",
    "/types/ChatRequest": "ChatRequest",
    "/types/Usage": "Usage",
}
"""The classes by the places of their types in the manifest."""

_HOMES: Final[dict[str, str]] = {
    "ChatReply": "chat_reply",
    "ChatRequest": "chat_request",
    "Usage": "usage",
}

__all__ = ["ChatReply", "ChatRequest", "Usage"]

if not TYPE_CHECKING:
    __getattr__ = _sdk.lazily(__name__, _HOMES, globals())
