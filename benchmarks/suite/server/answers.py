"""What the load server says: one completion, and streams of its pieces, as three APIs have them, made beforehand.

The path's first part says what is wanted (`/call`, `/burst,COUNT,PER_CHUNK,BYTES`, `/timed,COUNT,DELAY,EVERY`,
`/file,BYTES`), and the rest, which a client library adds by itself, in whose words. All answers of a kind have the same
size, whoever's words they are in.
"""

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

ANSWER_BYTES: Final = 950
EVENT_BYTES: Final = 270
STAMP: Final = b"0" * 19
"""Where a timed event has the nanoseconds of the clock at which it was sent."""


# -- in whose words ----------------------------------------------------------------------------------------------------


def _chat_answer(text: str) -> Any:
    message = {"role": "assistant", "content": text}
    usage = {"prompt_tokens": 51, "completion_tokens": 160, "total_tokens": 211}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    told = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1760000000, "model": "m"}
    return told | {"choices": choices, "usage": usage}


def _chat_event(text: str) -> Any:
    choices = [{"index": 0, "delta": {"content": text}, "finish_reason": None}]
    return {"id": "c-1", "object": "chat.completion.chunk", "created": 1760000000, "model": "m", "choices": choices}


def _messages_answer(text: str) -> Any:
    told = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn"}
    usage = {"input_tokens": 51, "output_tokens": 160}
    return told | {"content": [{"type": "text", "text": text}], "stop_sequence": None, "usage": usage}


def _messages_event(text: str) -> Any:
    return {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}


def _gemini_answer(text: str) -> Any:
    candidate = {"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": "STOP", "index": 0}
    usage = {"promptTokenCount": 51, "candidatesTokenCount": 160, "totalTokenCount": 211}
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "m"}


def _gemini_event(text: str) -> Any:
    return {"candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "index": 0}], "modelVersion": "m"}


_Words = tuple[Callable[[str], Any], Callable[[str], Any], bytes]

_WORDS: Final[Mapping[str, _Words]] = {
    "chat": (_chat_answer, _chat_event, b""),
    "messages": (_messages_answer, _messages_event, b"event: content_block_delta\n"),
    "gemini": (_gemini_answer, _gemini_event, b""),
}
_EMPTY_MESSAGE: Final = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": []} | {
    "stop_reason": None,
    "stop_sequence": None,
    "usage": {"input_tokens": 51, "output_tokens": 1},
}
_BEFORE: Final[Mapping[str, tuple[Any, ...]]] = {
    "messages": (
        {"type": "message_start", "message": _EMPTY_MESSAGE},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    )
}
_AFTER: Final[Mapping[str, tuple[Any, ...]]] = {
    "messages": (
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 160}},
        {"type": "message_stop"},
    )
}


def words_of(path: str) -> str:
    """Whose words a path is in."""
    return "messages" if "/messages" in path else "gemini" if "enerateContent" in path else "chat"


# -- bytes -------------------------------------------------------------------------------------------------------------


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _padded(of: Callable[[str], Any], size: int, text: str = "") -> bytes:
    """The JSON of what is made of a text, which begins as given and is filled up with letters to the size."""
    return _json(of(text + "y" * (size - len(_json(of(text))))))


def unary(words: str) -> bytes:
    """A whole answer with a completion."""
    body = _padded(_WORDS[words][0], ANSWER_BYTES)
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def told(value: Any) -> bytes:
    """A whole answer with any JSON."""
    body = _json(value)
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


STREAM_HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def event(words: str, size: int = EVENT_BYTES) -> bytes:
    """One event, whose text begins with the place for a stamp."""
    _, of, named = _WORDS[words]
    around = len(named) + len(b"data: \n\n")
    return named + b"data: " + _padded(of, size - around, STAMP.decode()) + b"\n\n"


def before(words: str) -> bytes:
    """The head, and what comes before the events, as one chunk."""
    return STREAM_HEAD + _several(_BEFORE.get(words, ()))


def after(words: str) -> bytes:
    """What comes behind the events, and the end of the body."""
    last = _chunk(b"data: [DONE]\n\n") if words == "chat" else b""
    return _several(_AFTER.get(words, ())) + last + b"0\r\n\r\n"


def _several(events: tuple[Any, ...]) -> bytes:
    data = b"".join(b"event: %s\ndata: %s\n\n" % (one["type"].encode(), _json(one)) for one in events)
    return _chunk(data) if data else b""


@lru_cache(8)
def burst(words: str, count: int, per_chunk: int, size: int) -> bytes:
    """A whole stream of as many events, so many of them in each chunk of the body."""
    full, rest = divmod(count, per_chunk)
    one = event(words, size)
    events = _chunk(one * per_chunk) * full + (_chunk(one * rest) if rest else b"")
    return before(words) + events + after(words)


def stampable(words: str) -> tuple[bytes, bytes]:
    """One event as one chunk, before and behind its stamp."""
    left, _, right = _chunk(event(words)).partition(STAMP)
    return left, right
