"""Bytes of a body as text."""

import re
from typing import Final

from pristine.ports.patterns import pattern

_CHARSET: Final = pattern(r";\s*charset\s*=\s*\"?([^\s\";]+)", re.IGNORECASE)


def text_of(body: bytes, content_type: str) -> str:
    """A body as text: in the charset of its Content-Type, or UTF-8; what is invalid is replaced."""
    declared = _CHARSET.search(content_type)
    try:
        return body.decode(declared.group(1) if declared else "utf-8", "replace")
    except (LookupError, ValueError):  # no such charset, or one that is no charset of text: punycode, undefined
        return body.decode("utf-8", "replace")
