"""What all contestants ask; of the standard library alone, so that it can be shown to any of them."""

from typing import Any, Final

PROMPT: Final = "How does one measure what a call costs, if the call costs less than the measuring of it? " * 2
MESSAGES: Final[list[Any]] = [{"role": "user", "content": PROMPT}]
ASKED: Final = {"model": "m", "messages": MESSAGES, "max_tokens": 256}

PATH: Final = "/v1/chat/completions"
FILE: Final = "/v1/files/f/content"
