"""The documentation is executed: every example runs as it stands, and every link leads somewhere."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs import pages

CHECKED = [*pages.PAGES, pages.ROOT / "CONTRIBUTING.md", pages.ROOT / "CHANGELOG.md"]
TYPED = [pages.ROOT / "README.md", pages.ROOT / "docs" / "tutorial" / "first-stream.md"]


@pytest.fixture(scope="session")
def chat_url() -> Iterator[str]:
    """The chat server of the examples, without its pauses; it ends when its stdin is closed."""
    command = [sys.executable, str(pages.ROOT / "examples" / "chat" / "server.py"), "--pause", "0"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as server:
        assert server.stdout
        yield server.stdout.readline().strip()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, with the examples."""
    (tmp_path / "examples").symlink_to(pages.ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", pages.PAGES, ids=pages.name)
def test_page_runs(page: Path, folder: Path, chat_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAT_URL", chat_url)
    pages.run(pages.read(page), str(page), folder)


@pytest.mark.parametrize("page", TYPED, ids=pages.name)
def test_page_can_be_typed_at_a_prompt(page: Path, folder: Path, chat_url: str) -> None:
    """A prompt is stricter than a file: a blank line ends a block, and a block needs one to end."""
    found = list(pages.blocks(pages.read(page)))
    for block in found:
        block.save(folder)
    code = "\n".join(block.body for block in found if block.language == "python")
    environment = {**os.environ, "CHAT_URL": chat_url, "PYTHONPATH": str(pages.ROOT), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-i", "-q"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, encoding="utf-8", env=environment) as prompt:
        out, err = prompt.communicate(f"{code}\n", timeout=30)
    assert "Error" not in err, err
    assert out


@pytest.mark.parametrize("page", CHECKED, ids=pages.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in pages.links(pages.read(page)):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{pages.name(page)} links to {link}"
        if anchor:
            assert anchor in pages.anchors(pages.read(target)), f"{pages.name(page)} links to {link}"


def test_every_page_is_in_the_index() -> None:
    index = pages.ROOT / "docs" / "index.md"
    linked = {(index.parent / link).resolve() for link in pages.links(pages.read(index))}
    missing = [pages.name(page) for page in pages.PAGES if page.is_relative_to(index.parent) and page not in linked]
    assert missing == [pages.name(index)]


# -- the runner itself: a page that is wrong must fail --


@pytest.mark.parametrize(
    "text",
    [
        "```python\nprint(1)\n```\n```text\n2\n```",
        "```text\n1\n```",
        "```python\nprint(1)\n```\n```text\n1\n```\n```text\n1\n```",
        "```python\nassert False\n```",
    ],
    ids=["other output", "no code", "output twice", "raises"],
)
def test_a_wrong_page_fails(text: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        pages.run(text, "page.md", tmp_path)


def test_a_right_page_passes(tmp_path: Path) -> None:
    saved = "<!-- file: a.toml -->\n```toml\na = 1\n```\n"
    code = "```python\nx = 'one two three'\n```\n\n```python\nprint(x)\n```\n"
    pages.run(f"{saved}{code}It prints:\n```text\none … three\n```\n", "page.md", tmp_path)
    assert (tmp_path / "a.toml").read_text() == "a = 1\n"
