"""A reference page as its readers have it: rendered, with its links, its anchors and its code."""

import re
from html.parser import HTMLParser
from typing import Any, Final

from markdown_it import MarkdownIt

RENDERER: Final = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


class Rendered(HTMLParser):
    """The HTML of a page: its elements with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.comments: list[str] = []
        self.feed(RENDERER.render(page))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def attributes(self, name: str) -> list[str]:
        return [str(said[name]) for _, said in self.elements if name in said]


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    tokens: Any = RENDERER.parse(page)
    return [token.content for token in tokens if token.type == "fence" and token.info == language]


def section(page: str, heading: str) -> str:
    """The page from a heading to the next."""
    rest = page.partition(f"# {heading}\n")[2]
    assert rest, f"there is no {heading}"
    return re.split(r"^#+ ", rest, maxsplit=1, flags=re.MULTILINE)[0]
