"""What is held at most of what arrives, where nobody says otherwise."""

from typing import Final

MAX_EVENT_BYTES: Final = 256 * 1024 * 1024

MAX_EXPANSION: Final = 200.0
"""Bytes out for each compressed byte in. Text seldom passes 20; gzip can reach 1032."""
