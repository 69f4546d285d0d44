"""The documentation is executed: every example runs as it stands, and every link leads somewhere."""

import logging
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog
import yaml

from examples.local_chat import server as local_chat
from tests.docs import pages

CHECKED = [*pages.PAGES, pages.ROOT / "CONTRIBUTING.md", pages.ROOT / "CHANGELOG.md"]
TUTORIAL = pages.ROOT / "docs" / "tutorial"
FROM_CURL = TUTORIAL / "from-curl-to-client.md"
PUBLISH = TUTORIAL / "publish-an-sdk.md"
TYPED = [pages.ROOT / "README.md", TUTORIAL / "first-stream.md", FROM_CURL]


@contextmanager
def serving(*program: str) -> Iterator[str]:
    """The URL of a server of the examples, at any port and without its pauses; it ends when its stdin is closed."""
    command = [sys.executable, *program, "--port", "0", "--pause", "0"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=pages.ROOT) as server:
        assert server.stdout
        yield server.stdout.readline().strip()


@pytest.fixture(scope="session")
def chat_url() -> Iterator[str]:
    """A server that may have answered others."""
    with serving("examples/chat/server.py") as url:
        yield url


@pytest.fixture
def local_chat_url() -> Iterator[str]:
    """A server that has answered nobody yet, since it counts its answers."""
    with serving("-m", "examples.local_chat.server") as url:
        yield url


@pytest.fixture
def text(page: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A page, with the servers that it talks to: where it says a fixed address, the one at which a server is there."""
    monkeypatch.setenv("CHAT_URL", request.getfixturevalue("chat_url"))
    if page == PUBLISH:
        _without_an_index(monkeypatch)
    if page != FROM_CURL:
        return pages.read(page)
    monkeypatch.setenv("CHAT_KEY", local_chat.KEY)
    return pages.read(page).replace(local_chat.URL, request.getfixturevalue("local_chat_url"))


def _without_an_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """What pip would fetch is found beside this Python; the wheel itself is built, and installed, as it stands."""
    for name, value in {"NO_INDEX": "1", "NO_DEPS": "1", "NO_BUILD_ISOLATION": "0", "NO_CACHE_DIR": "1"}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    beside = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), str(pages.ROOT)]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(dict.fromkeys(beside)))


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    """What a page says of logs is forgotten after it."""
    yield
    structlog.reset_defaults()
    logging.getLogger("pristine").handlers.clear()
    logging.getLogger("pristine").setLevel(logging.NOTSET)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, with the examples."""
    (tmp_path / "examples").symlink_to(pages.ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", pages.PAGES, ids=pages.name)
def test_page_runs(page: Path, text: str, folder: Path) -> None:
    if missing := pages.run(text, str(page), folder):
        pytest.skip(f"all of the page ran but its commands of {', '.join(missing)}, which this machine has not")


@pytest.mark.parametrize("page", TYPED, ids=pages.name)
def test_page_can_be_typed_at_a_prompt(page: Path, text: str, folder: Path) -> None:
    """A prompt is stricter than a file: a blank line ends a block, and a block needs one to end."""
    code = "\n".join(typed(text, folder))
    environment = {**os.environ, "PYTHONPATH": str(pages.ROOT), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-i", "-q"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, encoding="utf-8", env=environment) as prompt:
        out, err = prompt.communicate(f"{code}\n", timeout=30)
    assert "Error" not in err, err
    assert out


def typed(text: str, folder: Path) -> Iterator[str]:
    """The code of a page, in which its files are saved where they stand."""
    for block in pages.blocks(text):
        block.save(folder)
        if block.file:
            content = pages.read(folder / block.file)
            yield f"_ = __import__('pathlib').Path({block.file!r}).write_text({content!r}, encoding='utf-8')"
        elif block.language == "python":
            yield block.body


def test_the_tutorial_begins_with_the_server_that_it_is_run_against() -> None:
    text = pages.read(FROM_CURL)
    assert f"$ python -m examples.local_chat.server\n{local_chat.URL}\n" in text
    assert f"$ export CHAT_KEY={local_chat.KEY}\n" in text


def test_every_command_of_the_tutorial_runs_but_those_that_set_it_up() -> None:
    consoles = [block for block in pages.blocks(pages.read(FROM_CURL)) if block.language == "console"]
    assert ["activate" in block.body for block in consoles] == [block.mark != "run" for block in consoles]
    assert {"curl", "pristine"} == {block.body.split()[1] for block in consoles if block.mark == "run"}


def test_the_tutorial_ends_with_the_manifest_of_the_example(folder: Path) -> None:
    for block in pages.blocks(pages.read(FROM_CURL)):
        block.save(folder)
    example = pages.ROOT / "examples" / "local_chat" / "manifest.yaml"
    assert yaml.safe_load(pages.read(folder / "chat.yaml")) == yaml.safe_load(pages.read(example))


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
        "<!-- run -->\n```console\n$ echo 1\n2\n```",
        "<!-- run -->\n```console\n$ echo 1\n```",
        "<!-- run -->\n```console\necho 1\n```",
    ],
    ids=[
        "other output",
        "no code",
        "output twice",
        "raises",
        "command shows other",
        "command shows more",
        "no command",
    ],
)
def test_a_wrong_page_fails(text: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        pages.run(text, "page.md", tmp_path)


def test_a_right_page_passes(tmp_path: Path) -> None:
    saved = "<!-- file: a.toml -->\n```toml\na = 1\n```\n"
    code = "```python\nx = 'one two three'\n```\n\n```python\nprint(x)\n```\n"
    pages.run(f"{saved}{code}It prints:\n```text\none … three\n```\n", "page.md", tmp_path)
    assert (tmp_path / "a.toml").read_text() == "a = 1\n"


def test_commands_run_with_what_a_terminal_shows(tmp_path: Path) -> None:
    shown = "$ echo 'one\ntwo' \\\n  three\none\ntwo three\n$ echo four >&2; false\n…r\n$ true\n"
    assert pages.run(f"<!-- run -->\n```console\n{shown}```\n", "page.md", tmp_path) == set()
    pages.run(f"```console\n{shown.replace('four', 'five')}```\n", "page.md", tmp_path)  # is only shown


def test_a_machine_without_curl_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda program: None)
    text = "<!-- run -->\n```console\n$ curl -s http://127.0.0.1:9\nHello\n$ echo 1\n1\n```\n"
    assert pages.run(text, "page.md", tmp_path) == {"curl"}


def test_a_part_is_put_into_a_file(tmp_path: Path) -> None:
    whole = "<!-- file: a.yaml -->\n```yaml\na: {b: 1, c: [1]}\nd: 2\n```\n"
    part = "<!-- add to: a.yaml -->\n```yaml\na:\n  # …\n  c: [2]\n  e: {f: 3}\n```\n"
    pages.run(f"{whole}{part}", "page.md", tmp_path)
    assert yaml.safe_load((tmp_path / "a.yaml").read_text()) == {"a": {"b": 1, "c": [2], "e": {"f": 3}}, "d": 2}
