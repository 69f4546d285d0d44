"""The transport of the how-to, as it stands there, is small and green, and the page shows what the suite says."""

import json
import re
from pathlib import Path
from typing import Final

import pytest

from tests.docs import pages
from tests.testing.test_plugin import pytest_in

PAGE: Final = pages.read(pages.ROOT / "docs" / "how-to" / "write-a-transport.md")
BLOCKS: Final = list(pages.blocks(PAGE))


def code() -> str:
    [block] = [block for block in BLOCKS if block.file == "stdlib_transport.py"]
    return block.body


def test_it_has_less_than_eighty_lines() -> None:
    lines = [line for line in code().splitlines() if line.strip() and not line.startswith(("import ", "from ", '"""'))]
    assert len(lines) < 80
    assert max(map(len, code().splitlines())) <= 120


@pytest.mark.timeout(120)
def test_it_keeps_every_promise_and_the_page_shows_it(tmp_path: Path) -> None:
    for block in BLOCKS:
        block.save(tmp_path)
    chosen = ("--pristine-transport", "stdlib_transport:StdlibTransport", "--pristine-report", "report.json")
    ended = pytest_in(tmp_path, "-q", *chosen)
    [transport] = json.loads((tmp_path / "report.json").read_text())["transports"]
    assert transport["broken"] == [], ended.stdout
    [shown] = [block.body for block in BLOCKS if block.body.startswith("$ pytest --pristine-transport")]
    for line in shown.splitlines()[1:]:
        assert re.search(".*".join(map(re.escape, line.split("…"))), ended.stdout), line
    lacking = {name for name, faces in transport["capabilities"].items() if faces == {"blocking": "not declared"}}
    assert {"total_timeout", "uploads"} <= lacking


def test_what_it_says_without_its_care_is_what_the_page_shows(tmp_path: Path) -> None:
    careless = code().replace("answer.fp = Lines(answer.fp.detach())", "pass")
    assert careless != code()
    (tmp_path / "stdlib_transport.py").write_text(careless)
    chosen = ("--pristine-transport", "stdlib_transport:StdlibTransport", "-k", "has_its_name and close-in-head")
    said = pytest_in(tmp_path, "-q", *chosen).stdout
    [shown] = [block.body for block in BLOCKS if block.body.startswith("BROKEN")]
    assert shown in said


def test_the_classes_of_the_page_run(tmp_path: Path) -> None:
    for block in BLOCKS:
        block.save(tmp_path)
    ended = pytest_in(tmp_path, "-q", "test_stdlib_transport.py", "-k", "cookies")
    assert "2 passed" in ended.stdout, ended.stdout
