"""Who takes part, by name: how it is opened, on which faces, and what it stands on.

A contestant is opened with the URL that it asks and has `call`, which gives the text of an answer, `stream`, which
tells each piece's text to whoever wants it, and `save`, which brings a file to the disk. What it needs is imported when
it is opened, in a process of its own.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final

HERE: Final = "benchmarks.suite.contestants"
FLOOR: Final = "floor"
BARE: Final = ("httpx", "httpx2", "aiohttp", "pyreqwest")
SDKS: Final[Mapping[str, str]] = {"openai": "OpenAI", "anthropic": "Anthropic", "google-genai": "GenAI"}
MEMORY: Final = ("pristine in memory", "pristine in memory, production")
OURS: Final = tuple(f"pristine on {name}" for name in BARE)
PRODUCTION: Final = tuple(f"{name}, production" for name in OURS)

ALL: Final = (FLOOR, *BARE, *SDKS, *OURS, *PRODUCTION)

_STANDS_ON: Final[Mapping[str, Mapping[str, str]]] = {
    "async": {"openai": "httpx2", "anthropic": "httpx2", "google-genai": "aiohttp"},
    "blocking": {"openai": "httpx2", "anthropic": "httpx2", "google-genai": "httpx"},
}
"""What the SDKs of these versions use by themselves."""


def on(face: str) -> tuple[str, ...]:
    """All who have a face."""
    return ALL if face == "async" else tuple(name for name in ALL if "aiohttp" not in name)


def bare_of(name: str, face: str) -> str | None:
    """The bare transport that a contestant stands on, if it does."""
    if name.startswith("pristine on "):
        return name.removeprefix("pristine on ").removesuffix(", production")
    return _STANDS_ON[face].get(name)


def opened(name: str, face: str, root: str) -> Any:
    """A contestant that asks this URL."""
    kind = face.capitalize()
    if name in SDKS:
        return _of("sdks", f"{SDKS[name]}{kind}")(root)
    if name in {"httpx", "httpx2"}:
        return _of("httpx_like", kind)(import_module(name), root)
    if name.startswith("pristine "):
        return _of("ours", kind)(bare_of(name, face), root, production=name.endswith(", production"))
    return _of("floor" if name == FLOOR else f"bare_{name}", kind)(root)


def _of(module: str, name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = getattr(import_module(f"{HERE}.{module}"), name)
    return found
