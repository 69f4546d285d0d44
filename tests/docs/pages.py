"""A Markdown page as a program: its fenced blocks in order, and how to run them.

Every `python` block runs; a `text` block is what the `python` block before it printed, `…` standing for anything; a
block under `<!-- file: NAME -->` is saved as that file, one under `<!-- add to: NAME -->` is put into that YAML file,
and a `console` block under `<!-- run -->` runs. All others are only shown.
"""

import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, Final

import attrs
import yaml

from tests.docs import console

ROOT: Final = Path(__file__).resolve().parents[2]
PAGES: Final = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))

_BLOCK: Final = re.compile(
    r"^(?:<!-- (?P<mark>file|add to|run)(?:: (?P<file>\S+))? -->\n)?^```(?P<language>\w*)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING: Final = re.compile(r"^#+ (.+)$", re.MULTILINE)


@attrs.frozen
class Block:
    """A fenced block: `line` is that of its first line of content, `mark` is "file", "add to", "run" or None."""

    language: str
    body: str
    line: int
    mark: str | None
    file: str | None

    def save(self, folder: Path) -> None:
        """Write the file that the block is or is a part of, if it is one."""
        if self.file:
            path = folder / self.file
            path.write_text(self.body if self.mark == "file" else merged(read(path), self.body), encoding="utf-8")


def merged(whole: str, part: str) -> str:
    """A YAML file with a part put into it: mappings are merged, and what else there is takes the place of the old."""
    return yaml.safe_dump(_merged(yaml.safe_load(whole), yaml.safe_load(part)), sort_keys=False, allow_unicode=True)


def _merged(old: Any, new: Any) -> Any:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    return old | {key: _merged(old.get(key), value) for key, value in new.items()}


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def name(page: Path) -> str:
    """How a page is called in the output of pytest."""
    return page.relative_to(ROOT).as_posix()


def blocks(text: str) -> Iterator[Block]:
    for found in _BLOCK.finditer(text):
        line = text.count("\n", 0, found.start("body")) + 1
        yield Block(found["language"], found["body"], line, found["mark"], found["file"])


def prose(text: str) -> str:
    """The page without its blocks."""
    return _BLOCK.sub("", text)


def run(text: str, source: str, folder: Path) -> set[str]:
    """Run a page's blocks in one namespace; raises what they raise, and AssertionError for another output.

    Gives the programs that this machine has not, whose commands did not run.
    """
    names: dict[str, Any] = {"__name__": "__main__"}
    printed: str | None = None
    missing: set[str] = set()
    for block in blocks(text):
        block.save(folder)
        if block.language == "python":
            printed = _printed_by(block, source, names)
        elif block.language == "text":
            assert printed is not None, f"{source}:{block.line}: no python block has printed this"
            assert _fits(printed, block.body), f"{source}:{block.line}: it printed\n{printed}"
            printed = None
        elif block.mark == "run":
            missing |= set(_commanded(block, source))
    return missing


def _commanded(block: Block, source: str) -> Iterator[str]:
    """Run the commands of a block; gives the programs that are missing."""
    for command, expected in console.commands(block.body):
        if program := console.missing(command):
            yield program
            continue
        shown = console.shown_by(command)
        assert _fits(shown, expected), f"{source}:{block.line}: {command}shows\n{shown}"


def _printed_by(block: Block, source: str, names: dict[str, Any]) -> str:
    # The blank lines in front make the line numbers of a traceback those of the page.
    code = compile("\n" * (block.line - 1) + block.body, source, "exec")
    with redirect_stdout(StringIO()) as out:
        exec(code, names)
    return out.getvalue()


def _fits(printed: str, expected: str) -> bool:
    pattern = ".*?".join(map(re.escape, expected.rstrip().split("…")))
    return re.fullmatch(pattern, printed.rstrip(), re.DOTALL) is not None


def links(text: str) -> list[str]:
    """The targets that are not web addresses."""
    return [target for target in _LINK.findall(prose(text)) if ":" not in target]


def anchors(text: str) -> set[str]:
    """What the headings can be linked to as: lower case, punctuation gone, hyphens for spaces."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(prose(text)))
    return {heading.strip().replace(" ", "-") for heading in plain}


def rows(text: str, heading: str) -> list[list[str]]:
    """The table under a heading, without its head: the cells of each row."""
    section = re.split(r"^#+ ", text.partition(f"# {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    lines = [line.strip() for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
